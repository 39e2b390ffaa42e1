"""What is German in a page of another language, though no element says so; and what is missing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.app_client import Page
from tests.tidy.language import BOTH, GERMAN, WORD, english_words

READ_ATTRIBUTES = {"alt", "aria-label", "aria-description", "placeholder", "title", "value"}
NOT_READ = {"script", "style", "svg"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "use", "path", "wbr"}
HOMOGRAPHS = {"tr": {"ab", "ist", "das", "der", "dem", "den"}}
"""Words that are Turkish as well."""
SIGNS = re.compile(r"\b(?=[A-Z]*[0-9])[0-9A-Z]+\b")
"""Codes and numbers, drawn at random: "7BY3" holds no English."""


class _Read(HTMLParser):
    """The words of a page that are in its own language, as its elements say."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.noted = False
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.noted |= given.get("class", "") == "in-german"
        foreign = "lang" in given and tag != "html"
        silent = foreign or tag in NOT_READ or (bool(self._open) and self._open[-1][1])
        if not silent and given.get("type") != "hidden" and tag not in {"button", "option"}:
            self.words += [value for name, value in given.items() if name in READ_ATTRIBUTES]
        if not silent:
            self.words += [value for name, value in given.items() if name.startswith("data-word")]
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1][1]):
            self.words.append(data)


def read(page: Page) -> _Read:
    reading = _Read()
    reading.feed(page.html)
    return reading


def language_of(page: Page) -> str:
    found = re.search(r'<html lang="([^"]+)" dir="([^"]+)"', page.html)
    assert found, page.html[:200]
    assert found[2] == ("rtl" if found[1] == "ar" else "ltr")
    return found[1]


def german_left(page: Page, language: str) -> set[str]:
    """Common German or English words that nothing marks as such."""
    text = SIGNS.sub(" ", " ".join(read(page).words))
    german = {word.lower() for word in WORD.findall(text)} & (GERMAN - BOTH)
    english = english_words(text) if language != "tr" else set()
    signs = {word for word in german | english if len(word) == 1}
    return (german | english) - signs - HOMOGRAPHS.get(language, set())


def is_whole(page: Page, language: str) -> None:
    """The page is in the language, all of it, and the signs of its marks are gone."""
    assert language_of(page) == language
    assert not re.search("[\ue000-\ue00f]", page.html), page.path
    if language == "de-simple":
        return
    assert not read(page).noted, (page.path, re.findall(r'<span lang="de"[^>]*>(.*?)<', page.html))
    left = german_left(page, language)
    assert left == set(), (page.path, left)
