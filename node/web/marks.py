"""German within a page of another language: marked where it is written, shown where it is sent.

A sentence that a partial language lacks stays German. It goes through handlers and templates
between two signs of the private use area, which nobody types; when the page is whole they become an
element that says its language, so that it is read aloud as German and stands right within Arabic.
What the operator wrote (names of places, house rules) is German too, but nothing is missing there.
"""

from __future__ import annotations

import re

MISSING = "\ue000"
"""Begins a sentence that the language lacks."""
OWN = "\ue001"
"""Begins what the operator wrote in German."""
END = "\ue002"
NOTE = "<!--in-german-->"
"""Stands on both sides of the note that parts of the page are German, until it is known."""

_SIGNS = re.compile(f"[{MISSING}{OWN}{END}]")
_PART = re.compile(
    r"<(title|option|textarea|script|style)\b.*?</\1>|<[^>]*>"
    f"|([{MISSING}{OWN}])([^{END}<]*){END}",
    re.DOTALL,
)
_NOTE = re.compile(f"{NOTE}(.*?){NOTE}", re.DOTALL)


def missing(text: str) -> str:
    """A German sentence that a page of another language has to show."""
    return f"{MISSING}{plain(text)}{END}"


def own(text: str) -> str:
    """German words of the operator on a page of another language."""
    return f"{OWN}{plain(text)}{END}" if text else text


def plain(text: str) -> str:
    """The text without marks, for whatever is no page."""
    return _SIGNS.sub("", text)


def settled(page: str, direction: str) -> str:
    """The page with elements where marks stood; without the note where nothing is missing.

    Attributes and what browsers show as text alone cannot hold an element: there they go. A choice
    of a list says its language itself.
    """
    turned = ' dir="ltr"' if direction == "rtl" else ""
    noted = MISSING in page

    def part(found: re.Match[str]) -> str:
        if found[1] == "option" and _SIGNS.search(found[0]):
            return f'<option lang="de"{plain(found[0]).removeprefix("<option")}'
        if not found[2]:
            return plain(found[0])
        return f'<span lang="de"{turned}>{found[3]}</span>'

    page = _NOTE.sub(r"\1" if noted else "", page)
    return plain(_PART.sub(part, page)) if MISSING in page or OWN in page else page
