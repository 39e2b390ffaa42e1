"""Languages: German is the source, catalogues give the others; dates and money as each writes them.

English is complete. The other languages are partial: they cover the way from signing in to
checking in, on the phone and in the lobby (docs/decisions/0016). A sentence that a catalogue lacks
appears in German, the quarter's own language, and says so (`marks.py`).
Catalogues are gettext files in `node/locale/<language>/LC_MESSAGES/quartier.po`. An entry with a
plural has the forms of its language for the first number in the sentence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from gettext import c2py
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from node.quarter.model import LocalText, QuietHours, TimeSpan
from node.web import marks

LOCALE_DIR = Path(__file__).resolve().parents[1] / "locale"
SOURCE = "de"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the faces: its code (BCP 47), its own name and its direction."""

    code: str
    name: str
    dir: str = "ltr"
    complete: bool = False


LANGUAGES = (
    Language("de", "Deutsch", complete=True),
    Language("de-simple", "Einfache Sprache"),
    Language("en", "English", complete=True),
    Language("tr", "Türkçe"),
    Language("uk", "Українська"),
    Language("ar", "العربية", dir="rtl"),
)
COMPLETE = tuple(language for language in LANGUAGES if language.complete)
"""What the desk, paper and the command line speak."""
CODES = tuple(language.code for language in LANGUAGES)
COMPLETE_CODES = tuple(language.code for language in COMPLETE)
DIRECTIONS = {language.code: language.dir for language in LANGUAGES}
MARKED = frozenset(CODES) - frozenset(COMPLETE_CODES) - {"de-simple"}
"""Languages whose pages mark what is German in them; simple German is German."""


@dataclass(frozen=True, slots=True)
class _Style:
    """How a language writes days and times. Days stand without a comma, three words at most."""

    locale: str
    day: str
    long_day: str
    today: str
    tomorrow: str
    all_day: str
    to: str = "–"
    clock: str = ""
    comma: str = ","
    semicolon: str = ";"
    column: str = "ccc"
    bare_hours: bool = False


_GERMAN = _Style(
    "de",
    "ccc d. MMM",
    "EEEE, d. MMMM",
    "heute",
    "morgen",
    "ganztags",
    "bis",
    " Uhr",
    bare_hours=True,
)
_STYLES = {
    "de": _GERMAN,
    "de-simple": _GERMAN,
    "en": _Style("en", "EEE d MMM", "EEEE, d MMMM", "today", "tomorrow", "all day", "to"),
    "tr": _Style("tr", "d MMM EEE", "d MMMM EEEE", "bugün", "yarın", "tüm gün"),
    "uk": _Style("uk", "EEE d MMM", "EEEE, d MMMM", "сьогодні", "завтра", "цілий день"),
    # Babel writes western digits, as Arabic is printed in Germany.
    "ar": _Style(
        "ar",
        "EEE d MMM",
        "EEEE، d MMMM",
        "اليوم",
        "غدًا",
        "طوال اليوم",
        "إلى",
        comma="،",
        semicolon="؛",
        column="ccccc",
    ),
}

DAY_MINUTES = 24 * 60
FAR_DAYS = 180
"""Nearer than this a day of the next year or the last is known without its year."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ISOLATED = "\u2068{}\u2069"
"""Whatever a name's letters are, the sentence around it keeps its order."""


@dataclass(frozen=True, slots=True)
class _Catalogue:
    sentences: Mapping[str, str]
    counted: Mapping[str, tuple[str, ...]]
    form: Callable[[int], int]


def catalogue(language: str) -> Mapping[str, str]:
    """All translations of a language that count nothing, by German source text."""
    return _catalogue(language).sentences


def counted(language: str) -> Mapping[str, tuple[str, ...]]:
    """The translations that have a form for each kind of number, by German source text."""
    return _catalogue(language).counted


@functools.cache
def _catalogue(language: str) -> _Catalogue:
    path = LOCALE_DIR / language / "LC_MESSAGES" / "quartier.po"
    if language == SOURCE or not path.exists():
        return _Catalogue({}, {}, int)
    with path.open("rb") as file:
        found = read_po(file)
    sentences, plurals = {}, {}
    for message in found:
        if not message.id or message.fuzzy or not message.string:
            continue
        if message.pluralizable:
            plurals[message.id[0]] = tuple(message.string)
        else:
            sentences[str(message.id)] = str(message.string)
    return _Catalogue(sentences, plurals, c2py(found.plural_expr))


