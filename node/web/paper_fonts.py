"""The letters on paper: the house's font, and others for what it lacks.

A name is printed in the letters that its owner writes. A document loads a font with the first
letter that needs it; what no font here has is told on the page (`paper.py`), never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from node.web.assets import STATIC_DIR

HOUSE = "Atkinson"
FONTS = STATIC_DIR / "vendor" / "font"
BUILT_IN = "Helvetica"
"""In every reader of PDF; it lacks the letters of many names, so it is only for a checkout where
set-up has not fetched the font."""
SYSTEM = Path("/usr/share/fonts/truetype")
"""Where Debian's `fonts-noto-core`, `fonts-droid-fallback` and `fonts-nanum` put theirs."""
LACKING = "[…]"
"""Stands on paper where letters are that no font here has."""


@dataclass(frozen=True, slots=True)
class _Face:
    """A font with its two weights."""

    name: str
    regular: Path
    bold: Path

    @property
    def is_there(self) -> bool:
        return self.regular.is_file() and self.bold.is_file()


def _fetched(name: str) -> _Face:
    """One that set-up has fetched."""
    return _Face(name, *(FONTS / f"{name}-{weight}-normal.woff" for weight in (400, 700)))


HOUSE_FACES = (
    _fetched("atkinson-hyperlegible-latin"),
    _fetched("atkinson-hyperlegible-latin-ext"),
)
_LATIN = (_fetched("noto-sans-vietnamese"), _fetched("noto-sans-latin-ext"))
FACES = {
    "LATIN": _LATIN,
    "COMBINING": _LATIN,
    "CYRILLIC": (_fetched("noto-sans-cyrillic"), _fetched("noto-sans-cyrillic-ext")),
    "NUMERO": (_fetched("noto-sans-cyrillic"),),
    "GREEK": (_fetched("noto-sans-greek"), _fetched("noto-sans-greek-ext")),
    "ARABIC": (_fetched("noto-sans-arabic-arabic"),),
    "HEBREW": (_fetched("noto-sans-hebrew-hebrew"),),
}
"""By the first word of a letter's name in Unicode, the likelier font first."""
SYSTEM_FILES = {
    "HANGUL": ("nanum/NanumGothic.ttf", "nanum/NanumGothicBold.ttf"),
    **dict.fromkeys(
        ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "BOPOMOFO"),
        ("droid/DroidSansFallbackFull.ttf",) * 2,
    ),
}
"""What the system has besides Noto, which names its files by script."""
LATIN_END = "\u0250"


def _faces(char: str) -> tuple[_Face, ...]:
    """Which fonts may have a letter: fetched ones, else what the system has for its script."""
    script = unicodedata.name(char, "").partition(" ")[0]
    if script in FACES:
        return FACES[script]
    if not script.isalpha() and script not in SYSTEM_FILES:
        return ()
    name = f"noto/NotoSans{script.title()}"
    files = SYSTEM_FILES.get(script, (f"{name}-Regular.ttf", f"{name}-Bold.ttf"))
    return (_Face(Path(files[0]).stem, *(SYSTEM / file for file in files)),)


def is_printable(text: str) -> bool:
    """Whether paper here has a font for each letter, as far as scripts tell."""
    return all(
        char < LATIN_END or not char.isalpha() or any(face.is_there for face in _faces(char))
        for char in text
    )


@cache
def has_font() -> bool:
    """Whether set-up has fetched the house's font."""
    return all(face.is_there for face in HOUSE_FACES)


class Letters:
    """The fonts of one document."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        self._stand_ins: list[str] = []
        self._tried: set[str] = set()
        self.family = HOUSE if has_font() else BUILT_IN
        self._known = {*range(256)} if self.family == BUILT_IN else {ord("\n")}
        if self.family == HOUSE:
            latin, more = HOUSE_FACES
            self._load(latin, HOUSE)
            self._stand_in(more)

    def sayable(self, text: str) -> tuple[str, bool]:
        """The text in letters that the fonts have, and whether it lacks none.

        Marks that turn the writing are left out: the order follows from the letters themselves.
        """
        letters = [self._sayable(char) for char in unicodedata.normalize("NFC", text)]
        said, gaps = _GAPS.subn(LACKING, "".join(letters))
        return said if self.family == HOUSE else said.replace("…", "..."), not gaps

    def _sayable(self, char: str) -> str:
        if self._has(char):
            return char
        kind = unicodedata.category(char)
        if kind[0] in "CZM":
            return "" if kind[0] == "M" or kind == "Cf" else " "
        near = unicodedata.normalize("NFKD", char)
        bare = "".join(part for part in near if part < LATIN_END and ord(part) in self._known)
        return PLAIN.get(char) or bare or _GAP

    def _has(self, char: str) -> bool:
        if ord(char) not in self._known and self.family == HOUSE:
            for face in _faces(char):
                self._stand_in(face)
                if ord(char) in self._known:
                    break
        return ord(char) in self._known

    def _stand_in(self, face: _Face) -> None:
        """Load a font for what the house's lacks, once."""
        if face.name not in self._tried and face.is_there:
            self._load(face, face.name)
            self._stand_ins.append(face.name)
            self._pdf.set_fallback_fonts(self._stand_ins, exact_match=True)
        self._tried.add(face.name)

    def _load(self, face: _Face, family: str) -> None:
        for style, file in (("", face.regular), ("B", face.bold)):
            self._pdf.add_font(family, style, str(file))
            self._known.update(self._pdf.fonts[f"{family.lower()}{style}"].cmap)


_GAP = "\N{OBJECT REPLACEMENT CHARACTER}"
_GAPS = re.compile(f"{_GAP}(?:[\\s·\u200d]*{_GAP})*")
PLAIN = {"–": "-", "„": '"', "“": '"', "”": '"', "’": "'", "€": "EUR", "…": "..."}
"""What stands for signs that the built-in font does not have."""


def is_joined(text: str) -> bool:
    """Whether letters change with their neighbours or run from right to left: Hebrew, Arabic, the
    scripts of India and their likes, and accents that no letter has for itself.
    """
    return any(
        "\u0590" <= char < "\u1e00" or "\ufb1d" <= char <= "\ufeff" or unicodedata.combining(char)
        for char in text
    )
