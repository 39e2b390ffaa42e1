"""The questions of a booking: answers survive the address, and what is offered can be had."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.periods import Period
from node.kiosk.asking import (
    DAY_MINUTES,
    DAYS_AHEAD_MAX,
    Asked,
    days_from,
    end_choices,
    instant_of,
    people_choices,
    read_asked,
    start_choices,
)
from node.quarter.files import QuarterFiles, SpaceKind
from node.spaces import Query, Wish, day_plan, list_spaces, reserve, search
from node.store import Core
from tests.spaces.conftest import anna, clara, files, house  # noqa: F401 - fixtures

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")

half_hours = st.integers(0, 48).map(lambda number: number * 30)
days = st.integers(0, DAYS_AHEAD_MAX).map(lambda number: TODAY + timedelta(days=number))


@given(day=days, starts=half_hours, length=st.integers(1, 48), people=st.integers(1, 999))
def test_an_answer_survives_its_address(day: date, starts: int, length: int, people: int) -> None:
    ends = min(starts + length * 30, DAY_MINUTES)
    asked = Asked(day=day, starts=starts, ends=ends, people=people)
    if ends <= starts:
        return
    assert read_asked(dict(parse_qsl(asked.query())), today=TODAY) == asked


@given(
    day=days,
    nights=st.integers(1, 60),
    people=st.integers(1, 30),
    ages=st.lists(st.integers(0, 17), max_size=8).map(tuple),
)
def test_a_stay_survives_its_address(
    day: date, nights: int, people: int, ages: tuple[int, ...]
) -> None:
    asked = Asked(
        SpaceKind.GUEST_APARTMENT, day, nights=nights, people=people, ages=ages[: people - 1]
    )
    assert read_asked(dict(parse_qsl(asked.query())), today=TODAY) == asked
    period = asked.period(ZONE)
    assert period is not None
    assert round(period.minutes / 1440) == nights


@given(
    day=days,
    people=st.integers(2, 8),
    ages=st.lists(st.integers(0, 17), min_size=1, max_size=9),
)
def test_children_are_told_one_by_one_and_one_guest_stays_an_adult(
    day: date, people: int, ages: list[int]
) -> None:
    asked = Asked(SpaceKind.GUEST_APARTMENT, day, nights=1, people=people)
    said = []
    for age in ages:
        assert asked.question == "ages"
        said.append(age)
        asked = read_asked(dict(parse_qsl(asked.with_child(age).query())), today=TODAY)
        if len(said) == people - 1:
            break
        assert asked.children == tuple(said)
    assert (asked.question == "") == (len(said) == people - 1)
    assert asked.ages == (tuple(said) if asked.question == "" else None)


@given(
    st.dictionaries(
        st.sampled_from(["kind", "day", "from", "until", "nights", "people", "ages", "child"]),
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(["-1", "99:99", "24:00", "24:30", "2026-02-30", "٣", "1e3", "15:5٠"]),
        ),
    )
)
def test_rubbish_in_an_address_is_asked_anew(given_: dict[str, str]) -> None:
    asked = read_asked(given_, today=TODAY)
    assert asked.question or asked.people
    asked.period(ZONE)
    asked.query()


@given(day=days, starts=half_hours, question=st.sampled_from(["day", "starts", "ends", "people"]))
def test_going_back_asks_that_question(day: date, starts: int, question: str) -> None:
    asked = Asked(day=day, starts=starts, ends=DAY_MINUTES, people=3)
    assert asked.back_to(question).question == question


def test_midnight_and_the_change_of_the_clocks() -> None:
    assert instant_of(date(2026, 11, 28), DAY_MINUTES, ZONE) == datetime(
        2026, 11, 28, 23, tzinfo=UTC
    )
    whole = Asked(day=date(2026, 10, 25), starts=0, ends=DAY_MINUTES, people=1)
    assert whole.period(ZONE).minutes == 25 * 60  # type: ignore[union-attr]
    gone = Asked(day=date(2027, 3, 28), starts=120, ends=180, people=1)
    period = gone.period(ZONE)
    assert period is None or period.minutes > 0


def test_what_can_be_touched_can_be_had(
    house: Core,  # noqa: F811
    files: QuarterFiles,  # noqa: F811
    anna: Actor,  # noqa: F811
    clara: Actor,  # noqa: F811
) -> None:
    """Every time of the grid that is not struck through finds a room; the others find none."""
    taken = Wish(
        space_id=files.id_of("space", "hofsaal"),
        period=Period(
            datetime(2026, 11, 28, 12, tzinfo=UTC), datetime(2026, 11, 28, 15, tzinfo=UTC)
        ),
        people=4,
        purpose="private",
    )
    house.write(lambda write: reserve(write, clara, taken, now=NOW, signer=house.identity))
    day = date(2026, 11, 28)
    plans = house.read(lambda read: day_plan(read, anna, day, now=NOW))
    rooms = [plan for plan in plans if not plan.space.is_by_night]

    def found(starts: int, ends: int) -> bool:
        period = Period(instant_of(day, starts, ZONE), instant_of(day, ends, ZONE))
        query = Query(period=period, people=1, kind=SpaceKind.ROOM)
        return bool(house.read(lambda read: search(read, anna, query, now=NOW)).offers)

    starts = start_choices(rooms, day, now=NOW, zone=ZONE)
    assert any(choice.free for choice in starts)
    assert any(not choice.free for choice in starts)
    for start in starts:
        ends = end_choices(rooms, day, start.minute, zone=ZONE)
        assert start.free == any(choice.free for choice in ends), start
        for end in ends:
            longest = 12 * 60
            if end.minute - start.minute <= longest:
                assert end.free == found(start.minute, end.minute), (start, end)


def test_a_day_without_rooms_has_no_times() -> None:
    assert start_choices([], TODAY, now=NOW, zone=ZONE) == []
    assert end_choices([], TODAY, 600, zone=ZONE) == []


def test_every_number_of_people_falls_under_one_button(house: Core) -> None:  # noqa: F811
    spaces: Any = house.read(list_spaces)
    choices = people_choices(spaces)
    covered = [number for low, high in choices for number in range(low, high + 1)]
    most = max(max(space.row.seats, space.row.standing) for space in spaces)
    assert covered == list(range(1, most + 1))


def test_days_are_turned_by_a_fortnight() -> None:
    shown, before, after = days_from(TODAY, today=TODAY)
    assert shown[0] == TODAY
    assert before is None
    assert after == TODAY + timedelta(days=14)
    _, before, after = days_from(TODAY + timedelta(days=5), today=TODAY)
    assert before == TODAY
    _, _, after = days_from(TODAY + timedelta(days=DAYS_AHEAD_MAX), today=TODAY)
    assert after is None
