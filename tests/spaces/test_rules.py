"""The rules with made-up worlds: days that change their length, nights, limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.periods import Period, local_day, local_instant
from node.quarter.files import (
    Approval,
    Audience,
    HouseholdLimit,
    Season,
    SpaceKind,
    SpaceRow,
    StayRules,
)
from node.quarter.model import (
    Closure,
    LocalText,
    PlaceMark,
    RuleSource,
    TargetKind,
    TimeSpan,
    WeekHours,
)
from node.spaces import rules, standing, stay_period
from node.spaces.circumstances import Circumstances
from node.spaces.model import Space, Wish
from node.spaces.terms import Terms

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def hours(*spans: tuple[int, int]) -> WeekHours:
    return WeekHours(((tuple(TimeSpan(a * 60, b * 60) for a, b in spans)),) * 7)


ROOM = SpaceRow(
    key="r",
    kind=SpaceKind.ROOM,
    name=LocalText("Raum"),
    building="B",
    mark=PlaceMark("door", 1, "brick"),
    seats=10,
    hours=hours((8, 22)),
    step_minutes=30,
    minutes_min=60,
    minutes_max=480,
    horizon_days={Audience.CONTRACT: 400, Audience.NO_CONTRACT: 90},
)
STAY = replace(
    ROOM,
    kind=SpaceKind.GUEST_APARTMENT,
    stay=StayRules(
        nights_min=1, nights_max=10, weekend_nights_min=2, weekend_months=frozenset({5, 6})
    ),
)


def space(row: SpaceRow) -> Space:
    return Space(b"S" * 16, b"H" * 16, b"B" * 16, row)


def world(**changes: object) -> Circumstances:
    told: dict[str, Any] = {"now": NOW, "zone": ZONE, "audience": Audience.CONTRACT}
    return Circumstances(**told | changes)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return local_instant(day, time(hour, minute), ZONE)


def code(row: SpaceRow, period: Period, people: int = 2, **changes: object) -> str:
    wish = Wish(space_id=b"S" * 16, period=period, people=people)
    refusal = rules.check_reservable(space(row), wish, world(**changes))
    return refusal.code if refusal else ""


def named_day(row: SpaceRow, period: Period, own: Period) -> date:
    """From when on a no says that it would work, for somebody who has another time already."""
    wish = Wish(space_id=b"S" * 16, period=period, people=2)
    refusal = rules.check_reservable(space(row), wish, world(own_periods=[own]))
    assert refusal is not None
    assert "{day}" in refusal.remedy
    named = refusal.values["day"]
    assert isinstance(named, date)
    return named


def on(day: date, starts: int, ends: int) -> Period:
    return Period(local(day, starts), local(day, ends))


def test_opening_hours_are_those_of_the_wall_clock_on_every_day_of_the_year() -> None:
    for number in range(360):
        day = date(2026, 1, 6) + timedelta(days=number)
        assert code(ROOM, on(day, 8, 10)) == ""
        assert code(ROOM, on(day, 20, 22)) == ""
        assert code(ROOM, on(day, 7, 9)) == "spaces.closed_then"
        assert code(ROOM, Period(local(day, 21), local(day, 22, 30))) == "spaces.closed_then"


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_room_open_in_the_hour_that_is_skipped_or_doubled_answers_calmly(day: date) -> None:
    night = replace(ROOM, hours=hours((2, 3)), minutes_min=30)
    for minutes in range(0, 300, 30):
        start = local_day(day, ZONE).starts_at + timedelta(minutes=minutes)
        code(night, Period(start, start + timedelta(minutes=30)))
    always = replace(ROOM, hours=hours((0, 24)), minutes_max=26 * 60)
    assert code(always, local_day(day, ZONE)) == ""


def test_across_midnight_goes_where_the_place_is_open_across_midnight() -> None:
    day = date(2026, 5, 9)
    party = Period(local(day, 22), local(day + timedelta(days=1), 2))
    assert code(ROOM, party) == "spaces.closed_then"
    assert code(replace(ROOM, hours=hours((0, 3), (18, 24))), party) == ""
    assert code(replace(ROOM, hours=hours((0, 1), (18, 24))), party) == "spaces.closed_then"


def test_the_29th_of_february_is_a_day_like_others() -> None:
    now = datetime(2028, 2, 20, tzinfo=UTC)
    assert code(ROOM, on(date(2028, 2, 29), 10, 12), now=now) == ""
    stay = stay_period(STAY.stay, date(2028, 2, 28), date(2028, 3, 1), ZONE)
    assert code(STAY, stay, now=now) == ""


def test_the_horizon_goes_by_days_and_by_who_asks() -> None:
    today = NOW.astimezone(ZONE).date()
    last = today + timedelta(days=90)
    who = Audience.NO_CONTRACT
    assert code(ROOM, on(last, 10, 12), audience=who) == ""
    assert code(ROOM, on(last + timedelta(days=1), 10, 12), audience=who) == "spaces.too_far_ahead"
    assert code(ROOM, on(last + timedelta(days=1), 10, 12)) == ""
    assert code(ROOM, on(last, 10, 12), audience=Audience.OUTSIDE) == "spaces.not_for_you"


def test_nights_are_counted_by_days_even_when_the_clocks_change() -> None:
    for arrival in (date(2026, 3, 28), date(2026, 10, 24), date(2026, 12, 31)):
        for nights in range(1, 11):
            stay = stay_period(STAY.stay, arrival, arrival + timedelta(days=nights), ZONE)
            assert code(STAY, stay) == "", (arrival, nights)
        eleven = stay_period(STAY.stay, arrival, arrival + timedelta(days=11), ZONE)
        assert code(STAY, eleven) == "spaces.too_many_nights"


def test_a_weekend_in_the_busy_months_asks_for_two_nights() -> None:
    def stay(arrival: date, nights: int) -> str:
        period = stay_period(STAY.stay, arrival, arrival + timedelta(days=nights), ZONE)
        return code(STAY, period)

    thursday, friday, saturday, sunday = (date(2026, 5, day) for day in (7, 8, 9, 10))
    assert stay(thursday, 1) == ""
    assert stay(friday, 1) == stay(saturday, 1) == "spaces.too_few_nights"
    assert stay(friday, 2) == stay(sunday, 1) == ""
    assert stay(date(2026, 2, 6), 1) == ""


def test_nights_lie_between_two_stays_of_a_household() -> None:
    row = replace(STAY, stay=replace(STAY.stay, gap_nights=14))
    earlier = stay_period(row.stay, date(2026, 2, 1), date(2026, 2, 4), ZONE)

    def then(arrival: date, **changes: object) -> str:
        period = stay_period(row.stay, arrival, arrival + timedelta(days=2), ZONE)
        return code(row, period, own_periods=[earlier], **changes)

    assert then(date(2026, 2, 18)) == ""
    assert then(date(2026, 2, 17)) == "spaces.gap"
    assert then(date(2026, 1, 16)) == ""
    assert then(date(2026, 1, 17)) == "spaces.gap"
    assert then(date(2026, 2, 17), by_staff=True) == ""
    # Whether it was asked for before or after the other one, the no names a day that works.
    for arrival in (date(2026, 1, 17), date(2026, 2, 3), date(2026, 2, 17)):
        period = stay_period(row.stay, arrival, arrival + timedelta(days=2), ZONE)
        assert named_day(row, period, earlier) == date(2026, 2, 18)


def test_a_closure_shuts_exactly_its_time() -> None:
    day = date(2026, 5, 12)
    shut = Closure(
        b"", TargetKind.SPACE, b"", local(day, 12), local(day, 14), LocalText("Boden", "Floor")
    )
    assert code(ROOM, on(day, 10, 12), closures=[shut]) == ""
    assert code(ROOM, on(day, 14, 16), closures=[shut]) == ""
    assert code(ROOM, on(day, 13, 15), closures=[shut]) == "spaces.closure"


def test_lead_time_quota_and_open_reservations_are_limits_and_not_one_less() -> None:
    day = NOW.astimezone(ZONE).date()
    lead = replace(ROOM, lead_minutes=120)
    assert code(lead, on(day, 12, 14)) == ""
    assert code(lead, Period(local(day, 11, 30), local(day, 13))) == "spaces.lead"
    assert code(lead, Period(local(day, 11, 30), local(day, 13)), by_staff=True) == ""
    quota = replace(ROOM, limits=(HouseholdLimit(week_minutes=240),))
    monday = day - timedelta(days=day.weekday())
    two_hours, sunday = on(monday, 10, 12), on(monday + timedelta(days=6), 21, 22)
    before, after = on(monday - timedelta(days=1), 8, 16), on(monday + timedelta(days=7), 8, 16)
    assert code(quota, on(day, 14, 16), own_periods=[two_hours, before, after]) == ""
    assert code(quota, on(day, 14, 16), own_periods=[two_hours, sunday]) == "spaces.quota"
    few = replace(ROOM, limits=(HouseholdLimit(open_max=3),))
    assert code(few, on(day, 14, 16), open_reservations=2) == ""
    assert code(few, on(day, 14, 16), open_reservations=3) == "spaces.too_many_open"


def test_a_place_without_seats_in_its_file_refuses_nobody_for_being_too_many() -> None:
    assert code(replace(ROOM, seats=0, standing=0), on(date(2026, 5, 12), 10, 12), people=3) == ""
    assert code(replace(ROOM, standing=30), on(date(2026, 5, 12), 10, 12), people=30) == ""
    assert code(ROOM, on(date(2026, 5, 12), 10, 12), people=11) == "spaces.too_many_people"


def test_after_the_quiet_hour_the_desk_must_agree() -> None:
    row = replace(ROOM, approval=Approval.AFTER_QUIET, quiet_from=time(22))
    day = date(2026, 7, 3)
    assert not rules.needs_approval(row, on(day, 18, 22), ZONE)
    assert rules.needs_approval(row, Period(local(day, 18), local(day, 22, 30)), ZONE)
    past_midnight = Period(local(day, 18), local(day + timedelta(days=1), 1))
    assert rules.needs_approval(row, past_midnight, ZONE)
    until_midnight = Period(local(day, 18), local_day(day, ZONE).ends_at)
    assert rules.needs_approval(row, until_midnight, ZONE)
    assert not rules.needs_approval(ROOM, past_midnight, ZONE)


@pytest.mark.parametrize(("source", "word"), [("law", "Gesetz"), ("house_rule", "Hausregel")])
def test_quiet_hours_say_whether_they_are_law_or_the_rule_of_the_house(
    source: str, word: str
) -> None:
    row = replace(
        ROOM, approval=Approval.AFTER_QUIET, quiet_from=time(22), quiet_source=RuleSource(source)
    )
    late = Period(local(date(2026, 7, 3), 18), local(date(2026, 7, 3), 22, 30))
    asks = rules.needs_approval(row, late, ZONE)
    assert asks is not None
    assert word in asks.message


def test_who_was_instructed_reserves_at_once_and_others_ask() -> None:
    row, morning = replace(ROOM, qualification=LocalText("Einweisung")), on(date(2026, 7, 3), 9, 12)
    asks = rules.needs_approval(row, morning, ZONE)
    assert asks is not None
    assert asks.code == "spaces.asks_qualification"
    assert rules.needs_approval(row, morning, ZONE, is_qualified=True) is None


def test_a_season_has_its_own_hours_also_past_the_new_year() -> None:
    winter = Season(name=LocalText("Winter"), first="11-01", last="01-31", hours=hours((10, 16)))
    row = replace(ROOM, seasons=(winter,))
    for day in (date(2026, 11, 1), date(2027, 1, 5), date(2027, 1, 31)):
        assert code(row, on(day, 10, 16)) == ""
        assert code(row, on(day, 8, 10)) == "spaces.closed_then"
    for day in (date(2026, 10, 31), date(2026, 2, 1)):
        assert code(row, on(day, 8, 10)) == ""


def test_holidays_have_their_own_hours_where_the_place_says_so() -> None:
    day = date(2026, 5, 14)
    short = replace(ROOM, holiday_hours=(TimeSpan(600, 840),))
    assert code(short, on(day, 10, 14), holidays=[day]) == ""
    assert code(short, on(day, 8, 10), holidays=[day]) == "spaces.closed_then"
    assert code(short, on(day, 8, 10)) == ""
    shut = replace(ROOM, holiday_hours=())
    assert code(shut, on(day, 10, 12), holidays=[day]) == "spaces.closed_holiday"
    assert code(ROOM, on(day, 8, 10), holidays=[day]) == ""


def test_a_limit_for_an_audience_counts_before_that_for_all() -> None:
    day = date(2026, 2, 12)
    limits = (HouseholdLimit(open_max=3), HouseholdLimit(audience=Audience.NO_CONTRACT, open_max=1))
    row = replace(ROOM, limits=limits)
    for audience, least in ((Audience.CONTRACT, 3), (Audience.NO_CONTRACT, 1)):
        for count in range(5):
            found = code(row, on(day, 10, 12), audience=audience, open_reservations=count)
            assert found == ("" if count < least else "spaces.too_many_open")


def test_between_two_times_of_a_household_lie_the_days_that_the_place_asks_for() -> None:
    row, day = replace(ROOM, limits=(HouseholdLimit(gap_days=3),)), date(2026, 5, 14)
    for days in range(-5, 6):
        own = on(day + timedelta(days=days), 18, 20)
        assert code(row, on(day, 10, 12), own_periods=[own]) == (
            "" if abs(days) >= 3 else "spaces.gap_days"
        )
        assert code(row, on(day, 10, 12), own_periods=[own], by_staff=True) == ""
        if abs(days) < 3:
            named = named_day(row, on(day, 10, 12), own)
            assert named == day + timedelta(days=days + 3)
            assert code(row, on(named, 10, 12), own_periods=[own]) == ""


def test_a_stay_comes_and_goes_on_the_weekdays_of_the_place_and_the_next_one_is_named() -> None:
    fridays = replace(
        STAY,
        stay=replace(
            STAY.stay, arrival_weekdays=frozenset({4}), departure_weekdays=frozenset({0, 6})
        ),
    )
    friday = date(2026, 3, 6)
    for first in range(7):
        for nights in range(1, 8):
            arrival = friday + timedelta(days=first)
            departure = arrival + timedelta(days=nights)
            found = code(fridays, stay_period(fridays.stay, arrival, departure, ZONE))
            if first:
                assert found == "spaces.arrival_weekday"
            elif departure.weekday() not in {0, 6}:
                assert found == "spaces.departure_weekday"
            else:
                assert found == ""
    wish = Wish(
        space_id=b"S" * 16,
        period=stay_period(STAY.stay, date(2026, 3, 7), date(2026, 3, 9), ZONE),
    )
    refusal = rules.check_reservable(space(fridays), wish, world())
    assert refusal is not None
    assert refusal.values == {"day": date(2026, 3, 13)}


@given(st.integers(0, 2000), st.integers(1, 40), st.integers(0, 8), st.integers(0, 8))
def test_buffers_only_ever_widen(start: int, length: int, before: int, after: int) -> None:
    row = replace(ROOM, buffer_before_minutes=before * 15, buffer_after_minutes=after * 15)
    begin = NOW + timedelta(minutes=15 * start)
    period = Period(begin, begin + timedelta(minutes=15 * length))
    taken = standing.buffered(Terms.of(row), period)
    assert taken.contains(period)
    assert taken.minutes == period.minutes + 15 * (before + after)
