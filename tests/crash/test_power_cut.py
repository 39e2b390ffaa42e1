"""The plug is pulled in the middle of an import, an update, a merge: started again, all is well."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.__main__ import main
from node.app import prepare
from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.base.periods import Period
from node.founding import import_into
from node.quarter.files import QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.settings import load
from node.spaces import Reservation, Wish, reserve
from node.store import (
    Column,
    Core,
    Founding,
    Member,
    NodeRole,
    Registry,
    Scope,
    SignedChangeset,
    Table,
)
from node.store.doctor import examine
from node.store.files import is_expected
from node.sync import read_roster
from tests.crash.dying import Dying
from tests.crash.oracle import (
    PROJECTIONS,
    NodeFile,
    nothing_is_given_twice,
    projections_follow,
)
from tests.crash.quarter import Hall, write_files
from tests.spaces.test_no_overlap import crowd, move_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

KILLS = 25
HALLS = tuple(Hall(f"saal{number}", step=30, before=0, after=30) for number in range(4))
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HISTORY = (
    "key,space,person,starts_at,ends_at,people,purpose,status,requested_at,decided_at,"
    "cancelled_at,checked_in_at,checked_out_at,by_staff,from_waiting_list,guest_name,"
    "guest_nationality,children_ages,note\n"
)


@pytest.fixture
def dying(tmp_path: Path) -> Dying:
    return Dying(tmp_path / "said.log", random.SystemRandom().randrange(10**6))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """An operator's files with a past: many households, some hundred reservations."""
    folder = write_files(tmp_path / "files", HALLS, households=120)
    (folder / "history").mkdir()
    path = folder / "history" / "reservations.csv"
    path.write_text(HISTORY + "".join(_past(400)), encoding="utf-8")
    return folder


def _past(count: int) -> Iterator[str]:
    """Each day some; people came, cancelled or never showed up."""
    for number in range(count):
        day = f"2026-{8 + number // 200:02}-{1 + number % 25:02}"
        hour = 8 + number // 25 % 8
        space, person = f"saal{number % 4}", f"P-X-{number % 120}"
        times = f"{day}T{hour:02}:00,{day}T{hour:02}:30"
        asked = "2026-07-01T10:00,2026-07-01T10:00"
        came = f"{day}T{hour:02}:01,{day}T{hour:02}:29" if number % 3 else ","
        status = "confirmed" if number % 3 else "no_show"
        yield (
            f"R-{number},{space},{person},{times},2,private,{status},{asked},,{came},"
            f",no,,,,Notiz {number}\n"
        )


