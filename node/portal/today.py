"""My day: the next thing of mine, what waits, what is on in the house, what I can do.

The page that is opened most: one hop to the store, none for what only changes with the day or an
import, and the whole answer kept until something that it says changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any

from litestar import Response, get

from node import people, quarter, spaces
from node.base.actors import Actor
from node.base.periods import Period, local_day, local_instant
from node.base.refusals import N_
from node.portal.house import closure_row, closures_within, waste_row
from node.spaces import InLine, Line, Status
from node.spaces.telling import told_to
from node.store import Read
from node.web import i18n
from node.web.greeting import TURNS, greeting
from node.web.relocating import closed_words
from node.web.showing import ShownLine, clock, line_of, moment
from node.web.told import ShownTold, told_of
from node.web.visit import Visit
from node.web.waiting import entry_of

LINES_MAX = 5
WASTE_DAYS = 3
CLOSURE_DAYS = 7


@dataclass(slots=True)
class TodayPage:
    """See `portal/today.html`."""

    day: str
    greeting: str
    next: dict[str, Any] | None
    told: list[ShownTold]
    waiting: list[dict[str, str]]
    mine: list[ShownLine]
    house: list[dict[str, str]]
    actions: list[dict[str, Any]]
    desk: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HouseDay:
    """What a house's day holds whatever is booked, in the words of a language: opening times, what
    is shut and until when, waste; and the instants at which time alone changes a word of it.
    """

    title: str
    desk: list[Period]
    desk_opens_later: datetime | None
    closures: list[tuple[datetime, dict[str, str]]]
    waste: list[dict[str, str]]
    actions: list[dict[str, Any]]
    turns: list[datetime]


@get("/", include_in_schema=False)
async def today(visit: Visit) -> Response[Any]:
    """My day."""
    actor, now = visit.signed_in(), visit.now
    lines, offers, news, day, erasure, shut = await visit.read(
        lambda read: (
            coming := spaces.coming_up(read, actor, now=now),
            spaces.my_offers(read, actor, now=now),
            told_to(read, actor, now=now),
            _house_day(read, visit, actor),
            people.open_erasure(read, actor.person_id),
            [*_shut(read, visit, coming)],
        )
    )
    # What was taken back or declined stands among what they are told, until they know.
    lines = [line for line in lines if not _is_told(line)]
    shown = [line_of(visit, line) for line in lines]
    coming = _next(lines, shown)
    told = {line.id for line in shown if line.state in WAITING} | {coming["id"] if coming else ""}
    page = TodayPage(
        day=day.title,
        greeting=greeting(visit, actor.name.split(" ")[0]),
        next=coming,
        told=[told_of(visit, each) for each in news],
        waiting=([_leaving(visit, erasure)] if erasure else [])
        + shut
        + [_offered(visit, each) for each in offers]
        + [_waiting(visit, line) for line in shown if line.state in WAITING],
        mine=[line for line in shown if line.id not in told][:LINES_MAX],
        house=[row for until, row in day.closures if until > now] + day.waste,
        actions=day.actions,
        desk=_desk(visit, day),
    )
    deadlines = [each.hold_until for each in offers if each.hold_until is not None]
    turns = chain(day.turns, deadlines, *(_turns(line) for line in lines))
    until = min(at for at in turns if at > now)
    return visit.page("portal/today.html", page, here="today", until=until)


def _shut(read: Read, visit: Visit, lines: Iterable[Line]) -> Iterator[dict[str, str]]:
    """Of what they have, what they have at a time when its place is shut."""
    for line in lines:
        closed = closed_words(read, visit, line)
        if closed is not None:
            shown = line_of(visit, line)
            title = visit.say(N_("Geschlossen: {why}"), why=f"{shown.title}, {shown.when}")
            yield {"kind": "warning", "state": shown.state, **closed, "title": title}


def _is_told(line: Line) -> bool:
    decision = line.reservation.decision
    is_lost = line.status in {Status.DECLINED, Status.DISPLACED}
    return is_lost and bool(decision and decision.by_team_at)


def _turns(line: Line) -> Iterator[datetime]:
    return line.reservation.turns


WAITING = {"requested": "waiting", "displaced": "warning", "declined": "refusal"}
"""What is told above everything else, and the kind of notice that tells it."""


def _house_day(read: Read, visit: Visit, actor: Actor) -> HouseDay:
    """The day of the actor's house, kept for all who live in it."""
    home, lang = actor.household_id, visit.prefs.lang
    day = visit.today
    building = read.kept(("building", home), lambda apart: people.building_of(apart, home))
    return read.kept(
        ("day", building, day, visit.zone.key, lang),
        lambda apart: _find_day(apart, visit, building, day),
    )


