"""One row of a list or one table of a TOML file, field by field.

Each method reads one field, notes an error with its line where the value is wrong, and goes on
with a harmless stand-in, so that one pass finds everything. What the stand-in was never matters:
files with an error are not imported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from node.base.money import Cents
from node.base.refusals import N_
from node.quarter.files import times
from node.quarter.files.findings import Findings
from node.quarter.model import LocalText

E = TypeVar("E", bound=StrEnum)

TEXT_MAX = 200
LONG_TEXT_MAX = 4_000
CENTS_MAX = 100_000_00
"""No price of a quarter is higher than 100,000: more is a slipped decimal point."""

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_YES = {"yes", "ja", "true", "1", "x"}
_NO = {"no", "nein", "false", "0"}


@dataclass(slots=True)
class Fields:
    """The values of one row or table by name; `line_of` says where a name stands."""

    file: str
    values: Mapping[str, Any]
    line_of: Callable[[str], int]
    findings: Findings
    read_names: set[str] = field(default_factory=set)

    def error(self, name: str, message: str, remedy: str, **more: object) -> None:
        """Note an error at the line of `name`."""
        shown = self.values.get(name, "")
        self.findings.error(
            self.file, self.line_of(name), message, remedy, field=name, value=shown, **more
        )

    def raw(self, name: str) -> Any:
        """The value as it stands, None where it is missing or empty."""
        self.read_names.add(name)
        value = self.values.get(name)
        return None if isinstance(value, str) and not value.strip() else value

    def required(self, name: str) -> Any:
        """Like `raw`, with an error where there is nothing."""
        value = self.raw(name)
        if value is None:
            self.error(name, N_("„{field}“ fehlt."), N_("Tragen Sie einen Wert ein."))
        return value

    def has(self, name: str) -> bool:
        """Whether the field holds anything."""
        return self.raw(name) is not None

    def text(self, name: str, *, needed: bool = False, longest: int = TEXT_MAX) -> str:
        """A text without spaces around it."""
        value = self.required(name) if needed else self.raw(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.error(
                name,
                N_("„{field}“ ist kein Text: {value}"),
                N_("Setzen Sie den Wert in Anführungszeichen."),
            )
            return ""
        if len(value) > longest:
            message = N_("„{field}“ hat mehr als {most} Zeichen.")
            self.error(name, message, N_("Kürzen Sie den Text."), most=longest)
        return value.strip()

    def key(self, name: str = "key") -> str:
        """The operator's own name for the thing, the same at every import."""
        return self.reference(name, needed=True)

    def reference(self, name: str, *, needed: bool = False) -> str:
        """The key of another thing; whether that exists is looked at when all files are read."""
        value = self.text(name, needed=needed)
        if value and not _KEY.fullmatch(value):
            self.error(
                name,
                N_("„{value}“ taugt nicht als Schlüssel."),
                N_("Nehmen Sie Buchstaben ohne Umlaut, Ziffern, Punkt und Strich, z. B. H-CEZ-12."),
            )
            return ""
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Yes or no."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        word = str(value).strip().lower()
        if word not in _YES | _NO:
            self.error(name, N_("„{field}“ ist weder ja noch nein: {value}"), N_("yes oder no"))
        return word in _YES

    def whole(self, name: str, *, lowest: int = 0, highest: int, default: int = 0) -> int:
        """A whole number within bounds."""
        value = self.raw(name)
        if value is None:
            return default
        number = value if isinstance(value, int) else _whole(str(value))
        if number is None or isinstance(value, bool):
            self.error(name, N_("„{field}“ ist keine ganze Zahl: {value}"), N_("z. B. 12"))
            return default
        if not lowest <= number <= highest:
            self._out_of_bounds(name, lowest, highest)
            return default
        return number

    def number(self, name: str, *, highest: float) -> float:
        """A number of zero or more, with a decimal point or comma."""
        value = self._decimal(name)
        if value is None:
            return 0.0
        if not 0 <= value <= Decimal(str(highest)):
            self._out_of_bounds(name, 0, highest)
            return 0.0
        return float(value)

    def _out_of_bounds(self, name: str, lowest: float, highest: float) -> None:
        message = N_("„{field}“ liegt nicht zwischen {lowest} und {highest}: {value}")
        remedy = N_("Prüfen Sie die Zahl.")
        self.error(name, message, remedy, lowest=lowest, highest=highest)

    def money(self, name: str) -> Cents | None:
        """A sum in euros as cents: 24.90 or 24,90; None where there is none."""
        value = self._decimal(name)
        if value is None:
            return None
        if value < 0:
            message = N_("„{field}“ ist negativ: {value}")
            self.error(name, message, N_("Preise sind null oder mehr."))
        elif value * 100 > CENTS_MAX:
            message = N_("„{field}“ ist höher als {most} Euro: {value}")
            self.error(name, message, N_("Prüfen Sie das Komma."), most=CENTS_MAX // 100)
        elif value * 100 != int(value * 100):
            message = N_("„{field}“ hat mehr als zwei Stellen hinter dem Komma: {value}")
            self.error(name, message, N_("Schreiben Sie Euro und Cent, z. B. 24.90."))
        else:
            return int(value * 100)
        return 0

    def cents(self, name: str) -> Cents:
        """Like `money`, with zero where there is nothing."""
        return self.money(name) or 0

    def _decimal(self, name: str) -> Decimal | None:
        value = self.raw(name)
        if value is None:
            return None
        try:
            number = Decimal(str(value).strip().replace(",", "."))
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite() or isinstance(value, bool) or number.adjusted() > 12:
            self.error(name, N_("„{field}“ ist keine Zahl: {value}"), N_("z. B. 24.90"))
            return None
        return number

    def choice(self, name: str, kinds: type[E], default: E | None = None) -> E:
        """One of a few words."""
        value = self.required(name) if default is None else self.raw(name)
        fallback = default if default is not None else next(iter(kinds))
        if value is None:
            return fallback
        word = str(value).strip().lower()
        if word not in set(kinds):
            message = N_("„{field}“ kennt „{value}“ nicht.")
            remedy = N_("Möglich sind: {possible}.")
            self.error(name, message, remedy, possible=", ".join(kinds))
            return fallback
        return kinds(word)

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """A date: 2026-12-24 or 24.12.2026."""
        value = self.required(name) if needed else self.raw(name)
        return None if value is None else self._timed(name, value, times.parse_day)

    def instant(self, name: str, zone: ZoneInfo, *, needed: bool = False) -> datetime | None:
        """A wall-clock time of the quarter as an instant in UTC."""
        value = self.required(name) if needed else self.raw(name)
        if value is None:
            return None
        instant: datetime | None = self._timed(
            name, value, lambda raw: times.parse_instant(raw, zone)
        )
        return instant

    def clock(self, name: str, *, default: int | None = None) -> int | None:
        """A time of day as minutes after midnight."""
        value = self.raw(name)
        return default if value is None else self._timed(name, value, times.parse_clock)

    def _timed(self, name: str, value: Any, parse: Callable[[Any], Any]) -> Any:
        try:
            return parse(value)
        except times.NotATimeError as wrong:
            self.error(name, wrong.message, wrong.remedy)
            return None

    def words(self, name: str) -> tuple[str, ...]:
        """Several short texts: a TOML list, or in a list file divided by `|`."""
        value = self.raw(name)
        if value is None:
            return ()
        parts = value.split("|") if isinstance(value, str) else value
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            message = N_("„{field}“ ist keine Aufzählung von Texten.")
            self.error(name, message, N_('Schreiben Sie ["a", "b"].'))
            return ()
        return tuple(part.strip()[:TEXT_MAX] for part in parts if part.strip())

    def local_text(self, name: str, *, needed: bool = False, longest: int = TEXT_MAX) -> LocalText:
        """A text in German and English: `{de = "…", en = "…"}`, a plain text, or the columns
        `name_de` and `name_en`."""
        value = self.raw(name)
        if isinstance(value, str):
            return LocalText(self.text(name, longest=longest))
        if isinstance(value, dict):
            inner = Fields(self.file, value, lambda _: self.line_of(name), self.findings)
            text = LocalText(
                inner.text("de", needed=True, longest=longest), inner.text("en", longest=longest)
            )
            inner.warn_of_unknown()
            return text
        if value is not None:
            self.text(name)
            return LocalText()
        text = LocalText(
            self.text(f"{name}_de", longest=longest), self.text(f"{name}_en", longest=longest)
        )
        if needed and not text:
            self.required(name)
        return text

    def warn_of_unknown(self, also_known: Iterable[str] = ()) -> None:
        """Warn of fields that nobody read."""
        for name in self.values:
            if name not in self.read_names and name not in set(also_known):
                self.findings.warn(
                    self.file,
                    self.line_of(name),
                    N_("„{field}“ kennt das Format nicht; es wird nicht gelesen."),
                    N_("Prüfen Sie die Schreibweise (docs/import.md)."),
                    field=name,
                )


def _whole(text: str) -> int | None:
    stripped = text.strip()
    return int(stripped) if re.fullmatch(r"-?[0-9]{1,15}", stripped) else None
