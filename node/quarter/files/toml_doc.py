"""A TOML file as fields that know their lines.

The standard parser tells no positions, so `_Lines` finds them by reading the file once more, line
by line. It need not understand TOML: a position it misses falls back to the table's own line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from node.base.refusals import N_
from node.quarter.files.fields import Fields
from node.quarter.files.findings import Findings
from node.quarter.files.source import Source

TomlPath = tuple[str | int, ...]

TABLES_MAX = 500
"""No list of rules, prices or special days is longer."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_NAME = re.compile(r"\s*([A-Za-z0-9_\-.\"']+)\s*=")
_AT_LINE = re.compile(r"at line (\d+)")


@dataclass(slots=True)
class TomlTable:
    """One table of a TOML file: its own fields, and the tables inside it."""

    file: str
    values: dict[str, Any]
    path: TomlPath
    lines: _Lines
    findings: Findings
    fields: Fields = field(init=False)

    def __post_init__(self) -> None:
        self.fields = Fields(
            self.file, self.values, lambda name: self.lines.of((*self.path, name)), self.findings
        )

    @property
    def line(self) -> int:
        """Where the table begins."""
        return self.lines.of(self.path)

    def table(self, name: str) -> TomlTable:
        """The table `[name]` inside; an empty one where it is missing."""
        value = self.fields.raw(name)
        if value is not None and not isinstance(value, dict):
            message = N_("„{field}“ ist ein eigener Abschnitt.")
            self.fields.error(name, message, N_("Schreiben Sie [{field}] und darunter die Werte."))
            value = None
        return self._inner(value or {}, (*self.path, name))

    def tables(self, name: str) -> Iterator[TomlTable]:
        """The tables `[[name]]` inside, in order."""
        values = self.fields.raw(name)
        if values is None:
            return
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            message = N_("„{field}“ ist eine Liste von Abschnitten.")
            self.fields.error(
                name, message, N_("Schreiben Sie [[{field}]] und darunter die Werte.")
            )
            return
        if len(values) > TABLES_MAX:
            message = N_("„{field}“ hat mehr als {most} Abschnitte.")
            self.fields.error(name, message, N_("Prüfen Sie die Datei."), most=TABLES_MAX)
        for number, value in enumerate(values[:TABLES_MAX]):
            yield self._inner(value, (*self.path, name, number))

    def _inner(self, values: dict[str, Any], path: TomlPath) -> TomlTable:
        return TomlTable(self.file, values, path, self.lines, self.findings)


def read_toml(source: Source, name: str) -> TomlTable | None:
    """The file as a table; None, and an error noted, if it is no TOML."""
    text = source.text(name)
    if text is None:
        return None
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as wrong:
        at = _AT_LINE.search(str(wrong))
        line = int(at[1]) if at else 0
        message = N_("Das ist kein gültiges TOML: {detail}")
        remedy = N_("Meist fehlt ein Anführungszeichen, oder einen Tag gibt es nicht.")
        source.findings.error(name, line, message, remedy, detail=_plain(str(wrong)))
        return None
    return TomlTable(name, values, (), _Lines.found_in(text), source.findings)


def _plain(detail: str) -> str:
    return re.sub(r"\s*\(at .*\)$", "", detail) or "?"


@dataclass(slots=True)
class _Lines:
    """Where each name of a TOML file stands."""

    numbers: dict[TomlPath, int]

    def of(self, path: TomlPath) -> int:
        """The line of the name, or of the nearest table around it; 0 for the whole file."""
        while path:
            if path in self.numbers:
                return self.numbers[path]
            path = path[:-1]
        return 0

    @staticmethod
    def found_in(text: str) -> _Lines:
        numbers: dict[TomlPath, int] = {}
        counts: dict[TomlPath, int] = {}
        table: TomlPath = ()
        for number, line in enumerate(text.splitlines(), start=1):
            if match := _HEADER.match(line):
                table = _table_path(_dotted(match[2]), match[1] == "[[", counts)
                numbers.setdefault(table, number)
                if match[1] == "[[":
                    numbers.setdefault(table[:-1], number)
            elif match := _NAME.match(line):
                names = _dotted(match[1])
                for length in range(1, len(names) + 1):
                    numbers.setdefault((*table, *names[:length]), number)
        return _Lines(numbers)


def _table_path(names: list[str], is_list: bool, counts: dict[TomlPath, int]) -> TomlPath:  # noqa: FBT001 - private, one caller
    """The path of a table header, with the running number of each list on the way."""
    path: TomlPath = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, names[-1])
    if not is_list:
        return path
    counts[path] = counts.get(path, 0) + 1
    return (*path, counts[path] - 1)


def _dotted(text: str) -> list[str]:
    return [part.strip().strip("\"'") for part in text.split(".")]
