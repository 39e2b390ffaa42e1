"""The plan of any day at the desk: each taken time leads to its reservation, each free hour to a
new one. With script the arrow keys go through it; without, it is a table of links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get

from node import spaces
from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.periods import Period, local_instant
from node.base.refusals import N_
from node.desk.frame import desk_page
from node.desk.today import names_of
from node.spaces import DayPlan, Line
from node.spaces.model import BusySpan
from node.store import Read
from node.web import i18n
from node.web.day_plan import PER_HOUR, Plan, cell_states, plan_of
from node.web.forms import read_query
from node.web.listing import plan_table
from node.web.visit import Visit

FIRST_HOUR, LAST_HOUR = 7, 23
STEP = timedelta(minutes=60 // PER_HOUR)
FIRST, LAST = date(1970, 1, 1), date(2242, 1, 1)
"""Where leafing ends: reservations have no other instants."""
VIEWS = (("plan", "/desk/plan", N_("Tag")), ("week", "/desk/week", N_("Woche")))


@dataclass(slots=True)
class PlanPage:
    """See `desk/plan.html`."""

    plan: Plan
    views: list[dict[str, Any]]
    day: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Cell:
    """A stretch of one place's day: free, shut, or one reservation's."""

    state: str
    starts_at: datetime
    ends_at: datetime
    span: BusySpan | None = None


@get("/desk/plan", include_in_schema=False)
async def plan(visit: Visit) -> Response[Any]:
    """The plan of any day."""
    visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    day = day_asked(visit)
    plans, names = await visit.read(lambda read: _look(read, visit, day))
    page = PlanPage(
        plan=_linked(visit, day, plans, names),
        views=plan_views(visit, day, here="plan"),
        day=day.isoformat(),
        before=f"/desk/plan?day={within(day, -1).isoformat()}",
        after=f"/desk/plan?day={within(day, 1).isoformat()}",
    )
    return await desk_page(
        visit,
        "desk/plan.html",
        page,
        here="plan",
        table=lambda: plan_table(visit, visit.say(N_("belegung")), plans, names),
    )


def day_asked(visit: Visit) -> date:
    """The day that the address names; today where it names none."""
    fields = read_query(visit)
    day = fields.day("day") if fields.given.get("day") else None
    return within(day or visit.today)


def within(day: date, days: int = 0) -> date:
    """So many days later (or before), not beyond where leafing ends."""
    ordinal = day.toordinal() + days
    return date.fromordinal(min(max(ordinal, FIRST.toordinal()), LAST.toordinal()))


def plan_views(visit: Visit, day: date, *, here: str) -> list[dict[str, Any]]:
    """The ways from one view of the plan to another."""
    return [
        {"text": visit.say(text), "href": f"{path}?day={day.isoformat()}", "here": name == here}
        for name, path, text in VIEWS
    ]


def _look(read: Read, visit: Visit, day: date) -> tuple[list[DayPlan], dict[bytes, str]]:
    plans = spaces.day_plan(read, visit.actor, day, now=visit.now)
    return plans, names_on(read, visit, plans)


def names_on(read: Read, visit: Visit, plans: Iterable[DayPlan]) -> dict[bytes, str]:
    """Who has each time of some plans, by reservation."""
    ids = dict.fromkeys(span.reservation_id for each in plans for span in each.busy)
    found = (spaces.get_line(read, visit.actor, id_, now=visit.now) for id_ in ids)
    lines = [line for line in found if isinstance(line, Line)]
    return {id_: name for id_, (name, _) in names_of(read, lines).items()}


def _linked(visit: Visit, day: date, plans: list[DayPlan], names: dict[bytes, str]) -> Plan:
    """The plan as every face draws it, its cells with who has them and where they lead."""
    shown = plan_of(visit, day, plans, first_hour=FIRST_HOUR, last_hour=LAST_HOUR)
    for row, each in zip(shown.rows, plans, strict=True):
        row["href"] = ""
        row["cells"] = [_shown(visit, each, cell, names) for cell in _cells(visit, day, each)]
    return shown


def _shown(visit: Visit, plan: DayPlan, cell: _Cell, names: dict[bytes, str]) -> dict[str, Any]:
    """A cell as `ui.day_plan` draws it; only who may book sees free time as a link."""
    times = i18n.times_words(visit.prefs.lang, cell.starts_at, cell.ends_at, visit.zone)
    reservation_id = cell.span.reservation_id if cell.span is not None else b""
    href = f"/desk/reservations/{id_text(reservation_id)}" if reservation_id else ""
    if cell.state == "free" and may(visit.actor, Permission.RESERVE_FOR_OTHERS):
        href = _new_href(visit, plan, cell)
    return {
        "state": cell.state,
        "span": int((cell.ends_at - cell.starts_at) / STEP),
        "when": times,
        "text": names.get(reservation_id, ""),
        "href": href,
    }


def _new_href(visit: Visit, plan: DayPlan, cell: _Cell) -> str:
    """Where a booking of this place's kind begins with this hour, or this night."""
    first, last = (at.astimezone(visit.zone) for at in (cell.starts_at, cell.ends_at))
    hours = {"starts": f"{first:%H:%M}", "ends": f"{last:%H:%M}"}
    return find_href(plan, first.date(), **hours)


def find_href(plan: DayPlan, day: date, **hours: str) -> str:
    """Where a booking of this place's kind begins on a day; of a room at hours, where some are
    chosen."""
    if plan.space.is_by_night:
        until = (day + timedelta(days=1)).isoformat()
        asked = {"kind": "guest_apartment", "day": day.isoformat(), "until": until}
    else:
        asked = {"kind": "room", "day": day.isoformat(), **hours}
    return f"/desk/find?{urlencode(asked)}"


def _cells(visit: Visit, day: date, plan: DayPlan) -> Iterator[_Cell]:
    """A place's day: neighbouring steps of one reservation as one cell, free time by the hour."""
    begin = local_instant(day, time(FIRST_HOUR), visit.zone)
    cell: _Cell | None = None
    states = cell_states(plan, begin, STEP, (LAST_HOUR - FIRST_HOUR) * PER_HOUR)
    for number, state in enumerate(states):
        step = _step(plan, begin + number * STEP, state)
        begins_hour = step.state == "free" and not (plan.space.is_by_night or number % PER_HOUR)
        if cell is not None and _is_same(cell, step) and not begins_hour:
            cell = replace(cell, ends_at=step.ends_at)
            continue
        if cell is not None:
            yield cell
        cell = step
    if cell is not None:
        yield cell


def _step(plan: DayPlan, at: datetime, state: str) -> _Cell:
    slot = Period(at, at + STEP)
    span = next((each for each in plan.busy if each.period.overlaps(slot)), None)
    return _Cell(state, at, at + STEP, span)


def _is_same(one: _Cell, other: _Cell) -> bool:
    ids = [cell.span.reservation_id if cell.span else b"" for cell in (one, other)]
    return one.state == other.state and ids[0] == ids[1]


ROUTES = (plan,)
