"""Reading a search for a place from typed fields: the same on every face."""

from __future__ import annotations

from datetime import date, time, timedelta

from node.base.periods import Period, local_instant
from node.base.refusals import N_
from node.quarter.files import SpaceKind
from node.spaces import Query
from node.web.forms import Fields
from node.web.visit import Visit

KINDS = {"room", "guest_apartment"}
AGES_MAX = 20
DAYS = (date(2000, 1, 1), date(2200, 1, 1))
"""Days beyond these were mistyped; calendars and clocks are not asked about them."""
EARLY = time(6)
"""An end before this hour that is not after the start is meant for the next day."""


def with_usual(visit: Visit, given: dict[str, str]) -> dict[str, str]:
    """What was typed, and the usual where nothing was: tomorrow afternoon, a few people."""
    today = visit.today
    usual = {
        "kind": "room",
        "day": (today + timedelta(days=1)).isoformat(),
        "until": (today + timedelta(days=3)).isoformat(),
        "starts": "15:00",
        "ends": "18:00",
        "people": "4",
    }
    return {**usual, **{name: value for name, value in given.items() if value}}


def read_search(visit: Visit, fields: Fields) -> Query | None:
    """The search that was typed, or None where a field has a problem."""
    kind = SpaceKind(fields.choice("kind", KINDS, default="room"))
    people = fields.number("people", low=1, high=99)
    period = read_period(visit, fields, kind)
    if period is None or fields.problems:
        return None
    ages = read_ages(visit, fields)
    return None if fields.problems else Query(period=period, people=people, kind=kind, ages=ages)


def read_ages(visit: Visit, fields: Fields) -> tuple[int, ...]:
    """The ages of children who come to stay, as people write them: "4, 9"."""
    parts = fields.text("ages", longest=60).replace(";", " ").replace(",", " ").split()
    if len(parts) > AGES_MAX or not all(part.isdecimal() and int(part) <= 17 for part in parts):
        note = N_("Bitte nur das Alter der Kinder in Jahren, zum Beispiel: 4, 9.")
        fields.problems.setdefault("ages", visit.say(note))
        return ()
    return tuple(int(part) for part in parts)


def read_period(visit: Visit, fields: Fields, kind: SpaceKind) -> Period | None:
    """The wished time: hours of a day for rooms, two days for guest apartments."""
    day = _near_day(visit, fields, "day")
    if kind is SpaceKind.GUEST_APARTMENT:
        until = _near_day(visit, fields, "until")
        if day is None or until is None:
            return None
        return _period(visit, fields, (day, time(12)), (until, time(12)))
    starts, ends = fields.clock("starts"), fields.clock("ends")
    if day is None or starts is None or ends is None:
        return None
    last = day + timedelta(days=1) if ends <= starts and ends < EARLY else day
    return _period(visit, fields, (day, starts), (last, ends))


def _near_day(visit: Visit, fields: Fields, name: str) -> date | None:
    day = fields.day(name)
    if day is None or DAYS[0] <= day <= DAYS[1]:
        return day
    fields.problems[name] = visit.say(N_("Bitte ein Datum, zum Beispiel 28.11.2026."))
    return None


def _period(
    visit: Visit, fields: Fields, start: tuple[date, time], end: tuple[date, time]
) -> Period | None:
    try:
        return Period(local_instant(*start, visit.zone), local_instant(*end, visit.zone))
    except (ValueError, OverflowError):
        name = "until" if fields.given.get("kind") == "guest_apartment" else "ends"
        fields.problems[name] = visit.say(N_("Das Ende muss nach dem Anfang liegen."))
        return None
