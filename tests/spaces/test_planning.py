"""What a plan calls free can be had, and what it draws as taken or kept cannot."""

from __future__ import annotations

from datetime import date, timedelta

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.periods import Period, local_day
from node.quarter.files import QuarterFiles
from node.spaces import Reservation, Wish, day_plan, reserve
from node.spaces.standing import buffered
from node.store import Core
from tests.spaces.conftest import utc
from tests.spaces.test_no_overlap import STAFF, ZONE, Town, held_periods

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
