"""The stay book: who stayed where and when, what the city gets of it, how many nights were let.

One source for the levy: the line of the bill as it was decided (`pricing.price`). Names of guests
are not in it; whose reservation it was says who knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from node.base.actors import Actor, Permission, may
from node.base.money import Cents
from node.base.periods import Period, local_day
from node.base.refusals import N_, Refusal
from node.quarter import zone_of
from node.spaces import place_tables, pricing, projections
from node.spaces.guests import tables
from node.spaces.guests.links import stay_of
from node.spaces.guests.model import Kind, Stay
from node.spaces.guests.rules import forms_needed
from node.spaces.levy import exempted
from node.spaces.model import Line, Reservation, Space, Status
from node.spaces.reads import lines_of
from node.store import Read

STAYED = frozenset({Status.CONFIRMED, Status.CHECKED_IN, Status.CHECKED_OUT, Status.OVER})
UNUSED = frozenset({Status.NO_SHOW, Status.CANCELLED})
IN_BOOK = STAYED | UNUSED
ENTERED_WITHIN = timedelta(days=10)
"""A use is entered in the calendar of the Wohnraum-ID at the latest so long after it began."""


@dataclass(frozen=True, slots=True)
class Levied:
    """What the city gets of one stay: adult nights that are taxed, and those that are not, why.

    `minors` are nights of people under the levy's age, `beyond` those of adults above the levy's
    most nights of a stay, `exempt` those of adults who owe none for a reason.
    """

    nights: int = 0
    cents: Cents = 0
    minors: int = 0
    beyond: int = 0
    exempt: int = 0


NOTHING = Levied()


@dataclass(frozen=True, slots=True)
class BookedStay:
    """A line of the stay book. `nights` were paid for, `let` of them were used by somebody."""

    stay: Stay
    levied: Levied
    let: int
    reason: str = ""
    """Why somebody is exempt; empty where nobody is, or where it was erased."""

    @property
    def enter_by(self) -> date:
        """By when it is to be entered in the calendar of the Wohnraum-ID."""
        return self.stay.arrives_on + ENTERED_WITHIN


def stay_book(
    read: Read, actor: Actor, first: date, last: date, *, now: datetime
) -> list[BookedStay] | Refusal:
    """The stays that begin within these days, by arrival: what came to nothing and cost no levy is
    left out."""
    if not may(actor, Permission.SEE_ALL_RESERVATIONS):
        return NOT_YOURS
    zone = zone_of(read)
    period = Period(local_day(first, zone).starts_at, local_day(last, zone).ends_at)
    found = [
        _with_reason(read, booked(stay_of(read, line, now=now)))
        for space in place_tables.select_spaces(read)
        if space.is_by_night
        for line in _beginning(read, space, period, now)
    ]
    kept = (x for x in found if x.stay.line.status not in UNUSED or x.levied.cents)
    return sorted(kept, key=lambda x: (x.stay.arrives_on, x.stay.line.space.mark.number))


def _beginning(read: Read, space: Space, period: Period, now: datetime) -> Iterable[Line]:
    ids = projections.select_ids_of_space(read, space.id, period)
    return (
        line
        for line in lines_of(read, ids, now=now)
        if line.status in IN_BOOK and period.holds(line.reservation.period.starts_at)
    )


def _with_reason(read: Read, found: BookedStay) -> BookedStay:
    if not found.levied.exempt:
        return found
    noted = exempted(read, found.stay.line.reservation.id)
    return replace(found, reason=noted.reason if noted else "")


def booked(stay: Stay) -> BookedStay:
    """A stay as the book has it."""
    levied = levied_of(stay.line.reservation, stay.nights, stay.line.status)
    return BookedStay(stay, levied, _let(stay))


def levied_of(reservation: Reservation, nights: int, status: Status = Status.CONFIRMED) -> Levied:
    """The levy of a stay, from its bill. It is due for nights that are paid, used or not (Satzung
    of Düsseldorf): so it stays with who does not come and has to pay for them, and with who gives
    up so late that all nights are to be paid."""
    bill = reservation.bill
    line = next((each for each in bill.lines if each.vat_percent is None and each.cents), None)
    people, free = reservation.details.people, reservation.details.exempt
    if line is None:
        minors = (people - free) * nights
        return Levied(minors=minors, exempt=free * nights) if bill.lines else NOTHING
    if status is Status.NO_SHOW and not pricing.no_show_cost(reservation.terms, bill).levy_cents:
        return NOTHING
    gone = reservation.cancellation
    all_due = pricing.own_cents(bill) + bill.levy_cents
    if gone is not None and reservation.check_in is None and gone.fee_cents < all_due:
        return NOTHING
    adults, counted = int(line.values["adults"]), int(line.values["nights"])
    return Levied(
        nights=adults * counted,
        cents=line.cents,
        minors=(people - adults - free) * nights,
        beyond=adults * (nights - counted),
        exempt=free * nights,
    )


def _let(stay: Stay) -> int:
    """The nights for which somebody was there, or will be."""
    if stay.line.status not in STAYED:
        return 0
    left = stay.leaves_on if stay.left_on is None else min(stay.left_on, stay.leaves_on)
    return max(1, (left - stay.arrives_on).days)


@dataclass(frozen=True, slots=True)
class LetNights:
    """How many nights of a calendar year a place is let, and how many it may be (0: no limit)."""

    space: Space
    nights: int
    most: int

    @property
    def is_over(self) -> bool:
        """Whether it is let more than it may be."""
        return bool(self.most) and self.nights > self.most


def let_nights(read: Read, year: int, *, now: datetime) -> list[LetNights]:
    """The nights of a year for which each guest apartment is let or booked."""
    zone = zone_of(read)
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    whole = Period(local_day(first, zone).starts_at, local_day(after, zone).starts_at)
    found = []
    for space in place_tables.select_spaces(read):
        if not space.is_by_night or space.row.stay is None or space.ended:
            continue
        ids = projections.select_ids_of_space(read, space.id, whole)
        stays = [stay_of(read, line, now=now) for line in lines_of(read, ids, now=now)]
        nights = sum(nights_within(each, first, after) for each in stays)
        found.append(LetNights(space, nights, space.row.stay.nights_per_year))
    return found


def nights_within(stay: Stay, first: date, after: date) -> int:
    """How many of the nights of a stay that are let begin on a day from `first`, before `after`."""
    begins = max(stay.arrives_on, first)
    ends = min(stay.arrives_on + timedelta(days=_let(stay)), after)
    return max(0, (ends - begins).days)


def form_book(
    read: Read, actor: Actor, first: date, last: date, *, now: datetime
) -> list[Stay] | Refusal:
    """The stays that begin within these days and have registration forms, filled in or still due,
    by arrival: what is shown to the authorities that may ask for it (BMG s.30(4)). A stay in
    several apartments is one, by its first; what was destroyed is not in it any more."""
    if not may(actor, Permission.CHECK_IN_OTHERS):
        return FORMS_NOT_YOURS
    zone = zone_of(read)
    period = Period(local_day(first, zone).starts_at, local_day(last, zone).ends_at)
    found = (
        stay_of(read, line, now=now)
        for space in place_tables.select_spaces(read)
        if space.is_by_night
        for line in _beginning(read, space, period, now)
    )
    kept = [x for x in found if x.line.status in STAYED and x.number <= 1 and forms_needed(x)]
    return sorted(kept, key=lambda x: (x.first_day, x.line.space.mark.number))


@dataclass(frozen=True, slots=True)
class Registered:
    """How many registration forms of a time there were, without a name."""

    forms: int
    signed: int
    destroyed: Sequence[tuple[date, int]]
    """On which day how many were destroyed."""


def registered(read: Read, first: date, last: date) -> Registered:
    """The forms of stays that began within these days, and what became of them."""
    zone = zone_of(read)
    period = Period(local_day(first, zone).starts_at, local_day(last, zone).ends_at)
    forms = tables.count_forms(read, Kind.FORM, period)
    signed = tables.count_forms(read, Kind.SIGNED, period)
    by_day: dict[date, int] = {}
    for at in tables.select_ended_forms(read, period):
        day = at.astimezone(zone).date()
        by_day[day] = by_day.get(day, 0) + 1
    return Registered(forms, signed, sorted(by_day.items()))


FORMS_NOT_YOURS = Refusal(
    "guests.forms_not_allowed",
    N_("Die Meldescheine sieht nur, wer am Service-Point eincheckt."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
NOT_YOURS = Refusal(
    "guests.book_not_allowed",
    N_("Das Belegungsbuch sieht nur das Team."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
