"""The table and the SQL of codes of key safes, and of who was shown one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from node.spaces.schema import ERASED_PERSONS, id_column
from node.spaces.tables import decoded, encoded
from node.store import Column, Erased, Read, Scope, Table, Write, Writers

CODE_CHARS_MAX = 20

SAFE_CODE = Table(
    "safe_code",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        id_column("space_id"),
        id_column("reservation_id"),
        id_column("person_id"),
        Column("code", default="", max_bytes=4 * CODE_CHARS_MAX),
        Column("fact", default="{}", max_bytes=500),
    ),
    # Central may keep it sealed and cannot read it: what opens a door stays in the building.
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("space_id",), ("reservation_id",)),
    erased=Erased.blank(
        "person_id", rows=f"person_id in ({ERASED_PERSONS})", why="who was shown a code"
    ),
    about="The team set the code of a place's key safe, or its people were shown it.",
)


class CodeFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The one cell: when, by whom of the team, and whether the arrival is to be signed first."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    staff_id: str = ""
    asks_protocol: bool = False


class CodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was set (`reservation_id` is empty), or shown to somebody."""

    id: bytes
    space_id: bytes
    fact: CodeFact
    code: str = ""
    reservation_id: bytes = b""
    person_id: bytes = b""


def insert_code(write: Write, row: CodeRow) -> None:
    """Add one."""
    columns = msgspec.structs.asdict(row) | {"fact": encoded(row.fact)}
    write.insert("safe_code", **columns)


def select_codes(read: Read, space_id: bytes) -> list[CodeRow]:
    """All of a place, the latest first."""
    rows = read.rows("select * from safe_code where space_id = :id", id=space_id)
    found = [each for each in map(_row, rows) if each is not None]
    return sorted(found, key=lambda each: (each.fact.at, each.id), reverse=True)


def select_spaces_with_codes(read: Read) -> list[bytes]:
    """The places whose safe ever had a code."""
    return [row[0] for row in read.rows("select distinct space_id from safe_code")]


def select_shown(read: Read, reservation_id: bytes) -> list[datetime]:
    """When a reservation's people were shown a code."""
    rows = read.rows("select * from safe_code where reservation_id = :id", id=reservation_id)
    return [each.fact.at for each in map(_row, rows) if each is not None]


def _row(row: Any) -> CodeRow | None:
    fact = decoded(row["fact"], CodeFact)
    if fact is None:
        return None
    names = ("id", "space_id", "code", "reservation_id", "person_id")
    return CodeRow(fact=fact, **{name: row[name] for name in names})
