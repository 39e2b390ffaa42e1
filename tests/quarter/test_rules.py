"""Hours as arithmetic: whatever the clocks do, minutes are minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from node.base.periods import Period, local_day
from node.quarter import rules
from node.quarter.holidays import holidays_of
from node.quarter.model import (
    NO_TEXT,
    DeskProfile,
    QuietHours,
    SpecialDay,
    TimeSpan,
    WeekHours,
)

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
NIGHT = QuietHours("night", NO_TEXT, 22 * 60, 6 * 60)

days = st.one_of(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.sampled_from([SPRING, AUTUMN]))


@st.composite
def spans(draw: st.DrawFn) -> tuple[TimeSpan, ...]:
    """Up to three spans of a day that don't overlap."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(TimeSpan(opens, closes) for opens, closes in pairs)


@st.composite
def desks(draw: st.DrawFn) -> DeskProfile:
    week = WeekHours(tuple(draw(spans()) for _ in range(7)))
    special = draw(st.lists(st.builds(SpecialDay, days, spans()), max_size=2))
    return DeskProfile(hours=week, special_days=tuple(special))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 1))).replace(tzinfo=UTC)
    return Period(start, start + timedelta(minutes=draw(st.integers(1, 20_000))))


@given(desks(), days, st.lists(periods(), max_size=3), st.booleans())
def test_a_days_opening_lies_in_the_day_in_order_and_outside_closures(
    desk: DeskProfile, day: date, closures: list[Period], is_holiday: bool
) -> None:
    holidays = {day} if is_holiday else set()
    found = rules.desk_periods(desk, day, BERLIN, holidays=holidays, closures=closures)
    whole = local_day(day, BERLIN)
    assert found == sorted(found)
    assert all(whole.contains(period) for period in found)
    assert not any(a.overlaps(b) for a, b in pairwise(found))
    assert not any(period.overlaps(shut) for period in found for shut in closures)


@given(desks(), days)
def test_open_minutes_are_those_on_the_wall_except_when_the_clocks_change(
    desk: DeskProfile, day: date
) -> None:
    found = rules.desk_periods(desk, day, BERLIN, holidays=(), closures=())
    on_the_wall = sum(
        span.closes_minute - span.opens_minute for span in rules.desk_spans(desk, day, ())
    )
    difference = abs(sum(period.minutes for period in found) - on_the_wall)
    changes = local_day(day, BERLIN).minutes != 24 * 60
    assert difference == 0 or (changes and difference <= 60)


@given(spans(), periods(), st.integers(0, 3_000))
def test_waiting_some_minutes_of_opening_time_ends_when_they_have_passed(
    each_day: tuple[TimeSpan, ...], between: Period, minutes: int
) -> None:
    """The two ways of counting agree: `after_minutes` inverts `minutes_within`."""
    assume(each_day)
    desk = DeskProfile(hours=WeekHours((each_day,) * 7))
    first = between.starts_at.astimezone(BERLIN).date()
    opened = [
        period
        for offset in range(40)
        for period in rules.desk_periods(
            desk, first + timedelta(days=offset), BERLIN, holidays=(), closures=()
        )
        if period.ends_at > between.starts_at
    ]
    found = rules.after_minutes(iter(opened), between.starts_at, minutes)
    if found is None:
        whole = Period(between.starts_at, between.starts_at + timedelta(days=60))
        assert rules.minutes_within(opened, whole) < minutes
    elif minutes:
        assert rules.minutes_within(opened, Period(between.starts_at, found)) == minutes
        assert any(period.starts_at < found <= period.ends_at for period in opened)
    else:
        assert found == between.starts_at


@given(desks(), periods(), st.integers(1, 20_000))
def test_minutes_add_up(desk: DeskProfile, whole: Period, cut: int) -> None:
    middle = whole.starts_at + timedelta(minutes=cut % max(1, whole.minutes))
    assume(whole.starts_at < middle < whole.ends_at)
    first = whole.starts_at.astimezone(BERLIN).date()
    opened = [
        period
        for offset in range(16)
        for period in rules.desk_periods(
            desk, first + timedelta(days=offset), BERLIN, holidays=(), closures=()
        )
    ]
    halves = (Period(whole.starts_at, middle), Period(middle, whole.ends_at))
    parts = [rules.minutes_within(opened, half) for half in halves]
    # Each half is cut down to whole minutes, so together they may lose one.
    assert rules.minutes_within(opened, whole) - sum(parts) in {0, 1}


