"""What each half hour of a place's day looks like in the plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from node.base.periods import Period
from node.spaces.model import BusySpan, DayPlan, Status
from node.web.day_plan import cell_states, slot_state
from tests.spaces.test_rules import ROOM, space

START = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
STEP = timedelta(minutes=30)
STEPS = 28


@st.composite
def periods(draw: st.DrawFn) -> Period:
    begin = draw(st.integers(-300, 20 * 60))
    return Period(
        START + timedelta(minutes=begin),
        START + timedelta(minutes=begin + draw(st.integers(1, 400))),
    )


spans = st.builds(
    BusySpan,
    periods(),
    st.sampled_from([Status.CONFIRMED, Status.REQUESTED, Status.OVER]),
    st.just(b"R" * 16),
    is_mine=st.booleans(),
)
plans = st.builds(
    DayPlan,
    st.just(space(ROOM)),
    st.lists(periods(), max_size=3).map(tuple),
    st.lists(spans, max_size=4).map(tuple),
    st.none(),
    st.lists(periods(), max_size=3).map(tuple),
)


@given(plans)
def test_a_step_is_what_touches_it_first_and_else_open_or_closed(plan: DayPlan) -> None:
    found = cell_states(plan, START, STEP, STEPS)
    assert found == [_state(plan, Period(at, at + STEP)) for at in _steps()]


def _steps() -> list[datetime]:
    return [START + number * STEP for number in range(STEPS)]


def _state(plan: DayPlan, slot: Period) -> str:
    for span in plan.busy:
        if span.period.overlaps(slot):
            return "mine" if span.is_mine else slot_state(span.status)
    if not any(hours.overlaps(slot) for hours in plan.open):
        return "closed"
    return "buffer" if any(each.overlaps(slot) for each in plan.kept) else "free"
