"""The table and the SQL of what was read: who knows what the team did to their reservation."""

from __future__ import annotations

from typing import Any

import msgspec

from node.base.ids import derived_id
from node.spaces.by_team import Seen
from node.spaces.model import Instant
from node.spaces.schema import id_column
from node.spaces.tables import decoded, encoded
from node.store import Column, Erased, Read, Scope, Table, Write

TEAM_ACT_SEEN = Table(
    "team_act_seen",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        id_column("reservation_id"),
        id_column("act_id"),
        id_column("person_id"),
        Column("fact", default="{}", max_bytes=1000),
    ),
    # Also what was read from away must not come back at home.
    scope=Scope.QUARTER,
    indexes=(("reservation_id",),),
    erased=Erased.nothing("random ids and an instant: nobody's, once the person is blank"),
    about="Somebody has read, or was told by the team, what was done to their reservation; ids"
    " only. What the team wrote to it stays in the building.",
)


class SeenFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """When it was read, and who of the team told them where they did not read it themselves."""

    at: Instant
    told_by: str = ""


def insert_seen(
    write: Write, reservation_id: bytes, act_id: bytes, person_id: bytes, fact: SeenFact
) -> bool:
    """Note that somebody knows of an act; whether that is new. Nobody in particular (empty) are
    the guests of a stay."""
    return write.insert_new(
        "team_act_seen",
        id=derived_id(act_id, "seen", person_id),
        reservation_id=reservation_id,
        act_id=act_id,
        person_id=person_id,
        fact=encoded(fact),
    )


def select_seen(read: Read, reservation_id: bytes) -> list[Seen]:
    """Who knows what of a reservation."""
    rows = read.rows(
        "select act_id, person_id, fact from team_act_seen where reservation_id = :id",
        id=reservation_id,
    )
    return [found for found in map(_seen, rows) if found is not None]


def _seen(row: Any) -> Seen | None:
    fact = decoded(row["fact"], SeenFact)
    if fact is None:
        return None
    return Seen(row["act_id"], row["person_id"], fact.at, fact.told_by)


def has_team_act(read: Read, reservation_id: bytes) -> bool:
    """Whether somebody else than whose it is may have had a hand in a reservation: a sieve, before
    its facts are read."""
    found = read.value(
        "select 1 from reservation_decision where reservation_id = :id"
        " and fact like '%\"by_team_at\":%' union all"
        " select 1 from cancellation_ruling where reservation_id = :id"
        " and fact like '%\"by_staff\":true%' union all"
        " select 1 from reservation_cancellation where reservation_id = :id"
        " and fact like '%\"by_staff\":true%' union all"
        " select 1 from reservation_undo where reservation_id = :id limit 1",
        id=reservation_id,
    )
    return found is not None