def test_a_span_over_the_spring_change_is_an_hour_shorter() -> None:
    span = TimeSpan(60, 240)
    assert rules.span_period(SPRING, span, BERLIN) == Period(
        datetime(2027, 3, 28, 0, tzinfo=UTC), datetime(2027, 3, 28, 2, tzinfo=UTC)
    )


def test_a_span_over_the_autumn_change_is_an_hour_longer() -> None:
    found = rules.span_period(AUTUMN, TimeSpan(60, 240), BERLIN)
    assert found is not None
    assert found.minutes == 240


def test_a_span_until_midnight_ends_with_the_day() -> None:
    found = rules.span_period(date(2026, 11, 24), TimeSpan(1380, 1440), BERLIN)
    assert found is not None
    assert found.ends_at == datetime(2026, 11, 24, 23, tzinfo=UTC)


def test_a_special_day_counts_before_a_holiday_and_a_holiday_before_the_week() -> None:
    week = WeekHours(((TimeSpan(540, 840),),) * 7)
    day, other = date(2026, 12, 25), date(2026, 12, 26)
    desk = DeskProfile(
        hours=week, holiday_hours=(), special_days=(SpecialDay(day, (TimeSpan(600, 660),)),)
    )
    assert rules.desk_spans(desk, day, {day, other}) == (TimeSpan(600, 660),)
    assert rules.desk_spans(desk, other, {day, other}) == ()
    assert rules.desk_spans(desk, other, ()) == (TimeSpan(540, 840),)


def test_a_desk_without_holiday_hours_keeps_those_of_the_week() -> None:
    desk = DeskProfile(hours=WeekHours(((TimeSpan(540, 840),),) * 7))
    assert rules.desk_spans(desk, date(2026, 12, 25), {date(2026, 12, 25)}) == (TimeSpan(540, 840),)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("instant", "is_quiet"),
    [
        (at(24, 21, 59), False),
        (at(24, 22), True),
        (at(25, 0), True),
        (at(25, 5, 59), True),
        (at(25, 6), False),
    ],
)
def test_the_night_is_quiet_past_midnight(instant: datetime, is_quiet: bool) -> None:
    assert rules.is_quiet(NIGHT, instant, ()) is is_quiet


def test_after_midnight_the_evening_before_decides() -> None:
    fridays = QuietHours("friday", NO_TEXT, 1320, 360, frozenset({4}), on_holidays=False)
    assert rules.is_quiet(fridays, at(28, 2), ())  # Saturday, 2 o'clock
    assert not rules.is_quiet(fridays, at(27, 2), ())
    assert not rules.is_quiet(fridays, at(28, 23), ())


def test_sunday_quiet_holds_on_holidays_too() -> None:
    sundays = QuietHours("sunday", NO_TEXT, 0, 1440, frozenset({6}))
    assert rules.is_quiet(sundays, at(22, 12), ())
    assert not rules.is_quiet(sundays, at(24, 12), ())
    assert rules.is_quiet(sundays, at(24, 12), {date(2026, 11, 24)})


@given(
    days,
    st.times(),
    st.sampled_from([0, 60, 360, 1320, 1440]),
    st.sampled_from([0, 60, 360, 1320, 1440]),
)
def test_a_rule_for_all_days_and_its_complement_never_agree(
    day: date, clock: time, opens: int, closes: int
) -> None:
    assume(opens != closes and {opens, closes} != {0, 1440})
    instant = datetime.combine(day, clock, tzinfo=BERLIN)
    rule = QuietHours("a", NO_TEXT, opens, closes)
    complement = QuietHours("b", NO_TEXT, closes, opens)
    assert rules.is_quiet(rule, instant, ()) != rules.is_quiet(complement, instant, ())


def test_the_land_has_its_eleven_legal_holidays_and_no_carnival() -> None:
    found = holidays_of("DE", "NW", 2027)
    assert " ".join(sorted(f"{day:%d.%m.}" for day in found)) == (
        "01.01. 01.05. 01.11. 03.10. 06.05. 17.05. 25.12. 26.03. 26.12. 27.05. 29.03."
    )
    assert found[date(2027, 3, 26)] == "Karfreitag"
    assert date(2027, 2, 8) not in found


def test_an_unknown_country_has_no_holidays() -> None:
    assert holidays_of("XX", "", 2027) == {}
