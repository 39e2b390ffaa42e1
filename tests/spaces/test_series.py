"""A series: its dates by the wall clock, the preview that booking keeps, and giving it up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.ids import new_id
from node.base.periods import Period, local_instant
from node.base.refusals import Refusal, RefusedError
from node.quarter.files import QuarterFiles
from node.spaces import (
    Reservation,
    Rhythm,
    SeriesDate,
    Status,
    Wish,
    cancel_series,
    dates_of,
    find_reservation,
    hold,
    preview_series,
    reserve,
    reserve_series,
    series_ahead,
    series_fee,
)
from node.store import Core, Write
from tests.spaces.conftest import utc

BERLIN = ZoneInfo("Europe/Berlin")


def test_every_second_tuesday_is_counted_by_weekday_and_keeps_its_wall_clock() -> None:
    first = Period(
        local_instant(date(2027, 2, 9), time(18), BERLIN),
        local_instant(date(2027, 2, 9), time(20), BERLIN),
    )
    found = [
        period.starts_at.astimezone(BERLIN) for period in dates_of(first, Rhythm.MONTHLY, 3, BERLIN)
    ]
    assert [at.date() for at in found] == [date(2027, 2, 9), date(2027, 3, 9), date(2027, 4, 13)]
    assert {at.time() for at in found} == {time(18)}


def test_a_fifth_monday_is_only_in_months_that_have_one() -> None:
    first = Period(
        local_instant(date(2026, 11, 30), time(9), BERLIN),
        local_instant(date(2026, 11, 30), time(10), BERLIN),
    )
    found = dates_of(first, Rhythm.MONTHLY, 3, BERLIN)
    days = [period.starts_at.astimezone(BERLIN).date() for period in found]
    assert days == [date(2026, 11, 30), date(2027, 3, 29), date(2027, 5, 31)]


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 95),
    st.integers(1, 40),
    st.sampled_from([Rhythm.WEEKLY, Rhythm.FORTNIGHTLY]),
    st.integers(1, 60),
)
def test_weeks_are_weeks_of_the_wall_clock(
    day: date, begin: int, quarters: int, rhythm: Rhythm, count: int
) -> None:
    at = (datetime.combine(day, time()) + timedelta(minutes=15 * begin)).time()
    starts = local_instant(day, at, BERLIN)
    found = dates_of(
        Period(starts, starts + timedelta(minutes=15 * quarters)), rhythm, count, BERLIN
    )
    assert len(found) <= min(count, 53)
    days = [period.starts_at.astimezone(BERLIN).date() for period in found]
    apart = 7 if rhythm is Rhythm.WEEKLY else 14
    assert all((each - day).days % apart == 0 for each in days)
    assert days == sorted(set(days))


def weekly(wish: Wish, count: int, *, rhythm: Rhythm = Rhythm.WEEKLY) -> list[Wish]:
    series = new_id()
    return [
        replace(wish, period=period, series=series)
        for period in dates_of(wish.period, rhythm, count, BERLIN)
    ]


def preview(core: Core, who: Actor, wishes: list[Wish], clock: FrozenClock) -> list[SeriesDate]:
    dates: list[tuple[Wish, bool | None]] = [(wish, None) for wish in wishes]
    return core.read(lambda read: preview_series(read, who, dates, now=clock.now()))


def book(
    core: Core, who: Actor, wishes: list[Wish], total: int, clock: FrozenClock
) -> list[Reservation] | Refusal:
    return core.write(
        lambda write: reserve_series(
            write, who, wishes, total_cents=total, now=clock.now(), signer=core.identity
        )
    )


def booked(core: Core, who: Actor, wishes: list[Wish], clock: FrozenClock) -> list[Reservation]:
    seen = preview(core, who, wishes, clock)
    chosen = [each.wish for each in seen if each.counts]
    found = book(core, who, chosen, sum(d.bill.total_cents for d in seen if d.counts), clock)
    assert not isinstance(found, Refusal), found
    return found


def desk_for(who: Actor, demir: Actor) -> Actor:
    return replace(who, staff_id=demir.person_id)


def test_a_taken_date_says_why_and_what_of_that_day_could_be_had(
    house: Core, wish: Wish, anna: Actor, clara: Actor, demir: Actor, clock: FrozenClock
) -> None:
    wishes = weekly(replace(wish, note=""), 4)
    taken = house.write(
        lambda write: reserve(
            write, clara, replace(wishes[2], series=b""), now=clock.now(), signer=house.identity
        )
    )
    assert isinstance(taken, Reservation), taken
    seen = preview(house, desk_for(anna, demir), wishes, clock)
    assert [each.counts for each in seen] == [True, True, False, True]
    refused = seen[2]
    assert refused.refusal is not None
    assert refused.refusal.code == "spaces.taken"
    day = refused.wish.period.starts_at.astimezone(BERLIN).date()
    assert refused.instead
    assert {o.period.starts_at.astimezone(BERLIN).date() for o in refused.instead} == {day}


def test_what_one_holds_is_not_in_the_way_and_a_full_household_is_offered_nothing(
    house: Core, wish: Wish, anna: Actor, clock: FrozenClock
) -> None:
    held = house.write(
        lambda write: hold(write, anna, wish, now=clock.now(), signer=house.identity)
    )
    assert isinstance(held, Reservation)
    seen = preview(house, anna, weekly(wish, 6), clock)
    assert seen[0].counts
    full = [each for each in seen if each.refusal is not None]
    assert full
    for each in full:
        assert each.refusal is not None
        assert each.refusal.code == "spaces.too_many_open"
        assert each.instead == ()


def test_all_or_nothing_is_booked_and_pressing_twice_books_once(
    house: Core, wish: Wish, anna: Actor, clara: Actor, demir: Actor, clock: FrozenClock
) -> None:
    wishes, team = weekly(wish, 3), desk_for(anna, demir)
    total = sum(each.bill.total_cents for each in preview(house, team, wishes, clock))
    assert isinstance(book(house, team, wishes, total + 1, clock), Refusal)
    first = book(house, team, wishes, total, clock)
    again = book(house, team, wishes, total, clock)
    assert not isinstance(first, Refusal)
    assert not isinstance(again, Refusal)
    assert [each.id for each in first] == [each.id for each in again]
    assert {each.details.series for each in first} != {""}
    other = book(house, desk_for(clara, demir), weekly(wish, 3), total, clock)
    assert isinstance(other, Refusal)
    assert other.code == "spaces.taken"


def test_giving_a_series_up_ends_what_lies_ahead_for_what_was_shown(
    house: Core, wish: Wish, anna: Actor, demir: Actor, clock: FrozenClock
) -> None:
    made = booked(house, desk_for(anna, demir), weekly(wish, 3), clock)
    clock.set(made[0].period.ends_at + timedelta(days=1))
    ahead = house.read(lambda read: series_ahead(read, anna, made[1].id, now=clock.now()))
    assert [each.id for each in ahead] == [made[1].id, made[2].id]
    fee = series_fee(ahead, now=clock.now())
    wrong = house.write(
        lambda write: cancel_series(write, anna, made[1].id, fee_cents=fee + 1, now=clock.now())
    )
    assert isinstance(wrong, Refusal)
    done = house.write(
        lambda write: cancel_series(write, anna, made[1].id, fee_cents=fee, now=clock.now())
    )
    assert not isinstance(done, Refusal)
    states = [
        house.read(lambda read, i=each.id: find_reservation(read, i)).status_at(clock.now())
        for each in made
    ]
    assert states == [Status.NO_SHOW, Status.CANCELLED, Status.CANCELLED] or states[1:] == [
        Status.CANCELLED,
        Status.CANCELLED,
    ]


def test_strangers_see_and_end_no_series(
    house: Core, wish: Wish, anna: Actor, clara: Actor, demir: Actor, clock: FrozenClock
) -> None:
    made = booked(house, desk_for(anna, demir), weekly(wish, 2), clock)
    assert house.read(lambda r: series_ahead(r, clara, made[0].id, now=clock.now())) == []
    no = house.write(
        lambda write: cancel_series(write, clara, made[0].id, fee_cents=0, now=clock.now())
    )
    assert isinstance(no, Refusal)
    assert no.status == 404


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    taken=st.sets(st.integers(0, 7), max_size=4),
    count=st.integers(1, 8),
    hours=st.integers(8, 20),
    length=st.integers(1, 6),
    rhythm=st.sampled_from(list(Rhythm)),
    by_desk=st.booleans(),
)
def test_what_the_preview_grants_is_booked_and_what_it_refuses_is_refused(
    house: Core,
    wish: Wish,
    files: QuarterFiles,
    anna: Actor,
    clara: Actor,
    demir: Actor,
    clock: FrozenClock,
    **drawn: object,
) -> None:
    starts = utc(28, int(str(drawn["hours"])) - 1)
    period = Period(starts, starts + timedelta(hours=int(str(drawn["length"]))))
    count, rhythm = int(str(drawn["count"])), Rhythm(str(drawn["rhythm"]))
    wishes = weekly(replace(wish, period=period), count, rhythm=rhythm)
    who = desk_for(anna, demir) if drawn["by_desk"] else anna
    taken = drawn["taken"]
    assert isinstance(taken, set)

    def trial(write: Write) -> None:
        for number in sorted(taken):
            if number < len(wishes):
                other = replace(wishes[number], series=b"", note="")
                reserve(
                    write,
                    desk_for(clara, demir),
                    other,
                    now=clock.now(),
                    signer=house.identity,
                )
        seen = preview_series(write, who, [(w, None) for w in wishes], now=clock.now())
        chosen = [each for each in seen if each.counts]
        alone = sum(each.bill.total_cents for each in chosen)
        made = reserve_series(
            write,
            who,
            [each.wish for each in chosen],
            total_cents=alone,
            now=clock.now(),
            signer=house.identity,
        )
        if chosen:
            assert not isinstance(made, Refusal), made
            assert [each.period for each in made] == [each.wish.period for each in chosen]
            assert [each.base_status is Status.REQUESTED for each in made] == [
                each.asks for each in chosen
            ]
            assert all(
                each.bill == date_.bill
                for each, date_ in zip(made, chosen, strict=True)
                if not date_.asks
            )
        else:
            assert isinstance(made, Refusal)
        for each in seen:
            if each.refusal is not None:
                no = reserve(write, who, each.wish, now=clock.now(), signer=house.identity)
                assert isinstance(no, Refusal), each
        raise RefusedError(UNDONE)

    assert house.write(trial) is UNDONE


UNDONE = Refusal("tests.undone", "", "")
