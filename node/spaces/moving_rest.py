"""The team moves the rest of a stay to another apartment, from a night on, also while people stay.

The stay becomes two reservations with an id in common: the first keeps its number and its pass
and ends with its last night, the second begins where it ends. Both are decided in one transaction,
at the home node of both places. What it comes to is shown before: docs/decisions/0022.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import msgspec

from node.base.actors import Actor, Permission, may
from node.base.ids import derived_id, id_text
from node.base.money import Cents
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.spaces import place_tables, rules, tables
from node.spaces.actions import NOT_YOURS, own_to_change
from node.spaces.cancelling import preview_cancellation
from node.spaces.cases import UNKNOWN_SPACE, Case, Change, case_again, circumstances
from node.spaces.deciding import decide, is_home, projected
from node.spaces.folding import find_reservation, project_new
from node.spaces.model import RequestFact, Reservation, Space, Status, Verdict
from node.spaces.moving import CHANGED_ELSEWHERE, COSTS_CHANGED, NOT_TO_CHANGE
from node.spaces.offering import offer_free
from node.spaces.opening import stay_period
from node.spaces.passes import Signer
from node.spaces.pricing import own_cents
from node.spaces.refusals import NO_PRICE, TAKEN
from node.spaces.terms import Bill
from node.store import Read, Write


@dataclass(frozen=True, slots=True)
class RestOffer:
    """What moving the rest of a stay to an apartment would come to, or why it cannot be."""

    space: Space
    refusal: Refusal | None = None
    kept: Bill | None = None
    rest: Bill | None = None
    difference_cents: Cents = 0

    @property
    def total_cents(self) -> Cents:
        """What both parts cost together."""
        return sum(bill.total_cents for bill in (self.kept, self.rest) if bill is not None)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A stay and its two parts as they would be decided."""

    agreed: Reservation
    kept: Case
    rest: Case

    @property
    def total_cents(self) -> Cents:
        """What both parts cost together."""
        return sum(case.bill.total_cents for case in (self.kept, self.rest) if case.bill)


def move_days(read: Read, reservation: Reservation, *, now: datetime) -> list[date]:
    """The days on which people could move on, from today; none where there is one night left."""
    case = case_again(read, reservation)
    if isinstance(case, Refusal) or case.space.row.stay is None:
        return []
    first, last = (
        at.astimezone(case.zone).date()
        for at in (reservation.period.starts_at, reservation.period.ends_at)
    )
    today = now.astimezone(case.zone).date()
    days = (date.fromordinal(each) for each in range(first.toordinal() + 1, last.toordinal()))
    return [day for day in days if day >= today]


def preview_rest(
    read: Read,
    actor: Actor,
    reservation_id: bytes,
    day: date,
    *,
    by_house: bool,
    now: datetime,
) -> list[RestOffer] | Refusal:
    """Every other apartment for the nights from a day on, each with what it would come to.

    `by_house`: the house wants it, so it costs no more than what was agreed.
    """
    agreed = _to_split(read, actor, reservation_id, day, now=now)
    if isinstance(agreed, Refusal):
        return agreed
    return [
        _offer(read, agreed, space, day, by_house=by_house, now=now)
        for space in place_tables.select_spaces(read)
        if space.is_by_night and space.id != agreed.space_id and not space.ended
    ]


def _offer(
    read: Read,
    agreed: Reservation,
    space: Space,
    day: date,
    *,
    by_house: bool,
    now: datetime,
) -> RestOffer:
    plan = _plan(read, agreed, space, day, by_house=by_house, now=now)
    if isinstance(plan, Refusal):
        return RestOffer(space, plan)
    difference = plan.total_cents - agreed.bill.total_cents
    return RestOffer(space, None, plan.kept.bill, plan.rest.bill, difference)


def move_rest(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    space_id: bytes,
    day: date,
    *,
    by_house: bool,
    total_cents: Cents,
    now: datetime,
    signer: Signer,
) -> tuple[Reservation, Reservation] | Refusal:
    """Move the nights from a day on to another apartment, for what was shown; with any no all
    stands as it was. Asked for twice it is done once.
    """
    if not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    done = _done_already(write, reservation_id, space_id, day)
    if done is not None:
        return done
    offer_free(write, now=now, signer=signer, space_id=space_id)
    plan = _to_move(write, actor, reservation_id, space_id, day, by_house=by_house, now=now)
    if isinstance(plan, Refusal):
        return plan
    if plan.total_cents != total_cents:
        return COSTS_CHANGED
    return _decide(write, actor, plan, day, now=now, signer=signer)


def _to_move(
    read: Read,
    actor: Actor,
    reservation_id: bytes,
    space_id: bytes,
    day: date,
    *,
    by_house: bool,
    now: datetime,
) -> _Plan | Refusal:
    agreed = _to_split(read, actor, reservation_id, day, now=now)
    if isinstance(agreed, Refusal):
        return agreed
    space = place_tables.select_space(read, space_id)
    if space is None or space.id == agreed.space_id:
        return UNKNOWN_SPACE
    return _plan(read, agreed, space, day, by_house=by_house, now=now)


