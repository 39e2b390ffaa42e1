"""Tables for spreadsheets: whatever people typed is read as words, in its own cell."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.web.table import Sum, Table, harmless, written

BERLIN = ZoneInfo("Europe/Berlin")
BEGINS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def read(content: bytes, delimiter: str = ";") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


def table(*rows: list[object]) -> Table:
    return Table("liste", ["Ort", "Wann"], rows)  # type: ignore[arg-type]


def test_a_german_spreadsheet_reads_umlauts_days_and_sums() -> None:
    row = ["Küche", datetime(2026, 11, 28, 14, tzinfo=UTC), date(2026, 3, 1), 12, Sum(-7250), None]
    content = written(table(row), "de", BERLIN)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    found = ["Küche", "2026-11-28 15:00", "2026-03-01", "12", "-72,50", ""]
    assert read(content) == [["Ort", "Wann"], found]


def test_an_english_one_reads_commas_and_points() -> None:
    content = written(table(["a,b;c", Sum(105)]), "en", BERLIN)
    assert read(content, ",")[1] == ["a,b;c", "1.05"]


@pytest.mark.parametrize("sign", BEGINS)
@pytest.mark.parametrize("hidden", ["", " ", "\u200b", "\u00a0", "\ufeff", "\n", "\r", "\x00"])
def test_nothing_typed_is_computed(sign: str, hidden: str) -> None:
    typed = f'{hidden}{sign}HYPERLINK("http://x.example";1)'
    (_, (cell, _)) = read(written(table([typed, "x"]), "de", BERLIN))
    assert cell.startswith("'")


def test_what_begins_like_a_word_stays_as_it_is() -> None:
    for words in ("Linde / Kaya", "3 + 4", "a=b", "–", "", "  ", "(-)", "Ökoverein e. V."):
        assert harmless(words) == words


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5), st.sampled_from(["de", "en"]))
def test_every_cell_stays_in_its_row_and_column(rows: list[tuple[str, str]], language: str) -> None:
    content = written(table(*(list(row) for row in rows)), language, BERLIN)
    found = read(content, ";" if language == "de" else ",")
    assert found[1:] == [[harmless(one), harmless(other)] for one, other in rows]
    assert content.count(b"\r\n") == len(rows) + 1
    for row in found:
        assert not any(cell[:1] in BEGINS for cell in row if cell)
