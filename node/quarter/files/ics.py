"""A calendar file (ICS) as dated occurrences: single dates, or a rhythm with its exceptions.

A rhythm is worked out here, once, into plain dates; nobody computes a date later. What a rule may
say is bounded first, since the general library would count some of them for ever.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from node.base.refusals import N_
from node.quarter.files import times
from node.quarter.files.findings import Findings
from node.quarter.files.source import Source

CHARS_MAX = 2_000_000
APPOINTMENTS_MAX = 5_000
OCCURRENCES_MAX = 4_000
RHYTHM_YEARS_MAX = 10
"""A rhythm with an end is followed this far; one without ends with the year after it began."""

MOVED_DAYS_MAX = 6
"""A date that replaces another one lies within the week before or after."""

_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_RULE_PARTS = {
    "FREQ",
    "INTERVAL",
    "UNTIL",
    "COUNT",
    "BYDAY",
    "BYMONTHDAY",
    "BYMONTH",
    "WKST",
}
_BEGIN = re.compile(r"^BEGIN:VEVENT[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a calendar file. Instants are UTC; `moved_from` is the day it replaces, where
    the file says so; `is_single` that it stood there as a plain date, not as part of a rhythm."""

    uid: str
    line: int
    day: date
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    category: str
    description: str
    moved_from: date | None
    is_single: bool


def read_occurrences(source: Source, name: str, zone: ZoneInfo) -> list[Occurrence]:
    """All dates of a calendar file in order; what can't be read is noted."""
    text = source.text(name)
    if text is None:
        return []
    if len(text) > CHARS_MAX:
        message = N_("Der Kalender ist viel zu lang.")
        remedy = N_("Geben Sie nur die Termine dieses Hauses aus, höchstens zwei Jahre.")
        source.findings.error(name, 0, message, remedy)
        return []
    reading = _Reading(name, source.findings, zone)
    found = [
        occurrence for group in reading.groups(text) for occurrence in reading.occurrences(group)
    ]
    if len(found) > OCCURRENCES_MAX:
        message = N_("Der Kalender hat mehr als {most} Termine.")
        remedy = N_("Geben Sie nur die Termine dieses Hauses aus, höchstens zwei Jahre.")
        source.findings.error(name, 0, message, remedy, most=OCCURRENCES_MAX)
        return []
    return sorted(found, key=lambda occurrence: (occurrence.starts_at, occurrence.summary))


