"""The small quarter in a store, for the tests of places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.base.actors import Actor, Role
from node.base.clock import FrozenClock
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.spaces import import_spaces
from node.store import Core

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


@pytest.fixture
def demir(files: QuarterFiles) -> Actor:
    return Actor(files.id_of("person", "S-DEMIR"), b"", frozenset({Role.STAFF}), name="Demir")


def utc(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """An instant of 2026 by UTC; the small quarter is one hour ahead in winter."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def other_cores(tmp_path: Path, house: Core, clock: FrozenClock) -> Iterator[list[Core]]:
    from node.store import Founding

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
