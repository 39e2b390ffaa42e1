"""Taking back what was done by mistake: a check-in, a check-out, a cancellation, a no; and that
nobody came.

Nothing is removed. That a fact does not count is one more fact, which the home node of the place
writes in the transaction in which it has found that the time is still free; see decision 0019.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.spaces import place_tables, projections, rules, standing, undo_tables
from node.spaces.actions import DECIDED_ELSEWHERE, NOT_YOURS
from node.spaces.cases import UNKNOWN_SPACE, case_again, circumstances, release_instant
from node.spaces.deciding import DECLINED_BY_DESK, UNKNOWN, is_home, projected
from node.spaces.folding import find_reservation
from node.spaces.model import Reservation, Space, Status, Verdict
from node.spaces.offering import offer_free
from node.spaces.passes import Signer
from node.spaces.undone import Undone, UndoneFact
from node.store import Write

AFTERWARDS = timedelta(days=1)
"""How long after its time a wrong check-in or check-out is still put right: for the records."""

NEEDS_TO_UNDO = {
    Undone.CHECK_IN: Permission.CHECK_IN_OTHERS,
    Undone.CHECK_OUT: Permission.CHECK_IN_OTHERS,
    Undone.CANCELLATION: Permission.RESERVE_FOR_OTHERS,
    Undone.DECLINE: Permission.RESERVE_FOR_OTHERS,
    Undone.NO_SHOW: Permission.CHECK_IN_OTHERS,
}


def undoable(reservation: Reservation, *, now: datetime) -> Undone | None:
    """What could be taken back of a reservation now, as far as its own facts tell."""
    status = reservation.status_at(now)
    recent = now < reservation.period.ends_at + AFTERWARDS
    if status is Status.CHECKED_IN and recent:
        return Undone.CHECK_IN
    if status is Status.CHECKED_OUT and recent:
        return Undone.CHECK_OUT
    if status is Status.NO_SHOW and recent:
        return Undone.NO_SHOW
    if status is Status.CANCELLED and _would_stand(reservation, now):
        return Undone.CANCELLATION
    if status is Status.DECLINED and _was_the_desks_no(reservation, now):
        return Undone.DECLINE
    return None


def _was_the_desks_no(reservation: Reservation, now: datetime) -> bool:
    """Whether the desk said no, and a yes would still be worth something. What the rules or another
    reservation stood against is not its to take back."""
    decision = reservation.decision
    by_desk = decision is not None and decision.reason == DECLINED_BY_DESK.code
    return by_desk and now < reservation.period.ends_at


def _would_stand(reservation: Reservation, now: datetime) -> bool:
    """Whether a reservation that was given up was agreed, and is worth something without that."""
    decision = reservation.decision
    if decision is None or decision.verdict is not Verdict.CONFIRMED:
        return False
    return replace(reservation, cancellation=None).status_at(now) is Status.CONFIRMED


def undo(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    what: Undone,
    *,
    now: datetime,
    signer: Signer,
) -> Reservation | Refusal:
    """Take back what was done last to a reservation. Asked for twice it is done once.

    Who waits for the time that it had freed comes first.
    """
    found = _to_undo(write, actor, reservation_id, what)
    if isinstance(found, Refusal):
        return found
    reservation, space = found
    if undoable(reservation, now=now) is not what:
        undone = undo_tables.select_undone(write, reservation_id)
        return reservation if any(each.what is what for each in undone) else TOO_LATE_TO_UNDO
    offer_free(write, now=now, signer=signer, space_id=space.id)
    refusal = _why_not(write, reservation, space, what, now=now)
    if refusal is not None:
        return refusal
    fact = UndoneFact(at=now, what=what, staff_id=id_text(actor.person_id))
    undo_tables.insert_undone(write, reservation_id, fact)
    return projected(write, reservation_id)


def _to_undo(
    write: Write, actor: Actor, reservation_id: bytes, what: Undone
) -> tuple[Reservation, Space] | Refusal:
    if not may(actor, NEEDS_TO_UNDO[what]):
        return NOT_YOURS
    reservation = find_reservation(write, reservation_id)
    if reservation is None:
        return UNKNOWN
    space = place_tables.select_space(write, reservation.space_id)
    if space is None:
        return UNKNOWN_SPACE
    return (reservation, space) if is_home(write, space) else DECIDED_ELSEWHERE


def _why_not(
    write: Write, reservation: Reservation, space: Space, what: Undone, *, now: datetime
) -> Refusal | None:
    """What is in the way of a time that would be kept from others again."""
    if what is Undone.CHECK_IN:
        return None
    period = reservation.period
    if what is Undone.CHECK_OUT and now >= period.ends_at:
        return None
    kept = standing.buffered(reservation.terms, period)
    as_of = release_instant(write, now)
    if projections.is_taken(write, space.id, kept, as_of=as_of, but=reservation.id):
        return GIVEN_AWAY
    if what in {Undone.CHECK_OUT, Undone.NO_SHOW}:
        return None
    case = case_again(write, reservation)
    if isinstance(case, Refusal):
        return case
    # The desk stands in for the person: their limits do not bar it, a closed place does.
    case = msgspec.structs.replace(case, by_staff=True)
    world = circumstances(write, case, now=now, asked_at=reservation.requested_at)
    return rules.check_reservable(case.space, case.wish, world)


TOO_LATE_TO_UNDO = Refusal(
    "spaces.too_late_to_undo",
    N_("Das lässt sich nicht mehr zurücknehmen."),
    N_("Die Buchung steht inzwischen anders. Bitte sehen Sie sie noch einmal an."),
)
GIVEN_AWAY = Refusal(
    "spaces.given_away",
    N_("Die Zeit ist inzwischen an jemand anderen vergeben."),
    N_("Bitte suchen Sie mit der Person eine andere Zeit oder einen anderen Ort."),
)
