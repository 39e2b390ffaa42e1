"""Languages: German is the source, catalogues give the others; dates and money as each writes them.

A sentence that a catalogue lacks appears in German, which is still right for most readers.
Catalogues are gettext files in `node/locale/<language>/LC_MESSAGES/quartier.po`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from node.quarter.model import LocalText

LOCALE_DIR = Path(__file__).resolve().parents[1] / "locale"
SOURCE = "de"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the faces: its code, its own name and its direction."""

    code: str
    name: str
    dir: str = "ltr"


LANGUAGES = (Language("de", "Deutsch"), Language("en", "English"))
CODES = tuple(language.code for language in LANGUAGES)
DIRECTIONS = {language.code: language.dir for language in LANGUAGES}

_DAY_PATTERNS = {"de": "ccc d. MMM", "en": "EEE d MMM"}
_LONG_DAY_PATTERNS = {"de": "EEEE, d. MMMM", "en": "EEEE, d MMMM"}
_WORDS = {
    "de": {"to": "bis", "clock": " Uhr", "today": "heute", "tomorrow": "morgen"},
    "en": {"to": "to", "clock": "", "today": "today", "tomorrow": "tomorrow"},
}


@functools.cache
def catalogue(language: str) -> Mapping[str, str]:
    """All translations of a language, by German source text; empty for German."""
    path = LOCALE_DIR / language / "LC_MESSAGES" / "quartier.po"
    if language == SOURCE or not path.exists():
        return {}
    with path.open("rb") as file:
        messages = read_po(file)
    return {
        str(message.id): str(message.string)
        for message in messages
        if message.id and message.string and not message.fuzzy
    }


def translate(language: str, text: str, **values: Any) -> str:
    """The sentence in the language, its placeholders filled.

    A placeholder without a value stays as it is: a sentence on a page is better than an error.
    """
    sentence = catalogue(language).get(text, text)
    if not values:
        return sentence
    for name, value in values.items():
        if type(value) is not str:
            values[name] = shown(language, value)
    return sentence.format_map(_Lenient(values))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def shown(language: str, value: Any) -> Any:
    """A value as the language writes it where it stands in a sentence.

    An instant needs a time zone to be written: `Visit.say` does that before.
    """
    if isinstance(value, LocalText):
        return value.in_language(language)
    if isinstance(value, float):
        return format_decimal(value, locale=language)
    if isinstance(value, datetime):
        return value.isoformat()
    return day_words(language, value) if isinstance(value, date) else value


@functools.lru_cache(maxsize=2048)
def day_words(language: str, day: date) -> str:
    """A day, short: "Sa 28. Nov."."""
    return format_date(day, _DAY_PATTERNS[language], locale=language)


@functools.lru_cache(maxsize=512)
def long_day_words(language: str, day: date) -> str:
    """A day, in full: "Samstag, 28. November"."""
    return format_date(day, _LONG_DAY_PATTERNS[language], locale=language)


@functools.lru_cache(maxsize=512)
def full_day_words(language: str, day: date) -> str:
    """A day with its year, for what lies far off: "28. November 2027"."""
    return format_date(day, "long", locale="en_GB" if language == "en" else language)


@functools.lru_cache(maxsize=128)
def month_words(language: str, day: date) -> str:
    """A month: "November 2026"."""
    return format_date(day, "LLLL y", locale=language)


@functools.lru_cache(maxsize=4096)
def money_words(language: str, cents: int) -> str:
    """A sum: "72,00 €"."""
    return format_currency(cents / 100, "EUR", locale=language)


def clock_words(language: str, hour: int, minute: int) -> str:
    """A time of day without the word for it: "15" or "15:30" in German, "15:00" in English."""
    if language == "de" and minute == 0:
        return str(hour)
    return f"{hour}:{minute:02d}"


def time_words(language: str, at: datetime, zone: ZoneInfo) -> str:
    """A time of day: "15:30 Uhr"."""
    local = at.astimezone(zone)
    return clock_words(language, local.hour, local.minute) + _WORDS[language]["clock"]


def span_words(language: str, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """From when to when: "Sa 28. Nov., 15 bis 19 Uhr", or with both days where they differ."""
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    words = _WORDS[language]
    last_day = (end - timedelta(seconds=1)).date()
    first = (
        f"{day_words(language, start.date())}, {clock_words(language, start.hour, start.minute)}"
    )
    until = clock_words(language, end.hour, end.minute) + words["clock"]
    if start.date() == last_day:
        if end.hour == end.minute == 0:
            until = "24:00" + words["clock"]
        return f"{first} {words['to']} {until}"
    return f"{first}{words['clock']} {words['to']} {day_words(language, end.date())}, {until}"


def moment_words(language: str, at: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """An instant near now: "heute, 15:30 Uhr", "morgen, 9 Uhr", else with the day."""
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    names = {
        today: _WORDS[language]["today"],
        today + timedelta(days=1): _WORDS[language]["tomorrow"],
    }
    return f"{names.get(day) or day_words(language, day)}, {time_words(language, at, zone)}"


def terminal_language(environment: Mapping[str, str]) -> str:
    """The language of whoever runs a verb, as their terminal is set; German where it says none."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return best_language(next(filter(None, names), "").replace("_", "-"))


def best_language(accept_language: str) -> str:
    """The first language of an Accept-Language header that we have; German where none is."""
    for part in accept_language.split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in CODES:
            return code
    return SOURCE
