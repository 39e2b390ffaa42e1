"""How the home node rules on an erasure: who asked, where, and for how long it can be taken back.

What is overwritten never comes back, and any box of the house may say that somebody wants to go: a
box whose program was changed, or one at which somebody else knows their PIN. So what people ask
for themselves waits, in everybody's sight, and is carried out by the home node alone. The team
behind a door has the person before it and does not wait.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from node.base.actors import Face, Permission, may
from node.base.periods import to_epoch
from node.people import erased_tables
from node.people.access import actor_of, current_roles, find_person
from node.people.model import TEAM
from node.store import OFFICE_ROLES, NodeRole, Write

WAIT_DAYS = 7
"""Long enough to be noticed by who comes to the desk once a week, and to leave three weeks of the
month in which copies must be gone (GDPR Art. 12)."""

_Row = erased_tables.Row


class Ended(StrEnum):
    """Why an erasure that was asked for is not carried out."""

    TAKEN_BACK = "taken_back"
    BOX_LET_GO = "box_let_go"
    TEAM = "team"


def rule(write: Write, *, now: datetime) -> None:
    """At the home node: rule on what was asked for and take back what was taken back."""
    for asked in erased_tables.select_unruled(write):
        _rule(write, asked, now)
    for row in erased_tables.select_withdrawn(write):
        erased_tables.end_ruling(
            write, row["id"], Ended.TAKEN_BACK, by=row["staff_id"], at=to_epoch(now)
        )


def lapse(write: Write, sites: Collection[bytes], *, now: datetime) -> None:
    """At the home node: what was asked for at boxes that were let go since is not carried out."""
    for row in erased_tables.select_open_rulings(write):
        if row["site"] in sites:
            erased_tables.end_ruling(write, row["id"], Ended.BOX_LET_GO, by=None, at=to_epoch(now))


def take_due(write: Write, *, now: datetime) -> set[bytes]:
    """At the home node: whose time to think is over; nobody who is of the team by now."""
    at, due = to_epoch(now), set()
    for row in erased_tables.select_open_rulings(write):
        if row["due_at"] > at:
            continue
        if _is_of_team(write, row["person_id"], at):
            erased_tables.end_ruling(write, row["id"], Ended.TEAM, by=None, at=at)
        else:
            due.add(row["person_id"])
    return due


def name_emptied(write: Write) -> None:
    """At the home node: which households were left empty, so that what is theirs goes, too.

    Only an import at the home node moves people. Where another box did, whole families may seem to
    have left, and nothing that is a household's goes until an import has put them back.
    """
    emptied = erased_tables.select_emptied(write)
    if emptied and write.roles_over("person", "household_id") <= {NodeRole.HOME}:
        for row in emptied:
            erased_tables.name_household(write, row["id"], row["household_id"])


def _rule(write: Write, asked: _Row, now: datetime) -> None:
    at, person_id = to_epoch(now), asked["person_id"]
    is_gone = erased_tables.is_erased(write, person_id)
    if not is_gone and find_person(write, person_id) is None:
        # Their papers may come yet.
        return
    elsewhere = write.sites_behind("erasure", asked["id"]) - {write.site_id}
    is_teams = _is_teams_word(write, asked, now)
    waits = timedelta(0) if is_gone or is_teams else timedelta(days=WAIT_DAYS)
    erased_tables.insert_ruling(
        write,
        id=asked["id"],
        person_id=person_id,
        site=min(elsewhere, default=write.site_id),
        at=at,
        staff_id=asked["staff_id"] if is_teams else None,
        reason=asked["reason"],
        due_at=to_epoch(now + waits),
        done_at=at if is_gone else None,
    )


def _is_teams_word(write: Write, asked: _Row, now: datetime) -> bool:
    """Whether somebody of the team asked, behind a door: elsewhere anybody could say so."""
    staff_id = asked["staff_id"]
    if staff_id is None or not write.roles_behind("erasure", asked["id"]) <= OFFICE_ROLES:
        return False
    staff = actor_of(write, staff_id, face=Face.DESK, now=now)
    return staff is not None and may(staff, Permission.MANAGE_PEOPLE)


def _is_of_team(write: Write, person_id: bytes, at: int) -> bool:
    person = find_person(write, person_id)
    return person is not None and bool(current_roles(write, person, at) & TEAM)
