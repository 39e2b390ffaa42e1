"""The house: the desk's hours, what is shut, waste dates, what we agreed on, free rooms now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from litestar import Response, get

from node import people, quarter, spaces
from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import N_
from node.quarter import Closure, DeskProfile, QuietHours, WasteCollection, WasteKind
from node.quarter.model import BookOfRules, RuleSource
from node.spaces import Space
from node.store import Read
from node.web import i18n
from node.web.showing import Place, clock, closure_when, place_of
from node.web.visit import Visit

DESK_DAYS = 7
WASTE_DAYS = 14
CLOSURE_DAYS = 60

WASTE = {
    WasteKind.RESIDUAL: (N_("Restmüll"), "trash-2"),
    WasteKind.BIO: (N_("Biotonne"), "leaf"),
    WasteKind.PAPER: (N_("Papier"), "newspaper"),
    WasteKind.PACKAGING: (N_("Gelbe Tonne"), "recycle"),
    WasteKind.GLASS: (N_("Glas"), "wine"),
    WasteKind.BULKY: (N_("Sperrmüll"), "sofa"),
    WasteKind.TREES: (N_("Weihnachtsbäume"), "tree-pine"),
    WasteKind.HAZARDOUS: (N_("Schadstoffe"), "triangle-alert"),
    WasteKind.OTHER: (N_("Abholung"), "truck"),
}
"""What each bin is called, and its icon."""


@dataclass(slots=True)
class HousePage:
    """See `portal/house.html`."""

    building: str
    desk: dict[str, str]
    desk_days: list[dict[str, str]]
    closures: list[dict[str, str]]
    waste: list[dict[str, str]]
    has_waste: bool
    free: list[dict[str, Any]]
    quiet_now: list[str]
    quiet: list[dict[str, str]]
    rules: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _House:
    building: quarter.Building | None
    desk: DeskProfile
    desk_days: list[tuple[date, list[Period]]]
    closures: list[Closure]
    waste: list[WasteCollection]
    free: list[tuple[Space, datetime]]
    quiet_now: list[QuietHours]
    book: BookOfRules


@get("/house", include_in_schema=False)
async def house(visit: Visit) -> Response[Any]:
    """Everything about the house that concerns who lives in it."""
    actor = visit.signed_in()
    household = actor.household_id if may(actor, Permission.USE_HOUSE) else b""
    found = await visit.read(lambda read: _read(read, visit, household))
    page = HousePage(
        building=found.building.name if found.building else "",
        desk={
            "name": found.desk.name,
            "where": visit.local(found.desk.where),
            "phone": found.desk.phone,
        },
        desk_days=[_desk_day(visit, day, periods) for day, periods in found.desk_days],
        closures=[closure_row(visit, each) for each in found.closures],
        waste=[waste_row(visit, each) for each in found.waste],
        has_waste=found.building is not None,
        free=[_free_row(visit, space, until) for space, until in found.free],
        quiet_now=[visit.local(rule.title) for rule in found.quiet_now],
        quiet=[quiet_row(visit, rule) for rule in found.book.quiet_hours],
        rules=rule_rows(visit, found.book),
    )
    return visit.page("portal/house.html", page, here="house")


def _read(read: Read, visit: Visit, household_id: bytes) -> _House:
    now = visit.now
    today = now.astimezone(visit.zone).date()
    building_id = people.building_of(read, household_id) if household_id else None
    days = [today + timedelta(days=number) for number in range(DESK_DAYS)]
    last = today + timedelta(days=WASTE_DAYS)
    return _House(
        building=quarter.find_building(read, building_id) if building_id else None,
        desk=quarter.get_desk(read),
        desk_days=[(day, quarter.desk_hours(read, day)) for day in days],
        closures=closures_within(
            read, Period(now, now + timedelta(days=CLOSURE_DAYS)), building_id
        ),
        waste=quarter.waste_collections(read, building_id, today, last) if building_id else [],
        free=spaces.free_now(read, now=now),
        quiet_now=quarter.quiet_hours_at(read, now),
        book=quarter.get_rules(read),
    )


def closures_within(read: Read, ahead: Period, building_id: bytes | None) -> list[Closure]:
    """What of the quarter, the desk and a house is shut within a period, by start."""
    found = {
        each.id: each
        for of_desk in (False, True)
        for each in quarter.closures_for(read, ahead, building_id=building_id, of_desk=of_desk)
    }
    return sorted(found.values(), key=lambda each: each.starts_at)


def closure_row(visit: Visit, closure: Closure) -> dict[str, str]:
    """A closure as a row: what is shut, why, until when."""
    return {
        "title": visit.local(closure.reason),
        "when": closure_when(visit, closure),
        "text": visit.say(SHUT[closure.target_kind]),
        "icon_name": "calendar-off",
        "href": "",
    }


def waste_row(visit: Visit, each: WasteCollection) -> dict[str, str]:
    """A collection as a row; a moved one says from which day."""
    title, icon = WASTE[each.kind]
    text = each.note
    if each.moved_from is not None:
        moved = visit.say(N_("verschoben von {day}"), day=each.moved_from)
        text = f"{moved}. {each.note}" if each.note else moved
    today = visit.today
    near = {today: N_("heute"), today + timedelta(days=1): N_("morgen")}.get(each.day)
    day = i18n.day_words(visit.prefs.lang, each.day)
    return {
        "title": visit.say(title),
        "when": f"{visit.say(near)}, {day}" if near else day,
        "text": text,
        "icon_name": "triangle-alert" if each.is_moved else icon,
        "href": "/house#waste",
    }


def _desk_day(visit: Visit, day: date, periods: list[Period]) -> dict[str, str]:
    spans = [_times(visit, period) for period in periods]
    today = visit.today
    label = i18n.day_words(visit.prefs.lang, day)
    return {
        "label": f"{label} ({visit.say(N_('heute'))})" if day == today else label,
        "value": ", ".join(spans) or visit.say(N_("geschlossen")),
    }


def _times(visit: Visit, period: Period) -> str:
    return i18n.times_words(visit.prefs.lang, period.starts_at, period.ends_at, visit.zone)


def _free_row(visit: Visit, space: Space, until: datetime) -> dict[str, Any]:
    place: Place = place_of(visit, space)
    return {
        "place": place,
        "text": visit.say(N_("frei bis {until}"), until=clock(visit, until)),
        "href": f"/spaces/{id_text(space.id)}",
    }


def quiet_row(visit: Visit, rule: QuietHours) -> dict[str, str]:
    """Quiet hours as a row: when, where, by whose rule."""
    lang = visit.prefs.lang
    parts = [i18n.hours_words(lang, rule)]
    if len(rule.weekdays) < DAYS_OF_WEEK:
        monday = date(2024, 1, 1)
        names = [
            i18n.day_name(lang, monday + timedelta(days=number)) for number in sorted(rule.weekdays)
        ]
        parts.insert(0, visit.list_words(*names))
    if rule.where:
        parts.append(visit.local(rule.where))
    parts.append(visit.say(SOURCES[rule.source]))
    return {"label": visit.local(rule.title), "value": visit.list_words(*parts)}


def rule_rows(visit: Visit, book: BookOfRules) -> list[dict[str, str]]:
    """The rules of the house, each with whose it is."""
    return [
        {
            "title": visit.local(rule.title),
            "text": visit.local(rule.text),
            "source": visit.say(SOURCES[rule.source]),
        }
        for rule in book.house_rules
    ]


DAYS_OF_WEEK = 7
SHUT = {
    quarter.TargetKind.QUARTER: N_("Das ganze Quartier ist geschlossen."),
    quarter.TargetKind.DESK: N_("Der Service-Point ist geschlossen."),
    quarter.TargetKind.BUILDING: N_("Betrifft Ihr Haus."),
    quarter.TargetKind.SPACE: N_("Betrifft einen Raum."),
}
SOURCES = {RuleSource.LAW: N_("gesetzlich"), RuleSource.HOUSE_RULE: N_("Hausordnung")}

ROUTES = (house,)
