"""A slip in ESC/POS, the language of till printers: words, a QR that the printer draws, the cut.

python-escpos knows the commands and which code page holds which letter; this says what we use of
it. Letters that no code page of the printer holds are spelt in those that one does, as passports
spell names; what cannot be spelt is left open.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from typing import Any

from node.devices.model import Printer

PAGES = ("CP858", "CP852", "CP857", "CP866", "CP1125")
"""What Epson's printers and their likenesses hold: the West with €, the East, Turkish, Cyrillic."""
LETTERS = b"\xc4\xd6\xdc \xe4\xf6\xfc \xdf \xe9 \xe7 \x80 72,00".decode("cp1252")
"""For a test page: umlauts and the euro sign, which most often come out wrong."""
QR_DOTS = 8
QR_DOTS_NARROW = 6
"""A dot is an eighth of a millimetre; so a pass is 45 mm wide, 33 on rolls of 58 mm."""
NARROW = 36
QR_MEDIUM = 1
"""ESC/POS's number for error correction M: a crease through a slip is mended."""
PLAIN = {"–": "-", "—": "-", "„": '"', "“": '"', "”": '"', "’": "'", "‘": "'", "…": "...", "·": "-"}
PLAIN |= {"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "€": "EUR"}
LATIN = dict(zip("łđıøðŋħŧə", "ldiodnhte", strict=True))
LATIN |= {"æ": "ae", "œ": "oe", "þ": "th", b"\xdf".decode("cp1252"): "ss"}
CYRILLIC = dict(zip("абвгдезийклмнопрстуфіљњєґ", "abvgdeziiklmnoprstufilneg", strict=True))
CYRILLIC |= {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y"}
CYRILLIC |= {"ь": "", "э": "e", "ю": "iu", "я": "ia", "ё": "e", "ї": "i", "й": "i", "ў": "u"}
CYRILLIC |= {"љ": "lj", "њ": "nj", "є": "ie", "ј": "j", "ђ": "dj", "ћ": "c", "џ": "dz"}
GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstufo", strict=True))
GREEK |= {"θ": "th", "χ": "ch", "ψ": "ps"}
SPELT = {**LATIN, **CYRILLIC, **GREEK}
"""For printers that know Latin only: Latin and Cyrillic as the machine-readable lines of passports
spell them (ICAO 9303, part 3), Greek letter by letter. Capitals follow."""
OPEN = "[...]"
"""Stands for what cannot be spelt letter by letter."""


class Roll:
    """A slip under way, for one printer."""

    def __init__(self, printer: Printer) -> None:
        from escpos import magicencode  # noqa: PLC0415 - 17 MB that a box without printer saves
        from escpos.printer import Dummy  # noqa: PLC0415 - see above

        magic: Any = magicencode

        self._columns = printer.columns
        self._out: Any = Dummy()
        pages = (printer.codepage,) if printer.codepage else PAGES
        known = self._out.profile.get_code_pages()
        self._letters: Any = magic.Encoder({name: known[name] for name in pages})
        self._letters.used_encodings.add(pages[0])
        self._pages = pages
        self._out.hw("INIT")
        letters: Any = magic.MagicEncode(self._out, encoder=self._letters)
        letters.write_with_encoding(pages[0], None)
        self._out.magic = letters

    def line(self, text: str, *, large: bool = False, bold: bool = False) -> None:
        """A paragraph, broken where words end; `large` is twice as high and wide."""
        self._kind("left", large=large, bold=bold)
        room = self._columns // 2 if large else self._columns
        for part in textwrap.wrap(self._sayable(text), room) or [""]:
            self._out.text(f"{part}\n")

    def gap(self) -> None:
        """An empty line."""
        self._kind("left")
        self._out.text("\n")

    def rule(self) -> None:
        """A line across."""
        self._kind("left")
        self._out.text("-" * self._columns + "\n")

    def qr(self, text: str) -> None:
        """A QR that the printer draws itself, sharp to the dot, in the middle."""
        self._kind("center")
        dots = QR_DOTS if self._columns >= NARROW else QR_DOTS_NARROW
        self._out.qr(text, native=True, size=dots, ec=QR_MEDIUM)
        self._out.text("\n")

    def centred(self, text: str, *, large: bool = False) -> None:
        """A line in the middle."""
        self._kind("center", large=large)
        self._out.text(f"{self._sayable(text)}\n")

    def _kind(self, align: str, *, large: bool = False, bold: bool = False) -> None:
        # NB: the library leaves out what is False, so the size has to be set back by name.
        self._out.set(
            align=align,
            bold=bold or large,
            normal_textsize=not large,
            double_height=large,
            double_width=large,
        )

    def done(self) -> bytes:
        """The slip, cut off at its end."""
        self._kind("left")
        self._out.cut()
        content: bytes = self._out.output
        return content

    def _sayable(self, text: str) -> str:
        words = re.split(r"(\s)", unicodedata.normalize("NFC", text))
        return _OPENINGS.sub(OPEN, "".join(self._word(word) for word in words))

    def _word(self, word: str) -> str:
        """A word in letters of one kind: code pages hold some Greek ones for mathematics."""
        near = [self.nearest(char) for char in word]
        if None not in near:
            return "".join(filter(None, near))
        return "".join(
            self._spelt(char) if known is None or "\u0370" <= char < "\u0530" else known
            for char, known in zip(word, near, strict=True)
        )

    def _spelt(self, char: str) -> str:
        bare = unicodedata.normalize("NFD", char)[0]
        spelt = SPELT.get(char.lower(), SPELT.get(bare.lower(), _OPENING))
        return spelt.capitalize() if bare.isupper() else spelt

    def nearest(self, char: str) -> str | None:
        """A letter as the printer has it, be it without its accents; None where it has none."""
        if unicodedata.category(char).startswith("C"):
            # Whoever names a room must not give the printer orders.
            return " "
        if any(self._letters.can_encode(page, char) for page in self._pages):
            return char
        bare = unicodedata.normalize("NFKD", char)[0]
        return PLAIN.get(char) or (bare if " " <= bare < "\N{DELETE}" else None)


_OPENING = "\N{OBJECT REPLACEMENT CHARACTER}"
_OPENINGS = re.compile(f"{_OPENING}(?:\\s*{_OPENING})*")


def can_say(printer: Printer, *texts: str) -> bool:
    """Whether a printer has the letters of these texts; Arabic no till printer of ours has."""
    roll = Roll(printer)
    said = unicodedata.normalize("NFC", "".join(texts))
    return all(roll.nearest(char) is not None for char in said)