def tables_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that is replicated, but for random ids and for when it was written down."""
    file = NodeFile("", path)
    try:
        return {table.name: _without_chance(file, table) for table in REGISTRY.replicated}
    finally:
        file.close()


NUMBERED = {"person_role", "team_role", "service_contract"}
"""Facts whose ids are made anew at each try; their numbers say which is the newest."""


def _without_chance(file: NodeFile, table: Table) -> list[tuple[object, ...]]:
    by_chance = {"at", "id"} if table.name in NUMBERED else {"at"}
    kept = [n for n, column in enumerate(table.columns) if column.name not in by_chance]
    return sorted((tuple(row[n] for n in kept) for row in file.table(table.name)), key=repr)


def test_an_import_killed_again_and_again_is_completed_by_the_one_that_gets_through(
    tmp_path: Path, source: Path, dying: Dying
) -> None:
    template = tmp_path / "template"
    assert main(["init", "--data", str(template)]) == 0
    whole = tmp_path / "whole"
    shutil.copytree(template, whole)
    dying.measure(lambda: main(["import", str(source), "--data", str(whole)]))
    wanted = tables_of(whole / "quarter.db")
    facts = ("reservation_decision", "cancellation_ruling", "passage", "reservation_note")
    number = 0
    while dying.kills < KILLS:
        number += 1
        data = tmp_path / f"cut-{number}"
        shutil.copytree(template, data)

        def look(data: Path = data) -> None:
            is_sound(data / "quarter.db")
            found = tables_of(data / "quarter.db")
            # A reservation of the past is there with all that became of it, or not at all.
            asked = {row[0] for row in found["reservation_request"]}
            there = asked | {row[1] for row in found["reservation_decision"]}
            for name in facts:
                of = {"reservation_note": 0, "cancellation_ruling": 2}.get(name, 1)
                assert [row for row in wanted[name] if row[of] in there] == found[name], name

        dying.until_done(lambda data=data: main(["import", str(source), "--data", str(data)]), look)
        assert tables_of(data / "quarter.db") == wanted
        projections_follow(NodeFile("cut", data / "quarter.db"), tmp_path)
        is_sound(data / "quarter.db")


def test_founding_killed_again_and_again_makes_one_whole_node(tmp_path: Path, dying: Dying) -> None:
    dying.measure(lambda: main(["init", "--data", str(tmp_path / "measured")]))
    number = 0
    while dying.kills < KILLS:
        number += 1
        data = tmp_path / f"node-{number}"

        def found(data: Path = data) -> int:
            # One that died only after it had decided is finished by whichever verb comes next.
            decided = is_expected(data / "quarter.db")
            return main(["doctor" if decided else "init", "--data", str(data)])

        dying.until_done(found, lambda: None)
        settings = load(data, {})
        core = Core.open(settings.database, REGISTRY, clock=FrozenClock(NOW))
        roster = read_roster(core)
        assert roster is not None
        assert [node.name for node in roster.nodes.values()] == [settings.name]
        core.close()
        is_sound(settings.database)
        assert {path.name for path in data.iterdir()} <= {"node.lock", "node.toml", "quarter.db"}


@pytest.fixture
def quarter(tmp_path: Path, source: Path) -> Core:
    """A home node that holds the quarter with its past."""
    core = Core.open(tmp_path / "home.db", REGISTRY, clock=FrozenClock(NOW))
    files = read_quarter(source)
    assert isinstance(files, QuarterFiles)
    import_into(core, files, progress=lambda *_: None)
    return core


def test_an_update_killed_again_and_again_leaves_no_projection_behind(
    tmp_path: Path, quarter: Core, dying: Dying
) -> None:
    quarter.close()
    wanted = projections_of(quarter.path)
    assert wanted["occupancy"]

    def update(path: Path) -> None:
        core = Core.open(path, NEWER, clock=FrozenClock(NOW))
        prepare(core, core.clock)
        core.close()

    measured = shutil.copyfile(quarter.path, tmp_path / "measured.db")
    dying.measure(lambda: update(measured))
    number = 0
    while dying.kills < KILLS:
        number += 1
        path = shutil.copyfile(quarter.path, tmp_path / f"update-{number}.db")

        def look(path: Path = path) -> None:
            # Somebody asks the doctor first, which updates the file as well.
            is_sound(path, NEWER)

        dying.until_done(lambda path=path: update(path), look)
        assert projections_of(path) == wanted
        is_sound(path, NEWER)


def test_a_merge_killed_again_and_again_decides_each_request_once(
    tmp_path: Path, quarter: Core, dying: Dying
) -> None:
    clock = FrozenClock(NOW)
    founding = Founding(quarter.quarter, quarter.epoch)
    kiosk = Core.open(tmp_path / "kiosk.db", REGISTRY, clock=clock, founding=founding)
    members = {
        quarter.site_id: Member(quarter.identity.public_key, NodeRole.HOME),
        kiosk.site_id: Member(kiosk.identity.public_key, NodeRole.KIOSK),
    }
    people = crowd(150)
    quarter.write(lambda write: move_in(write, people))
    kiosk.receive(all_changesets(quarter), members)
    kiosk.role = NodeRole.KIOSK
    prepare(kiosk, clock)
    asked = ask_at(kiosk, people)
    news = [
        signed
        for chain in kiosk.heads()
        if chain[0] == kiosk.site_id
        for signed in kiosk.changesets(chain, after=0, max_bytes=10**9)
    ]
    quarter.close()
    kiosk.close()

    def merge(path: Path) -> None:
        core = Core.open(path, REGISTRY, clock=clock)
        prepare(core, clock)
        for start in range(0, len(news), 40):
            core.receive(news[start : start + 40], members)
        core.close()

    measured = shutil.copyfile(quarter.path, tmp_path / "measured.db")
    dying.measure(lambda: merge(measured))
    number = 0
    while dying.kills < KILLS:
        number += 1
        path = shutil.copyfile(quarter.path, tmp_path / f"merge-{number}.db")
        dying.until_done(lambda path=path: merge(path), lambda path=path: is_sound(path))
        file = NodeFile("merge", path)
        stories = file.stories()
        assert {key for key in asked if not stories[key].verdict} == set()
        nothing_is_given_twice(file, dict.fromkeys(spaces_of(file), HALLS[0]))
        projections_follow(file, tmp_path)
        file.close()
        is_sound(path, members=members)


def ask_at(kiosk: Core, people: list[Actor]) -> set[str]:
    """People at the kiosk ask for times, many for the same; the ids of their requests."""
    spaces = [row[0] for row in kiosk.read(lambda read: read.rows("select id from space"))]
    asked = set()
    for number, who in enumerate(people):
        starts_at = NOW + timedelta(days=2, hours=number % 9)
        wish = Wish(
            space_id=spaces[number % len(spaces)],
            period=Period(starts_at, starts_at + timedelta(hours=1)),
            purpose="private",
        )
        made = kiosk.write(
            lambda write, who=who, wish=wish: reserve(
                write, who, wish, now=NOW, signer=kiosk.identity
            )
        )
        assert isinstance(made, Reservation), made
        asked.add(id_text(made.id))
    return asked


def all_changesets(core: Core) -> list[SignedChangeset]:
    return [
        signed
        for chain in sorted(core.heads())
        for signed in core.changesets(chain, after=0, max_bytes=10**9)
    ]


def spaces_of(file: NodeFile) -> list[bytes]:
    return [row[0] for row in file.rows("select id from space")]


def projections_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    file = NodeFile("", path)
    found = {name: file.table(name) for name in PROJECTIONS}
    file.close()
    return found


def is_sound(
    path: Path, registry: Registry = REGISTRY, *, members: dict[bytes, Member] | None = None
) -> None:
    core = Core.open(path, registry, clock=FrozenClock(NOW))
    assert examine(core, members) == []
    core.close()


def widened(table: Table) -> Table:
    """The table as a newer release might declare it."""
    return replace(table, columns=(*table.columns, Column("newer", "text", nullable=True)))


CHANGED = {"occupancy", "reservation_state", "space", "reservation_request"}
NEWER = Registry(
    REGISTRY.number + 1,
    (
        *(widened(t) if t.name in CHANGED else t for t in REGISTRY.tables.values()),
        Table(
            "parcel",
            key=("id",),
            columns=(Column("id", "blob"), Column("place", "text", default="")),
            scope=Scope.HOUSE,
            about="A parcel.",
        ),
    ),
)
"""A newer release: two projections of another shape, two fact tables and one more table."""
