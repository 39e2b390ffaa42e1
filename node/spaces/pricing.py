"""Prices: the same bill on every face. Pure; sums are gross cents.

Rules of the trade: rooms by the hour, half day or day, whichever is least, or flat; guest
apartments by a first night that carries the cleaning, further nights, a surcharge a night for each
person above those included, free up to an age; a levy per adult night that the city gets and that
is no revenue, so it carries no tax.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from node.base.money import Cents, for_minutes, share_of, vat_within
from node.base.periods import Period, local_day
from node.base.refusals import N_
from node.quarter.files import HALF_DAY_MINUTES, Audience, RoomPrice, SpaceRow, StayPrice, StayRules
from node.quarter.model import Levy, QuarterProfile
from node.spaces.model import Space, Wish
from node.spaces.terms import FREE, Bill, BillLine, CancelPreview, Terms, VatPart


@dataclass(frozen=True, slots=True)
class NoShowCost:
    """What stays due of a time that nobody came to: the house's part, and the city's levy."""

    own_cents: Cents
    levy_cents: Cents

    @property
    def cents(self) -> Cents:
        """Both."""
        return self.own_cents + self.levy_cents


@dataclass(frozen=True, slots=True)
class CancelStep:
    """Until when giving up a reservation costs this much."""

    until: datetime
    fee_cents: Cents


def nights_of(period: Period, zone: ZoneInfo) -> int:
    """The nights of a stay: calendar days from arrival to departure."""
    first = period.starts_at.astimezone(zone).date()
    return (period.ends_at.astimezone(zone).date() - first).days


def price(
    row: SpaceRow, wish: Wish, audience: Audience, profile: QuarterProfile, zone: ZoneInfo
) -> Bill | None:
    """The bill of a wish, or None where this audience has no price for this purpose."""
    percent = vat_percent(row, wish.period, profile, zone)
    if row.stay is not None:
        found = next((p for p in row.stay_prices if p.audience is audience), None)
        if found is None:
            return None
        levy = profile.levy_on(row.stay.levy, wish.period.starts_at.astimezone(zone).date())
        nights = nights_of(wish.period, zone)
        lines = (
            *stay_lines(row.stay, found, wish, nights=nights, percent=percent),
            *levy_lines(levy, wish, nights),
        )
        cleaning = found.cleaning_cents if row.stay.cleaning_refunded else 0
        return replace(_bill(lines, row.deposit_cents), cleaning_cents=cleaning)
    chosen = room_price(row.room_prices, audience, wish.purpose)
    if chosen is None:
        return None
    cents = room_cents(chosen, wish.period, zone)
    if chosen.is_net:
        cents += share_of(cents, percent)
    deposit = row.deposit_cents if chosen.deposit_cents is None else chosen.deposit_cents
    if cents == 0:
        return _bill((), deposit)
    return _bill((_room_line(wish.period, cents, percent),), deposit)


def vat_percent(row: SpaceRow, period: Period, profile: QuarterProfile, zone: ZoneInfo) -> int:
    """The value-added tax of a place: that of the day on which the time is over, for all of it."""
    last = (period.ends_at - timedelta(minutes=1)).astimezone(zone).date()
    return profile.vat_on(row.vat, last)


def room_price(prices: Iterable[RoomPrice], audience: Audience, purpose: str) -> RoomPrice | None:
    """The most exact price row that fits: audience and purpose, purpose, audience, neither."""
    fitting = [
        p for p in prices if p.audience in (None, audience) and p.purpose in (None, purpose or None)
    ]
    return max(fitting, key=lambda p: (p.purpose is not None, p.audience is not None), default=None)


def room_cents(chosen: RoomPrice, period: Period, zone: ZoneInfo) -> Cents:
    """What a room costs for a period: flat, or day by day the least that its row offers."""
    if chosen.flat_cents is not None:
        return chosen.flat_cents
    return sum(_day_cents(chosen, part.minutes) for part in by_days(period, zone))


def _day_cents(chosen: RoomPrice, minutes: int) -> Cents:
    """The least of what the row offers for so many minutes of one day."""
    offers = []
    if chosen.hour_cents is not None:
        offers.append(for_minutes(chosen.hour_cents, minutes))
    if chosen.half_day_cents is not None:
        offers.append(-(-minutes // HALF_DAY_MINUTES) * chosen.half_day_cents)
    if chosen.day_cents is not None:
        offers.append(chosen.day_cents)
    return min(offers, default=0)


def by_days(period: Period, zone: ZoneInfo) -> list[Period]:
    """The period cut at local midnights."""
    parts = []
    start = period.starts_at
    while start < period.ends_at:
        midnight = local_day(start.astimezone(zone).date(), zone).ends_at
        end = min(midnight, period.ends_at)
        parts.append(Period(start, end))
        start = end
    return parts


def stay_lines(
    stay: StayRules, chosen: StayPrice, wish: Wish, *, nights: int, percent: int
) -> tuple[BillLine, ...]:
    """The lines of a stay without the levy."""
    paying = wish.people - sum(1 for age in wish.ages if age <= stay.free_age)
    extra = max(0, paying - stay.persons_included)
    lines = [BillLine(N_("Erste Nacht mit Reinigung"), chosen.first_night_cents, percent)]
    if nights > 1:
        cents = (nights - 1) * chosen.further_night_cents
        count = {"nights": nights - 1}
        lines.append(BillLine(N_("Weitere Nächte: {nights}"), cents, percent, count))
    if extra and chosen.extra_person_cents:
        cents = extra * nights * chosen.extra_person_cents
        values = {"persons": extra, "nights": nights}
        lines.append(
            BillLine(N_("Weitere Personen: {persons}, Nächte: {nights}"), cents, percent, values)
        )
    return tuple(lines)


def levy_lines(levy: Levy | None, wish: Wish, nights: int) -> tuple[BillLine, ...]:
    """The levy of a stay, and who is exempt from it; nothing where nobody owes any."""
    if levy is None:
        return ()
    grown = levied_people(levy, wish)
    free = min(wish.exempt, grown)
    counted = min(nights, levy.days_max) if levy.days_max else nights
    cents = (grown - free) * counted * levy.cents_per_adult_night
    lines = []
    if cents:
        values = {"adults": grown - free, "nights": counted}
        text = N_("Beherbergungssteuer der Stadt (Erwachsene: {adults}, Nächte: {nights})")
        lines.append(BillLine(text, cents, None, values))
    if free:
        text = N_("Von der Beherbergungssteuer befreit (Erwachsene: {adults})")
        lines.append(BillLine(text, 0, None, {"adults": free}))
    return tuple(lines)


def levied_people(levy: Levy, wish: Wish) -> int:
    """How many guests are old enough for the levy."""
    return wish.people - sum(1 for age in wish.ages if age < levy.exempt_under)


def with_levy(bill: Bill, levy: Levy | None, wish: Wish, nights: int) -> Bill:
    """A bill as it was agreed, with the levy counted anew: nothing else of it changes."""
    own = (line for line in bill.lines if line.vat_percent is not None)
    return replace(bill, lines=(*own, *levy_lines(levy, wish, nights)))


def _room_line(period: Period, cents: Cents, percent: int) -> BillLine:
    return BillLine(N_("Raum, {hours} Std."), cents, percent, {"hours": period.minutes / 60})


def _bill(lines: Iterable[BillLine], deposit: Cents) -> Bill:
    lines = tuple(lines)
    if not lines and not deposit:
        return FREE
    by_rate: dict[int, Cents] = defaultdict(int)
    for line in lines:
        if line.vat_percent:
            by_rate[line.vat_percent] += line.cents
    parts = tuple(
        VatPart(percent, gross - vat_within(gross, percent), vat_within(gross, percent))
        for percent, gross in sorted(by_rate.items())
    )
    return Bill(lines, deposit, parts)


def cancellation_cost(
    terms: Terms, bill: Bill, starts_at: datetime, *, now: datetime
) -> CancelPreview:
    """What giving up now costs: the percentage of the tier that the notice still reaches.

    With less notice than every tier asks for, everything stays due. The city's levy is due with
    nights that are paid in full, used or not.
    """
    starts_at = terms.notice_start(starts_at)
    notice = starts_at - now
    tiers = sorted(terms.cancellation, key=lambda tier: -tier.notice_hours)
    reached = next((t for t in tiers if notice >= timedelta(hours=t.notice_hours)), None)
    percent = reached.percent if reached else (100 if tiers else 0)
    fee = _staying_due(terms, bill, percent) + _levy_due(bill, percent)
    free = [tier.notice_hours for tier in tiers if tier.percent == 0]
    free_until = starts_at - timedelta(hours=min(free)) if free and not terms.least_cents else None
    is_least = terms.least_cents > share_of(own_cents(bill), percent)
    return CancelPreview(fee, percent, free_until, is_least=is_least)


def no_show_cost(terms: Terms, bill: Bill) -> NoShowCost:
    """What stays due where nobody came and the place went back to others: a percentage, as with
    giving up. The nights were kept and are paid, if only in part, so the city's levy is due whole
    (Satzung of Düsseldorf: used or not); with nothing to pay for them there is none.
    """
    percent = terms.no_show_percent
    own = _staying_due(terms, bill, percent)
    return NoShowCost(own, bill.levy_cents if percent > 0 else 0)


def _staying_due(terms: Terms, bill: Bill, percent: int) -> Cents:
    """What stays due to the house of a time that nobody uses: a percentage, at least what does so
    in any case. Cleaning that is not done is never charged."""
    return max(share_of(own_cents(bill), percent), terms.least_cents)


def at_least(bill: Bill, least_cents: Cents, *, vat_percent: int) -> Bill:
    """The bill of a changed reservation: its price, and what is missing to what stays due in any
    case. So nobody pays less by moving, however often, than by giving up at the first time.
    """
    missing = least_cents - own_cents(bill)
    if missing <= 0:
        return bill
    line = BillLine(N_("Bleibt seit der späten Änderung fällig"), missing, vat_percent)
    changed = _bill((*bill.lines, line), bill.deposit_cents)
    return replace(changed, cleaning_cents=bill.cleaning_cents)


def less(bill: Bill, discount_cents: Cents, *, vat_percent: int) -> Bill:
    """The bill with what the house takes off it, where it asked people to move."""
    if discount_cents <= 0:
        return bill
    line = BillLine(N_("Das Haus bat um den Umzug"), -discount_cents, vat_percent)
    changed = _bill((*bill.lines, line), bill.deposit_cents)
    return replace(changed, cleaning_cents=bill.cleaning_cents)


def own_cents(bill: Bill) -> Cents:
    """What of a bill giving up may leave due: neither the city's levy nor cleaning not done."""
    return bill.total_cents - bill.levy_cents - bill.cleaning_cents


