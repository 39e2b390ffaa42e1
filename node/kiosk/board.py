"""The notice board of the lobby: today, what is free, the next dates, waste; for nobody special.

What neighbours reserved for themselves does not stand here; what is open to everybody does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from node import quarter, spaces
from node.base.periods import Period, local_day, local_instant
from node.base.refusals import N_
from node.quarter import Building, Closure, QuietHours, WasteCollection, WasteKind
from node.quarter.model import NO_TEXT, LocalText, QuarterProfile, SpecialDay
from node.spaces import Line, Space, Status
from node.store import Read
from node.web import i18n
from node.web.showing import clock, place_of
from node.web.visit import Visit

DATES_AHEAD_DAYS = 14
WASTE_AHEAD_DAYS = 14
LINES_MAX = 4
DATES_MAX = 3
WASTE_MAX = 3
FREE_MAX = 5
FRIDAY, WEEKEND_NIGHTS = 4, 2

WASTE = {
    WasteKind.RESIDUAL: (N_("Restmüll"), "trash-2"),
    WasteKind.BIO: (N_("Biotonne"), "leaf"),
    WasteKind.PAPER: (N_("Papier"), "newspaper"),
    WasteKind.PACKAGING: (N_("Gelbe Tonne"), "recycle"),
    WasteKind.GLASS: (N_("Glas"), "wine"),
    WasteKind.BULKY: (N_("Sperrmüll"), "sofa"),
    WasteKind.TREES: (N_("Weihnachtsbäume"), "trees"),
    WasteKind.HAZARDOUS: (N_("Schadstoffe"), "triangle-alert"),
    WasteKind.OTHER: (N_("Abholung"), "truck"),
}


@dataclass(frozen=True, slots=True)
class House:
    """What the board is made of, as read in one hop."""

    today: date
    profile: QuarterProfile
    desk_name: str
    desk: list[Period]
    special_days: list[SpecialDay]
    holidays: dict[date, str]
    quiet: tuple[QuietHours, ...]
    open_to_all: list[Line]
    closures: list[tuple[Closure, LocalText]]
    waste: list[tuple[WasteCollection, list[str]]]
    free: list[tuple[Space, datetime]]
    stays: list[tuple[Space, list[tuple[date, date]]]]
    """The guest apartments with those of tonight and the weekend in which nobody stays."""
    building: Building | None


def read_house(read: Read, *, now: datetime, house_key: str) -> House:
    """Read everything the board shows; `house_key` is the lobby's house, empty for all."""
    zone = quarter.zone_of(read)
    today = now.astimezone(zone).date()
    last = today + timedelta(days=DATES_AHEAD_DAYS)
    ahead = Period(now, local_day(last, zone).ends_at)
    profile, desk = quarter.get_profile(read), quarter.get_desk(read)
    buildings = quarter.list_buildings(read)
    mine = next((each for each in buildings if each.key == house_key), None)
    return House(
        today=today,
        profile=profile,
        desk_name=desk.name,
        desk=quarter.desk_hours(read, today),
        special_days=[each for each in desk.special_days if today <= each.day <= last],
        holidays=quarter.holidays_between(read, today, last),
        quiet=quarter.get_rules(read).quiet_hours,
        open_to_all=list(_open_to_all(read, profile, today, now=now)),
        closures=list(_closures(read, buildings, ahead)),
        waste=_waste(read, [mine] if mine else buildings, today),
        free=spaces.free_now(read, now=now),
        stays=_free_stays(read, today, now=now),
        building=mine,
    )


def _free_stays(
    read: Read, today: date, *, now: datetime
) -> list[tuple[Space, list[tuple[date, date]]]]:
    friday = today + timedelta(days=(FRIDAY - today.weekday()) % 7)
    found: dict[bytes, tuple[Space, list[tuple[date, date]]]] = {}
    for first, nights in dict.fromkeys(((today, 1), (friday, WEEKEND_NIGHTS))):
        last = first + timedelta(days=nights)
        for space in spaces.free_stays(read, first, nights, now=now):
            found.setdefault(space.id, (space, []))[1].append((first, last))
    return list(found.values())


