"""What a plan calls free can be had, and what it draws as taken or kept cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.periods import Period, local_day
from node.quarter.files import QuarterFiles
from node.spaces import Reservation, Wish, day_plan, reserve
from node.spaces.refusals import TAKEN
from node.spaces.rules import _check_free
from node.spaces.standing import buffered, buffered_seconds
from node.store import Core
from tests.spaces.conftest import utc
from tests.spaces.test_no_overlap import STAFF, ZONE, Town, held_periods
from tests.spaces.test_rules import ROOM, space, world

QUARTER = timedelta(minutes=15)


def test_preparing_and_cleaning_are_kept_on_both_sides_of_what_is_booked(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    """From 14 to 16, with 30 minutes before and 60 after: who comes next needs both, too."""
    hall = files.id_of("space", "hofsaal")
    wish = Wish(space_id=hall, period=Period(utc(28, 14), utc(28, 16)), purpose="private")
    made = house.write(
        lambda write: reserve(write, anna, wish, now=clock.now(), signer=house.identity)
    )
    assert isinstance(made, Reservation)
    plans = house.read(lambda read: day_plan(read, STAFF, date(2026, 11, 28), now=clock.now()))
    plan = next(each for each in plans if each.space.id == hall)
    assert [span.period for span in plan.busy] == [wish.period]
    assert plan.kept == (Period(utc(28, 12, 30), utc(28, 17, 30)),)


def test_after_any_history_a_quarter_of_an_hour_is_kept_where_no_booking_could_cover_it(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    town = Town(house, files, clock, 5)
    for _ in range(150):
        town.attempt(days=4)
    now = clock.now()
    held = house.read(lambda read: held_periods(read, now=now))
    seen = {True: 0, False: 0}
    for number in range(5):
        day = now.astimezone(ZONE).date() + timedelta(days=number)
        whole = local_day(day, ZONE)
        for plan in house.read(lambda read, d=day: day_plan(read, STAFF, d, now=now)):
            if plan.space.is_by_night:
                assert plan.kept == ()
                continue
            taken = [period for period, _ in held.get(plan.space.id, [])]
            at = whole.starts_at
            while at < whole.ends_at:
                slot = Period(at, at + QUARTER)
                wanted = buffered(plan.space.terms, slot)
                is_kept = any(each.overlaps(slot) for each in plan.kept)
                assert is_kept is any(each.overlaps(wanted) for each in taken), (plan, slot)
                seen[is_kept] += 1
                at += QUARTER
    assert min(seen.values()) > 100


@given(
    st.integers(0, 90),
    st.integers(0, 90),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)), min_size=1, max_size=4),
    st.integers(0, 40),
    st.integers(1, 8),
)
def test_a_no_says_whether_somebody_is_there_or_whether_it_is_kept_clean(
    before: int, after: int, booked: list[tuple[int, int]], begin: int, length: int
) -> None:
    room = space(replace(ROOM, buffer_before_minutes=before, buffer_after_minutes=after))
    start = utc(28, 8)

    def quarters(begin: int, length: int) -> Period:
        return Period(start + begin * QUARTER, start + (begin + length) * QUARTER)

    taken = [quarters(*each) for each in booked]
    busy = tuple(buffered_seconds(room.terms, each) for each in taken)
    wish = Wish(space_id=room.id, period=quarters(begin, length), purpose="private")
    found = _check_free(room, wish, world(busy=busy))
    clashes = any(
        buffered(room.terms, each).overlaps(buffered(room.terms, wish.period)) for each in taken
    )
    assert (found is not None) is clashes
    if found is not None:
        assert found.code == TAKEN.code, "whoever waits for it may wait for both"
        is_there = any(each.overlaps(wish.period) for each in taken)
        assert dict(found.values) == ({} if is_there else {"minutes": before + after})