def has(language: str, text: str) -> bool:
    """Whether the language says this German sentence in its own words."""
    known = _catalogue(language)
    return text in known.sentences or text in known.counted


def translate(language: str, text: str, **values: Any) -> str:
    """The sentence in the language, its placeholders filled.

    A placeholder without a value stays as it is: a sentence on a page is better than an error.
    """
    known = _catalogue(language)
    sentence = known.sentences.get(text, text)
    if not values:
        return sentence
    if text in known.counted:
        sentence = known.counted[text][known.form(_number(text, values))]
    turned = DIRECTIONS[language] == "rtl"
    for name, value in values.items():
        if type(value) is not str:
            values[name] = shown(language, value)
        elif turned:
            values[name] = _ISOLATED.format(value)
    return sentence.format_map(_Lenient(values))


def marked(language: str, text: str, **values: Any) -> str:
    """The sentence for a page of the language; marked where it stays German."""
    said = translate(language, text, **values)
    return said if language not in MARKED or has(language, text) else marks.missing(said)


def own_words(language: str, text: LocalText) -> str:
    """What the operator wrote, for a page of the language; marked where it is German."""
    words = text.in_language(language)
    return marks.own(words) if language in MARKED else words


def list_words(language: str, parts: Iterable[str]) -> str:
    """Parts of a line in their order: "40 Plätze, 63 m², ohne Stufen"."""
    comma = _STYLES[language].comma
    if DIRECTIONS[language] == "rtl":
        parts = map(_ISOLATED.format, parts)
    return f"{comma} ".join(parts)


def clauses(language: str, parts: Iterable[str]) -> str:
    """Parts that have commas of their own: "kostenlos bis morgen, 15 Uhr; danach 36,00 €"."""
    return f"{_STYLES[language].semicolon} ".join(parts)


def on_paper(language: str) -> str:
    """The language that paper for a reader of this one is printed in: one that has all of it."""
    return language if language in COMPLETE_CODES else SOURCE


def _number(text: str, values: Mapping[str, Any]) -> int:
    """The first number that a sentence counts."""
    for name in _PLACEHOLDER.findall(text):
        value = values.get(name)
        if isinstance(value, int) or (isinstance(value, str) and value.isdigit()):
            return int(value)
    return 0


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def shown(language: str, value: Any) -> Any:
    """A value as the language writes it where it stands in a sentence.

    An instant needs a time zone to be written: `Visit.say` does that before.
    """
    if isinstance(value, LocalText):
        return value.in_language(language)
    if isinstance(value, time):
        return clock_words(language, value.hour, value.minute)
    if isinstance(value, tuple):
        return list_words(language, (hours_words(language, span) for span in value))
    if isinstance(value, float):
        return format_decimal(value, locale=_STYLES[language].locale)
    if isinstance(value, datetime):
        return value.isoformat()
    return day_words(language, value) if isinstance(value, date) else value


@functools.lru_cache(maxsize=4096)
def day_words(language: str, day: date, *, today: date | None = None) -> str:
    """A day, short: "Sa 28. Nov."; with its year, "Fr 28. Nov. 2025", where it is of another one
    than `today` and so far away that nobody would think of it."""
    style = _STYLES[language]
    is_far = today is not None and today.year != day.year and abs((day - today).days) > FAR_DAYS
    pattern = style.day.replace("MMM", "MMM y") if is_far else style.day
    return format_date(day, pattern, locale=style.locale)


@functools.lru_cache(maxsize=1024)
def long_day_words(language: str, day: date) -> str:
    """A day, in full: "Samstag, 28. November"."""
    style = _STYLES[language]
    return format_date(day, style.long_day, locale=style.locale)


@functools.lru_cache(maxsize=128)
def weekday_words(language: str, day: date, *, short: bool = False) -> str:
    """The name of a day of the week: "Samstag", or "Sa" above a column."""
    pattern = _STYLES[language].column if short else "EEEE"
    return format_date(day, pattern, locale=_STYLES[language].locale)


@functools.lru_cache(maxsize=128)
def day_name(language: str, day: date) -> str:
    """The short name of a day of the week: "Sa"."""
    return format_date(day, "ccc", locale=_STYLES[language].locale)


@functools.lru_cache(maxsize=128)
def short_month_words(language: str, day: date) -> str:
    """The name of a month beside a day: "Nov."."""
    return format_date(day, "MMM", locale=_STYLES[language].locale)


