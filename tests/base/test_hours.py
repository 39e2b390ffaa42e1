"""Hours of the day, also over midnight; what is none is nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.hours import Hours

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        ("01:00-05:00", ((1, 0), (4, 59)), ((0, 59), (5, 0), (12, 0))),
        ("22:30 - 06:00", ((22, 30), (23, 59), (0, 0), (5, 59)), ((6, 0), (22, 29))),
    ],
)
def test_they_hold_from_the_first_minute_and_not_the_last(
    hours: str, inside: tuple[tuple[int, int], ...], outside: tuple[tuple[int, int], ...]
) -> None:
    found = Hours.read(hours)
    assert found is not None
    for expected, times in ((True, inside), (False, outside)):
        for hour, minute in times:
            assert found.hold(NOON.replace(hour=hour, minute=minute)) is expected


@pytest.mark.parametrize(
    "text", ["", "1-5", "01:00", "01:00-01:00", "24:00-05:00", "01:60-05:00", "01:00-05:00 Uhr"]
)
def test_what_is_no_such_thing_is_none(text: str) -> None:
    assert Hours.read(text) is None


@given(st.times(), st.times(), st.times())
def test_two_halves_of_a_day_hold_each_instant_once(begins, ends, at) -> None:
    begins, ends = begins.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    if begins != ends:
        now = datetime.combine(NOON.date(), at)
        assert Hours(begins, ends).hold(now) is not Hours(ends, begins).hold(now)
