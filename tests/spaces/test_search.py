"""What search offers can be reserved, what it refuses cannot, and the nearest is near."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.periods import Period, local_day, to_epoch
from node.base.refusals import Refusal
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles
from node.quarter.model import LocalText, TargetKind
from node.spaces import (
    Offer,
    Query,
    Reservation,
    Status,
    Wish,
    alternatives_for,
    day_plan,
    free_now,
    hold,
    month_plan,
    reserve,
    search,
    week_plan,
)
from node.spaces.planning import _minutes_by_day
from node.spaces.pricing import nights_of
from node.spaces.search import fitted
from node.spaces.terms import FREE
from node.store import Core
from tests.spaces.conftest import utc
from tests.spaces.test_no_overlap import STAFF, ZONE, Town


def book(core: Core, who: Actor, wish: Wish, clock: FrozenClock) -> Reservation | Refusal:
    return core.write(
        lambda write: reserve(write, who, wish, now=clock.now(), signer=core.identity)
    )


def test_whoever_looks_again_finds_what_they_hold_themselves(
    house: Core, anna: Actor, clara: Actor, wish: Wish, clock: FrozenClock
) -> None:
    """One step back from the summary the place that was held a moment ago was said to be taken."""

    def offered(who: Actor) -> set[bytes]:
        query = Query(period=wish.period, people=wish.people)
        found = house.read(lambda read: search(read, who, query, now=clock.now()))
        return {offer.space.id for offer in found.offers}

    held = house.write(
        lambda write: hold(write, anna, wish, now=clock.now(), signer=house.identity)
    )
    assert isinstance(held, Reservation)
    assert wish.space_id in offered(anna)
    assert wish.space_id not in offered(clara)
    assert outcome(house, anna, wish, clock) == "confirmed"
    assert outcome(house, clara, wish, clock) == "spaces.taken"


class TriedError(Exception):
    """Rolls a booking back that was only tried."""


def outcome(core: Core, who: Actor, wish: Wish, clock: FrozenClock) -> str:
    """What booking would come to, without leaving a trace."""
    result: list[Reservation | Refusal] = []

    def attempt(write: object) -> None:
        result.append(reserve(write, who, wish, now=clock.now(), signer=core.identity))
        raise TriedError

    with pytest.raises(TriedError):
        core.write(attempt)
    (found,) = result
    return found.code if isinstance(found, Refusal) else str(found.base_status)


def wish_of(offer: Offer, query: Query) -> Wish:
    purposes = offer.space.row.purposes
    return Wish(
        space_id=offer.space.id,
        period=offer.period,
        people=query.people,
        purpose=query.purpose or (purposes[0] if purposes else ""),
        ages=query.ages,
    )


@pytest.mark.parametrize("seed", range(6))
def test_what_is_offered_can_be_had_and_what_is_not_cannot(
    house: Core,
    files: QuarterFiles,
    anna: Actor,
    clara: Actor,
    clock: FrozenClock,
    seed: int,
) -> None:
    town = Town(house, files, clock, seed)
    for _ in range(60):
        town.attempt(days=12)
    chance, offered, refused, nearest = random.Random(seed), 0, 0, 0
    for _ in range(60):
        start = clock.now().replace(minute=0) + timedelta(days=chance.randrange(16))
        start += timedelta(minutes=30 * chance.randrange(-4, 24))
        query = Query(
            period=Period(start, start + timedelta(minutes=30 * chance.randrange(1, 14))),
            people=chance.choice((1, 2, 12, 50)),
            purpose=chance.choice(("", "", "private")),
        )
        who = chance.choice((anna, clara, chance.choice(town.people)))
        found = house.read(lambda read, q=query, w=who: search(read, w, q, now=clock.now()))
        for offer in (*found.offers, *found.alternatives):
            status = outcome(house, who, wish_of(offer, query), clock)
            assert status == ("requested" if offer.needs_request else "confirmed"), offer
        for no in found.not_offered:
            shown = Offer(no.space, fitted(no.space, query.period, ZONE), FREE)
            assert outcome(house, who, wish_of(shown, query), clock) not in {
                "confirmed",
                "requested",
            }
        offered += len(found.offers)
        refused += len(found.not_offered)
        nearest += len(found.alternatives)
    assert offered > 20
    assert refused > 20
    assert nearest > 20


def test_alternatives_know_the_closures_and_limits_of_their_own_time(
    house: Core, files: QuarterFiles, clara: Actor, anna: Actor, clock: FrozenClock
) -> None:
    """The workroom is painted on the 9th and 10th of December, and lets four hours a week."""
    room = files.id_of("space", "werkraum")
    wanted = Wish(
        space_id=room, period=Period(utc(8, 9, month=12), utc(8, 11, month=12)), purpose="private"
    )
    assert isinstance(book(house, anna, wanted, clock), Reservation)
    offers = house.read(lambda read: alternatives_for(read, clara, wanted, now=clock.now()))
    assert len(offers) == 3
    for offer in offers:
        status = outcome(house, clara, replace(wanted, **of(offer)), clock)
        assert status in {"confirmed", "requested"}
        if offer.space.id == room:
            assert offer.period.starts_at.day not in (9, 10)


def of(offer: Offer) -> dict[str, object]:
    purposes = offer.space.row.purposes
    return {
        "space_id": offer.space.id,
        "period": offer.period,
        "purpose": purposes[0] if purposes else "",
    }


def test_the_nearest_of_the_wished_place_come_first(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    hall = files.id_of("space", "hofsaal")
    wanted = Wish(space_id=hall, period=Period(utc(28, 14), utc(28, 16)), purpose="private")
    assert isinstance(book(house, anna, wanted, clock), Reservation)
    offers = house.read(lambda read: alternatives_for(read, clara, wanted, now=clock.now()))
    # An hour of cleaning and half an hour of preparing lie between two.
    starts = [offer.period.starts_at for offer in offers if offer.space.id == hall]
    assert starts == [utc(28, 10, 30), utc(28, 17, 30)]


def test_a_wish_too_short_or_off_the_step_gets_alternatives_that_fit(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    hall = files.id_of("space", "hofsaal")
    odd = Wish(space_id=hall, period=Period(utc(28, 14, 10), utc(28, 15)), purpose="private")
    offers = house.read(lambda read: alternatives_for(read, anna, odd, now=clock.now()))
    first = offers[0]
    assert (first.space.id, first.period) == (hall, Period(utc(28, 14, 30), utc(28, 16, 30)))


def test_searching_by_kind_equipment_and_people(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    period = Period(utc(28, 14), utc(28, 18))

    def keys(**more: object) -> set[str]:
        query = Query(period=period, **more)
        found = house.read(lambda read: search(read, anna, query, now=clock.now()))
        return {offer.space.row.key for offer in found.offers}

    assert "hofsaal" in keys()
    assert keys(equipment=frozenset({"kitchen"})) == {"hofsaal"}
    assert keys(equipment=frozenset({"kitchen", "tools"})) == set()
    assert keys(people=12) == {"hofsaal"}


@pytest.mark.parametrize(
    ("first", "wished", "allowed"),
    [(date(2026, 12, 7), 20, 10), (date(2027, 4, 3), 1, 2), (date(2026, 12, 7), 3, 3)],
)
def test_of_too_many_nights_or_too_few_the_nearest_that_may_be_had_are_offered(
    house: Core,
    files: QuarterFiles,
    clara: Actor,
    clock: FrozenClock,
    first: date,
    wished: int,
    allowed: int,
) -> None:
    """Twenty nights were refused with a rule and nothing to press; one night over a weekend in
    April had other days only."""
    room = files.id_of("space", "gartenzimmer")
    start = datetime.combine(first, time(15), ZONE)
    period = Period(start, start + timedelta(days=wished))
    wish = Wish(space_id=room, period=period, people=2)
    clock.set(start - timedelta(days=20))
    offers = house.read(lambda read: alternatives_for(read, clara, wish, now=clock.now()))
    assert offers
    nearest = offers[0].period
    assert nearest.starts_at.astimezone(ZONE).date() == first
    assert nights_of(nearest, ZONE) == allowed
    for offer in offers:
        assert outcome(house, clara, wish_of(offer, Query(period=period, people=2)), clock) in {
            "confirmed",
            "requested",
        }


def test_plans_show_what_is_taken_and_to_whom_it_belongs_only_to_them(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    hall = files.id_of("space", "hofsaal")
    period = Period(utc(28, 14), utc(28, 16))
    mine = book(house, anna, Wish(space_id=hall, period=period, purpose="private"), clock)
    assert isinstance(mine, Reservation)
    for who, is_mine in ((anna, True), (clara, False)):
        plans = house.read(
            lambda read, w=who: day_plan(read, w, period.starts_at.date(), now=clock.now())
        )
        plan = next(plan for plan in plans if plan.space.id == hall)
        (span,) = plan.busy
        assert (span.period, span.status, span.is_mine) == (period, Status.CONFIRMED, is_mine)
    days = house.read(
        lambda read: month_plan(
            read, hall, datetime(2026, 11, 1, tzinfo=UTC).date(), now=clock.now()
        )
    )
    assert len(days) == 30
    assert {day.day: minutes for day, _, minutes in days if minutes}[28] == 210


def test_free_now_says_until_when(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    hall = files.id_of("space", "hofsaal")
    clock.set(utc(28, 12))
    free = {
        space.row.key: until for space, until in house.read(lambda r: free_now(r, now=utc(28, 12)))
    }
    assert free["hofsaal"] == utc(28, 22)
    wish = Wish(space_id=hall, period=Period(utc(28, 14), utc(28, 16)), purpose="private")
    assert isinstance(book(house, anna, wish, clock), Reservation)
    free = {
        space.row.key: until for space, until in house.read(lambda r: free_now(r, now=utc(28, 12)))
    }
    assert free["hofsaal"] == utc(28, 13, 30)
    at_two = house.read(lambda r: free_now(r, now=utc(28, 14)))
    assert hall not in {space.id for space, _ in at_two}


def test_a_closure_that_comes_later_is_known_at_once(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    closure = replace(
        files.closures[0],
        key="new",
        target_kind=TargetKind.QUARTER,
        target="",
        period=Period(utc(28, 12), utc(28, 20)),
        reason=LocalText("Stromausfall", "Power cut"),
    )
    import_quarter(house, replace(files, closures=(*files.closures, closure)), now=clock.now())
    query = Query(period=Period(utc(28, 14), utc(28, 18)), people=12)
    found = house.read(lambda read: search(read, anna, query, now=clock.now()))
    reasons = {no.space.row.key: (no.code, no.values) for no in found.not_offered}
    assert reasons["hofsaal"] == (
        "spaces.closure",
        {"reason": LocalText("Stromausfall", "Power cut")},
    )


def test_a_month_that_is_kept_in_memory_follows_the_closures(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    space_id, first = files.id_of("space", "hofsaal"), date(2026, 12, 1)

    def open_days() -> set[date]:
        # A write keeps values as readers of a running node do.
        plan = house.write(lambda write: month_plan(write, space_id, first, now=clock.now()))
        assert not isinstance(plan, Refusal)
        return {day for day, is_open, _ in plan if is_open}

    before = open_days()
    shut = replace(
        files.closures[0],
        key="new",
        target_kind=TargetKind.QUARTER,
        target="",
        period=local_day(date(2026, 12, 16), ZoneInfo("Europe/Berlin")),
    )
    import_quarter(house, replace(files, closures=(*files.closures, shut)), now=clock.now())
    assert before - open_days() == {date(2026, 12, 16)}


@given(
    st.lists(
        st.tuples(st.integers(0, 32 * 24 * 4), st.integers(1, 4 * 24 * 4)), max_size=20, unique=True
    )
)
def test_the_minutes_of_a_month_are_those_of_each_day_looked_at_alone(
    taken: list[tuple[int, int]],
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    days = [local_day(date(2026, 10, 1) + timedelta(days=number), zone) for number in range(31)]
    start = days[0].starts_at - timedelta(days=1)
    busy = [
        Period(
            start + timedelta(minutes=15 * begin), start + timedelta(minutes=15 * (begin + length))
        )
        for begin, length in sorted(taken)
    ]

    def alone(day: Period) -> int:
        parts = (
            min(each.ends_at, day.ends_at) - max(each.starts_at, day.starts_at)
            for each in busy
            if each.overlaps(day)
        )
        return sum(int(part.total_seconds()) // 60 for part in parts)

    bounds = [to_epoch(day.starts_at) for day in days] + [to_epoch(days[-1].ends_at)]
    seconds = [(to_epoch(each.starts_at), to_epoch(each.ends_at)) for each in busy]
    assert _minutes_by_day(bounds, seconds) == [alone(day) for day in days]


def test_a_week_is_its_seven_days(house: Core, files: QuarterFiles, clock: FrozenClock) -> None:
    """Looked up at once or day by day, the change of the clocks included."""
    town = Town(house, files, clock, 11)
    for _ in range(150):
        town.attempt(days=6)
    taken = 0
    for first in (date(2026, 10, 19), date(2026, 11, 23), date(2026, 11, 30)):
        days = [first + timedelta(days=number) for number in range(7)]
        weeks = house.read(lambda read, d=days: week_plan(read, STAFF, d, now=clock.now()))
        apart = [
            house.read(lambda read, d=day: day_plan(read, STAFF, d, now=clock.now()))
            for day in days
        ]
        assert [list(row) for row in zip(*apart, strict=True)] == weeks
        taken += sum(len(plan.busy) for week in weeks for plan in week)
    assert taken > 20
