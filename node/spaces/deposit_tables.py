"""The table and the SQL of deposits."""

from __future__ import annotations

from typing import Any

from node.spaces.deposit import Step, StepFact, StepKind
from node.spaces.schema import OF_ERASED_PERSONS, id_column
from node.spaces.tables import decoded, encoded
from node.store import Column, Erased, Read, Scope, Table, Write, Writers

WORDS_MAX = 500
CENTS_MAX = 100_000_00

DEPOSIT_STEP = Table(
    "deposit_step",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        id_column("reservation_id"),
        Column("kind", default="", max_bytes=20),
        id_column("of_id"),
        Column("cents", "integer", default=0, low=0, high=CENTS_MAX),
        Column("fact", default="{}", max_bytes=1000),
        Column("words", default="", max_bytes=2000),
    ),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("reservation_id",), ("of_id",)),
    erased=Erased.blank(
        "words",
        rows=f"reservation_id in ({OF_ERASED_PERSONS})",
        why="why something was withheld; sums and numbers of vouchers are kept, with nobody's name",
    ),
    about="The team noted that a deposit was received, returned or withheld, or took a note back;"
    " stays in the building.",
)


def insert_step(write: Write, step: Step) -> None:
    """Add a note."""
    write.insert(
        "deposit_step",
        id=step.id,
        reservation_id=step.reservation_id,
        kind=str(step.kind),
        of_id=step.of_id,
        cents=step.cents,
        fact=encoded(step.fact),
        words=step.words,
    )


def select_steps(read: Read, reservation_id: bytes) -> list[Step]:
    """All that was noted of a reservation's deposit."""
    rows = read.rows(
        "select * from deposit_step where reservation_id = :id order by id", id=reservation_id
    )
    return [found for found in map(_step, rows) if found is not None]


def select_all_steps(read: Read) -> list[Step]:
    """All that was ever noted of deposits."""
    rows = read.rows("select * from deposit_step order by id")
    return [found for found in map(_step, rows) if found is not None]


def _step(row: Any) -> Step | None:
    fact = decoded(row["fact"], StepFact)
    if fact is None or row["kind"] not in set(StepKind):
        return None
    return Step(
        id=row["id"],
        reservation_id=row["reservation_id"],
        kind=StepKind(row["kind"]),
        cents=row["cents"],
        fact=fact,
        of_id=row["of_id"],
        words=row["words"],
    )


def select_held(read: Read) -> list[bytes]:
    """The reservations of whose deposits the house holds something."""
    rows = read.rows(
        "select reservation_id from deposit_step as d where not exists (select 1 from"
        " deposit_step as u where u.of_id = d.id and u.kind = 'undone') group by reservation_id"
        " having sum(case kind when 'received' then cents when 'returned' then -cents"
        " when 'withheld' then -cents else 0 end) > 0"
    )
    return [row[0] for row in rows]
