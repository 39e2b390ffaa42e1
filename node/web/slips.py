"""The pass on paper: an A4 page in large type, or a slip of 80 mm from the till's printer.

For who has no phone. It says what, where, when and how to come in, and bears no name: paper is lost
more easily than a phone, and whoever finds it need not learn whose it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from node.devices import Printer, Roll
from node.web.paper import A4, LARGE, Format, Paper, Type

ROLL = Format(80.0, 1000.0, 4.0, 4.0)
"""What till printers take; they cut off what is not needed."""
ROLL_TYPE = Type(body=11.0, heading=17.0, code=26.0, small=9.0, line=5.0)
TOP = 18.0
FOOT = 15.0
ROLL_EDGE = 6.0
QUIET = 0.09
"""The white that scanners need around a code: four modules of some forty-five."""


@dataclass(frozen=True, slots=True)
class PaperPass:
    """What stands on it, in the words of its holder's language."""

    quarter: str
    title: str
    place: str
    where: str
    day: str
    time: str
    url: str
    code: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]
    lang: str
    """`url` and `code` are empty on what lets nobody in: the receipt of a cancellation."""


def pass_page(shown: PaperPass) -> bytes:
    """The pass on A4. Should a place have much to say, the rest goes to a second page."""
    paper = Paper(LARGE, A4, title=shown.title, lang=shown.lang)
    paper.pdf.set_auto_page_break(auto=True, margin=FOOT)
    _draw(paper, shown, top=TOP, qr_mm=74.0)
    return paper.content()


def pass_slip(shown: PaperPass) -> bytes:
    """The pass on a slip that is as long as what stands on it."""
    tried = Paper(ROLL_TYPE, ROLL, title=shown.title, lang=shown.lang)
    _draw(tried, shown, top=ROLL_EDGE, qr_mm=58.0)
    fitting = replace(ROLL, height=tried.y + ROLL_EDGE)
    paper = Paper(ROLL_TYPE, fitting, title=shown.title, lang=shown.lang)
    _draw(paper, shown, top=ROLL_EDGE, qr_mm=58.0)
    return paper.content()


def pass_roll(shown: PaperPass, printer: Printer) -> bytes:
    """The pass in the words of a slip printer, which draws the code itself."""
    roll = Roll(printer)
    roll.line(f"{shown.quarter}. {shown.title}")
    roll.gap()
    roll.line(shown.place, large=True)
    roll.line(shown.where)
    roll.gap()
    for part in (shown.day, shown.time):
        roll.line(part, large=True)
    if shown.url:
        roll.gap()
        roll.qr(shown.url)
        if shown.code:
            roll.centred(f"{shown.code[:4]} {shown.code[4:]}", large=True)
    roll.gap()
    for number, step in enumerate(shown.steps, start=1):
        roll.line(f"{number}. {step}" if len(shown.steps) > 1 else step)
    roll.rule()
    for note in shown.notes:
        roll.line(note)
    return roll.done()


def _draw(paper: Paper, shown: PaperPass, *, top: float, qr_mm: float) -> None:
    kind = paper.type
    paper.new_page()
    paper.place(paper.shape.left, top)
    paper.small(f"{shown.quarter}. {shown.title}")
    paper.gap(2.0)
    paper.paragraph(shown.place, kind.code, kind.code * 0.42, bold=True)
    paper.paragraph(shown.where, kind.body, kind.line)
    paper.gap(2.0)
    for part in (shown.day, shown.time):
        paper.paragraph(part, kind.heading, kind.heading * 0.45, bold=True)
    if shown.url:
        paper.gap(qr_mm * QUIET)
        _code(paper, shown, qr_mm)
    paper.gap(2.0)
    paper.steps(*shown.steps)
    paper.rule()
    paper.gap(2.0)
    for note in shown.notes:
        paper.small(note)
        paper.gap(1.0)


def _code(paper: Paper, shown: PaperPass, qr_mm: float) -> None:
    """The code to scan, in the middle of a slip, and its eight signs to type below."""
    shape, begin = paper.shape, paper.y
    spare = shape.room - qr_mm
    paper.qr(shown.url, x=shape.left + (spare / 2 if shape is not A4 else 0), y=begin, size=qr_mm)
    paper.place(shape.left, begin + qr_mm * (1 + QUIET))
    if shown.code:
        signs = f"{shown.code[:4]} {shown.code[4:]}"
        paper.line(signs, size=paper.type.code, bold=True, height=paper.type.code * 0.42)
    paper.gap(4.0)
