"""What a person typed into a page, read field by field; every problem is a sentence at its field.

Typed values are never lost: a page shown again gets `fields.given` back.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

from node.base.ids import parse_id
from node.base.periods import Period
from node.base.refusals import N_, Refusal, RefusedError
from node.web.visit import Visit

TEXT_MAX = 2000
NUMBER_CHARS_MAX = 9
EURO_FIGURES_MAX = 6
CENT_FIGURES = 2


class Fields:
    """The fields of one submitted page. Getters note a problem and answer a harmless value."""

    def __init__(self, visit: Visit, given: dict[str, str]) -> None:
        self._visit = visit
        self.given = given
        self.problems: dict[str, str] = {}

    def text(self, name: str, *, required: bool = False, longest: int = TEXT_MAX) -> str:
        """A line or paragraph, trimmed."""
        value = self.given.get(name, "").strip()
        if required and not value:
            self.problem(name, N_("Bitte füllen Sie dieses Feld aus."))
        if len(value) > longest:
            self.problem(name, N_("Bitte höchstens {longest} Zeichen."), longest=longest)
            return value[:longest]
        return value

    def number(self, name: str, *, low: int, high: int, default: int | None = None) -> int:
        """A whole number between `low` and `high`."""
        value = self.given.get(name, "").strip()
        if not value and default is not None:
            return default
        is_number = len(value) <= NUMBER_CHARS_MAX and value.removeprefix("-").isdecimal()
        if not is_number or not low <= int(value) <= high:
            self.problem(name, N_("Bitte eine Zahl von {low} bis {high}."), low=low, high=high)
            return default if default is not None else low
        return int(value)

    def money(self, name: str) -> int | None:
        """A sum of euros as cents: 18, 18,50 or 18.50; None where nothing stands."""
        value = self.given.get(name, "").strip()
        if not value:
            return None
        whole, _, part = value.replace(".", ",").partition(",")
        parts = (whole, part or "0")
        is_sum = all(each.isascii() and each.isdecimal() for each in parts)
        if not is_sum or len(whole) > EURO_FIGURES_MAX or len(part) > CENT_FIGURES:
            self.problem(name, N_("Bitte einen Betrag in Euro, zum Beispiel 18,50."))
            return None
        return int(whole) * 100 + int(part.ljust(CENT_FIGURES, "0") or "0")

    def cents(self, name: str) -> int:
        """The same, nothing being nothing to pay."""
        return self.money(name) or 0

    def day(self, name: str) -> date | None:
        """A date as browsers send it (2026-11-28) or as people write it (28.11.2026)."""
        value = self.given.get(name, "").strip()
        try:
            return read_day(value)
        except (ValueError, OverflowError):
            self.problem(name, N_("Bitte ein Datum, zum Beispiel 28.11.2026."))
            return None

    def clock(self, name: str) -> time | None:
        """A time of day: 15, 15:30 or 15.30."""
        value = self.given.get(name, "").strip()
        try:
            return read_clock(value)
        except (ValueError, OverflowError):
            self.problem(name, N_("Bitte eine Uhrzeit, zum Beispiel 15:30."))
            return None

    def choice(self, name: str, options: Collection[str], *, default: str = "") -> str:
        """One of the options."""
        value = self.given.get(name, "").strip()
        if value in options:
            return value
        if value or not default:
            self.problem(name, N_("Bitte wählen Sie eine der Möglichkeiten."))
        return default

    def id(self, name: str) -> bytes:
        """An id as pages carry it; anything else is no mistake of typing, so it is refused."""
        try:
            return parse_id(self.given.get(name, ""))
        except ValueError:
            raise RefusedError(BAD_ID) from None

    def period(self, starts: str, ends: str) -> Period:
        """A time that one of our own pages offered; anything else is refused."""
        try:
            first = datetime.fromisoformat(self.given.get(starts, ""))
            return Period(first, datetime.fromisoformat(self.given.get(ends, "")))
        except ValueError:
            raise RefusedError(BAD_ID) from None

    def problem(self, name: str, sentence: str, **values: Any) -> None:
        """Note what is wrong with a field; the first sentence stands."""
        self.problems.setdefault(name, self._visit.say(sentence, **values))


async def read_fields(visit: Visit) -> Fields:
    """The submitted fields, from this visitor's own page (see `Visit.check_csrf`)."""
    form = await visit.request.form()
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    visit.check_csrf(given.pop("csrf", ""))
    return Fields(visit, given)


def read_query(visit: Visit) -> Fields:
    """The fields of a page that was asked for by address, such as a search."""
    return Fields(visit, {name: str(value) for name, value in visit.request.query_params.items()})


def path_id(text: str) -> bytes:
    """An id in an address; an impossible one is answered as not found."""
    try:
        return parse_id(text)
    except ValueError:
        raise RefusedError(NOT_FOUND) from None


def read_day(value: str) -> date:
    """A date in either notation; raises `ValueError`."""
    if "." in value:
        day, month, year = (int(part) for part in value.split("."))
        return date(year, month, day)
    return date.fromisoformat(value)


def read_clock(value: str) -> time:
    """A time of day in the usual notations; raises `ValueError`."""
    hour, _, minute = value.replace(".", ":").partition(":")
    return time(int(hour), int(minute or "0"))


BAD_ID = Refusal(
    "web.bad_id",
    N_("Diese Angaben passen zu nichts, was es hier gibt."),
    N_("Bitte gehen Sie eine Seite zurück und wählen Sie noch einmal."),
    status=400,
)
NOT_FOUND = Refusal(
    "web.http_404",
    N_("Diese Seite gibt es nicht."),
    N_("Vielleicht ist der Link alt. Von der Startseite aus finden Sie alles."),
    status=404,
)
