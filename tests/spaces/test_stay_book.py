"""The levy of stays as it is filed with the city, and the nights of a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.quarter import get_profile
from node.quarter.files import Audience, QuarterFiles
from node.quarter.model import QuarterProfile
from node.spaces import Reservation, Space, Wish, cancel, reserve
from node.spaces.guests import let_nights, registered, stay_book
from node.spaces.guests.book import BookedStay, Levied, levied_of, nights_within
from node.spaces.model import (
    CancellationFact,
    DecisionFact,
    PassageFact,
    RequestDetails,
    Verdict,
)
from node.spaces.pricing import price
from node.spaces.terms import Bill
from node.store import Core
from tests.spaces.test_guests import apartment, stay

BERLIN = ZoneInfo("Europe/Berlin")
assert apartment


@pytest.fixture
def profile(house: Core) -> QuarterProfile:
    return house.read(get_profile)


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN).astimezone(UTC)


def bill_for(
    space: Space, profile: QuarterProfile, nights: int, people: int, ages: tuple[int, ...]
) -> Bill:
    first = date(2026, 12, 14)
    period = Period(at(first, 15), at(first + timedelta(days=nights), 11))
    wish = Wish(space_id=space.id, period=period, people=people, ages=ages)
    found = price(space.row, wish, Audience.CONTRACT, profile, BERLIN)
    assert found is not None
    return found


def with_bill(bill: Bill, nights: int, people: int, ages: tuple[int, ...] = ()) -> Reservation:
    first = date(2026, 12, 14)
    return Reservation(
        id=b"r" * 16,
        space_id=b"s" * 16,
        household_id=b"",
        person_id=b"",
        period=Period(at(first, 15), at(first + timedelta(days=nights), 11)),
        requested_at=at(first, 1),
        details=RequestDetails(people=people, ages=ages),
        decision=DecisionFact(b"d" * 16, b"r" * 16, b"h" * 16, 1, 1, Verdict.CONFIRMED, bill=bill),
    )


AGES = st.lists(st.integers(0, 17), max_size=3).map(tuple)


@given(st.integers(1, 30), st.integers(1, 4), AGES)
def test_every_night_of_every_guest_is_taxed_or_told_why_not(
    apartment: Space, nights: int, adults: int, ages: tuple[int, ...]
) -> None:
    """One source: what the bill asked for is what is filed, to the cent and to the night."""
    from node.quarter.files import read_quarter
    from tests.spaces.conftest import SMALL

    files = read_quarter(SMALL)
    assert isinstance(files, QuarterFiles)
    profile = files.profile
    people = adults + len(ages)
    bill = bill_for(apartment, profile, nights, people, ages)
    found = levied_of(with_bill(bill, nights, people, ages), nights)
    assert found.nights + found.minors + found.beyond == people * nights
    assert found.cents == bill.levy_cents == 300 * adults * min(nights, 21)
    assert found.beyond == adults * max(0, nights - 21)


def test_the_demos_own_example(apartment: Space, profile: QuarterProfile) -> None:
    """Three nights, two adults, children of nine and five: 18.00 for the city."""
    bill = bill_for(apartment, profile, 3, 4, (9, 5))
    assert levied_of(with_bill(bill, 3, 4, (9, 5)), 3) == Levied(nights=6, cents=1800, minors=6)


def test_who_does_not_come_owes_it_and_who_gives_up_in_time_does_not(
    apartment: Space, profile: QuarterProfile
) -> None:
    bill = bill_for(apartment, profile, 3, 2, ())
    booked = with_bill(bill, 3, 2)
    own = bill.total_cents - bill.levy_cents - bill.cleaning_cents
    for fee, cents in ((0, 0), (own // 2, 0), (own + 1800, 1800)):
        gone = CancellationFact(at(date(2026, 12, 13), 12), fee)
        assert levied_of(replace(booked, cancellation=gone), 3).cents == cents
    assert levied_of(booked, 3).cents == 1800


def test_who_came_owes_it_whatever_was_said_later(
    apartment: Space, profile: QuarterProfile
) -> None:
    booked = with_bill(bill_for(apartment, profile, 3, 2, ()), 3, 2)
    came = PassageFact(at(date(2026, 12, 14), 16))
    gone = CancellationFact(at(date(2026, 12, 15), 12), 0)
    assert levied_of(replace(booked, check_in=came, cancellation=gone), 3).cents == 1800


def test_leaving_early_frees_nights_of_the_year_and_no_levy(
    apartment: Space, profile: QuarterProfile
) -> None:
    known = stay(apartment)
    first, after = date(2026, 1, 1), date(2027, 1, 1)
    assert nights_within(known, first, after) == 3
    left = replace(known, left_on=date(2026, 12, 15))
    assert nights_within(left, first, after) == 1
    bill = bill_for(apartment, profile, 3, 2, ())
    assert levied_of(with_bill(bill, 3, 2), 3).nights == 6


@given(st.dates(date(2025, 11, 1), date(2027, 2, 1)), st.integers(1, 40))
def test_the_nights_of_a_stay_lie_in_one_year_each(
    apartment: Space, arrives: date, nights: int
) -> None:
    known = replace(stay(apartment), arrives_on=arrives, leaves_on=arrives + timedelta(days=nights))
    years = [
        nights_within(known, date(year, 1, 1), date(year + 1, 1, 1)) for year in range(2025, 2029)
    ]
    assert sum(years) == nights
    assert sum(1 for each in years if each) <= 2


def book(core: Core, who: Actor, first: date, last: date, now: datetime) -> list[BookedStay]:
    found = core.read(lambda read: stay_book(read, who, first, last, now=now))
    assert isinstance(found, list), found
    return found


def test_the_book_is_of_stays_that_begin_in_the_quarter_and_only_for_the_team(
    house: Core, files: QuarterFiles, clara: Actor, demir: Actor, clock: FrozenClock
) -> None:
    now, space_id = clock.now(), files.id_of("space", "gartenzimmer")

    def made(first: date, nights: int) -> Reservation:
        wish = Wish(
            space_id=space_id,
            period=Period(at(first, 15), at(first + timedelta(days=nights), 11)),
            people=2,
        )
        signer = house.identity
        found = house.write(lambda write: reserve(write, clara, wish, now=now, signer=signer))
        assert isinstance(found, Reservation), found
        return found

    over_new_year = made(date(2026, 12, 30), 4)
    given_up = made(date(2027, 1, 20), 2)
    house.write(lambda write: cancel(write, clara, given_up.id, now=now))
    fourth = book(house, demir, date(2026, 10, 1), date(2026, 12, 31), now)
    ids = [each.stay.line.reservation.id for each in fourth]
    assert over_new_year.id in ids
    (row,) = (each for each in fourth if each.stay.line.reservation.id == over_new_year.id)
    assert (row.levied, row.enter_by) == (Levied(nights=8, cents=2400), date(2027, 1, 9))
    assert book(house, demir, date(2027, 1, 1), date(2027, 3, 31), now) == []
    refused = house.read(
        lambda read: stay_book(read, clara, date(2026, 10, 1), date(2026, 12, 31), now=now)
    )
    assert not isinstance(refused, list)
    let = [
        next(x for x in house.read(lambda read, y=y: let_nights(read, y, now=now))).nights
        for y in (2026, 2027)
    ]
    assert let == [3 + 2, 2], "the history's three nights, and two on each side of New Year"
    counted = house.read(lambda read: registered(read, date(2026, 10, 1), date(2026, 12, 31)))
    assert (counted.forms, counted.signed, list(counted.destroyed)) == (0, 0, [])
