"""What is printed on: a document with the house's type, lines that fit and codes that scan.

It knows measures, not what is told: that do `letters.py` and `slips.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from node.base.refusals import N_
from node.web.i18n import SOURCE, translate
from node.web.paper_fonts import LACKING, Letters, is_joined
from node.web.qr import qr_matrix, runs


@dataclass(frozen=True, slots=True)
class Type:
    """Sizes in points, and the height of a line in millimetres."""

    body: float = 12.0
    heading: float = 18.0
    code: float = 26.0
    small: float = 9.0
    line: float = 6.0


NORMAL = Type()
LARGE = Type(body=16.0, heading=22.0, code=30.0, small=11.0, line=7.6)
"""For readers who need large type."""


@dataclass(frozen=True, slots=True)
class Format:
    """A size of paper in millimetres, and what of it stays white at the sides."""

    width: float
    height: float
    left: float
    right: float

    @property
    def room(self) -> float:
        """How wide a line may be."""
        return self.width - self.left - self.right


A4 = Format(210.0, 297.0, 25.0, 20.0)


CELL_GAP = 2.0
"""Millimetres between the columns of a table."""
CELL_SIZE_MIN = 7.0
"""Points; what is smaller nobody reads on paper."""


class Paper:
    """A document with the few things that our paper is made of."""

    def __init__(self, kind: Type, shape: Format = A4, *, title: str, lang: str = SOURCE) -> None:
        from fpdf import FPDF  # noqa: PLC0415 - 20 MB that a node which prints nothing saves

        self.type = kind
        self.shape = shape
        self.pdf = FPDF(format=(shape.width, shape.height), unit="mm")
        self.pdf.set_margins(shape.left, 0.0, shape.right)
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_title(title)
        self.pdf.set_lang(lang)
        self.lang = lang
        self._letters = Letters(self.pdf)
        self._is_whole = True

    def new_page(self, *, folds: tuple[float, ...] = (), shape: Format | None = None) -> None:
        """Begin an empty page, with marks where it is folded; of another shape from here on."""
        self._tell_what_lacks()
        self.shape = shape or self.shape
        self.pdf.set_margins(self.shape.left, 0.0, self.shape.right)
        self.pdf.add_page(format=(self.shape.width, self.shape.height))
        self.pdf.set_draw_color(150)
        for fold in folds:
            self.pdf.line(4.0, fold, 8.0, fold)

    @property
    def y(self) -> float:
        """How far down the next line begins."""
        return float(self.pdf.get_y())

    def place(self, x: float, y: float) -> None:
        """Go on at this point."""
        self.pdf.set_xy(x, y)

    def gap(self, height: float) -> None:
        """Leave some room."""
        self.pdf.set_y(self.y + height)

    def line(
        self, text: str, *, size: float, bold: bool = False, width: float = 0.0, height: float = 5.0
    ) -> None:
        """One line, made smaller where it would not fit."""
        said, width = self._begun(text, size, bold=bold), width or self.shape.room
        while self.pdf.get_string_width(said) > width and size > 5:
            size -= 0.5
            self.pdf.set_font_size(size)
        self.pdf.set_x(self.shape.left)
        self.pdf.cell(width, height, said, new_x="LMARGIN", new_y="NEXT")

    def cells(
        self,
        parts: Sequence[tuple[str, float, bool]],
        *,
        size: float,
        bold: bool = False,
        height: float = 6.0,
    ) -> None:
        """A row of a table: each its text, its width in millimetres and whether it is a number.

        What does not fit is made smaller, then cut.
        """
        left, top = self.shape.left, self.y
        for text, width, is_number in parts:
            said = self._begun(text, size, bold=bold)
            said = self._fitting(said, width - CELL_GAP, size)
            self.pdf.set_xy(left, top)
            self.pdf.cell(width - CELL_GAP, height, said, align="R" if is_number else "L")
            left += width
        self.place(self.shape.left, top + height)

    def _fitting(self, said: str, width: float, size: float) -> str:
        """As much of a text as a cell takes, with the font set as small as it needs."""
        # A cell keeps a margin of its own on both sides.
        room = width - 2 * self.pdf.c_margin
        while self.pdf.get_string_width(said) > room and size > CELL_SIZE_MIN:
            size -= 0.5
            self.pdf.set_font_size(size)
        if self.pdf.get_string_width(said) <= room:
            return said
        while said and self.pdf.get_string_width(f"{said}…") > room:
            said = said[:-1]
        return f"{said}…"

    def text(self, text: str) -> None:
        """A paragraph."""
        self.paragraph(text, self.type.body, self.type.line)
        self.gap(2.5)

    def small(self, text: str) -> None:
        """A paragraph of less weight."""
        self.paragraph(text, self.type.small, self.type.line * 0.75)

    def steps(self, *texts: str) -> None:
        """Numbered steps."""
        for number, text in enumerate(texts, start=1):
            self.paragraph(f"{number}.  {text}", self.type.body, self.type.line)
            self.gap(1.0)
        self.gap(1.5)

    def paragraph(self, text: str, size: float, height: float, *, bold: bool = False) -> None:
        """Text in lines as long as the paper is wide."""
        said = self._begun(text, size, bold=bold)
        room = self.shape.room
        self.pdf.set_x(self.shape.left)
        self.pdf.multi_cell(room, height, said, align="L", new_x="LMARGIN", new_y="NEXT")

    def rule(self) -> None:
        """A thin line across."""
        self.pdf.set_draw_color(0)
        self.pdf.line(self.shape.left, self.y, self.shape.width - self.shape.right, self.y)

    def qr(self, text: str, *, x: float, y: float, size: float) -> None:
        """A QR as squares, sharp at any size of print."""
        module = size / len(qr_matrix(text))
        self.pdf.set_fill_color(0)
        for column, row, width in runs(text):
            self.pdf.rect(x + column * module, y + row * module, width * module, module, style="F")

    def _begun(self, text: str, size: float, *, bold: bool) -> str:
        """The text as it can be written, with the font set for it."""
        said, is_whole = self._letters.sayable(text)
        self._is_whole &= is_whole
        self.pdf.set_font(self._letters.family, "B" if bold else "", size)
        # Our sentences run from left to right, also where a name in them does not.
        self.pdf.set_text_shaping(is_joined(said), direction="ltr")
        return said

    def _tell_what_lacks(self) -> None:
        """Say at the foot of a page what `LACKING` stands for, where it is on it."""
        if self._is_whole:
            return
        self.pdf.set_auto_page_break(auto=False)
        told = translate(self.lang, NOT_WHOLE, sign=LACKING)
        self.place(self.shape.left, self.shape.height - NOTE_FOOT)
        self.line(told, size=self.type.small, height=NOTE_FOOT - 2.0)
        self._is_whole = True

    def content(self) -> bytes:
        """The finished document."""
        self._tell_what_lacks()
        return bytes(self.pdf.output())


NOT_WHOLE = N_("{sign}: Zeichen, die diese Schrift nicht hat. Am Bildschirm sind sie zu lesen.")
NOTE_FOOT = 7.5
"""Where that stands, in millimetres from the edge; printers reach no lower."""
