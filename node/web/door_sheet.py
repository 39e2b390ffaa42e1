"""The sheet beside a place's door: its own code on A4, for phones to check in and to see it.

It holds no secret and nothing that changes but the place's name, so it hangs for years.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.base.ids import id_text
from node.web.paper import A4, LARGE, Paper

TOP = 26.0
QR_MM = 120.0
NAME_SIZE = 40.0
NAME_CHARS = 20
"""A longer name is written smaller, so that it takes no more than two lines."""
QUIET = 0.09
"""The white that scanners need around a code."""


@dataclass(frozen=True, slots=True)
class DoorSheet:
    """What stands on it, in words."""

    quarter: str
    place: str
    number: str
    where: str
    address: str
    title: str
    steps: tuple[str, ...]
    note: str
    lang: str


def at_address(base: str, space_id: bytes, figures: str = "") -> str:
    """Where the code at a place's door leads; `figures` are those of a door display now."""
    address = f"{base.rstrip('/')}/at/{id_text(space_id)}"
    return f"{address}?c={figures}" if figures else address


def door_sheet(shown: DoorSheet) -> bytes:
    """The sheet as a PDF of one page."""
    return drawn(shown).content()


def drawn(shown: DoorSheet) -> Paper:
    """The sheet as it is drawn, its next line below the last."""
    paper = Paper(LARGE, A4, title=f"{shown.place}: {shown.title}", lang=shown.lang)
    kind = paper.type
    paper.new_page()
    paper.place(paper.shape.left, TOP)
    paper.small(shown.quarter)
    paper.gap(2.0)
    size = NAME_SIZE if len(shown.place) <= NAME_CHARS else NAME_SIZE * 0.65
    paper.paragraph(f"{shown.number}  {shown.place}", size, size * 0.4, bold=True)
    paper.paragraph(shown.where, kind.body, kind.line)
    paper.gap(5.0)
    paper.paragraph(shown.title, kind.heading, kind.heading * 0.45, bold=True)
    paper.gap(QR_MM * QUIET)
    left = paper.shape.left + (paper.shape.room - QR_MM) / 2
    begin = paper.y
    paper.qr(shown.address, x=left, y=begin, size=QR_MM)
    paper.place(paper.shape.left, begin + QR_MM * (1 + QUIET))
    paper.steps(*shown.steps)
    paper.rule()
    paper.gap(2.0)
    paper.small(shown.note)
    return paper