def _open_to_all(
    read: Read, profile: QuarterProfile, first: date, *, now: datetime
) -> Iterator[Line]:
    public = {purpose.key for purpose in profile.purposes if purpose.is_public}
    if not public:
        return
    for number in range(DATES_AHEAD_DAYS):
        for line in spaces.arrivals(read, first + timedelta(days=number), now=now):
            reservation = line.reservation
            if reservation.details.purpose not in public or reservation.period.ends_at <= now:
                continue
            if line.status in {Status.CONFIRMED, Status.CHECKED_IN}:
                yield line


def _closures(
    read: Read, buildings: list[Building], ahead: Period
) -> Iterator[tuple[Closure, LocalText]]:
    """What is shut within `ahead`, each once, with the name of what; empty: the quarter."""
    found: dict[bytes, tuple[Closure, LocalText]] = {}

    def add(closures: Iterable[Closure], name: LocalText) -> None:
        for each in closures:
            found.setdefault(each.id, (each, name))

    add(quarter.closures_for(read, ahead), NO_TEXT)
    add(quarter.closures_for(read, ahead, of_desk=True), LocalText(quarter.get_desk(read).name))
    for building in buildings:
        add(quarter.closures_for(read, ahead, building_id=building.id), LocalText(building.name))
    for space in spaces.list_spaces(read):
        closures = quarter.closures_for(read, ahead, space_id=space.id)
        add(closures, space.name)
    yield from sorted(found.values(), key=lambda pair: pair[0].starts_at)


def _waste(
    read: Read, buildings: list[Building], first: date
) -> list[tuple[WasteCollection, list[str]]]:
    """The next collections with the houses they are for; no names where all of them are meant."""
    last = first + timedelta(days=WASTE_AHEAD_DAYS)
    found: dict[tuple[date, WasteKind], tuple[WasteCollection, list[str]]] = {}
    for building in buildings:
        for each in quarter.waste_collections(read, building.id, first, last):
            found.setdefault((each.day, each.kind), (each, []))[1].append(building.name)
    everywhere = len(buildings)
    return [
        (each, [] if len(names) == everywhere else names)
        for _, (each, names) in sorted(found.items())
    ]


# As pages show it


def today_lines(visit: Visit, house: House) -> list[dict[str, str]]:
    """What is on today: dates for all, what is shut, the desk, quiet hours."""
    whole = local_day(house.today, visit.zone)
    lines = [_date_line(visit, house, line) for line in house.open_to_all if _is_in(line, whole)]
    if house.today in house.holidays:
        lines.append(_line("", house.holidays[house.today], "", "calendar-days"))
    lines += [
        _closure_line(visit, closure, name, whole)
        for closure, name in house.closures
        if closure.period.overlaps(whole)
    ]
    lines.append(_desk_line(visit, house))
    lines += [
        _line(i18n.hours_words(visit.prefs.lang, rule), visit.local(rule.title), "", "moon")
        for rule in house.quiet
        if _is_on(rule, house)
    ]
    return lines[:LINES_MAX]


def _is_in(line: Line, whole: Period) -> bool:
    return line.reservation.period.overlaps(whole)


def _line(when: str, title: str, text: str, icon: str) -> dict[str, str]:
    return {"when": when, "title": title, "text": text, "icon": icon}


def _date_line(visit: Visit, house: House, line: Line) -> dict[str, str]:
    name = visit.local(line.space.name)
    return _line(_span(visit, line.reservation.period), _purpose(visit, house, line), name, "users")


def _purpose(visit: Visit, house: House, line: Line) -> str:
    key = line.reservation.details.purpose
    return next(visit.local(each.name) for each in house.profile.purposes if each.key == key)


def _closure_line(visit: Visit, closure: Closure, name: LocalText, whole: Period) -> dict[str, str]:
    shut = closure.period
    part = Period(max(shut.starts_at, whole.starts_at), min(shut.ends_at, whole.ends_at))
    when = "" if shut.contains(whole) else _span(visit, part)
    reason = visit.local(closure.reason)
    return _line(when, _shut(visit, name), reason, "calendar-off")


def _shut(visit: Visit, name: LocalText) -> str:
    if not name:
        return visit.say(N_("Geschlossen"))
    return visit.say(N_("{place} geschlossen"), place=visit.local(name))


