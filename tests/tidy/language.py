"""Telling German from English by their commonest words, for tests of what people read."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d_]+")
GERMAN = frozenset(
    WORD.findall(
        "der die das den dem des ein eine einen einem einer und oder nicht ist sind war wird werden"
        " mit für von vom zum zur bei beim nach aus auf über unter sie ihr ihre ihren ihrem ich wir"
        " bitte keine kein hier noch schon wenn dass sich auch nur bis uhr heute morgen haben"
        " hat ab kann können gibt es im am um wie was wer wann wo warum dieser diese dieses"
    )
)
ENGLISH = frozenset(
    WORD.findall(
        "the a an and or not are was were will with for from of to by at on you your yours we our"
        " please no here still already if that this these also only until today tomorrow have has"
        " can there how what who when where why is it be"
    )
)
BOTH = frozenset(WORD.findall("was war will am an in so die also hat bis er wer we no not on at"))
"""Words that both languages spell alike tell nothing."""


def german_words(text: str) -> set[str]:
    """Words of a text that only German has: common ones, and those with its letters."""
    words = {word.lower() for word in WORD.findall(text)}
    return {word for word in words if word in GERMAN - BOTH or set(word) & set("äöüß")}


def english_words(text: str) -> set[str]:
    """Common words of a text that only English has."""
    return {word.lower() for word in WORD.findall(text)} & (ENGLISH - BOTH)
