"""Letters on A4 for window envelopes: a household's code in words, large letters and as a QR.

Measures follow DIN 5008 form B, so the address stands in the window and the folds fall between
paragraphs. A letter is in its household's language with a summary in the other, for who opens one
may read either.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

from node.base.refusals import N_
from node.people.model import CodeLetter
from node.web.i18n import CODES, SOURCE, long_day_words, translate
from node.web.qr import qr_matrix, runs
from node.web.templating import STATIC_DIR

Say = Callable[..., str]

FONT = "Atkinson"
FONTS = STATIC_DIR / "vendor" / "font"
FALLBACK = "Helvetica"
"""Built into every reader; it lacks the letters of many names, so it is only for a checkout where
set-up has not fetched the font."""

LEFT = 25.0
RIGHT = 20.0
WIDTH = 210.0 - LEFT - RIGHT
QR_MM = 42.0
FOLDS_MM = (105.0, 210.0)


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
"""For readers who need large type: everything still fits one page."""


def code_letters(
    letters: Sequence[CodeLetter], *, quarter: str, address: str, large: bool = False
) -> bytes:
    """One PDF with a page for each letter. `address` is the portal's, as people type it."""
    paper = _Paper(LARGE if large else NORMAL)
    for letter in letters:
        _code_letter(paper, letter, quarter=quarter, address=address.rstrip("/"))
    return bytes(paper.pdf.output())


def code_url(address: str, code: str) -> str:
    """The address that a letter's QR opens: the sign-in page with the code filled in."""
    base = address.rstrip("/")
    if "://" not in base:
        base = f"http://{base}"
    return f"{base}/c/{code.replace(' ', '')}"


def _code_letter(paper: _Paper, letter: CodeLetter, *, quarter: str, address: str) -> None:
    lang = letter.language if letter.language in CODES else SOURCE
    say = partial(translate, lang)
    paper.new_page()
    _envelope(paper, letter, say)
    _heading(paper, letter, say(N_("Ihr Zugang zu {quarter}"), quarter=quarter), lang)
    url, address = code_url(address, letter.code), address.rpartition("://")[2]
    paper.text(f"{say(N_('Guten Tag'))},\n{say(WHAT_FOR)}")
    _code_box(paper, letter, url, address, say(N_("Ihr Code")))
    paper.steps(*(say(step, address=address) for step in STEPS))
    desk = say(N_("Alles geht auch ohne Gerät: Der Service-Point hilft Ihnen gern."))
    if letter.phone:
        desk = say(
            N_("Alles geht auch ohne Gerät: Der Service-Point (Telefon {phone}) hilft Ihnen gern."),
            phone=letter.phone,
        )
    paper.text(f"{say(KEEP_SAFE)} {desk}")
    other = "en" if lang == SOURCE else SOURCE
    paper.small(translate(other, SUMMARY, quarter=quarter, address=address))


WHAT_FOR = N_(
    "Mit diesem Code melden Sie sich an: am Telefon, am Computer oder am Bildschirm im Haus."
    " Sie brauchen keine E-Mail-Adresse."
)
STEPS = (
    N_(
        "Scannen Sie das Bild mit der Kamera Ihres Telefons, oder öffnen Sie {address} und geben"
        " Sie den Code ein."
    ),
    N_("Wählen Sie Ihren Namen, oder tragen Sie ihn ein."),
    N_("Wählen Sie eine PIN. Von da an genügt sie."),
)
KEEP_SAFE = N_(
    "Der Code gilt für alle in Ihrem Haushalt. Bewahren Sie ihn auf wie einen Schlüssel. Ältere"
    " Briefe gelten nicht mehr."
)
SUMMARY = N_(
    "Auf Deutsch: Mit diesem Code melden sich alle in Ihrem Haushalt bei {quarter} an. Scannen Sie"
    " das Bild mit der Kamera Ihres Telefons oder öffnen Sie {address}, wählen Sie Ihren Namen und"
    " dann eine PIN. Sie brauchen keine E-Mail-Adresse. Bewahren Sie den Code auf wie einen"
    " Schlüssel; ältere Briefe gelten nicht mehr. Der Service-Point hilft Ihnen gern."
)
"""The letter in short, in the language that the rest of it is not written in."""


def _envelope(paper: _Paper, letter: CodeLetter, say: Say) -> None:
    """The address window: 85 by 45 mm, 20 mm from the left and 45 mm from the top."""
    paper.place(LEFT, 50.0)
    paper.line(letter.sender, size=7.0, width=80.0)
    paper.place(LEFT, 62.5)
    to = say(N_("An den Haushalt"))
    lines = (to, letter.household_name, *letter.address_lines, letter.place)
    for text in lines[:6]:
        paper.line(text, size=11.0, width=80.0, height=5.0)