def _desk_line(visit: Visit, house: House) -> dict[str, str]:
    if not house.desk:
        said = visit.say(N_("{desk} geschlossen"), desk=house.desk_name)
        return _line("", said, "", "door-closed")
    hours = visit.list_words(*(_span(visit, period) for period in house.desk))
    said = visit.say(N_("offen {hours}"), hours=hours)
    return _line("", house.desk_name, said, "concierge-bell")


def _is_on(rule: QuietHours, house: House) -> bool:
    if house.today in house.holidays:
        return rule.on_holidays
    return house.today.weekday() in rule.weekdays


def _span(visit: Visit, period: Period) -> str:
    """Only the times of a period: "15 bis 19 Uhr"."""
    return i18n.times_words(visit.prefs.lang, period.starts_at, period.ends_at, visit.zone)


def free_lines(visit: Visit, house: House) -> list[dict[str, Any]]:
    """The rooms that are free at this moment, and until when."""
    return [
        {
            "place": place_of(visit, space),
            "text": visit.say(N_("frei bis {until}"), until=clock(visit, until)),
        }
        for space, until in house.free[:FREE_MAX]
    ]


def stay_lines(visit: Visit, house: House) -> list[dict[str, Any]]:
    """The guest apartments that are free tonight or on the weekend."""
    return [
        {
            "place": place_of(visit, space),
            "text": visit.list_words(*(_stay(visit, house, first, last) for first, last in times)),
        }
        for space, times in house.stays[:FREE_MAX]
    ]


def _stay(visit: Visit, house: House, first: date, last: date) -> str:
    if first == house.today and last == first + timedelta(days=1):
        return visit.say(N_("heute Nacht"))
    return visit.say(N_("{first} bis {last}"), first=first, last=last)


def waste_lines(visit: Visit, house: House, *, most: int = WASTE_MAX) -> list[dict[str, str]]:
    """The next collections; a moved one says from which day."""
    return [_waste_line(visit, house, each, names) for each, names in house.waste[:most]]


def _waste_line(
    visit: Visit, house: House, each: WasteCollection, names: list[str]
) -> dict[str, str]:
    title, icon = WASTE[each.kind]
    text = visit.list_words(*names)
    if each.moved_from is not None:
        moved = visit.say(N_("verschoben von {day}"), day=each.moved_from)
        text = f"{text} ({moved})" if text else moved
    near = {house.today: N_("heute"), house.today + timedelta(days=1): N_("morgen")}
    when = near.get(each.day)
    words = visit.say(when) if when else i18n.day_words(visit.prefs.lang, each.day)
    return _line(words, visit.say(title), text or each.note, icon)


def date_leaves(visit: Visit, house: House, *, most: int = DATES_MAX) -> list[dict[str, str]]:
    """The next dates after today, each with its leaf of the calendar."""
    tomorrow = local_instant(house.today + timedelta(days=1), datetime.min.time(), visit.zone)
    found: list[tuple[datetime, str, str]] = []
    for line in house.open_to_all:
        period = line.reservation.period
        if period.starts_at >= tomorrow:
            name = visit.local(line.space.name)
            text = visit.list_words(_span(visit, period), name)
            found.append((period.starts_at, _purpose(visit, house, line), text))
    for closure, place in house.closures:
        if closure.starts_at >= tomorrow:
            reason = visit.local(closure.reason)
            found.append((closure.starts_at, _shut(visit, place), reason))
    found += [
        _special(visit, house, special)
        for special in house.special_days
        if special.day > house.today
    ]
    return [_leaf(visit, *each) for each in sorted(found)[:most]]


def _special(visit: Visit, house: House, special: SpecialDay) -> tuple[datetime, str, str]:
    spans = visit.list_words(*(i18n.hours_words(visit.prefs.lang, span) for span in special.spans))
    title = visit.local(special.reason) or house.desk_name
    text = f"{house.desk_name}: {spans or visit.say(N_('geschlossen'))}"
    return local_day(special.day, visit.zone).starts_at, title, text


def _leaf(visit: Visit, at: datetime, title: str, text: str) -> dict[str, str]:
    day = at.astimezone(visit.zone).date()
    lang = visit.prefs.lang
    return {
        "weekday": i18n.day_name(lang, day),
        "day": str(day.day),
        "month": i18n.short_month_words(lang, day),
        "title": title,
        "text": text,
    }