@dataclass(frozen=True, slots=True)
class _Appointment:
    """One VEVENT and its line."""

    component: Any
    line: int

    def text(self, name: str) -> str:
        value = self.component.get(name, "")
        if name == "CATEGORIES" and hasattr(value, "cats"):
            value = ",".join(str(word) for word in value.cats)
        return str(value).strip()[:200] if not isinstance(value, list) else ""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of one file: appointments with the same UID belong together."""

    name: str
    findings: Findings
    zone: ZoneInfo

    def error(self, line: int, message: str, remedy: str, **values: object) -> None:
        self.findings.error(self.name, line, message, remedy, **values)

    def groups(self, text: str) -> list[list[_Appointment]]:
        """The usable appointments by UID."""
        by_uid: dict[str, list[_Appointment]] = defaultdict(list)
        for number, appointment in enumerate(self._appointments(text)):
            if self._is_sound(appointment):
                by_uid[appointment.text("UID") or f"#{number}"].append(appointment)
        return list(by_uid.values())

    def _appointments(self, text: str) -> list[_Appointment]:
        starts = [text.count("\n", 0, match.start()) + 1 for match in _BEGIN.finditer(text)]
        if len(starts) > APPOINTMENTS_MAX:
            message = N_("Der Kalender hat mehr als {most} Termine.")
            remedy = N_("Geben Sie nur die Termine dieses Hauses aus, höchstens zwei Jahre.")
            self.error(0, message, remedy, most=APPOINTMENTS_MAX)
            return []
        try:
            calendars = _calendar_class().from_ical(text, multiple=True)
            components = [found for calendar in calendars for found in calendar.walk("VEVENT")]
        except Exception as wrong:  # noqa: BLE001 - the library raises what it likes on broken files
            message = N_("Das ist kein gültiger Kalender (ICS): {detail}")
            remedy = N_("Geben Sie ihn noch einmal aus; er beginnt mit BEGIN:VCALENDAR.")
            self.error(0, message, remedy, detail=wrong)
            return []
        if not any(calendar.name == "VCALENDAR" for calendar in calendars):
            message = N_("Das ist kein Kalender (ICS).")
            remedy = N_("Geben Sie ihn noch einmal aus; er beginnt mit BEGIN:VCALENDAR.")
            self.error(0, message, remedy)
        lines = starts if len(starts) == len(components) else [0] * len(components)
        return [_Appointment(c, line) for c, line in zip(components, lines, strict=True)]

    def _is_sound(self, appointment: _Appointment) -> bool:
        """Note what is wrong with an appointment; False where it can't be used."""
        component, line = appointment.component, appointment.line
        for field, detail in component.errors:
            message = N_("„{field}“ ist nicht lesbar: {detail}")
            remedy = N_("Prüfen Sie, ob es den Tag gibt und ob er wie 20261224 geschrieben ist.")
            self.error(line, message, remedy, field=field or "?", detail=detail)
        if component.errors:
            return False
        start = getattr(component.get("DTSTART"), "dt", None)
        if not isinstance(start, date):
            message = N_("Dem Termin fehlt der Anfang (DTSTART).")
            self.error(line, message, N_("Ergänzen Sie ihn."))
            return False
        if not times.YEAR_MIN <= start.year <= times.YEAR_MAX:
            message = N_("Das Jahr des Termins kann nicht stimmen.")
            self.error(line, message, N_("Prüfen Sie DTSTART."))
            return False
        return self._is_rule_sound(component, line)

    def _is_rule_sound(self, component: Any, line: int) -> bool:
        rule = component.get("RRULE")
        if rule is None:
            return True
        if isinstance(rule, list) or not _is_bounded_rule(rule):
            message = N_("Diese Wiederholung (RRULE) versteht das Format nicht.")
            remedy = N_("Möglich sind FREQ=DAILY bis YEARLY mit INTERVAL, BYDAY, UNTIL, COUNT.")
            self.error(line, message, remedy)
            return False
        if "UNTIL" not in rule and "COUNT" not in rule:
            start = component["DTSTART"].dt
            message = N_("Die Wiederholung hat kein Ende; gelesen wird bis {day}.")
            remedy = N_("Ergänzen Sie UNTIL.")
            day = date(start.year + 1, 12, 31)
            self.findings.warn(self.name, line, message, remedy, day=day.isoformat())
        return True

    def occurrences(self, group: list[_Appointment]) -> Iterator[Occurrence]:
        """The dates of one UID."""
        if all(_is_single(appointment.component) for appointment in group):
            for appointment in group:
                yield from self._one(appointment, appointment.component, None)
            return
        try:
            components = _worked_out(group)
            moved = _moves(group)
        except Exception:  # noqa: BLE001 - as above: a library over hostile input
            message = N_("Diese Wiederholung (RRULE) versteht das Format nicht.")
            remedy = N_("Schreiben Sie die Tage einzeln hin.")
            self.error(group[0].line, message, remedy)
            return
        for component in components:
            day = _day(component["DTSTART"].dt)
            meant = getattr(component.get("RECURRENCE-ID"), "dt", None)
            was = _day(meant) if isinstance(meant, date) else day
            yield from self._one(group[0], component, moved.get(day, was if was != day else None))

    def _one(
        self, appointment: _Appointment, component: Any, moved_from: date | None
    ) -> Iterator[Occurrence]:
        start = component["DTSTART"].dt
        try:
            starts_at, ends_at = self._instant(start), self._end(component, start)
        except times.NotATimeError as wrong:
            self.error(appointment.line, wrong.message, wrong.remedy, value=start)
            return
        said = _Appointment(component, appointment.line)
        yield Occurrence(
            uid=said.text("UID"),
            line=appointment.line,
            day=_day(start),
            starts_at=starts_at,
            ends_at=ends_at,
            summary=said.text("SUMMARY"),
            location=said.text("LOCATION"),
            category=said.text("CATEGORIES"),
            description=said.text("DESCRIPTION"),
            moved_from=moved_from,
            is_single=_is_single(component) and "RECURRENCE-ID" not in component,
        )

    def _instant(self, value: date) -> datetime:
        if isinstance(value, datetime):
            return times.parse_instant(value, self.zone)
        return times.parse_instant(datetime(value.year, value.month, value.day), self.zone)  # noqa: DTZ001 - local midnight

    def _end(self, component: Any, start: date) -> datetime:
        end = getattr(component.get("DTEND"), "dt", None)
        length = getattr(component.get("DURATION"), "dt", None)
        if not isinstance(end, date) and isinstance(length, timedelta):
            end = start + length
        if not isinstance(end, date):
            end = start + timedelta(days=0 if isinstance(start, datetime) else 1)
        return self._instant(end)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _is_single(component: Any) -> bool:
    return not any(name in component for name in ("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"))


