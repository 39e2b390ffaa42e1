"""The table and the SQL of doors that somebody had opened, and the fold of what became of it."""

from __future__ import annotations

from typing import Any

from node.base.periods import to_epoch
from node.spaces.schema import ERASED_PERSONS, OF_ERASED_PERSONS, id_column
from node.spaces.tables import decoded, encoded
from node.spaces.unlock import UnlockFact, Unlocking, UnlockKind
from node.store import Column, Erased, Read, Scope, Table, Write, Writers

LOCK_OPENING = Table(
    "lock_opening",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        id_column("space_id"),
        id_column("reservation_id"),
        id_column("person_id"),
        Column("kind", default="", max_bytes=20),
        Column("at", "integer", default=0, low=0),
        Column("fact", default="{}", max_bytes=500),
    ),
    # Who came home when is nobody's business outside the building.
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("space_id", "at"), ("reservation_id",)),
    erased=Erased.blank(
        "person_id",
        rows=f"person_id in ({ERASED_PERSONS}) or reservation_id in ({OF_ERASED_PERSONS})",
        why="who opened a door, and when",
    ),
    about="Somebody had a door opened, and what its lock said; stays in the building.",
)


def insert_unlocking(write: Write, asked: Unlocking) -> bool:
    """Add a touch; False where it was noted before."""
    return write.insert_new(
        "lock_opening",
        id=asked.id,
        space_id=asked.space_id,
        reservation_id=asked.reservation_id,
        person_id=asked.person_id,
        kind=str(UnlockKind.ASKED),
        at=to_epoch(asked.fact.at),
        fact=encoded(asked.fact),
    )


def insert_outcome(
    write: Write, row_id: bytes, asked: Unlocking, kind: UnlockKind, fact: UnlockFact
) -> bool:
    """Add what became of a touch; False where that was noted before."""
    return write.insert_new(
        "lock_opening",
        id=row_id,
        space_id=asked.space_id,
        reservation_id=asked.reservation_id,
        kind=str(kind),
        at=to_epoch(fact.at),
        fact=encoded(fact),
    )


def select_unlocking(read: Read, asked_id: bytes, outcome_id: bytes) -> Unlocking | None:
    """One touch, with its outcome if that is known."""
    rows = read.rows(
        "select * from lock_opening where id in (:id, :outcome)", id=asked_id, outcome=outcome_id
    )
    return next(iter(_folded(rows)), None)


def select_of_space(read: Read, space_id: bytes, *, most: int) -> list[Unlocking]:
    """The latest touches at a place, the newest first."""
    rows = read.rows(
        "select * from lock_opening where space_id = :id order by at desc, id limit :most",
        id=space_id,
        # A touch and its outcome are a row each.
        most=2 * most,
    )
    return sorted(_folded(rows), key=lambda each: (each.fact.at, each.id), reverse=True)[:most]


def select_of_reservation(read: Read, reservation_id: bytes) -> list[Unlocking]:
    """All touches of a reservation, the newest first."""
    rows = read.rows("select * from lock_opening where reservation_id = :id", id=reservation_id)
    return sorted(_folded(rows), key=lambda each: (each.fact.at, each.id), reverse=True)


def _folded(rows: list[Any]) -> list[Unlocking]:
    """Touches with their outcomes, whatever order they came in."""
    known = {each.value for each in UnlockKind}
    facts = [(row, decoded(row["fact"], UnlockFact)) for row in rows if row["kind"] in known]
    outcomes = {
        fact.asked_id: UnlockKind(row["kind"]) for row, fact in facts if fact and fact.asked_id
    }
    return [
        Unlocking(
            row["id"],
            row["space_id"],
            row["reservation_id"],
            row["person_id"],
            fact,
            outcomes.get(row["id"].hex()),
        )
        for row, fact in facts
        if fact is not None and row["kind"] == UnlockKind.ASKED
    ]


def select_coming_in(read: Read, space_id: bytes, *, since: int, until: int) -> list[bytes]:
    """The reservations of a place whose people may come in between two instants, by start."""
    rows = read.rows(
        "select reservation_id from reservation_state where space_id = :id"
        " and starts_at < :until and ends_at > :since and status in ('confirmed', 'checked_in')"
        " order by starts_at",
        id=space_id,
        since=since,
        until=until,
    )
    return [row[0] for row in rows]


def select_since(read: Read, since: int) -> list[Unlocking]:
    """All touches since an instant, the oldest first."""
    rows = read.rows("select * from lock_opening where at >= :since", since=since)
    return sorted(_folded(rows), key=lambda each: (each.fact.at, each.id))
