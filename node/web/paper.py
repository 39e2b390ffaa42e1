"""What is printed on: a document with the house's type, lines that fit and codes that scan.

It knows measures, not what is told: that do `letters.py` and `slips.py`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from node.web.i18n import SOURCE
from node.web.qr import qr_matrix, runs
from node.web.templating import STATIC_DIR

FONT = "Atkinson"
FONTS = STATIC_DIR / "vendor" / "font"
FALLBACK = "Helvetica"
"""Built into every reader; it lacks the letters of many names, so it is only for a checkout where
set-up has not fetched the font."""


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
        self._font = FONT if has_font() else FALLBACK
        self._known: set[int] = set()
        if self._font == FONT:
            self._add_fonts()

    def _add_fonts(self) -> None:
        from fpdf.fonts import TTFFont  # noqa: PLC0415 - see above

        for style, weight in (("", 400), ("B", 700)):
            self.pdf.add_font(FONT, style, _file("latin", weight))
            self.pdf.add_font(f"{FONT}-ext", style, _file("latin-ext", weight))
        self.pdf.set_fallback_fonts([f"{FONT}-ext"], exact_match=True)
        fonts = self.pdf.fonts.values()
        self._known = {ord("\n")}.union(*(f.cmap for f in fonts if isinstance(f, TTFFont)))

    def new_page(self, *, folds: tuple[float, ...] = (), shape: Format | None = None) -> None:
        """Begin an empty page, with marks where it is folded; of another shape from here on."""
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
        said, width = self._sayable(text), width or self.shape.room
        self.pdf.set_font(self._font, "B" if bold else "", size)
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
            self.pdf.set_font(self._font, "B" if bold else "", size)
            said = self._fitting(self._sayable(text), width - CELL_GAP, size)
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
        self.pdf.set_font(self._font, "B" if bold else "", size)
        said = self._sayable(text)
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

    def _sayable(self, text: str) -> str:
        """The text in letters that the font has."""
        text = unicodedata.normalize("NFC", text)
        if self._font == FONT:
            return "".join(char if ord(char) in self._known else _nearest(char) for char in text)
        return "".join(char if ord(char) < 256 else _nearest(char) for char in text)


def _nearest(char: str) -> str:
    """The letter without its accents, or a question mark: better than a letter that is missing."""
    bare = unicodedata.normalize("NFKD", char)[0]
    return bare if ord(bare) < 128 else PLAIN.get(char, "?")


PLAIN = {"–": "-", "„": '"', "“": '"', "”": '"', "’": "'", "€": "EUR", "…": "..."}
"""What stands for signs that the built-in font does not have."""


def _file(part: str, weight: int) -> str:
    return str(FONTS / f"atkinson-hyperlegible-{part}-{weight}-normal.woff")


@cache
def has_font() -> bool:
    """Whether set-up has fetched the house's font."""
    return all(
        (FONTS / _file(part, w)).is_file() for part in ("latin", "latin-ext") for w in (400, 700)
    )
