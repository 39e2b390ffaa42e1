"""What a sign at a room's door tells of the rest of its day, and what could be had on the spot."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.quarter.files import QuarterFiles
from node.spaces import (
    DoorPlan,
    DoorSpan,
    DoorState,
    Reservation,
    Wish,
    door_plan,
    reserve,
)
from node.spaces.door_plan import spans_of
from node.store import Core
from tests.spaces.conftest import utc

FREE, TAKEN, READYING, SHUT = DoorState.FREE, DoorState.TAKEN, DoorState.READYING, DoorState.SHUT


def book(house: Core, who: Actor, wish: Wish, now: datetime) -> Reservation:
    done = house.write(lambda write: reserve(write, who, wish, now=now, signer=house.identity))
    assert isinstance(done, Reservation), done
    return done


@pytest.fixture
def wish(files: QuarterFiles) -> Wish:
    return Wish(
        space_id=files.id_of("space", "hofsaal"),
        period=Period(utc(28, 14), utc(28, 18)),
        people=4,
        purpose="private",
    )


def seen(house: Core, files: QuarterFiles, key: str, now: datetime) -> DoorPlan:
    found = house.read(lambda read: door_plan(read, files.id_of("space", key), now=now))
    assert found is not None
    return found


def told(plan: DoorPlan) -> list[tuple[str, datetime, datetime]]:
    return [(str(s.state), s.period.starts_at, s.period.ends_at) for s in plan.spans]


def test_the_day_is_told_with_the_time_around_a_booking(
    house: Core, files: QuarterFiles, anna: Actor, wish: Wish, clock: FrozenClock
) -> None:
    book(house, anna, wish, clock.now())
    plan = seen(house, files, "hofsaal", utc(28, 9))
    assert told(plan) == [
        ("free", utc(28, 9), utc(28, 13, 30)),
        ("readying", utc(28, 13, 30), utc(28, 14)),
        ("taken", utc(28, 14), utc(28, 18)),
        ("readying", utc(28, 18), utc(28, 19)),
        ("free", utc(28, 19), utc(28, 22)),
        ("shut", utc(28, 22), utc(28, 23)),
    ]
    assert [span.purpose for span in plan.spans if span.state is TAKEN] == ["private"]


def test_nothing_in_it_leads_to_whoever_booked(
    house: Core, files: QuarterFiles, anna: Actor, wish: Wish, clock: FrozenClock
) -> None:
    made = book(house, anna, wish, clock.now())
    whole = repr(seen(house, files, "hofsaal", utc(28, 9)).spans)
    for id_ in (made.id, anna.person_id, anna.household_id):
        assert repr(id_) not in whole
    assert {field.name for field in fields(DoorSpan)} == {"period", "state", "purpose", "reason"}


def test_a_stay_hangs_no_sign_out(house: Core, files: QuarterFiles) -> None:
    space_id = files.id_of("space", "gartenzimmer")
    assert house.read(lambda read: door_plan(read, space_id, now=utc(28, 9))) is None


@pytest.mark.parametrize(
    ("now", "starts", "ends"),
    [
        (utc(28, 9, 0), utc(28, 9, 0), utc(28, 11, 0)),
        (utc(28, 9, 17), utc(28, 9, 0), utc(28, 11, 0)),
        (utc(28, 9, 31), utc(28, 9, 30), utc(28, 11, 30)),
    ],
)
def test_on_the_spot_begins_with_the_step_that_has_begun(
    house: Core, files: QuarterFiles, now: datetime, starts: datetime, ends: datetime
) -> None:
    """The courtyard hall is had for two hours at least."""
    assert seen(house, files, "hofsaal", now).bookable == Period(starts, ends)


def test_what_the_sign_offers_can_be_had(
    house: Core, files: QuarterFiles, anna: Actor, wish: Wish
) -> None:
    now = utc(28, 9, 17)
    period = seen(house, files, "hofsaal", now).bookable
    assert period is not None
    made = book(house, anna, replace(wish, period=period), now)
    assert made.period == period
    after = seen(house, files, "hofsaal", now)
    assert after.bookable is None
    assert after.spans[0].state is TAKEN


def test_shortly_before_somebody_comes_nothing_is_offered(
    house: Core, files: QuarterFiles, anna: Actor, wish: Wish, clock: FrozenClock
) -> None:
    book(house, anna, wish, clock.now())
    assert seen(house, files, "hofsaal", utc(28, 12)).bookable is None


def test_where_one_must_ask_earlier_nothing_is_offered(house: Core, files: QuarterFiles) -> None:
    plan = seen(house, files, "werkraum", utc(27, 9))
    assert plan.spans[0].state is FREE
    assert plan.bookable is None


STEPS = st.integers(0, 47)
TIMES = st.lists(st.tuples(STEPS, st.integers(1, 8)), max_size=5)


def periods(given_: list[tuple[int, int]]) -> list[Period]:
    half, day = timedelta(minutes=30), utc(28, 0)
    return [Period(day + half * at, day + half * (at + length)) for at, length in given_]


@given(TIMES, TIMES, STEPS)
def test_the_spans_are_the_whole_rest_of_the_day_without_a_gap(
    open_at: list[tuple[int, int]], kept_at: list[tuple[int, int]], begins: int
) -> None:
    day = Period(utc(28, 0) + timedelta(minutes=30 * begins), utc(29, 0))
    hours, kept = periods(open_at), periods(kept_at)
    spans = spans_of(day, hours, [], [], kept)
    assert spans[0].period.starts_at == day.starts_at
    assert spans[-1].period.ends_at == day.ends_at
    for one, following in pairwise(spans):
        assert one.period.ends_at == following.period.starts_at
        assert one.state is not following.state
    for minute in range(0, int((day.ends_at - day.starts_at).total_seconds()) // 60, 15):
        at = day.starts_at + timedelta(minutes=minute)
        state = next(span.state for span in spans if span.period.holds(at))
        is_open = any(each.holds(at) for each in hours)
        is_kept = any(each.holds(at) for each in kept)
        assert state is (SHUT if not is_open else READYING if is_kept else FREE)
