from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.periods import (
    Period,
    from_epoch,
    local_day,
    local_instant,
    merged,
    to_epoch,
    without,
)

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 1, 1, tzinfo=UTC)

hours = st.integers(min_value=0, max_value=200)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(hours)
    return Period(
        START + timedelta(hours=start),
        START + timedelta(hours=start + draw(st.integers(min_value=1, max_value=50))),
    )


def instants(period: Period) -> set[int]:
    return set(range(to_epoch(period.starts_at) // 3600, to_epoch(period.ends_at) // 3600))


@given(periods(), periods())
def test_overlap_is_having_an_instant_in_common(a: Period, b: Period) -> None:
    assert a.overlaps(b) == b.overlaps(a) == bool(instants(a) & instants(b))
    assert a.contains(b) == (instants(b) <= instants(a))


@given(st.lists(periods(), max_size=8))
def test_merging_keeps_the_instants_and_leaves_gaps(several: list[Period]) -> None:
    joined = merged(several)
    assert set().union(*map(instants, joined)) == set().union(*map(instants, several))
    assert all(a.ends_at < b.starts_at for a, b in pairwise(joined))


@given(periods(), st.lists(periods(), max_size=8))
def test_what_is_cut_out_is_gone_and_nothing_else(whole: Period, cuts: list[Period]) -> None:
    free = without(whole, cuts)
    taken = set().union(*map(instants, cuts))
    assert set().union(*map(instants, free)) == instants(whole) - taken


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))
def test_seconds_bring_an_instant_back(at: datetime) -> None:
    whole = at.replace(microsecond=0, tzinfo=UTC)
    assert from_epoch(to_epoch(whole)) == whole


def test_days_of_the_clock_change_are_23_and_25_hours_long() -> None:
    assert local_day(date(2026, 3, 29), BERLIN).minutes == 23 * 60
    assert local_day(date(2026, 10, 25), BERLIN).minutes == 25 * 60
    assert local_day(date(2028, 2, 29), BERLIN).minutes == 24 * 60


def test_a_time_in_the_gap_is_an_hour_later_and_a_double_one_the_first() -> None:
    assert local_instant(date(2026, 3, 29), time(2, 30), BERLIN) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert local_instant(date(2026, 10, 25), time(2, 30), BERLIN) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_a_period_needs_an_end_and_zones() -> None:
    with pytest.raises(ValueError, match="ends after"):
        Period(START, START)
    with pytest.raises(ValueError, match="time zone"):
        Period(datetime(2026, 1, 1), datetime(2026, 1, 2))