def shared_cents(bill: Bill, percent: int) -> Cents:
    """Of what giving up leaves due a percentage; of all of it the city's levy is a part."""
    return own_cents(bill) + _levy_due(bill, percent)


def _levy_due(bill: Bill, percent: int) -> Cents:
    return bill.levy_cents if percent >= 100 else 0


def cancellation_steps(terms: Terms, bill: Bill, starts_at: datetime) -> tuple[CancelStep, ...]:
    """What giving up costs, by when: the latest step is good until the time itself begins."""
    starts_at = terms.notice_start(starts_at)
    ends = {starts_at - timedelta(hours=tier.notice_hours) for tier in terms.cancellation}
    return _steps(
        ends | {starts_at}, lambda at: cancellation_cost(terms, bill, starts_at, now=at).fee_cents
    )


def steps_of_all(parts: Sequence[tuple[Terms, Bill, datetime]]) -> tuple[CancelStep, ...]:
    """What giving up several at once costs, by when, until the first of them begins: of each its
    terms, its bill and its start, of one at least."""
    first = min(starts_at for _, _, starts_at in parts)
    ends = {step.until for part in parts for step in cancellation_steps(*part)}
    return _steps(
        {end for end in ends if end < first} | {first},
        lambda at: sum(cancellation_cost(*part, now=at).fee_cents for part in parts),
    )


def _steps(ends: Iterable[datetime], fee_at: Callable[[datetime], Cents]) -> tuple[CancelStep, ...]:
    """One for each fee: neighbours that cost the same are one step until the later."""
    steps: list[CancelStep] = []
    for until in sorted(ends):
        fee = fee_at(until)
        if steps and steps[-1].fee_cents == fee:
            steps.pop()
        steps.append(CancelStep(until, fee))
    return tuple(steps)


def free_until(space: Space, bill: Bill, starts_at: datetime, *, now: datetime) -> datetime | None:
    """Until when giving up would cost nothing; None where it never does or nothing is due."""
    if bill.total_cents == 0:
        return starts_at
    return cancellation_cost(space.terms, bill, starts_at, now=now).free_until
