"""Bills: the same everywhere, and additive where the rules say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.periods import Period
from node.quarter.files import (
    Audience,
    CancellationTier,
    RoomPrice,
    SpaceKind,
    SpaceRow,
    StayPrice,
    StayRules,
)
from node.quarter.model import Levy, LocalText, PlaceMark, QuarterProfile
from node.spaces import pricing, stay_period
from node.spaces.model import Wish
from node.spaces.terms import Bill, Terms

ZONE = ZoneInfo("Europe/Berlin")
STAY = StayRules(persons_included=2, free_age=6, levy="city", cleaning_refunded=True)
PROFILE = QuarterProfile(
    key="q",
    name="Q",
    city="Düsseldorf",
    levies=(
        Levy("city", LocalText("Steuer"), 300, days_max=21, valid_from=date(2024, 1, 1)),
        Levy("city", LocalText("Steuer"), 200, days_max=21, valid_from=date(2020, 1, 1)),
    ),
    vat_percent={"stay": 7, "room": 19},
)
PROVENCE = SpaceRow(
    key="provence",
    kind=SpaceKind.GUEST_APARTMENT,
    name=LocalText("Provence"),
    building="B",
    mark=PlaceMark("bed", 1, "plum"),
    seats=4,
    vat="stay",
    deposit_cents=10_000,
    stay=STAY,
    stay_prices=(
        StayPrice(
            audience=Audience.CONTRACT,
            first_night_cents=9900,
            further_night_cents=5900,
            extra_person_cents=800,
            cleaning_cents=3500,
        ),
    ),
    cancellation=(
        CancellationTier(notice_hours=14 * 24, percent=0),
        CancellationTier(notice_hours=24, percent=50),
    ),
)
AGREED = Terms.of(PROVENCE)


def room(*prices: RoomPrice) -> SpaceRow:
    return SpaceRow(
        key="r",
        kind=SpaceKind.ROOM,
        name=LocalText("Raum"),
        building="B",
        mark=PlaceMark("door", 2, "brick"),
        seats=10,
        vat="room",
        deposit_cents=5000,
        room_prices=prices,
    )


def nights(count: int, arrival: date = date(2026, 11, 25)) -> Period:
    return stay_period(STAY, arrival, arrival + timedelta(days=count), ZONE)


def stay_bill(count: int, people: int, ages: tuple[int, ...] = ()) -> Bill:
    wish = Wish(space_id=b"", period=nights(count), people=people, ages=ages)
    found = pricing.price(PROVENCE, wish, Audience.CONTRACT, PROFILE, ZONE)
    assert found is not None
    return found


def test_the_example_that_every_face_must_show_is_259_euros() -> None:
    bill = stay_bill(3, people=4, ages=(9, 5))
    assert bill.total_cents == 25_900
    assert [line.cents for line in bill.lines] == [9900, 11_800, 2400, 1800]
    (seven,) = bill.vat
    assert (seven.percent, seven.net_cents, seven.vat_cents) == (7, 22_523, 1577)
    assert bill.lines[-1].vat_percent is None
    assert bill.deposit_cents == 10_000


def test_the_levy_ends_after_three_weeks_and_spares_the_young() -> None:
    assert stay_bill(30, people=2).lines[-1].cents == 2 * 21 * 300
    family = stay_bill(2, people=3, ages=(17, 6))
    assert family.lines[-1].cents == 1 * 2 * 300
    assert stay_bill(1, people=1).lines[-1].cents == 300


def test_the_levy_is_that_of_the_day() -> None:
    wish = Wish(space_id=b"", period=nights(1, date(2023, 5, 1)), people=1)
    old = pricing.price(PROVENCE, wish, Audience.CONTRACT, PROFILE, ZONE)
    assert old is not None
    assert old.lines[-1].cents == 200


@given(st.integers(1, 10), st.integers(1, 4))
def test_each_further_night_costs_the_same(count: int, people: int) -> None:
    step = stay_bill(count + 1, people).total_cents - stay_bill(count, people).total_cents
    extra = max(0, people - 2)
    assert step == 5900 + extra * 800 + people * 300


@given(
    st.tuples(*(st.integers(0, 20_000) for _ in range(4))),
    st.tuples(st.integers(1, 4), st.integers(0, 17), st.integers(0, 17)),
    st.tuples(st.integers(0, 900), st.integers(0, 25), st.integers(0, 20)),
    st.integers(1, 30),
    st.lists(st.integers(0, 17), max_size=4).map(tuple),
    st.integers(1, 4),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
def test_whatever_the_prices_a_stay_is_the_sum_of_its_nights_and_people(
    prices: tuple[int, ...],
    rules: tuple[int, int, int],
    levy: tuple[int, int, int],
    count: int,
    ages: tuple[int, ...],
    adults: int,
    arrival: date,
) -> None:
    """Counted person by person and night by night, also over the change of the clocks."""
    first, further, extra, cleaning = prices
    included, free_age, _ = rules
    cents, days_max, exempt_under = levy
    stay = replace(STAY, persons_included=included, free_age=free_age)
    row = replace(
        PROVENCE,
        stay=stay,
        stay_prices=(
            StayPrice(
                audience=Audience.CONTRACT,
                first_night_cents=first,
                further_night_cents=further,
                extra_person_cents=extra,
                cleaning_cents=min(cleaning, first),
            ),
        ),
    )
    of_city = Levy("city", LocalText("Steuer"), cents, days_max, exempt_under, date(2024, 1, 1))
    wish = Wish(space_id=b"", period=nights(count, arrival), people=adults + len(ages), ages=ages)
    profile = replace(PROFILE, levies=(of_city,))
    bill = pricing.price(row, wish, Audience.CONTRACT, profile, ZONE)
    assert bill is not None
    own = taxed = 0
    for night in range(count):
        paying = [age for age in (*ages, *(99,) * adults) if age > free_age]
        own += (further if night else first) + max(0, len(paying) - included) * extra
        grown = [age for age in (*ages, *(99,) * adults) if age >= exempt_under]
        taxed += len(grown) * cents if night < (days_max or count) else 0
    assert (bill.total_cents - bill.levy_cents, bill.levy_cents) == (own, taxed)
    assert sum(part.net_cents + part.vat_cents for part in bill.vat) == own


@given(
    st.tuples(*(st.none() | st.integers(0, 30_000) for _ in range(3))).filter(any),
    st.integers(0, 200),
    st.integers(1, 400),
)
def test_whatever_the_tariff_a_room_is_the_sum_of_its_days_and_no_dearer_than_any(
    tariff: tuple[int | None, ...], start: int, quarters: int
) -> None:
    hour, half, whole_day = tariff
    chosen = RoomPrice(hour_cents=hour, half_day_cents=half, day_cents=whole_day)
    begin = datetime(2026, 10, 24, tzinfo=UTC) + timedelta(minutes=15 * start)
    period = Period(begin, begin + timedelta(minutes=15 * quarters))
    total = pricing.room_cents(chosen, period, ZONE)
    parts = pricing.by_days(period, ZONE)
    assert total == sum(pricing.room_cents(chosen, part, ZONE) for part in parts)
    for cents in (each for each in (whole_day,) if each is not None):
        assert total <= cents * len(parts)
    if hour is not None:
        assert total <= sum(pricing.for_minutes(hour, part.minutes) for part in parts)
    longer = Period(begin, period.ends_at + timedelta(minutes=15))
    assert pricing.room_cents(chosen, longer, ZONE) >= total


@given(
    hour=st.integers(0, 10_000).map(lambda c: c * 12),
    start=st.integers(0, 200),
    first=st.integers(1, 48),
    second=st.integers(1, 48),
)
def test_hours_without_a_cap_add_up_over_any_split(
    hour: int, start: int, first: int, second: int
) -> None:
    chosen = RoomPrice(hour_cents=hour)
    begin = datetime(2026, 3, 28, tzinfo=UTC) + timedelta(minutes=15 * start)
    middle = begin + timedelta(minutes=15 * first)
    end = middle + timedelta(minutes=15 * second)
    whole = pricing.room_cents(chosen, Period(begin, end), ZONE)
    parts = [Period(begin, middle), Period(middle, end)]
    assert whole == sum(pricing.room_cents(chosen, part, ZONE) for part in parts)


@given(st.integers(1, 5), st.integers(0, 23), st.integers(1, 20))
def test_a_cap_a_day_adds_up_over_midnights_and_never_costs_more(
    days: int, start_hour: int, hours: int
) -> None:
    chosen = RoomPrice(hour_cents=1800, day_cents=12_000)
    begin = datetime(2026, 10, 24, start_hour, tzinfo=UTC)
    period = Period(begin, begin + timedelta(days=days, hours=hours))
    by_days = pricing.by_days(period, ZONE)
    whole = pricing.room_cents(chosen, period, ZONE)
    assert whole == sum(pricing.room_cents(chosen, part, ZONE) for part in by_days)
    assert whole <= pricing.room_cents(RoomPrice(hour_cents=1800), period, ZONE)
    assert whole <= 12_000 * len(by_days)


@pytest.mark.parametrize(
    ("hours", "cents"), [(1, 1800), (3, 5400), (4, 6000), (5, 6000), (6, 10_800), (7, 11_000)]
)
def test_of_hours_half_days_and_the_day_the_least_counts(hours: int, cents: int) -> None:
    begin = datetime(2026, 5, 12, 6, tzinfo=UTC)
    period = Period(begin, begin + timedelta(hours=hours))
    chosen = RoomPrice(hour_cents=1800, half_day_cents=6000, day_cents=11_000)
    assert pricing.room_cents(chosen, period, ZONE) == cents
    halves = RoomPrice(half_day_cents=6000)
    assert pricing.room_cents(halves, period, ZONE) == 6000 * -(-hours // 5)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2028, 2, 29), 24)]
)
def test_a_day_costs_the_hours_it_has(day: date, hours: int) -> None:
    begin = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=ZONE).astimezone(UTC)
    cents = pricing.room_cents(RoomPrice(hour_cents=100), Period(begin, end), ZONE)
    assert cents == hours * 100


def test_the_most_exact_price_counts() -> None:
    prices = (
        RoomPrice(hour_cents=1),
        RoomPrice(audience=Audience.CONTRACT, hour_cents=2),
        RoomPrice(purpose="open", hour_cents=3),
        RoomPrice(audience=Audience.CONTRACT, purpose="open", hour_cents=4),
    )

    def hour(audience: Audience, purpose: str) -> int | None:
        found = pricing.room_price(prices, audience, purpose)
        return found and found.hour_cents

    assert hour(Audience.CONTRACT, "open") == 4
    assert hour(Audience.OUTSIDE, "open") == 3
    assert hour(Audience.CONTRACT, "private") == 2
    assert hour(Audience.OUTSIDE, "private") == 1
    only = (RoomPrice(audience=Audience.CONTRACT, hour_cents=2),)
    assert pricing.room_price(only, Audience.OUTSIDE, "private") is None


def test_a_net_price_gets_its_tax_on_top() -> None:
    space = room(RoomPrice(hour_cents=4500, is_net=True))
    start = datetime(2026, 11, 28, 14, tzinfo=UTC)
    wish = Wish(space_id=b"", period=Period(start, start + timedelta(hours=2)))
    bill = pricing.price(space, wish, Audience.OUTSIDE, PROFILE, ZONE)
    assert bill is not None
    assert bill.total_cents == 10_710
    assert (bill.vat[0].net_cents, bill.vat[0].vat_cents) == (9000, 1710)


@given(st.integers(-400, 60 * 24), st.integers(1, 10), st.integers(1, 4))
def test_what_stays_due_is_never_negative_nor_more_than_the_bill(
    hours_left: int, count: int, people: int
) -> None:
    bill = stay_bill(count, people)
    starts_at = nights(count).starts_at
    now = starts_at - timedelta(hours=hours_left)
    cost = pricing.cancellation_cost(AGREED, bill, starts_at, now=now)
    assert 0 <= cost.fee_cents <= bill.total_cents
    earlier = pricing.cancellation_cost(AGREED, bill, starts_at, now=now - timedelta(hours=1))
    assert earlier.fee_cents <= cost.fee_cents


def test_the_tiers_change_at_their_hour_and_nobody_pays_for_cleaning_that_is_not_done() -> None:
    bill = stay_bill(3, people=4, ages=(9, 5))
    starts_at = nights(3).starts_at

    def fee(before: timedelta) -> int:
        return pricing.cancellation_cost(AGREED, bill, starts_at, now=starts_at - before).fee_cents

    assert fee(timedelta(days=14)) == 0
    # Half of 241.00 less 35.00 for cleaning; the city's levy is for nights that are paid in full.
    assert fee(timedelta(days=14) - timedelta(seconds=1)) == 10_300
    assert fee(timedelta(days=1)) == 10_300
    assert fee(timedelta(hours=23)) == 20_600 + 1800


@given(st.integers(0, 60 * 24), st.integers(1, 10), st.integers(1, 4))
def test_the_steps_of_cancelling_say_what_it_costs_at_any_time(
    hours_left: int, count: int, people: int
) -> None:
    bill = stay_bill(count, people)
    starts_at = nights(count).starts_at
    now = starts_at - timedelta(hours=hours_left)
    steps = pricing.cancellation_steps(AGREED, bill, starts_at)
    told = next(step for step in steps if step.until >= now)
    assert told.fee_cents == pricing.cancellation_cost(AGREED, bill, starts_at, now=now).fee_cents
    fees = [step.fee_cents for step in steps]
    assert all(one != other for one, other in pairwise(fees))
    assert steps[-1].until == starts_at


TIERS = st.lists(
    st.builds(
        CancellationTier,
        notice_hours=st.integers(0, 400),
        percent=st.sampled_from([0, 10, 25, 50, 80, 100]),
    ),
    max_size=3,
).map(tuple)
PARTS = st.lists(
    st.tuples(TIERS, st.integers(1, 4), st.integers(0, 20), st.integers(0, 9_000)),
    min_size=1,
    max_size=5,
)


@given(PARTS, st.integers(0, 60 * 24))
def test_the_steps_of_giving_up_all_are_the_sum_of_each_until_the_first_begins(
    drawn: list[tuple[tuple[CancellationTier, ...], int, int, int]], hours_left: int
) -> None:
    parts = [
        (
            Terms(cancellation=tiers, least_cents=least),
            stay_bill(count, 2),
            nights(count, date(2026, 11, 25) + timedelta(days=day)).starts_at,
        )
        for tiers, count, day, least in drawn
    ]
    first = min(starts_at for _, _, starts_at in parts)
    now = first - timedelta(hours=hours_left)
    steps = pricing.steps_of_all(parts)
    told = next(step for step in steps if step.until >= now)
    each = [pricing.cancellation_cost(*part, now=now).fee_cents for part in parts]
    assert told.fee_cents == sum(each)
    assert steps[-1].until == first
    assert all(one.fee_cents != other.fee_cents for one, other in pairwise(steps))
