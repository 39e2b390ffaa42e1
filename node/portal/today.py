"""My day: the next thing of mine, what waits, what is on in the house, what I can do.

One hop to the store. What only changes with the day or an import is kept, and forgotten when one
of its tables changes.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Response, get

from node import people, quarter, spaces
from node.base.actors import Actor
from node.base.periods import Period, local_day
from node.base.refusals import N_
from node.portal.house import closure_row, closures_ahead, waste_row
from node.quarter import Closure, WasteCollection
from node.spaces import Line, Status
from node.store import Read, Store
from node.web import i18n
from node.web.showing import ShownLine, clock, line_of, moment
from node.web.visit import Visit

LINES_MAX = 5
WASTE_DAYS = 3
CLOSURE_DAYS = 7
KEPT_MAX = 512
"""Households whose day is kept: more than are awake at once."""


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
    """What a household's day holds whatever is booked: opening times, waste, what is shut."""

    desk: list[Period]
    desk_opens_later: datetime | None
    waste: list[WasteCollection]
    closures: list[Closure]


class DayBook:
    """The facts of this day for the households that were just here."""

    TABLES = frozenset(table.name for table in quarter.TABLES) | {"household"}

    def __init__(self) -> None:
        self._day = date.min
        self._kept: OrderedDict[bytes, DayFacts] = OrderedDict()
        self._changes = 0

    def forget_changed(self, touched: frozenset[str]) -> None:
        """Follow a commit."""
        if touched & self.TABLES:
            self._changes += 1
            self._kept = OrderedDict()

    def facts(self, household_id: bytes, day: date, find: Callable[[], DayFacts]) -> DayFacts:
        """What is known of a household's day, found where it is not."""
        if day != self._day:
            self._day, self._kept = day, OrderedDict()
        kept = self._kept.get(household_id)
        if kept is not None:
            return kept
        changes, found = self._changes, find()
        if changes == self._changes:
            self._kept[household_id] = found
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return found


_BOOKS: weakref.WeakKeyDictionary[Store, DayBook] = weakref.WeakKeyDictionary()


def book_of(store: Store) -> DayBook:
    """The one book of a store."""
    book = _BOOKS.get(store)
    if book is None:
        book = _BOOKS[store] = DayBook()
        store.subscribe(book.forget_changed)
    return book


@get("/", include_in_schema=False)
async def today(visit: Visit) -> Response[Any]:
    """My day."""
    actor = visit.signed_in()
    day = visit.now.astimezone(visit.zone).date()
    book = book_of(visit.store)

    def look(read: Read) -> tuple[list[Line], DayFacts]:
        facts = book.facts(actor.household_id, day, lambda: _facts(read, visit, actor, day))
        return spaces.coming_up(read, actor, now=visit.now), facts

    lines, facts = await visit.store.read(look)
    shown = [line_of(visit, line) for line in lines]
    coming = _next(lines, shown)
    page = TodayPage(
        day=i18n.long_day_words(visit.prefs.lang, day),
        greeting=_greeting(visit, actor),
        next=coming,
        waiting=[_waiting(line) for line in shown if line.state in WAITING],
        mine=[line for line in shown if not coming or line.id != coming["id"]][:LINES_MAX],
        house=[closure_row(visit, each) for each in facts.closures if each.ends_at > visit.now]
        + [waste_row(visit, each) for each in facts.waste],
        actions=_actions(visit),
        desk=_desk(visit, facts),
    )
    return visit.page("portal/today.html", page, here="today")


WAITING = {"requested", "displaced", "declined"}


def _facts(read: Read, visit: Visit, actor: Actor, day: date) -> DayFacts:
    building = people.building_of(read, actor.household_id) if actor.household_id else None
    last = day + timedelta(days=WASTE_DAYS)
    tomorrow = local_day(day, visit.zone).ends_at
    return DayFacts(
        desk=quarter.desk_hours(read, day),
        desk_opens_later=quarter.next_desk_opening(read, tomorrow),
        waste=quarter.waste_collections(read, building, day, last) if building else [],
        closures=closures_ahead(read, visit, building, days=CLOSURE_DAYS),
    )


def _greeting(visit: Visit, actor: Actor) -> str:
    first = actor.name.split(" ")[0]
    hour = visit.now.astimezone(visit.zone).hour
    if not first:
        return visit.say(N_("Guten Tag"))
    if hour < 11:
        return visit.say(N_("Guten Morgen, {name}"), name=first)
    if hour < 18:
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
        "title": f"{line.title}, {line.when}",
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
