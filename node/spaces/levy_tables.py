"""The table and the SQL of exemptions from the city's levy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from node.base.ids import new_id
from node.spaces.model import Instant
from node.spaces.schema import OF_ERASED_PERSONS, id_column
from node.spaces.tables import decoded, encoded
from node.store import Column, Erased, Read, Scope, Table, Write, Writers

LEVY_EXEMPTION = Table(
    "levy_exemption",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        id_column("reservation_id"),
        Column("fact", default="{}", max_bytes=1000),
        Column("reason", default="", max_bytes=40),
    ),
    # A reason may tell of somebody's health: central is told how many, never why.
    scope=Scope.HOUSE,
    writers=Writers.HOME,
    indexes=(("reservation_id",),),
    erased=Erased.blank(
        "reason",
        rows=f"reservation_id in ({OF_ERASED_PERSONS})",
        why="why guests owed no levy may be a disability; how many they were is kept, nobody's",
    ),
    about="The desk noted how many guests of a stay owe the city no levy, and why; the latest"
    " counts. Stays in the building.",
)


class ExemptionFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many grown-up guests are exempt, who of the team noted it, and when."""

    at: Instant
    staff_id: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True)
class Exempted:
    """What counts of a stay's exemptions. The reason is empty where it was erased."""

    people: int
    reason: str
    at: datetime
    staff_id: str


def insert_exemption(write: Write, reservation_id: bytes, fact: ExemptionFact, reason: str) -> None:
    """Note it; what was noted before does not count any more."""
    write.insert(
        "levy_exemption",
        id=new_id(),
        reservation_id=reservation_id,
        fact=encoded(fact),
        reason=reason,
    )


def select_exemptions(read: Read, reservation_id: bytes) -> list[Exempted]:
    """All that was noted of a stay, the earliest first."""
    rows = read.rows(
        "select fact, reason from levy_exemption where reservation_id = :id order by id",
        id=reservation_id,
    )
    return [found for found in map(_exempted, rows) if found is not None]


def _exempted(row: Any) -> Exempted | None:
    fact = decoded(row["fact"], ExemptionFact)
    if fact is None:
        return None
    return Exempted(fact.people, row["reason"], fact.at, fact.staff_id)