@functools.lru_cache(maxsize=512)
def full_day_words(language: str, day: date) -> str:
    """A day with its year, for what lies far off: "28. November 2027"."""
    return format_date(
        day, "long", locale="en_GB" if language == "en" else _STYLES[language].locale
    )


@functools.lru_cache(maxsize=128)
def month_words(language: str, day: date) -> str:
    """A month: "November 2026"."""
    return format_date(day, "LLLL y", locale=_STYLES[language].locale)


@functools.lru_cache(maxsize=4096)
def money_words(language: str, cents: int) -> str:
    """A sum: "72,00 €"."""
    said = format_currency(cents / 100, "EUR", locale=_STYLES[language].locale)
    return said.replace("EUR", "€")


def clock_words(language: str, hour: int, minute: int) -> str:
    """A time of day without the word for it: "15" or "15:30" in German, "15:00" in English."""
    if _STYLES[language].bare_hours and minute == 0:
        return str(hour)
    return f"{hour}:{minute:02d}"


def hours_words(language: str, hours: TimeSpan | QuietHours) -> str:
    """From one time of day to another: "15 bis 19 Uhr", "22 bis 6 Uhr"; "ganztags"."""
    style, minutes = _STYLES[language], (hours.opens_minute, hours.closes_minute)
    if minutes[0] % DAY_MINUTES == minutes[1] % DAY_MINUTES:
        return style.all_day
    first, last = (clock_words(language, *divmod(minute, 60)) for minute in minutes)
    return f"{first} {style.to} {last}{style.clock}"


def time_words(language: str, at: datetime, zone: ZoneInfo) -> str:
    """A time of day: "15:30 Uhr"."""
    local = at.astimezone(zone)
    return clock_words(language, local.hour, local.minute) + _STYLES[language].clock


def span_words(
    language: str,
    starts_at: datetime,
    ends_at: datetime,
    zone: ZoneInfo,
    *,
    today: date | None = None,
) -> str:
    """From when to when: "Sa 28. Nov., 15 bis 19 Uhr", or with both days where they differ; seen
    from `today` with the year of what is far away."""
    parts = _span(language, starts_at, ends_at, zone, today)
    return _STYLES[language].comma.join(parts).strip()


def times_words(language: str, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """The same without its first day: "15 bis 19 Uhr"."""
    return _span(language, starts_at, ends_at, zone)[1].strip()


def _span(
    language: str,
    starts_at: datetime,
    ends_at: datetime,
    zone: ZoneInfo,
    today: date | None = None,
) -> tuple[str, str]:
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    style = _STYLES[language]
    last_day = (end - timedelta(seconds=1)).date()
    first, since = (
        day_words(language, start.date(), today=today),
        clock_words(language, start.hour, start.minute),
    )
    until = clock_words(language, end.hour, end.minute) + style.clock
    if start.date() == last_day:
        if end.hour == end.minute == 0:
            until = clock_words(language, 24, 0) + style.clock
        return first, f" {since} {style.to} {until}"
    leaves = f"{day_words(language, end.date(), today=today)}{style.comma} {until}"
    return first, f" {since}{style.clock} {style.to} {leaves}"


def moment_words(language: str, at: datetime, zone: ZoneInfo, *, now: datetime) -> str:
    """An instant near now: "heute, 15:30 Uhr", "morgen, 9 Uhr", else with the day."""
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    style = _STYLES[language]
    names = {today: style.today, today + timedelta(days=1): style.tomorrow}
    named = names.get(day) or day_words(language, day, today=today)
    return f"{named}{style.comma} {time_words(language, at, zone)}"


def terminal_language(environment: Mapping[str, str]) -> str:
    """The language of whoever runs a verb, as their terminal is set: German where it says German
    or names no language (nothing set, "C", "POSIX"), English for every other.
    """
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    given = re.split(r"[_.@-]", next(filter(None, names), "").lower())[0]
    return SOURCE if given in {SOURCE, "", "c", "posix"} else "en"


def best_language(accept_language: str, *, among: Collection[str] = CODES) -> str:
    """The first language of an Accept-Language header that we have; German where none is."""
    for part in accept_language.split(","):
        tag = part.split(";")[0].strip().lower()
        for code in (tag, tag.split("-")[0]):
            if code in among:
                return code
    return SOURCE
