"""The standing cast of the small quarter: access tests name people, not roles.

Anna and Bilal share a household with a service contract; Clara lives in the other house without
one; Sam owns a flat whose contract ended, Toni is Sam's child. Demir works at the desk, Eva for
the house management, Ole runs the box. Greta lives outside; Fritz is a guest without an account.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from node import people
from node.base.actors import Actor, Face, Role
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles, read_quarter
from node.store import Core, Read, Store

SMALL = Path(__file__).resolve().parent / "data" / "small-quarter"
KEYS = {
    "anna": "P-ANNA",
    "bilal": "P-BILAL",
    "clara": "P-CLARA",
    "sam": "P-SAM",
    "toni": "P-TONI",
    "demir": "S-DEMIR",
    "eva": "S-EVA",
    "ole": "S-OLE",
    "greta": "N-GRETA",
}
FRITZ = Actor(b"", b"", frozenset({Role.GUEST}), name="Fritz")
PINS = {"anna": "4711", "bilal": "2580", "clara": "9075"}
PASSWORDS = {"demir": "acht rote Stühle", "eva": "neun gelbe Türen", "ole": "zehn blaue Kabel"}


class Cast:
    """Who is who in a store that holds the small quarter."""

    def __init__(self, files: QuarterFiles, now: datetime) -> None:
        self.files = files
        self.now = now

    def id(self, name: str) -> bytes:
        return self.files.id_of("person", KEYS[name])

    def household(self, name: str) -> bytes:
        row = next(row for row in self.files.people if row.key == KEYS[name])
        return self.files.id_of("household", row.household)

    def actor(self, read: Read, name: str, *, face: Face = Face.PORTAL) -> Actor:
        found = people.actor_of(read, self.id(name), face=face, now=self.now)
        assert found is not None, name
        return found


@cache
def small_quarter() -> QuarterFiles:
    found = read_quarter(SMALL)
    assert isinstance(found, QuarterFiles), found
    return found


def move_in(core: Core, files: QuarterFiles, now: datetime) -> Cast:
    """Import houses and people of the small quarter."""
    import_quarter(core, files, now=now)
    people.import_people(core, files, now=now)
    return Cast(files, now)


async def settle(store: Store, files: QuarterFiles, now: datetime) -> Cast:
    """The same on a store with threads, and everybody has their PIN or password."""
    cast = await store.on_writer(lambda core: move_in(core, files, now))
    for name, secret in {**PINS, **PASSWORDS}.items():
        given = await people.give_secret(store, people.COMMAND_LINE, cast.id(name), secret, now=now)
        assert given in {"pin", "password"}
    return cast