def _heading(paper: _Paper, letter: CodeLetter, title: str, lang: str) -> None:
    day = f"{long_day_words(lang, letter.issued_on)} {letter.issued_on.year}"
    paper.place(LEFT, 97.0)
    paper.line(title, size=paper.type.heading, bold=True, height=9.0)
    paper.line(day, size=paper.type.small, height=6.0)
    paper.gap(2.0)


def _code_box(paper: _Paper, letter: CodeLetter, url: str, address: str, title: str) -> None:
    paper.gap(3.0)
    top = paper.pdf.get_y()
    paper.qr(url, x=LEFT + WIDTH - QR_MM, y=top)
    paper.place(LEFT, top + 6.0)
    paper.line(title, size=paper.type.small, height=5.0)
    paper.line(letter.code, size=paper.type.code, bold=True, width=WIDTH - QR_MM, height=15.0)
    paper.line(address, size=paper.type.body, width=WIDTH - QR_MM, height=7.0)
    paper.place(LEFT, top + QR_MM + 4.0)


class _Paper:
    """An A4 document with the few things a letter is made of."""

    def __init__(self, kind: Type) -> None:
        self.type = kind
        self.pdf = FPDF(format="A4", unit="mm")
        self.pdf.set_margins(LEFT, 20.0, RIGHT)
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_title("Briefe")
        self.pdf.set_lang("de")
        self._font = FONT if _has_font() else FALLBACK
        self._known: set[int] = set()
        if self._font == FONT:
            self._add_fonts()

    def _add_fonts(self) -> None:
        for style, weight in (("", 400), ("B", 700)):
            self.pdf.add_font(FONT, style, _file("latin", weight))
            self.pdf.add_font(f"{FONT}-ext", style, _file("latin-ext", weight))
        self.pdf.set_fallback_fonts([f"{FONT}-ext"], exact_match=True)
        fonts = self.pdf.fonts.values()
        self._known = {ord("\n")}.union(*(f.cmap for f in fonts if isinstance(f, TTFFont)))

    def new_page(self) -> None:
        """Begin a letter: an empty page with marks where it is folded."""
        self.pdf.add_page()
        self.pdf.set_draw_color(150)
        for fold in FOLDS_MM:
            self.pdf.line(4.0, fold, 8.0, fold)

    def place(self, x: float, y: float) -> None:
        """Go on at this point."""
        self.pdf.set_xy(x, y)

    def gap(self, height: float) -> None:
        """Leave some room."""
        self.pdf.set_y(self.pdf.get_y() + height)

    def line(
        self, text: str, *, size: float, bold: bool = False, width: float = WIDTH, height: float = 5
    ) -> None:
        """One line, made smaller where it would not fit."""
        said = self._sayable(text)
        self.pdf.set_font(self._font, "B" if bold else "", size)
        while self.pdf.get_string_width(said) > width and size > 5:
            size -= 0.5
            self.pdf.set_font_size(size)
        self.pdf.set_x(LEFT)
        self.pdf.cell(width, height, said, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def text(self, text: str) -> None:
        """A paragraph."""
        self._paragraph(text, self.type.body, self.type.line)
        self.gap(2.5)

    def small(self, text: str) -> None:
        """A paragraph of less weight."""
        self._paragraph(text, self.type.small, self.type.line * 0.75)

    def steps(self, *texts: str) -> None:
        """Numbered steps."""
        for number, text in enumerate(texts, start=1):
            self._paragraph(f"{number}.  {text}", self.type.body, self.type.line)
            self.gap(1.0)
        self.gap(1.5)

    def _paragraph(self, text: str, size: float, height: float) -> None:
        self.pdf.set_font(self._font, "", size)
        self.pdf.multi_cell(
            WIDTH, height, self._sayable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def qr(self, text: str, *, x: float, y: float) -> None:
        """A QR as squares, sharp at any size of print."""
        module = QR_MM / len(qr_matrix(text))
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
    return bare if ord(bare) < 128 else {"–": "-", "„": '"', "“": '"', "’": "'"}.get(char, "?")


def _file(part: str, weight: int) -> str:
    return str(FONTS / f"atkinson-hyperlegible-{part}-{weight}-normal.woff")


@cache
def _has_font() -> bool:
    return all(
        (FONTS / _file(part, w)).is_file() for part in ("latin", "latin-ext") for w in (400, 700)
    )
