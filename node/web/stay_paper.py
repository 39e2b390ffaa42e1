"""The stay book and the list of registration forms on paper, A4 across.

It knows how they are drawn, not what they say: that do `desk/stays.py` and `desk/stay_forms.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from node.base.refusals import N_
from node.web.paper import NORMAL, Format, Paper
from node.web.visit import Visit

ACROSS = Format(297.0, 210.0, 15.0, 15.0)
TOP, FOOT = 14.0, 16.0
LINE = 6.4
SIZE = 9.0
LABEL = 110.0
"""How wide the words before a sum are, in millimetres."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column on paper: its words, its width in millimetres, whether numbers stand in it."""

    title: str
    width: float
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it is printed: over each page what it is, then its rows; sums come last."""

    title: str
    under: str
    made: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    empty: str
    sums: Sequence[tuple[str, Sequence[dict[str, str]]]] = ()
    note: str = ""


def list_paper(visit: Visit, listed: Listed) -> Paper:
    """The list, as many pages as it takes."""
    paper = Paper(NORMAL, ACROSS, title=listed.title, lang=visit.prefs.lang)
    _begin(visit, paper, listed, has_columns=True)
    if not listed.rows:
        paper.text(listed.empty)
    for row in listed.rows:
        _room(visit, paper, listed, LINE, has_columns=True)
        _row(paper, listed.columns, row)
    for title, sums in listed.sums:
        _room(visit, paper, listed, LINE * (2 + min(3, len(sums))))
        paper.gap(4.0)
        paper.line(title, size=12.0, bold=True, height=LINE)
        for each in sums:
            _room(visit, paper, listed, LINE)
            parts = ((each["label"], LABEL, False), (each["value"], 45.0, True))
            paper.cells(parts, size=10.0, height=LINE - 0.6)
    if listed.note:
        _room(visit, paper, listed, 3 * LINE)
        paper.gap(3.0)
        paper.small(listed.note)
    return paper


def _room(
    visit: Visit, paper: Paper, listed: Listed, height: float, *, has_columns: bool = False
) -> None:
    """Go on where so much fits."""
    if paper.y + height > paper.shape.height - FOOT:
        _begin(visit, paper, listed, has_columns=has_columns)


def _begin(visit: Visit, paper: Paper, listed: Listed, *, has_columns: bool) -> None:
    """A page with its head, its number and the words above the columns."""
    paper.new_page()
    number = len(paper.pdf.pages)
    paper.place(paper.shape.left, paper.shape.height - FOOT + 5.0)
    page = visit.say(N_("Seite {number}"), number=number)
    half = paper.shape.room / 2
    paper.cells(((listed.made, half, False), (page, half, True)), size=8.0, height=5.0)
    paper.place(paper.shape.left, TOP)
    paper.line(listed.title, size=paper.type.heading, bold=True, height=9.0)
    paper.small(listed.under)
    paper.gap(3.0)
    if has_columns and listed.rows:
        heads = [(each.title, each.width, each.is_number) for each in listed.columns]
        paper.cells(heads, size=SIZE, bold=True, height=LINE)
        paper.rule()
        paper.gap(0.8)


def _row(paper: Paper, columns: Sequence[Column], row: Sequence[str]) -> None:
    cells = [(text, each.width, each.is_number) for text, each in zip(row, columns, strict=True)]
    paper.cells(cells, size=SIZE, height=LINE)
