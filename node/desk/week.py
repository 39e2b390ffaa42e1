"""A week of every place at the desk: who has it when, where a day is free, as a table of links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from litestar import Response, get

from node import spaces
from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.periods import Period, local_day, without
from node.base.refusals import N_
from node.desk.frame import desk_page
from node.desk.plan import day_asked, find_href, names_on, plan_views, within
from node.spaces import DayPlan
from node.spaces.model import BusySpan
from node.store import Read
from node.web import i18n
from node.web.day_plan import slot_state
from node.web.listing import plan_table
from node.web.showing import Place, clock, place_of
from node.web.visit import Visit

DAYS = 7


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A place with its days; each of them what is drawn in it, as `desk/week.html` says."""

    place: Place
    days: list[list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class WeekPage:
    """See `desk/week.html`."""

    title: str
    views: list[dict[str, Any]]
    day: str
    before: str
    after: str
    days: list[dict[str, Any]]
    rows: list[WeekRow]


@get("/desk/week", include_in_schema=False)
async def week(visit: Visit) -> Response[Any]:
    """The week of any day, from its Monday."""
    visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    day = day_asked(visit)
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=number) for number in range(DAYS)]

    def look(read: Read) -> tuple[list[list[DayPlan]], dict[bytes, str]]:
        found = spaces.week_plan(read, visit.actor, days, now=visit.now)
        return found, names_on(read, visit, (plan for row in found for plan in row))

    plans, names = await visit.read(look)
    page = WeekPage(
        title=visit.say(N_("{first} bis {last}"), first=days[0], last=days[-1]),
        views=plan_views(visit, day, here="week"),
        day=day.isoformat(),
        before=f"/desk/week?day={within(monday, -DAYS).isoformat()}",
        after=f"/desk/week?day={within(monday, DAYS).isoformat()}",
        days=[_head(visit, each) for each in days],
        rows=[_row(visit, days, each, names) for each in plans],
    )
    return await desk_page(
        visit,
        "desk/week.html",
        page,
        here="plan",
        table=lambda: plan_table(visit, visit.say(N_("belegung")), _once(plans), names),
    )


def _head(visit: Visit, day: date) -> dict[str, Any]:
    return {
        "text": i18n.day_words(visit.prefs.lang, day),
        "href": f"/desk/plan?day={day.isoformat()}",
        "today": day == visit.today,
    }


def _row(visit: Visit, days: list[date], plans: list[DayPlan], names: dict[bytes, str]) -> WeekRow:
    cells = [[*_entries(visit, day, plan, names)] for day, plan in zip(days, plans, strict=True)]
    return WeekRow(place_of(visit, plans[0].space), cells)


def _entries(
    visit: Visit, day: date, plan: DayPlan, names: dict[bytes, str]
) -> Iterator[dict[str, str]]:
    """What stands in one day of a place: each time that is taken, then whether more can be had."""
    for span in sorted(plan.busy, key=lambda each: each.period.starts_at):
        yield {
            "state": slot_state(span.status),
            "when": _when(visit, day, plan, span),
            "text": names.get(span.reservation_id, ""),
            "href": f"/desk/reservations/{id_text(span.reservation_id)}",
        }
    if not plan.open:
        shut = plan.closed_because
        text = visit.local(shut) if shut else visit.say(N_("geschlossen"))
        yield {"state": "closed", "when": "", "text": text, "href": ""}
    elif _can_be_had(visit, day, plan):
        may_book = may(visit.actor, Permission.RESERVE_FOR_OTHERS)
        href = find_href(plan, day) if may_book else ""
        yield {"state": "free", "when": "", "text": visit.say(N_("frei")), "href": href}


def _can_be_had(visit: Visit, day: date, plan: DayPlan) -> bool:
    """Whether a booking may begin on this day: a room has hours left that are long enough, a stay
    its night."""
    whole = local_day(day, visit.zone)
    if whole.ends_at <= visit.now:
        return False
    if plan.space.is_by_night:
        return not any(span.period.ends_at > whole.ends_at for span in plan.busy)
    least = timedelta(minutes=plan.space.row.minutes_min)
    taken = [*plan.kept, *(span.period for span in plan.busy)]
    if whole.starts_at < visit.now:
        taken.append(Period(whole.starts_at, visit.now))
    left = (gap for each in plan.open for gap in without(each, taken))
    return any(gap.ends_at - gap.starts_at >= least for gap in left)


def _when(visit: Visit, day: date, plan: DayPlan, span: BusySpan) -> str:
    """From when to when on this day; of a stay only its coming and going."""
    period = span.period
    if not plan.space.is_by_night:
        return i18n.times_words(visit.prefs.lang, period.starts_at, period.ends_at, visit.zone)
    arrives, leaves = (
        at.astimezone(visit.zone).date() for at in (period.starts_at, period.ends_at)
    )
    if day == arrives:
        return visit.say(N_("ab {time}"), time=clock(visit, period.starts_at))
    return visit.say(N_("bis {time}"), time=clock(visit, period.ends_at)) if day == leaves else ""


def _once(plans: list[list[DayPlan]]) -> Iterator[DayPlan]:
    """The days in which something begins, so that a stay is one row of the list."""
    for row in plans:
        known: set[bytes] = set()
        for plan in row:
            new = tuple(span for span in plan.busy if span.reservation_id not in known)
            known |= {span.reservation_id for span in new}
            yield replace(plan, busy=new)


ROUTES = (week,)
