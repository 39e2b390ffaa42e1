"""The table and the SQL of keys."""

from __future__ import annotations

from typing import Any

from node.spaces.key import Move, MoveFact, MoveKind
from node.spaces.schema import id_column
from node.spaces.tables import decoded, encoded
from node.store import Column, Erased, Read, Scope, Table, Write, Writers

KEY_MOVE = Table(
    "key_move",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        id_column("space_id"),
        id_column("reservation_id"),
        Column("key", default="", max_bytes=60),
        Column("copy", "integer", default=1, low=1, high=10_000),
        Column("kind", default="", max_bytes=20),
        Column("fact", default="{}", max_bytes=1000),
    ),
    scope=Scope.HOUSE,
    # A key hangs at the desk.
    writers=Writers.OFFICE,
    indexes=(("space_id", "key", "copy"), ("reservation_id",)),
    erased=Erased.nothing("random ids and a key: nobody's, once the person is blank"),
    about="The team noted that a key was handed out, came back, was lost or replaced; stays in the"
    " building.",
)


def insert_move(write: Write, move: Move) -> None:
    """Note a move."""
    write.insert(
        "key_move",
        id=move.id,
        space_id=move.space_id,
        reservation_id=move.reservation_id,
        key=move.key,
        copy=move.copy,
        kind=str(move.kind),
        fact=encoded(move.fact),
    )


def select_last(read: Read, space_id: bytes, key: str, copy: int) -> Move | None:
    """What happened to a key last; ids are in the order of time."""
    rows = read.rows(
        "select * from key_move where space_id = :space and key = :key and copy = :copy"
        " order by id desc limit 1",
        space=space_id,
        key=key,
        copy=copy,
    )
    return next((found for found in map(_move, rows) if found is not None), None)


def select_of(read: Read, reservation_id: bytes) -> list[Move]:
    """What happened to keys for a reservation, in order."""
    rows = read.rows(
        "select * from key_move where reservation_id = :id order by id", id=reservation_id
    )
    return [found for found in map(_move, rows) if found is not None]


def _move(row: Any) -> Move | None:
    fact = decoded(row["fact"], MoveFact)
    if fact is None or row["kind"] not in set(MoveKind):
        return None
    return Move(
        id=row["id"],
        space_id=row["space_id"],
        reservation_id=row["reservation_id"],
        key=row["key"],
        copy=row["copy"],
        kind=MoveKind(row["kind"]),
        fact=fact,
    )
