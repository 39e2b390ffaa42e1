"""What of somebody's counts no more: cards, codes, sessions, calendars; for the desk.

A changed box of the house can void them too, in anybody's name. So each is told with the box that
wrote it, which its chain proves; by whom is only what that box says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from node.base.actors import Actor, Permission, may
from node.base.periods import from_epoch
from node.people import erased_tables
from node.people.model import Person
from node.store import Read

SHOWN_MAX = 10
"""What is older tells nothing any more of what is wrong today."""


class Kind(StrEnum):
    """What was voided."""

    CARD = "card"
    CODE = "code"
    SESSIONS = "sessions"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Voided:
    """One thing that counts no more: since when, at which boxes it was written, and in whose name
    of the team (None: their own).
    """

    kind: Kind
    at: datetime
    sites: frozenset[bytes]
    staff_id: bytes | None


_TABLES = {
    Kind.CARD: "card_revocation",
    Kind.CODE: "code_revocation",
    Kind.SESSIONS: "sign_out",
    Kind.CALENDAR: "calendar_feed_revocation",
}


def list_voided(read: Read, actor: Actor, person: Person) -> list[Voided]:
    """What was voided of somebody and their household, the latest first; for the desk alone."""
    if not may(actor, Permission.MANAGE_PEOPLE):
        return []
    rows = erased_tables.select_voided(read, person.id, person.household_id, most=SHOWN_MAX)
    return [
        Voided(
            Kind(row["kind"]),
            from_epoch(row["at"]),
            read.sites_behind(_TABLES[Kind(row["kind"])], row["id"]),
            row["staff_id"] or None,
        )
        for row in rows
    ]
