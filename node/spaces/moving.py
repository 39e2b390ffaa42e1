"""Changing what is agreed: another time, another place, other people; the reservation stays.

A change is a further decision of the home node upon the request as it is then: the pass, the number
and the note stay. It is made where both places are decided about, in the transaction of the check.
Who is in already may stay longer, leave a room sooner, or be more: the beginning is past changing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from node.base.actors import Actor
from node.base.ids import id_text
from node.base.money import Cents
from node.base.periods import Period, kept_instant
from node.base.refusals import N_, Refusal
from node.spaces import place_tables, rules
from node.spaces.actions import own_to_change
from node.spaces.cancelling import preview_cancellation
from node.spaces.cases import UNKNOWN_SPACE, Case, Change, case_again, circumstances
from node.spaces.deciding import decide, is_home, projected
from node.spaces.model import RequestFact, Reservation, Space, Status, Wish
from node.spaces.offering import offer_free
from node.spaces.passes import Signer
from node.spaces.pricing import cancellation_cost, own_cents
from node.spaces.refusals import NO_PRICE
from node.spaces.search import fitted
from node.spaces.terms import Bill
from node.store import Read, Write


@dataclass(frozen=True, slots=True)
class ChangeOffer:
    """What a change would come to: the place, the new bill, and the difference to the old one
    (less than nothing: that much is given back)."""

    space: Space
    period: Period
    bill: Bill
    difference_cents: Cents
    is_same: bool


def preview_change(
    read: Read,
    actor: Actor,
    reservation_id: bytes,
    wish: Wish,
    *,
    now: datetime,
    by_house: bool = False,
) -> ChangeOffer | Refusal:
    """What a change would cost now, or why it cannot be had.

    `by_house`: the house wants it, so it costs no more than what was agreed.
    """
    found = judge(read, actor, reservation_id, wish, now=now)
    if isinstance(found, Refusal):
        return found
    agreed, case = found
    return offer_of(agreed, for_the_house(agreed, case) if by_house else case)


def offer_of(agreed: Reservation, case: Case) -> ChangeOffer | Refusal:
    """What a change that can be had comes to."""
    bill = case.bill
    if bill is None:
        return NO_PRICE
    difference = bill.total_cents - agreed.bill.total_cents
    is_same = _asked(agreed, case.wish) == agreed.request
    return ChangeOffer(case.space, case.wish.period, bill, difference, is_same)


def change(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    wish: Wish,
    *,
    total_cents: Cents,
    now: datetime,
    signer: Signer,
    by_house: bool = False,
) -> Reservation | Refusal:
    """Change a confirmed reservation for what was shown (`total_cents`); with any no the old one
    stands."""
    offer_free(write, now=now, signer=signer, space_id=wish.space_id)
    found = judge(write, actor, reservation_id, wish, now=now)
    if isinstance(found, Refusal):
        return found
    agreed, case = found
    case = for_the_house(agreed, case) if by_house else case
    if case.bill is None:
        return NO_PRICE
    if case.bill.total_cents != total_cents:
        return COSTS_CHANGED
    return write_change(write, actor, agreed, case, now=now, signer=signer)


def for_the_house(agreed: Reservation, case: Case) -> Case:
    """A change that the house asks for: nothing of the old stays due, and it costs no more."""
    case = msgspec.structs.replace(case, change=Change(agreed, 0))
    if case.bill is None:
        return case
    dearer = case.bill.total_cents - agreed.bill.total_cents
    return msgspec.structs.replace(case, discount_cents=max(0, min(dearer, own_cents(case.bill))))


def write_change(
    write: Write, actor: Actor, agreed: Reservation, case: Case, *, now: datetime, signer: Signer
) -> Reservation | Refusal:
    """Decide upon what `judge` found possible in this transaction."""
    if _asked(agreed, case.wish) == agreed.request:
        return agreed
    asked = _asked(agreed, case.wish, by=actor if case.by_staff else None)
    decided = decide(write, asked, case, now=now, signer=signer)
    return decided if isinstance(decided, Refusal) else projected(write, agreed.id)


def judge(
    read: Read,
    actor: Actor,
    reservation_id: bytes,
    wish: Wish,
    *,
    now: datetime,
    along: bool = False,
) -> tuple[Reservation, Case] | Refusal:
    """What is agreed and the changed wish as a case, or why it cannot be had.

    `along`: it goes along with the room it was booked with, as equipment never does alone.
    """
    agreed = own_to_change(read, actor, reservation_id)
    if isinstance(agreed, Refusal):
        return agreed
    status = agreed.status_at(now)
    if status not in {Status.CONFIRMED, Status.CHECKED_IN}:
        return NOT_TO_CHANGE
    unthinkable = rules.check_thinkable(wish.period)
    if unthinkable is not None:
        return unthinkable
    case = _case(read, actor, agreed, wish, now=now, along=along)
    if isinstance(case, Refusal):
        return case
    is_inside = status is Status.CHECKED_IN or (along and agreed.period.starts_at <= now)
    return _check(read, agreed, case, now=now, is_inside=is_inside)


def _check(
    read: Read, agreed: Reservation, case: Case, *, now: datetime, is_inside: bool
) -> tuple[Reservation, Case] | Refusal:
    if is_inside:
        begun = _check_inside(agreed, case, now=now)
        if begun is not None:
            return begun
    # That it has begun is no reason against it; what is agreed now is not in its own way.
    asked_at = agreed.requested_at if is_inside else None
    world = circumstances(read, case, now=now, asked_at=asked_at)
    refusal = rules.check_reservable(case.space, case.wish, world)
    if refusal is None and case.asks is not None and not case.by_staff:
        return case.asks
    return refusal or (agreed, case)


def _check_inside(agreed: Reservation, case: Case, *, now: datetime) -> Refusal | None:
    """Why a stay or a meeting that has begun cannot be changed so."""
    old, new = agreed.period, case.wish.period
    if case.space.id != agreed.space_id or new.starts_at != old.starts_at:
        return HAS_BEGUN
    if new.ends_at <= now:
        return ENDS_TOO_EARLY
    # Nights that are paid stay paid, and so does the levy on them: leaving is what frees them.
    return LEAVE_INSTEAD if case.space.is_by_night and new.ends_at < old.ends_at else None


def _case(
    read: Read,
    actor: Actor,
    agreed: Reservation,
    wish: Wish,
    *,
    now: datetime,
    along: bool,
) -> Case | Refusal:
    """The changed wish, in the place's own times, on the terms of whoever it is agreed with."""
    case = case_again(read, agreed)
    if isinstance(case, Refusal):
        return case
    space = place_tables.select_space(read, wish.space_id)
    if space is None:
        return UNKNOWN_SPACE
    if (space.is_equipment or case.space.is_equipment) and not along:
        return GOES_WITH_ITS_ROOM
    if not (is_home(read, case.space) and is_home(read, space)):
        return CHANGED_ELSEWHERE
    fee = _due(agreed, now=now)
    # The city's levy is due with the nights that are stayed, not twice.
    least = max(0, min(fee, own_cents(agreed.bill)))
    by_staff = actor.person_id != agreed.person_id and actor.household_id != agreed.household_id
    period, exempt = fitted(space, wish.period, case.zone), agreed.details.exempt
    wish = replace(wish, period=period, series=case.wish.series, exempt=min(exempt, wish.people))
    return msgspec.structs.replace(
        case, space=space, wish=wish, by_staff=by_staff, change=Change(agreed, least)
    )