def _is_bounded_rule(rule: Any) -> bool:
    """Whether counting the rule out comes to an end, and soon."""
    if not set(rule) <= _RULE_PARTS or rule.get("FREQ", ["?"])[0] not in _FREQUENCIES:
        return False
    if any(number < 1 for number in [*rule.get("INTERVAL", [1]), *rule.get("COUNT", [1])]):
        return False
    months, days = rule.get("BYMONTH", []), rule.get("BYMONTHDAY", [])
    return (
        all(1 <= month <= 12 for month in months)
        and all(1 <= abs(day) <= 31 for day in days)
        and (
            not months
            or not days
            or any(abs(d) <= _MONTH_DAYS[m - 1] for d in days for m in months)
        )
    )


def _worked_out(group: list[_Appointment]) -> list[Any]:
    """Each date of a rhythm as its own component."""
    from recurring_ical_events import of  # noqa: PLC0415 - see `_calendar_class`

    calendar = _calendar_class()()
    last = date.min
    for appointment in group:
        component = appointment.component
        start = _day(component["DTSTART"].dt)
        last = max(last, _last_day(component, start))
        calendar.add_component(component)
    first = min(_day(appointment.component["DTSTART"].dt) for appointment in group)
    days = [*_listed(group, "RDATE"), first]
    found = of(calendar).between(
        min(days) - timedelta(days=7), max(last, *days) + timedelta(days=8)
    )
    return list(found[: OCCURRENCES_MAX + 1])


def _last_day(component: Any, start: date) -> date:
    rule = component.get("RRULE")
    if rule is None:
        return start
    if "UNTIL" not in rule and "COUNT" not in rule:
        until = date(start.year + 1, 12, 31)
        rule["UNTIL"] = [
            until
            if not isinstance(component["DTSTART"].dt, datetime)
            else datetime(until.year, 12, 31, 23, tzinfo=UTC)
        ]
        return until
    furthest = date(start.year + RHYTHM_YEARS_MAX, 12, 31)
    return min(furthest, _day(rule["UNTIL"][0])) if "UNTIL" in rule else furthest


def _listed(group: list[_Appointment], name: str) -> list[date]:
    """The days of all RDATE or EXDATE lines."""
    days = []
    for appointment in group:
        lines = appointment.component.get(name, [])
        for line in lines if isinstance(lines, list) else [lines]:
            days += [_day(entry.dt) for entry in line.dts if isinstance(entry.dt, date)]
    return sorted(set(days))


def _moves(group: list[_Appointment]) -> dict[date, date]:
    """Which added day (RDATE) stands for which day taken out (EXDATE): the nearest one."""
    free = _listed(group, "EXDATE")
    moves = {}
    for day in _listed(group, "RDATE"):
        near = [was for was in free if was != day and abs(day - was).days <= MOVED_DAYS_MAX]
        if near:
            was = min(near, key=lambda was: abs(day - was))
            moves[day] = was
            free.remove(was)
    return moves


def _calendar_class() -> Any:
    from icalendar import Calendar  # noqa: PLC0415 - a node that serves reads no files: 6 MB

    return Calendar
