"""What a month came to: its sums are those of the bills, whatever is on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import Reservation, cancel
from node.spaces.income import Month, income_of, month_of
from node.spaces.pricing import _bill
from node.spaces.terms import Bill, BillLine
from node.store import Core
from tests.spaces.conftest import desk, utc
from tests.spaces.test_reserving import booked, hall

NOVEMBER = date(2026, 11, 1)

lines = st.builds(
    BillLine,
    text=st.just("Raum"),
    cents=st.integers(-5_000, 200_000),
    vat_percent=st.sampled_from([None, 0, 7, 19]),
)
bills = st.builds(_bill, st.lists(lines, max_size=6), st.integers(0, 50_000))


@given(found=st.lists(bills, max_size=12))
def test_the_sums_are_the_sums_of_the_bills(found: list[Bill]) -> None:
    sums = income_of(found)
    assert sums.count == len(found)
    assert sums.total_cents == sum(bill.total_cents for bill in found)
    assert sums.levy_cents == sum(bill.levy_cents for bill in found)
    assert sums.vat_cents == sum(part.vat_cents for bill in found for part in bill.vat)
    for each in sums.rates:
        gross = sum(
            line.cents for bill in found for line in bill.lines if line.vat_percent == each.percent
        )
        assert each.gross_cents == gross
        assert each.percent or each.vat_cents == 0


@given(found=st.lists(bills, max_size=8), cut=st.integers(0, 8))
def test_the_sums_of_parts_are_the_sums_of_the_whole(found: list[Bill], cut: int) -> None:
    whole, parts = income_of(found), [income_of(found[:cut]), income_of(found[cut:])]
    assert whole.total_cents == sum(each.total_cents for each in parts)
    assert whole.net_cents == sum(each.net_cents for each in parts)


def month(core: Core, who: Actor, clock: FrozenClock, first: date = NOVEMBER) -> Month:
    found = core.read(lambda read: month_of(read, who, first, now=clock.now()))
    assert isinstance(found, Month), found
    return found


def ids(lines_: Iterable[object]) -> set[bytes]:
    return {line.reservation.id for line in lines_}  # type: ignore[attr-defined]


def test_what_is_over_counts_in_the_month_of_its_end_and_nothing_twice(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    team = desk(files)
    refused = house.read(lambda read: month_of(read, anna, NOVEMBER, now=clock.now()))
    assert isinstance(refused, Refusal)
    before = income_of(line.reservation.bill for line in month(house, team, clock).used)
    first = booked(house, anna, hall(files, day=27), clock)
    second = booked(house, clara, hall(files, day=28), clock)
    found = month(house, team, clock)
    assert {first.id, second.id} <= ids(found.still)
    assert not {first.id, second.id} & ids(found.used)
    given_up = house.write(lambda w: cancel(w, clara, second.id, now=utc(28, 13)))
    assert isinstance(given_up, Reservation)
    assert given_up.cancellation is not None
    clock.set(utc(30, 20))
    found = month(house, team, clock)
    # Nobody came to either: one was not used, the other was given up late.
    assert first.id in ids((*found.used, *found.not_come))
    assert (second.id in ids(found.given_up)) == bool(given_up.cancellation.fee_cents)
    assert not ids(found.still) & ids((*found.used, *found.not_come, *found.given_up))
    after = income_of(line.reservation.bill for line in found.used)
    assert after.total_cents >= before.total_cents
    december = month(house, team, clock, date(2026, 12, 1))
    assert first.id not in ids((*december.used, *december.not_come, *december.still))


def test_every_reservation_that_is_over_is_in_exactly_one_month(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    clock.set(utc(31, 20, month=12))
    zone, seen = ZoneInfo("Europe/Berlin"), set[bytes]()
    first = date(2024, 1, 1)
    while first < date(2027, 3, 1):
        for line in month(house, desk(files), clock, first).used:
            assert line.reservation.id not in seen
            seen.add(line.reservation.id)
            last = line.reservation.period.ends_at - timedelta(seconds=1)
            assert last.astimezone(zone).date().replace(day=1) == first
        first = (first + timedelta(days=31)).replace(day=1)
    assert seen