def _due(agreed: Reservation, *, now: datetime) -> Cents:
    """What giving up would cost now; of what has begun, what its terms leave due at the start."""
    if agreed.status_at(now) is Status.CHECKED_IN:
        starts_at = agreed.period.starts_at
        return cancellation_cost(agreed.terms, agreed.bill, starts_at, now=now).fee_cents
    return preview_cancellation(agreed, now=now).fee_cents


def _asked(agreed: Reservation, wish: Wish, *, by: Actor | None = None) -> RequestFact:
    """The request as it is after the change; who asked, and when first, stays."""
    period = Period(kept_instant(wish.period.starts_at), kept_instant(wish.period.ends_at))
    details = replace(agreed.details, people=wish.people, ages=wish.ages, purpose=wish.purpose)
    if by is not None:
        details = replace(details, changed_by=id_text(by.person_id))
    return replace(agreed.request, space_id=wish.space_id, period=period, details=details)


NOT_TO_CHANGE = Refusal(
    "spaces.not_to_change",
    N_("Diese Buchung lässt sich nicht mehr ändern."),
    N_("Sie können eine neue machen; der Service-Point hilft Ihnen gern."),
)
HAS_BEGUN = Refusal(
    "spaces.has_begun",
    N_("Die Zeit hat schon begonnen: Ort und Anfang stehen fest."),
    N_("Sie können länger bleiben, früher aufhören oder mehr Personen sein."),
)
ENDS_TOO_EARLY = Refusal(
    "spaces.ends_too_early",
    N_("Dieses Ende ist schon vorbei."),
    N_("Zum Gehen checken Sie aus; der Rest der Zeit wird dann frei."),
    status=422,
    field="ends",
)
LEAVE_INSTEAD = Refusal(
    "spaces.leave_instead",
    N_("Während des Aufenthalts lässt er sich nicht verkürzen."),
    N_("Reisen Sie früher ab, checken Sie an dem Tag aus; die Nächte danach werden dann frei."),
)
GOES_WITH_ITS_ROOM = Refusal(
    "spaces.goes_with_its_room",
    N_("Was zu einem Raum dazugebucht ist, lässt sich allein nicht ändern."),
    N_("Sie können es absagen und mit dem Raum neu buchen."),
)
CHANGED_ELSEWHERE = Refusal(
    "spaces.changed_elsewhere",
    N_("Hier lässt sich diese Buchung nicht ändern."),
    N_("Im Portal des Hauses geht es, oder am Service-Point."),
)
COSTS_CHANGED = Refusal(
    "spaces.costs_changed",
    N_("Der Preis der Änderung ist inzwischen ein anderer."),
    N_("Bitte sehen Sie ihn noch einmal an."),
)
