"""Lists as tables for spreadsheets (CSV, RFC 4180): what a page lists, at the same address.

The reader is a spreadsheet set to the page's language, so that language says how a table is
written: in German a semicolon stands between cells and a comma in sums, in English a comma and a
point. A mark of the encoding goes before, without which Excel takes umlauts for something else.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

CSV = b"text/csv; charset=utf-8; header=present"
SUFFIX = ".csv"
SEPARATORS = {"de": ";"}
"""Between cells; a comma in other languages."""
POINTS = {"de": ","}
"""Within sums; a point in other languages."""

FORMULA_BEGINS = "=+-@\t＝＋－＠"
"""With these a spreadsheet begins to compute what somebody typed."""

Cell = str | int | date | datetime | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of money in a cell: a number to add up, not words."""

    cents: int


@dataclass(frozen=True, slots=True)
class Table:
    """A list as a table: the name of its file, the words above its columns, its rows."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell | Sum]]


def written(table: Table, language: str, zone: ZoneInfo) -> bytes:
    """The file; every cell in quotes, so that nothing typed ends one."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=SEPARATORS.get(language, ","), quoting=csv.QUOTE_ALL, lineterminator="\r\n"
    )
    writer.writerow([harmless(column) for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(value, language, zone) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Cell | Sum, language: str, zone: ZoneInfo) -> str:
    """A value as spreadsheets of every language read it: days and times as ISO writes them."""
    if value is None:
        return ""
    if isinstance(value, Sum):
        return f"{value.cents / 100:.2f}".replace(".", POINTS.get(language, "."))
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date | int):
        return str(value)
    return harmless(value)


def harmless(text: str) -> str:
    """Words in one line that no spreadsheet takes for a formula; an apostrophe marks them as words.

    What comes before a sign and cannot be seen does not hide it.
    """
    line = " ".join("".join(filter(_is_writable, part)) for part in text.splitlines())
    seen = "".join(char for char in line if char == "\t" or _is_seen(char))
    return f"'{line}" if seen[:1] and seen[0] in FORMULA_BEGINS else line


def _is_writable(char: str) -> bool:
    return char == "\t" or unicodedata.category(char) not in {"Cc", "Cs"}


def _is_seen(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) != "Cf"
