"""My day: the next thing of mine, what waits, what is on in the house, what I can do.

The page that is opened most: one hop to the store, none for what only changes with the day or an
import, and the whole answer kept until something that it says changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get

from node import people, quarter, spaces
from node.base.actors import Actor
from node.base.periods import Period, local_day, local_instant
from node.base.refusals import N_
from node.portal.house import closure_row, closures_within, waste_row
from node.quarter import Closure, WasteCollection
from node.spaces import Line, Status
from node.store import Read
from node.web import i18n
from node.web.showing import ShownLine, clock, line_of, moment
from node.web.visit import Visit

LINES_MAX = 5
WASTE_DAYS = 3
CLOSURE_DAYS = 7
GREETING_HOURS = (11, 18)
"""Until when it is morning, and from when it is evening."""


@dataclass(slots=True)
class TodayPage:
    """See `portal/today.html`."""

    day: str
    greeting: str
    next: dict[str, Any] | None
    waiting: list[dict[str, str]]
    mine: list[ShownLine]
    house: list[dict[str, str]]
    actions: list[dict[str, Any]]
    desk: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What a house's day holds whatever is booked: opening times, waste, what is shut."""

    desk: list[Period]
    desk_opens_later: datetime | None
    waste: list[WasteCollection]
    closures: list[Closure]


@get("/", include_in_schema=False)
async def today(visit: Visit) -> Response[Any]:
    """My day."""
    actor = visit.signed_in()
    day = visit.now.astimezone(visit.zone).date()
    lines, facts = await visit.read(
        lambda read: (
            spaces.coming_up(read, actor, now=visit.now),
            _facts(read, actor.household_id, day, visit.zone),
        )
    )
    shown = [line_of(visit, line) for line in lines]
    coming = _next(lines, shown)
    told = {line.id for line in shown if line.state in WAITING} | {coming["id"] if coming else ""}
    page = TodayPage(
        day=i18n.long_day_words(visit.prefs.lang, day),
        greeting=_greeting(visit, actor),
        next=coming,
        waiting=[_waiting(line) for line in shown if line.state in WAITING],
        mine=[line for line in shown if line.id not in told][:LINES_MAX],
        house=[closure_row(visit, each) for each in facts.closures if each.ends_at > visit.now]
        + [waste_row(visit, each) for each in facts.waste],
        actions=_actions(visit),
        desk=_desk(visit, facts),
    )
    until = min(at for at in _turns(lines, facts, day, visit.zone) if at > visit.now)
    return visit.page("portal/today.html", page, here="today", until=until)


def _turns(lines: list[Line], facts: DayFacts, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants at which time alone may change a word of the page."""
    yield local_day(day, zone).ends_at
    yield from (local_instant(day, time(hour), zone) for hour in GREETING_HOURS)
    yield from (at for line in lines for at in line.reservation.turns)
    yield from (each.ends_at for each in facts.closures)
    yield from (at for period in facts.desk for at in (period.starts_at, period.ends_at))


WAITING = {"requested": "waiting", "displaced": "warning", "declined": "refusal"}
"""What is told above everything else, and the kind of notice that tells it."""


def _facts(read: Read, household_id: bytes, day: date, zone: ZoneInfo) -> DayFacts:
    """The facts of a house's day, kept for all who live in it."""
    building = read.kept(
        ("building", household_id), lambda apart: people.building_of(apart, household_id)
    )
    return read.kept(("day", building, day), lambda apart: _find_facts(apart, building, day, zone))


def _find_facts(read: Read, building: bytes | None, day: date, zone: ZoneInfo) -> DayFacts:
    last = day + timedelta(days=WASTE_DAYS)
    whole = local_day(day, zone)
    ahead = Period(whole.starts_at, whole.ends_at + timedelta(days=CLOSURE_DAYS))
    return DayFacts(
        desk=quarter.desk_hours(read, day),
        desk_opens_later=quarter.next_desk_opening(read, whole.ends_at),
        waste=quarter.waste_collections(read, building, day, last) if building else [],
        closures=closures_within(read, ahead, building),
    )


def _greeting(visit: Visit, actor: Actor) -> str:
    first = actor.name.split(" ")[0]
    hour = visit.now.astimezone(visit.zone).hour
    if not first:
        return visit.say(N_("Guten Tag"))
    morning_ends, evening_begins = GREETING_HOURS
    if hour < morning_ends:
        return visit.say(N_("Guten Morgen, {name}"), name=first)
    if hour < evening_begins:
        return visit.say(N_("Guten Tag, {name}"), name=first)
    return visit.say(N_("Guten Abend, {name}"), name=first)


def _next(lines: list[Line], shown: list[ShownLine]) -> dict[str, Any] | None:
    """The first thing that is certain: the one whose pass is wanted next."""
    for line, drawn in zip(lines, shown, strict=True):
        if line.status in {Status.CONFIRMED, Status.CHECKED_IN}:
            return {
                "id": drawn.id,
                "title": drawn.title,
                "when": drawn.when,
                "text": drawn.text,
                "place": drawn.place,
                "state": drawn.state,
                "state_text": drawn.state_text,
                "href": f"/mine/{drawn.id}",
                "pass_href": f"/mine/{drawn.id}/pass" if drawn.has_pass else "",
            }
    return None


def _waiting(line: ShownLine) -> dict[str, str]:
    return {
        "kind": WAITING[line.state],
        "title": f"{line.title}, {line.when}",
        "state": line.state,
        "text": line.state_text,
        "href": f"/mine/{line.id}",
    }


def _actions(visit: Visit) -> list[dict[str, Any]]:
    return [
        {"text": visit.say(text), "hint": visit.say(hint), "href": href, "icon": icon, "hue": hue}
        for text, hint, href, icon, hue in ACTIONS
    ]


ACTIONS = (
    (N_("Raum buchen"), N_("nach Zeit und Größe"), "/find", "calendar-plus", 1),
    (N_("Gästewohnung"), N_("für Ihren Besuch"), "/find?kind=guest_apartment", "bed-double", 8),
    (N_("Meine Ausweise"), N_("zum Vorzeigen an der Tür"), "/mine", "qr-code", 4),
    (N_("Im Haus"), N_("Abfall, Zeiten, Regeln"), "/house", "building-2", 6),
)


def _desk(visit: Visit, facts: DayFacts) -> dict[str, Any]:
    until = next((p.ends_at for p in facts.desk if p.holds(visit.now)), None)
    if until is not None:
        text = visit.say(N_("Service-Point offen bis {until}"), until=clock(visit, until))
        return {"text": text, "detail": "", "open": True}
    later = [p.starts_at for p in facts.desk if p.starts_at > visit.now]
    opens = later[0] if later else facts.desk_opens_later
    detail = visit.say(N_("öffnet {opens}"), opens=moment(visit, opens)) if opens else ""
    return {"text": visit.say(N_("Service-Point geschlossen")), "detail": detail, "open": False}


ROUTES = (today,)
