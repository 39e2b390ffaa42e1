"""Lists on paper: every row is there, on as many pages as it takes, and nothing runs over."""

from __future__ import annotations

import re
import zlib
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.web.stay_paper import ACROSS, FOOT, Column, Listed, list_paper

COLUMNS = (Column("Ort", 60), Column("Nächte", 20, is_number=True))


def visit() -> Any:
    return SimpleNamespace(
        prefs=SimpleNamespace(lang="de"), say=lambda text, **values: text.format(**values)
    )


def listed(rows: int, sums: int) -> Listed:
    return Listed(
        title="Belegungsbuch",
        under="Lindenhof",
        made="Stand: heute",
        columns=COLUMNS,
        rows=[(f"Zimmer {number}", str(number)) for number in range(rows)],
        empty="Nichts.",
        sums=(("Summen", [{"label": f"Summe {n}", "value": str(n)} for n in range(sums)]),),
        note="So wird gezählt.",
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 90), st.integers(0, 40))
def test_no_line_is_drawn_into_the_foot_or_off_the_page(rows: int, sums: int) -> None:
    paper = list_paper(visit(), listed(rows, sums))
    assert paper.y <= ACROSS.height
    pdf = paper.content()
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    ends = [y for stream in streams for y in _heights(stream)]
    # Points from the bottom: what is lower than the foot is only the foot itself.
    foot = FOOT * 72 / 25.4
    assert all(y > 0 for y in ends)
    assert {round(y) for y in ends if y < foot - 1} <= {round(min(ends))}


def _heights(stream: bytes) -> list[float]:
    try:
        text = zlib.decompress(stream)
    except zlib.error:
        return []
    return [float(y) for y in re.findall(rb"BT [\d.]+ ([\d.]+) Td", text)]


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (3, 1), (60, 3)])
def test_a_long_list_takes_more_pages(rows: int, pages: int) -> None:
    assert len(list_paper(visit(), listed(rows, 0)).pdf.pages) == pages


def test_what_is_too_long_for_its_column_is_cut_and_not_written_over_the_next() -> None:
    paper = list_paper(visit(), listed(1, 0))
    paper.cells((("Wort " * 80, 30.0, False), ("7", 20.0, True)), size=9.0)
    assert paper._fitting("Wort " * 80, 28.0, 9.0).endswith("…")
    assert paper._fitting("kurz", 28.0, 9.0) == "kurz"
