"""Who does not come owes a percentage, by the rules of the day, and the same sum everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.quarter.files import CancellationTier, QuarterFiles
from node.spaces import Reservation, Status, Undone, admit, rebuild, undoable, undone_of
from node.spaces.due import due_cents
from node.spaces.guests.book import levied_of
from node.spaces.income import month_of
from node.spaces.pricing import cancellation_cost, no_show_cost, own_cents
from node.spaces.terms import Terms
from node.store import Core
from tests.spaces.conftest import desk, utc
from tests.spaces.test_life import code_of, made
from tests.spaces.test_pricing import nights, stay_bill
from tests.spaces.test_reserving import booked, hall
from tests.spaces.test_rules_by_day import set_to
from tests.spaces.test_stay_book import with_bill
from tests.spaces.test_undoing import Desk

PERCENTS = st.integers(0, 100)


@given(PERCENTS, st.integers(1, 10), st.integers(1, 4), st.integers(0, 60_000))
def test_it_is_never_negative_nor_more_than_the_price_and_never_without_what_stays_due_anyway(
    percent: int, count: int, people: int, least: int
) -> None:
    bill = stay_bill(count, people)
    least = min(least, own_cents(bill))
    terms = Terms(release_after_minutes=20, no_show_percent=percent, least_cents=least)
    cost = no_show_cost(terms, bill)
    assert 0 <= cost.own_cents <= own_cents(bill)
    assert cost.own_cents >= least
    assert cost.levy_cents in {0, bill.levy_cents}
    assert cost.cents <= bill.total_cents - bill.cleaning_cents
    if percent < 100:
        dearer = replace_percent(terms, percent + 1)
        assert no_show_cost(dearer, bill).cents >= cost.cents


@given(st.integers(1, 10), st.integers(1, 4))
def test_the_whole_price_is_what_giving_up_at_the_last_moment_costs(
    count: int, people: int
) -> None:
    bill, starts_at = stay_bill(count, people), nights(count).starts_at
    terms = Terms(cancellation=(CancellationTier(notice_hours=24, percent=50),))
    late = cancellation_cost(terms, bill, starts_at, now=starts_at)
    assert no_show_cost(terms, bill).cents == late.fee_cents


@given(PERCENTS, st.integers(1, 10), st.integers(1, 4))
def test_the_city_gets_its_levy_of_nights_that_are_paid_and_of_no_others(
    percent: int, count: int, people: int
) -> None:
    """Used or not, says the bylaw; the book that is filed says the same as the bill."""
    bill = stay_bill(count, people)
    stay = with_bill(bill, count, people)
    stay = replace(stay, terms=Terms(release_after_minutes=60, no_show_percent=percent))
    filed = levied_of(stay, count, Status.NO_SHOW)
    assert filed.cents == no_show_cost(stay.terms, bill).levy_cents
    assert filed.cents == (bill.levy_cents if percent else 0)


def replace_percent(terms: Terms, percent: int) -> Terms:
    return Terms(
        release_after_minutes=terms.release_after_minutes,
        no_show_percent=percent,
        least_cents=terms.least_cents,
    )


def test_the_rules_of_the_day_on_which_it_begins_count_and_stay(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    team = desk(files)
    set_to(house, team, files, clock, no_show_percent=50, valid_from=date(2026, 11, 28))
    before = booked(house, anna, hall(files, day=27), clock)
    on_it = booked(house, anna, hall(files, day=28), clock)
    set_to(house, team, files, clock, no_show_percent=0)
    assert [each.terms.no_show_percent for each in (before, on_it)] == [100, 50]
    now = utc(28, 20)
    dues = [due_cents(each, each.status_at(now)) for each in (before, on_it)]
    assert dues == [before.bill.total_cents, on_it.bill.total_cents // 2] == [7200, 3600]
    found = house.read(lambda read: month_of(read, team, date(2026, 11, 1), now=now))
    missed = {
        line.reservation.id: due_cents(line.reservation, line.status) for line in found.not_come
    }
    assert (missed[before.id], missed[on_it.id]) == (7200, 3600)


@pytest.fixture
def home(house: Core, files: QuarterFiles, clock: FrozenClock) -> Desk:
    return Desk(house, files, clock)


@pytest.fixture
def demir(demir: Actor) -> Actor:
    return replace(demir, face=Face.DESK)


def missed(home: Desk, who: Actor) -> Reservation:
    """An hour after the beginning, and nobody came; half of it is due."""
    team = desk(home.files)
    set_to(home.core, team, home.files, home.clock, no_show_percent=50)
    mine = made(home.reserve(who, home.wish("hofsaal", Period(utc(28, 12), utc(28, 18)))))
    home.clock.set(utc(28, 13))
    assert due(home, mine) == mine.bill.total_cents // 2
    return mine


def due(home: Desk, mine: Reservation) -> int | None:
    found = home.now(mine)
    return due_cents(found, found.status_at(home.clock.now()))


def test_who_came_after_all_has_the_place_again_for_the_whole_price(
    home: Desk, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine = missed(home, anna)
    assert code_of(home.undo(anna, mine, Undone.NO_SHOW)) == "spaces.not_allowed"
    back = made(home.undo(demir, mine, Undone.NO_SHOW))
    assert back.status_at(home.clock.now()) is Status.CONFIRMED
    assert due(home, mine) == mine.bill.total_cents
    taken = home.wish("hofsaal", Period(utc(28, 15), utc(28, 17)))
    assert code_of(home.reserve(clara, taken)) == "spaces.taken"
    assert made(home.undo(demir, mine, Undone.NO_SHOW)) == back, "asked twice it is done once"
    said = home.core.read(lambda read: undone_of(read, mine.id))
    assert [each.what for each in said] == [Undone.NO_SHOW]
    home.core.write(rebuild)
    assert home.now(mine) == back
    home.through(admit, demir, mine)
    assert home.now(mine).base_status is Status.CHECKED_IN


def test_it_is_put_right_for_the_books_a_day_long(home: Desk, anna: Actor, demir: Actor) -> None:
    mine = missed(home, anna)
    home.clock.set(utc(29, 17))
    back = made(home.undo(demir, mine, Undone.NO_SHOW))
    assert back.status_at(home.clock.now()) is Status.OVER
    assert due(home, mine) == mine.bill.total_cents


def test_what_somebody_else_has_meanwhile_is_theirs(
    home: Desk, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine = missed(home, anna)
    made(home.reserve(clara, home.wish("hofsaal", Period(utc(28, 15), utc(28, 17)))))
    assert code_of(home.undo(demir, mine, Undone.NO_SHOW)) == "spaces.given_away"
    assert due(home, mine) == mine.bill.total_cents // 2
    home.clock.set(utc(29, 18) + timedelta(minutes=1))
    assert undoable(home.now(mine), now=home.clock.now()) is None
