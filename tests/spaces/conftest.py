"""The small quarter in a store, for the tests of places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.base.actors import NOBODY, Actor, Role
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.people import import_people, open_outside_access
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.spaces import (
    Passed,
    Reservation,
    Status,
    Wish,
    after_merge,
    check_in,
    check_out,
    find_reservation,
    import_spaces,
    reserve,
)
from node.store import Core, Founding, Member, NodeRole

SMALL = Path(__file__).resolve().parents[1] / "data" / "small-quarter"


@pytest.fixture(scope="session")
def files() -> QuarterFiles:
    found = read_quarter(SMALL)
    assert isinstance(found, QuarterFiles), found
    return found


@pytest.fixture
def house(core: Core, files: QuarterFiles, clock: FrozenClock) -> Core:
    """A store that holds the small quarter and is the home of its places."""
    import_quarter(core, files, now=clock.now())
    import_people(core, files, now=clock.now())
    import_spaces(core, files, signer=core.identity, now=clock.now())
    return core


def household(files: QuarterFiles, person: str) -> str:
    return next(row.household for row in files.people if row.key == person)


def actor(files: QuarterFiles, person: str) -> Actor:
    """A resident of the small quarter as somebody who acts, with their household's contract."""
    key = household(files, person)
    return Actor(
        person_id=files.id_of("person", person),
        household_id=files.id_of("household", key),
        roles=frozenset({Role.RESIDENT}),
        has_contract=any(row.household == key for row in files.contracts),
        name=person,
    )


@pytest.fixture
def anna(files: QuarterFiles) -> Actor:
    return actor(files, "P-ANNA")


@pytest.fixture
def clara(files: QuarterFiles) -> Actor:
    return actor(files, "P-CLARA")


def desk(files: QuarterFiles) -> Actor:
    """Demir of the desk."""
    return Actor(files.id_of("person", "S-DEMIR"), b"", frozenset({Role.STAFF}), name="Demir")


@pytest.fixture
def demir(files: QuarterFiles) -> Actor:
    return desk(files)


def utc(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """An instant of 2026 by UTC; the small quarter is one hour ahead in winter."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def other_cores(tmp_path: Path, house: Core, clock: FrozenClock) -> Iterator[list[Core]]:
    opened = [
        Core.open(
            tmp_path / f"{name}.db",
            REGISTRY,
            clock=clock,
            founding=Founding(house.quarter, house.epoch),
        )
        for name in ("kiosk", "central")
    ]
    yield opened
    for each in opened:
        each.close()


ROLES = {"home": NodeRole.HOME, "kiosk": NodeRole.KIOSK, "central": NodeRole.CENTRAL}


@dataclass
class Quarter:
    """Three nodes, a line between them that is there when somebody uses it, and one clock."""

    cores: dict[str, Core]
    files: QuarterFiles
    clock: FrozenClock

    @property
    def members(self) -> dict[bytes, Member]:
        return {
            core.site_id: Member(core.identity.public_key, ROLES[name])
            for name, core in self.cores.items()
        }

    def send(self, origin: str, target: str) -> None:
        """Everything that one node holds to another, in whatever scope that one may have."""
        source, sink = self.cores[origin], self.cores[target]
        for chain in sorted(source.heads()):
            if target == "central" and chain[1] == "house":
                continue
            after = sink.heads()[chain].n if chain in sink.heads() else 0
            batch = source.changesets(chain, after=after, max_bytes=10**9)
            report = sink.receive(batch, self.members)
            assert not report.reasons, report.reasons

    def meet(self, one: str, other: str) -> None:
        for _ in range(2):
            self.send(one, other)
            self.send(other, one)

    def reserve(self, at: str, who: Actor, wish: Wish) -> Reservation | Refusal:
        core, now = self.cores[at], self.clock.now()
        return core.write(lambda write: reserve(write, who, wish, now=now, signer=core.identity))

    def made(self, at: str, who: Actor, wish: Wish) -> Reservation:
        found = self.reserve(at, who, wish)
        assert isinstance(found, Reservation), found
        return found

    def seen(self, at: str, reservation_id: bytes) -> Reservation:
        found = self.cores[at].read(lambda read: find_reservation(read, reservation_id))
        assert found is not None
        return found

    def status(self, at: str, reservation_id: bytes) -> Status:
        return self.seen(at, reservation_id).status_at(self.clock.now())

    def check_in(self, at: str, text: str) -> Passed | Refusal:
        core, now = self.cores[at], self.clock.now()
        keys = [self.cores["home"].identity.public_key]
        return core.write(lambda write: check_in(write, NOBODY, text, keys=keys, now=now))

    def check_out(self, at: str, text: str) -> Passed | Refusal:
        core, now = self.cores[at], self.clock.now()
        keys = [self.cores["home"].identity.public_key]
        return core.write(lambda write: check_out(write, NOBODY, text, keys=keys, now=now))


@pytest.fixture
def quarter(
    tmp_path: Path, house: Core, files: QuarterFiles, clock: FrozenClock
) -> Iterator[Quarter]:
    cores = {"home": house}
    for name in ("kiosk", "central"):
        founding = Founding(house.quarter, house.epoch)
        cores[name] = Core.open(tmp_path / f"{name}.db", REGISTRY, clock=clock, founding=founding)
        cores[name].role = ROLES[name]
    for core in cores.values():
        core.after_merge = lambda write, touched, c=core: after_merge(
            write, touched, now=clock.now(), signer=c.identity
        )
        core.roles = {each.site_id: ROLES[name] for name, each in cores.items()}
    for person in ("P-ANNA", "P-CLARA"):
        who = actor(files, person)
        token = house.write(lambda write, who=who: open_outside_access(write, who, now=clock.now()))
        assert isinstance(token, str), token
    town = Quarter(cores, files, clock)
    town.meet("home", "kiosk")
    town.meet("home", "central")
    yield town
    cores["kiosk"].close()
    cores["central"].close()


@pytest.fixture
def wish(files: QuarterFiles) -> Wish:
    return Wish(
        space_id=files.id_of("space", "hofsaal"),
        period=Period(utc(28, 14), utc(28, 18)),
        people=12,
        purpose="private",
        note="Geburtstag",
    )
