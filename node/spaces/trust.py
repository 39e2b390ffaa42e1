"""What the home node believes of what another node wrote, and what it finds out itself.

A request says for whom a place is wanted, on which terms and whether the team asks. Who writes it
could grant itself anything by that. So only what a home node wrote is taken as said: of all others
the home node looks up the person, their household and its contract in its own facts; only a reserve
may speak for the team, whom it must name; central only for those who asked to be let in from
outside. What cannot be looked up yet waits, for facts come in any order. Of a cancellation the
same holds: any box of the house may say it, for people stand before it; central only for those.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from node import people
from node.base.actors import Actor, Face, Permission, may
from node.base.refusals import N_, Refusal
from node.quarter.files import Audience
from node.spaces import rules
from node.spaces.model import Reservation
from node.store import HOUSE_ROLES, OFFICE_ROLES, NodeRole, Read, Scope, Write

BELIEVED_WAIT = timedelta(days=30)
"""No line is cut for longer: a request that seems older was dated by a wrong clock."""

BELIEVED = frozenset({NodeRole.HOME})
"""Those that decide themselves: what they say of a request counts as it stands."""

TABLES = people.STANDING
"""What the answer rests on beside the request: where these change, what waits is asked again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """On which terms a request is judged; `barred` says why it cannot be granted at all."""

    audience: Audience
    by_staff: bool
    barred: Refusal | None = None


def asked_at(reservation: Reservation, *, now: datetime) -> datetime:
    """When it was asked, believed within bounds only: the clock there may be wrong."""
    return within_reason(reservation.requested_at, now=now)


def within_reason(said: datetime, *, now: datetime) -> datetime:
    """An instant that another node said, believed within bounds only."""
    return min(max(said, now - BELIEVED_WAIT), now)


def claimed_at(write: Write, claim_id: bytes, said: datetime, *, now: datetime) -> datetime:
    """When something was given up: not before what that node had told already when it said so. One
    that was away has told nothing meanwhile, so its people lose nothing by a line that was cut.
    """
    scope = Scope.QUARTER
    told = write.said_before("reservation_cancellation", claim_id, scope=scope, now=now)
    at = within_reason(said, now=now)
    return at if told is None else max(at, told)


def standing_of(write: Write, reservation: Reservation, *, now: datetime) -> Standing | None:
    """How whoever asks stands to the place; None while this node can't know yet.

    What home decided at once is no request of anybody: only its own decision says it.
    """
    wrote = write.roles_behind("reservation_request", reservation.id)
    is_by_staff = reservation.staff_id is not None
    if wrote <= BELIEVED:
        return Standing(reservation.details.audience, is_by_staff)
    if people.find_person(write, reservation.person_id) is None:
        # A name that was left out will never come.
        return None if reservation.person_id else _barred()
    actor = people.actor_of(
        write, reservation.person_id, face=Face.PORTAL, now=asked_at(reservation, now=now)
    )
    if actor is None or not _may_ask(actor, reservation):
        return _barred()
    if not wrote <= HOUSE_ROLES:
        has_asked = people.is_let_in_from_outside(write, actor.person_id, now=now)
        if not has_asked:
            return None if has_asked is None else _barred()
    speaks = is_by_staff and wrote <= OFFICE_ROLES and _is_team(write, reservation, now=now)
    return Standing(rules.audience_of(actor), speaks)


def standing_in_line(write: Write, entry: Reservation, *, now: datetime) -> Standing | None:
    """How whoever waits for a place stands to it by now; None where nothing may be offered them.

    They may have waited for months, so what counts is what the house knows of them today.
    """
    wrote = write.roles_behind(WAITING_ENTRY, entry.id)
    actor = people.actor_of(write, entry.person_id, face=Face.PORTAL, now=now)
    if actor is None or not _may_ask(actor, entry):
        return None
    if not wrote <= HOUSE_ROLES and not people.is_let_in_from_outside(
        write, actor.person_id, now=now
    ):
        return None
    is_by_staff = entry.staff_id is not None
    speaks = is_by_staff and wrote <= OFFICE_ROLES and _is_team(write, entry, now=now)
    return Standing(rules.audience_of(actor), speaks)


WAITING_ENTRY = "waiting_entry"
WAITING_END = "waiting_end"


@dataclass(frozen=True, slots=True)
class Cancelling:
    """What counts of a claim that a reservation was given up."""

    is_believed: bool = False
    may_end: bool = True
    speaks_for_team: bool = False


def cancelling(
    write: Write,
    claim_id: bytes,
    reservation: Reservation,
    *,
    now: datetime,
    table: str = "reservation_cancellation",
) -> Cancelling | None:
    """How whoever wrote a claim stands to the reservation; None while this node can't know yet."""
    wrote = write.roles_behind(table, claim_id)
    if wrote <= BELIEVED:
        return Cancelling(is_believed=True)
    if wrote <= HOUSE_ROLES:
        return Cancelling(speaks_for_team=wrote <= OFFICE_ROLES)
    members = people.members_of(write, reservation.household_id)
    ids = {reservation.person_id, *(member.id for member in members)}
    found = {people.is_let_in_from_outside(write, person_id, now=now) for person_id in ids}
    if True not in found and False not in found:
        return None
    return Cancelling(may_end=True in found)


def _may_ask(actor: Actor, reservation: Reservation) -> bool:
    return may(actor, Permission.RESERVE) and actor.household_id == reservation.household_id


def _is_team(read: Read, reservation: Reservation, *, now: datetime) -> bool:
    staff_id = reservation.staff_id or b""
    staff = people.actor_of(read, staff_id, face=Face.DESK, now=asked_at(reservation, now=now))
    return staff is not None and may(staff, Permission.RESERVE_FOR_OTHERS)


def _barred() -> Standing:
    return Standing(Audience.NO_CONTRACT, by_staff=False, barred=NOT_THEIRS_TO_ASK)


NOT_THEIRS_TO_ASK = Refusal(
    "spaces.not_theirs_to_ask",
    N_("Wer hier angefragt hat, durfte das nach den Unterlagen des Hauses nicht."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
NOT_KNOWN_YET = Refusal(
    "spaces.not_known_yet",
    N_("Wer hier anfragt, ist an diesem Gerät noch nicht bekannt."),
    N_("Die Anfrage wartet, bis die Angaben angekommen sind."),
    status=409,
)
