"""What a scanner that types like a keyboard meant, whatever layout it and the computer have.

Such a scanner presses keys, not letters. Set to the American layout at a German computer (most
leave the factory so), it turns Y into Z, `:` into `Ö` and `/` into `-`; set to the German one at
an American computer, the other way round. Marks that some put before and after what they read
(`]Q3`, tab, line end) are dropped.

An address says by its `://` how it was typed, so it has one reading. Bare signs don't: they have
several, as they stand first. Whoever reads those must know the right one by a proof of its own (a
signature, 128 random bits), so that two codes never read as one. What people type by hand, short
codes above all, is never read in two ways.
"""

from __future__ import annotations

import re

GERMAN_TO_AMERICAN = str.maketrans("yzYZöÖ-ß_?", "zyZY;:/-?_")
"""An American scanner's keys, as a German computer wrote them."""
AMERICAN_TO_GERMAN = str.maketrans("yzYZ>&/_", "zyZY:/-?")
"""A German scanner's keys, as an American computer wrote them."""
SWAPPED = str.maketrans("yzYZ", "zyZY")
UNLOCKED = str.maketrans('=!"§$%&/()', "0123456789")
"""German Windows takes Caps Lock for Shift, figures included."""
_ANCHORS = (
    (re.compile(r"(?i)\bhttps?ö--"), GERMAN_TO_AMERICAN),
    (re.compile(r"(?i)\bhttps?>&&"), AMERICAN_TO_GERMAN),
)
_MARK = re.compile(r"^[\]+][qQ][0-6]")
"""The AIM mark of a QR code; a German computer writes `]` of an American scanner as `+`."""


def plain(text: str) -> str:
    """Without what scanners put around it."""
    kept = "".join(char for char in text if char.isprintable()).strip()
    return _MARK.sub("", kept)


def readings(text: str) -> tuple[str, ...]:
    """What `text` may have been before it was typed, as it stands first; each but once."""
    said = plain(text)
    for anchor, table in _ANCHORS:
        if anchor.search(said):
            return (said.translate(table),)
    if "://" in said:
        return (said,)
    unlocked = said.translate(UNLOCKED)
    found = (said, said.translate(SWAPPED), unlocked, unlocked.translate(SWAPPED))
    return tuple(dict.fromkeys(found))