def _find_day(read: Read, visit: Visit, building: bytes | None, day: date) -> HouseDay:
    whole, last = local_day(day, visit.zone), day + timedelta(days=WASTE_DAYS)
    ahead = Period(whole.starts_at, whole.ends_at + timedelta(days=CLOSURE_DAYS))
    desk, closures = quarter.desk_hours(read, day), closures_within(read, ahead, building)
    waste = quarter.waste_collections(read, building, day, last) if building else []
    greetings = (local_instant(day, time(hour), visit.zone) for hour in TURNS)
    opening = (at for period in desk for at in (period.starts_at, period.ends_at))
    ends = (each.ends_at for each in closures)
    return HouseDay(
        title=i18n.long_day_words(visit.prefs.lang, day),
        desk=desk,
        desk_opens_later=quarter.next_desk_opening(read, whole.ends_at),
        closures=[(each.ends_at, closure_row(visit, each)) for each in closures],
        waste=[waste_row(visit, each) for each in waste],
        actions=_actions(visit),
        turns=[whole.ends_at, *greetings, *opening, *ends],
    )


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


def _waiting(visit: Visit, line: ShownLine) -> dict[str, str]:
    return {
        "kind": WAITING[line.state],
        "title": visit.list_words(line.title, line.when),
        "state": line.state,
        "text": line.state_text,
        "href": f"/mine/{line.id}",
    }


def _offered(visit: Visit, each: InLine) -> dict[str, str]:
    """What got free for somebody who waited: the one thing here that runs out."""
    entry = entry_of(visit, each)
    return {
        "kind": "success",
        "title": visit.say(
            N_("Für Sie frei geworden: {what}"), what=f"{entry.title}, {entry.when}"
        ),
        "state": entry.state,
        "text": visit.say(N_("Bis {until} annehmen"), until=entry.until),
        "href": f"/wait/{entry.id}",
    }


def _leaving(visit: Visit, erasure: people.Erasure) -> dict[str, str]:
    """Said before all that waits: it may not have been they who asked for it."""
    text = visit.say(N_("Noch können Sie es zurücknehmen."))
    if erasure.due_at is not None:
        text = visit.say(
            N_("Gelöscht wird: {day}. Bis dahin können Sie es zurücknehmen."),
            day=moment(visit, erasure.due_at),
        )
    return {
        "kind": "warning",
        "title": visit.say(N_("Ihre Löschung ist verlangt")),
        "state": "requested",
        "text": text,
        "href": "/account/erase",
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


def _desk(visit: Visit, day: HouseDay) -> dict[str, Any]:
    until = next((p.ends_at for p in day.desk if p.holds(visit.now)), None)
    if until is not None:
        text = visit.say(N_("Service-Point offen bis {until}"), until=clock(visit, until))
        return {"text": text, "detail": "", "open": True}
    later = [p.starts_at for p in day.desk if p.starts_at > visit.now]
    opens = later[0] if later else day.desk_opens_later
    detail = visit.say(N_("öffnet {opens}"), opens=moment(visit, opens)) if opens else ""
    return {"text": visit.say(N_("Service-Point geschlossen")), "detail": detail, "open": False}


ROUTES = (today,)
