"""The table and the SQL of what is said when a place changes hands."""

from __future__ import annotations

from typing import Any

from node.spaces.hand_over import Said, SaidFact, SaidKind
from node.spaces.schema import ERASED_PERSONS, OF_ERASED_PERSONS, id_column
from node.spaces.tables import decoded, encoded
from node.store import Column, Erased, Read, Scope, Table, Write, Writers

WORDS_MAX = 500

HAND_OVER = Table(
    "hand_over",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        id_column("reservation_id"),
        id_column("person_id"),
        Column("kind", default="", max_bytes=20),
        id_column("of_id"),
        Column("fact", default="{}", max_bytes=4000),
        Column("words", default="", max_bytes=2000),
    ),
    scope=Scope.HOUSE,
    # Nobody stands in the place who is at central.
    writers=Writers.HOUSE,
    indexes=(("reservation_id",), ("kind",)),
    erased=Erased.blank(
        "person_id",
        "words",
        rows=f"person_id in ({ERASED_PERSONS}) or reservation_id in ({OF_ERASED_PERSONS})",
        why="words about what somebody found or left, and who wrote them",
    ),
    about="Somebody said how a line of a place's list was found when people came or left, signed"
    " for it, or settled a difference; stays in the building.",
)


def insert_said(write: Write, said: Said) -> None:
    """Add what somebody said."""
    write.insert(
        "hand_over",
        id=said.id,
        reservation_id=said.reservation_id,
        person_id=said.person_id,
        kind=str(said.kind),
        of_id=said.of_id,
        fact=encoded(said.fact),
        words=said.words,
    )


def select_said(read: Read, reservation_id: bytes) -> list[Said]:
    """All that was said of a reservation; what a newer release says beside is left out."""
    rows = read.rows(
        "select * from hand_over where reservation_id = :id order by id", id=reservation_id
    )
    return [found for found in map(_said, rows) if found is not None]


def _said(row: Any) -> Said | None:
    fact = decoded(row["fact"], SaidFact)
    if fact is None or row["kind"] not in set(SaidKind):
        return None
    return Said(
        id=row["id"],
        reservation_id=row["reservation_id"],
        kind=SaidKind(row["kind"]),
        fact=fact,
        of_id=row["of_id"],
        words=row["words"],
        person_id=row["person_id"],
    )


def select_unagreed(read: Read) -> list[bytes]:
    """The reservations with more signatures of their people than of the team."""
    rows = read.rows(
        "select reservation_id from hand_over where kind in ('signed', 'agreed')"
        " group by reservation_id having sum(kind = 'signed') > sum(kind = 'agreed')"
    )
    return [row[0] for row in rows]


def select_unsettled(read: Read) -> list[bytes]:
    """The reservations in which somebody said that a line differs, and nobody settled it."""
    rows = read.rows(
        "select distinct reservation_id from hand_over as a where kind = 'differs'"
        " and not exists (select 1 from hand_over as s"
        " where s.reservation_id = a.reservation_id and s.kind = 'settled' and s.of_id = a.id)"
    )
    return [row[0] for row in rows]
