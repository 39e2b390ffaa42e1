"""A quarter for real processes: the small one with more households, and halls that never close.

Nothing here depends on the time of day, for real processes have real clocks.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from node import demo, people
from node.base.actors import Face
from node.base.clock import SystemClock
from node.base.ids import id_text
from node.founding import import_into
from node.quarter.files import QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.store import Core, Store
from node.sync import found_roster
from tests.cast import SMALL
from tests.nodes import claim_ports

NODES = ("home", "kiosk", "central")
PIN = "471193"

HALL = """
key = "{key}"
kind = "room"
name = {{ de = "{name}", en = "{name}" }}
building = "B-AHO"
seats = 20
purposes = ["private"]
vat = "room"

[mark]
icon = "utensils"
number = {number}
colour = "brick"

[hours]
mon-sun = ["00:00-24:00"]

[times]
buffer_before = {before}
buffer_after = {after}
step = {step}
min = {step}
max = 240

[[limits]]
open = {open_reservations}

[horizon_days]
contract = 180
no_contract = 180
outside = 180

[[prices]]
for = "contract"
hour = 5.00

[[prices]]
for = "no_contract"
hour = 5.00

[[prices]]
for = "outside"
hour = 5.00
"""


@dataclass(frozen=True, slots=True)
class Hall:
    """A room that never closes, and how long it is prepared before and cleaned after."""

    key: str
    step: int = 30
    before: int = 30
    after: int = 60
    open_reservations: int = 0

    def toml(self, number: int) -> str:
        return HALL.format(
            key=self.key,
            name=self.key.capitalize(),
            number=number,
            before=self.before,
            after=self.after,
            step=self.step,
            open_reservations=self.open_reservations,
        )


def write_files(folder: Path, halls: tuple[Hall, ...], *, households: int) -> Path:
    """An operator's files: the small quarter, so many more households of one, these halls."""
    shutil.copytree(SMALL, folder)
    shutil.rmtree(folder / "history")
    shutil.rmtree(folder / "spaces")
    (folder / "closures.ics").unlink()
    (folder / "spaces").mkdir()
    for number, hall in enumerate(halls, 1):
        (folder / "spaces" / f"{hall.key}.toml").write_text(hall.toml(number), encoding="utf-8")
    numbers = range(households)
    _append(folder / "flats.csv", (f"F-X-{n},B-AHO,A,X{n},1,50,2" for n in numbers))
    _append(
        folder / "households.csv",
        (f"H-X-{n},F-X-{n},Xaver {n},tenant,yes,app,de,2020-01-01" for n in numbers),
    )
    _append(
        folder / "people.csv",
        (f"P-X-{n},H-X-{n},Xaver,Nummer {n},1970,,,de," for n in numbers),
    )
    _append(folder / "contracts.csv", (f"C-X-{n},H-X-{n},2024-01-01,,24.90,12,1" for n in numbers))
    return folder


def _append(path: Path, lines: object) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who can sign in: what stands on their paper, and their PIN."""

    person_id: str
    code: str
    pin: str = PIN
    away: str = ""


@dataclass(frozen=True, slots=True)
class Furnished:
    """Three nodes' directories, ready to be served."""

    data: Path
    files: QuarterFiles
    port: int
    residents: list[Resident] = field(default_factory=list)

    def folder(self, name: str) -> Path:
        return self.data / name

    def port_of(self, name: str) -> int:
        return self.port + 10 * NODES.index(name)

    def space_id(self, key: str) -> str:
        return id_text(self.files.id_of("space", key))


async def furnish(data: Path, source: Path) -> Furnished:
    """Found the quarter, with kiosk and central beside it; all its households can sign in."""
    files = read_quarter(source)
    assert isinstance(files, QuarterFiles), files
    port = claim_ports()
    home = Core.open(_made(data / "home") / "quarter.db", REGISTRY, clock=SystemClock())
    import_into(home, files, progress=lambda *_: None)
    found_roster(home, name="Service-Point")
    demo.surround(data, home, first_port=port)
    home.close()
    furnished = Furnished(data, files, port)
    furnished.residents.extend(await _let_in(data / "home" / "quarter.db", files))
    return furnished


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


async def _let_in(database: Path, files: QuarterFiles) -> list[Resident]:
    """Give every household a code, every person of the many a PIN and a link from outside."""
    store = await Store.open(database, REGISTRY, clock=SystemClock())
    now = store.core.clock.now()
    residents = []
    for row in (row for row in files.people if row.key.startswith("P-X-")):
        person_id = files.id_of("person", row.key)
        household_id = files.id_of("household", row.household)
        await people.give_secret(store, people.COMMAND_LINE, person_id, PIN, now=now)

        def open_doors(
            write: object, person_id: bytes = person_id, household_id: bytes = household_id
        ) -> tuple[str, str]:
            issued = people.issue_code(write, people.COMMAND_LINE, household_id, now=now)  # type: ignore[arg-type]
            actor = people.actor_of(write, person_id, face=Face.PORTAL, now=now)  # type: ignore[arg-type]
            assert actor is not None
            away = people.open_outside_access(write, actor, now=now)  # type: ignore[arg-type]
            return issued.code, str(away)  # type: ignore[union-attr]

        code, away = await store.write(open_doors)  # type: ignore[misc]
        residents.append(Resident(id_text(person_id), code, away=away))
    await store.close()
    return residents
