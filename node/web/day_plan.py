"""A day of places as a picture: half hours that are open, taken or shut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from node.base.ids import id_text
from node.base.periods import Period, local_day, local_instant
from node.base.refusals import N_
from node.spaces.model import DayPlan, Status
from node.web import i18n
from node.web.showing import STATES, clock, place_of
from node.web.visit import Visit

PER_HOUR = 2


@dataclass(slots=True)
class Plan:
    """A day plan as `ui.day_plan` draws it."""

    title: str
    per_hour: int
    hours: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    now: str = ""


def plan_of(
    visit: Visit, day: date, plans: Sequence[DayPlan], *, first_hour: int = 8, last_hour: int = 22
) -> Plan:
    """A day's plan for `ui.day_plan`: rooms by half hours between two hours of the local day."""
    start = local_instant(day, time(first_hour), visit.zone)
    steps = (last_hour - first_hour) * PER_HOUR
    step = timedelta(minutes=60 // PER_HOUR)
    title = i18n.long_day_words(visit.prefs.lang, day)
    plan = Plan(title, PER_HOUR, [str(hour) for hour in range(first_hour, last_hour)])
    if local_day(day, visit.zone).holds(visit.now):
        plan.now = visit.say(N_("Es ist {time}."), time=clock(visit, visit.now))
    for each in plans:
        cells = cell_states(each, start, step, steps)
        plan.rows.append(
            {
                "place": place_of(visit, each.space),
                "href": f"/spaces/{id_text(each.space.id)}?day={day.isoformat()}",
                "cells": list(_joined(visit, cells, start, step)),
            }
        )
    return plan


def cell_states(plan: DayPlan, start: datetime, step: timedelta, steps: int) -> list[str]:
    """What each of so many steps of a place's day looks like: what touches it, if only a minute."""
    cells = ["closed"] * steps
    if plan.closed_because is None:
        for hours in plan.open:
            _paint(cells, "free", hours, start, step)
        for kept in plan.kept:
            _paint(cells, "buffer", kept, start, step, over="free")
    for span in reversed(plan.busy):
        # The earlier one shows where two touch the same step, so it is painted last.
        _paint(cells, "mine" if span.is_mine else slot_state(span.status), span.period, start, step)
    return cells


def _paint(
    cells: list[str],
    state: str,
    period: Period,
    start: datetime,
    step: timedelta,
    *,
    over: str = "",
) -> None:
    """Give the cells that a period touches a state: all of them, or those that look like `over`."""
    first = max((period.starts_at - start) // step, 0)
    after = min(-((start - period.ends_at) // step), len(cells))
    for number in range(first, after):
        if not over or cells[number] == over:
            cells[number] = state


def slot_state(status: Status) -> str:
    """How a taken time is drawn."""
    if status in {Status.HELD, Status.REQUESTED}:
        return STATES[status]
    return "over" if status in {Status.OVER, Status.CHECKED_OUT} else "confirmed"


def _joined(
    visit: Visit, states: Sequence[str], start: datetime, step: timedelta
) -> Iterable[dict[str, Any]]:
    """Neighbouring cells of one state as one cell."""
    begin = 0
    for number in range(1, len(states) + 1):
        if number < len(states) and states[number] == states[begin]:
            continue
        first, last = start + begin * step, start + number * step
        times = i18n.times_words(visit.prefs.lang, first, last, visit.zone)
        yield {
            "state": states[begin],
            "span": number - begin,
            "when": times,
            "text": "",
            "href": "",
        }
        begin = number
