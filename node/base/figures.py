"""Numbers as addresses and fields carry them: plain figures, and few of them."""

from __future__ import annotations

FIGURES_MAX = 12


def whole_number(text: str, *, most: int) -> int | None:
    """The number from 0 to `most` that a text writes in the figures 0 to 9; None for anything else.

    Python's own reading takes signs, spaces, underscores and the figures of every script, and is
    slow with very many of them.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= FIGURES_MAX):
        return None
    number = int(text)
    return number if number <= most else None