def _decide(
    write: Write, actor: Actor, plan: _Plan, day: date, *, now: datetime, signer: Signer
) -> tuple[Reservation, Reservation] | Refusal:
    agreed, kept, rest = plan.agreed, plan.kept, plan.rest
    series, by = id_text(kept.wish.series), id_text(actor.person_id)
    details = replace(agreed.details, series=series, changed_by=by)
    shorter = replace(agreed.request, period=kept.wish.period, details=details)
    asked = RequestFact(
        id=rest_id(agreed.id, rest.space.id, day),
        space_id=rest.space.id,
        household_id=agreed.household_id,
        person_id=agreed.person_id,
        period=rest.wish.period,
        requested_at=kept_instant(now),
        details=replace(details, staff_id=by, changed_by="", face=str(actor.face), entry=""),
    )
    decided = decide(write, shorter, kept, now=now, signer=signer)
    first = decided if isinstance(decided, Refusal) else projected(write, agreed.id)
    if isinstance(first, Refusal):
        return first
    decided = decide(write, asked, rest, now=now, signer=signer)
    if isinstance(decided, Refusal) or decided.verdict is not Verdict.CONFIRMED:
        return TAKEN
    _copy_note(write, agreed.id, asked.id)
    return first, project_new(write, asked, decided, rest.space)


def _copy_note(write: Write, one: bytes, other: bytes) -> None:
    """What was said with the booking, and who comes, holds of the rest as well."""
    note = tables.select_note(write, one)
    if note.get("note") or note.get("guests"):
        text = tables.encoded({"note": note.get("note", ""), "guests": note.get("guests", "")})
        tables.insert_note(write, other, other, text)


def rest_id(reservation_id: bytes, space_id: bytes, day: date) -> bytes:
    """The id of the rest of a stay, the same however often it is moved there."""
    return derived_id(reservation_id, "rest", space_id, day.toordinal())


def _done_already(
    read: Read, reservation_id: bytes, space_id: bytes, day: date
) -> tuple[Reservation, Reservation] | None:
    rest = find_reservation(read, rest_id(reservation_id, space_id, day))
    first = find_reservation(read, reservation_id)
    return (first, rest) if first is not None and rest is not None else None


def _to_split(
    read: Read, actor: Actor, reservation_id: bytes, day: date, *, now: datetime
) -> Reservation | Refusal:
    if not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    agreed = own_to_change(read, actor, reservation_id)
    if isinstance(agreed, Refusal):
        return agreed
    if agreed.status_at(now) not in {Status.CONFIRMED, Status.CHECKED_IN}:
        return NOT_TO_CHANGE
    return agreed if day in move_days(read, agreed, now=now) else NO_SUCH_DAY


def _plan(
    read: Read,
    agreed: Reservation,
    space: Space,
    day: date,
    *,
    by_house: bool,
    now: datetime,
) -> _Plan | Refusal:
    case, stay = case_again(read, agreed), space.on(day).row.stay
    if isinstance(case, Refusal):
        return case
    own = case.space.row.stay
    if stay is None or own is None:
        return UNKNOWN_SPACE
    if not (is_home(read, case.space) and is_home(read, space)):
        return CHANGED_ELSEWHERE
    first, last = (
        at.astimezone(case.zone).date() for at in (agreed.period.starts_at, agreed.period.ends_at)
    )
    series = case.wish.series or derived_id(agreed.id, "parts")
    wish = replace(case.wish, series=series)
    kept_wish = replace(wish, period=stay_period(own, first, day, case.zone))
    rest_wish = replace(wish, space_id=space.id, period=stay_period(stay, day, last, case.zone))
    rest = msgspec.structs.replace(
        case, space=space, wish=rest_wish, by_staff=True, reservation_id=b""
    )
    refusal = rules.check_place(rest.space, rest_wish, circumstances(read, rest, now=now))
    if refusal is not None:
        return refusal
    kept = msgspec.structs.replace(case, wish=kept_wish, by_staff=True)
    if kept.bill is None or rest.bill is None:
        return NO_PRICE
    return _priced(agreed, kept, rest, by_house=by_house, now=now)


def _priced(agreed: Reservation, kept: Case, rest: Case, *, by_house: bool, now: datetime) -> _Plan:
    """Both parts with what giving the stay up would cost now still due, spread over the two."""
    fee = preview_cancellation(agreed, now=now).fee_cents
    least = max(0, min(fee, own_cents(agreed.bill)))
    rest_own = own_cents(rest.bill) if rest.bill is not None else 0
    on_rest = max(0, min(least, rest_own))
    kept = msgspec.structs.replace(kept, change=Change(agreed, least - on_rest))
    rest = msgspec.structs.replace(rest, change=Change(agreed, on_rest))
    if by_house and kept.bill is not None and rest.bill is not None:
        dearer = kept.bill.total_cents + rest.bill.total_cents - agreed.bill.total_cents
        rest = msgspec.structs.replace(
            rest, discount_cents=max(0, min(dearer, own_cents(rest.bill)))
        )
    return _Plan(agreed, kept, rest)


NO_SUCH_DAY = Refusal(
    "spaces.no_such_day",
    N_("An diesem Tag lässt sich der Aufenthalt nicht teilen."),
    N_("Bitte wählen Sie einen Tag zwischen Anreise und Abreise, frühestens heute."),
    status=422,
    field="day",
)
