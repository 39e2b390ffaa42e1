"""Dates, times of day and opening hours as people write them. No file, no findings."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from node.base.refusals import N_
from node.quarter.model import MINUTES_OF_DAY, TimeSpan

YEAR_MIN, YEAR_MAX = 1900, 2199
"""Nobody here was born before; and near the end of the calendar, time zones overflow."""

_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_GERMAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?", re.ASCII)
_OFFSET = re.compile(r"(?:[+-]\d{2}:?\d{2}|Z)$", re.ASCII)
_WEEKDAYS = {
    name: number
    for names in ("mon tue wed thu fri sat sun", "mo di mi do fr sa so", "mo tu we th fr sa su")
    for number, name in enumerate(names.split())
}


class NotATimeError(Exception):
    """A text that is no date or time; carries the German sentences for whoever wrote it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def parse_day(value: Any) -> date:
    """A date from `2026-12-24`, `24.12.2026` or a date of TOML; raises `NotATimeError`."""
    if isinstance(value, datetime):
        raise NotATimeError(N_("„{value}“ ist kein Datum."), N_("Schreiben Sie nur den Tag."))
    if isinstance(value, date):
        return _within_years(value)
    text = str(value).strip()
    if match := _ISO_DAY.fullmatch(text):
        year, month, day = match.groups()
    elif match := _GERMAN_DAY.fullmatch(text):
        day, month, year = match.groups()
    else:
        raise NotATimeError(N_("„{value}“ ist kein Datum."), N_("Schreiben Sie z. B. 2026-12-24."))
    try:
        return _within_years(date(int(year), int(month), int(day)))
    except ValueError:
        message = N_("Den Tag „{value}“ gibt es nicht.")
        raise NotATimeError(message, N_("Prüfen Sie Tag und Monat.")) from None


def _within_years(day: date) -> date:
    if not YEAR_MIN <= day.year <= YEAR_MAX:
        message = N_("Das Jahr in „{value}“ kann nicht stimmen.")
        raise NotATimeError(message, N_("Prüfen Sie die Jahreszahl."))
    return day


def parse_day_of_year(text: str) -> str:
    """A day of every year as month and day ("04-01"), from `01.04.` or `04-01`; raises
    `NotATimeError`, also for the 29th of February, which most years lack."""
    match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", text.strip(), re.ASCII)
    german = re.fullmatch(r"(\d{1,2})\.\s*(\d{1,2})\.?", text.strip(), re.ASCII)
    if match is None and german is None:
        message = N_("„{value}“ ist kein Tag eines Jahres.")
        raise NotATimeError(message, N_("Schreiben Sie z. B. 01.04."))
    month, day = match.groups() if match else reversed(german.groups()) if german else ("", "")
    try:
        return f"{date(2025, int(month), int(day)):%m-%d}"
    except ValueError:
        message = N_("Den Tag „{value}“ gibt es nicht in jedem Jahr.")
        raise NotATimeError(message, N_("Prüfen Sie Tag und Monat.")) from None


def parse_clock(value: Any) -> int:
    """Minutes after midnight from `09:30`, `24:00` or a time of TOML; raises `NotATimeError`."""
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    match = _CLOCK.fullmatch(str(value).strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else -1
    if match is None or int(match[2]) > 59 or not 0 <= minute <= MINUTES_OF_DAY:
        message = N_("„{value}“ ist keine Uhrzeit.")
        raise NotATimeError(message, N_("Schreiben Sie z. B. 09:30."))
    return minute


def parse_instant(value: Any, zone: ZoneInfo) -> datetime:
    """An instant (UTC) from `2026-11-07T15:00` (the quarter's wall clock; also `7.11.2026 15:00`)
    or with an offset; raises `NotATimeError`, also for a time that the clock skips."""
    local = value if isinstance(value, datetime) else _parse_datetime(str(value).strip())
    _within_years(local.date())
    if local.tzinfo is None:
        local = local.replace(tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        message = N_("Die Uhrzeit „{value}“ gibt es nicht: da wird die Uhr vorgestellt.")
        raise NotATimeError(message, N_("Nehmen Sie eine Stunde früher oder später."))
    return instant


def _parse_datetime(text: str) -> datetime:
    wrong = NotATimeError(
        N_("„{value}“ ist kein Zeitpunkt."), N_("Schreiben Sie z. B. 2026-11-07T15:00.")
    )
    pieces = re.split(r"[T ]", text, maxsplit=1)
    if len(pieces) != 2:
        raise wrong
    day = parse_day(pieces[0])
    offset = _OFFSET.search(pieces[1])
    clock = pieces[1][: offset.start()] if offset else pieces[1]
    if not _CLOCK.fullmatch(clock):
        raise wrong
    try:
        at = time.fromisoformat(clock.zfill(5))
        zone = datetime.strptime(offset[0], "%z").tzinfo if offset else None
    except ValueError:
        raise wrong from None
    return datetime.combine(day, at, tzinfo=zone)


def parse_span(value: Any) -> TimeSpan:
    """A span of one day from `09:00-14:00`; raises `NotATimeError`."""
    parts = re.split(r"\s*[-–]\s*", str(value).strip())
    if len(parts) != 2:
        message = N_("„{value}“ ist keine Zeitspanne.")
        raise NotATimeError(message, N_("Schreiben Sie z. B. 09:00-14:00."))
    span = TimeSpan(parse_clock(parts[0]), parse_clock(parts[1]))
    if span.closes_minute <= span.opens_minute:
        message = N_("„{value}“ endet nicht nach dem Anfang.")
        raise NotATimeError(message, N_("Teilen Sie Zeiten über Mitternacht bei 24:00."))
    return span


def parse_spans(values: Any) -> tuple[TimeSpan, ...]:
    """The spans of one day, in order; raises `NotATimeError`, also where two overlap."""
    if not isinstance(values, list):
        message = N_("„{value}“ ist keine Aufzählung von Zeiten.")
        raise NotATimeError(message, N_('Schreiben Sie ["09:00-14:00", "18:00-20:00"].'))
    spans = tuple(sorted(parse_span(value) for value in values))
    for before, after in pairwise(spans):
        if after.opens_minute < before.closes_minute:
            message = N_("In „{value}“ überschneiden sich zwei Zeiten.")
            raise NotATimeError(message, N_("Fassen Sie die beiden Zeiten zusammen."))
    return spans


def parse_weekdays(text: str) -> tuple[int, ...]:
    """The weekdays (0 is Monday) of `mon`, `mon-fri`, `sun-thu`, `mo,mi,fr`; raises
    `NotATimeError`."""
    days: list[int] = []
    for part in text.lower().split(","):
        ends = [_WEEKDAYS.get(name.strip(), -1) for name in part.split("-")]
        if len(ends) > 2 or -1 in ends:
            message = N_("„{day}“ ist kein Wochentag.")
            raise NotATimeError(message, N_("Schreiben Sie z. B. mon-fri oder sat."))
        first, last = ends[0], ends[-1]
        days += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return tuple(days)
