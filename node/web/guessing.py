"""Codes that are short enough to be guessed, given where nobody has to be signed in: a pass's eight
characters, and links of guests. Secret addresses that are none are counted here, too.

A guess is counted before it is checked and taken back when it was right, like a letter's code. What
nobody guesses is never kept waiting: a signed pass, a link that opens something.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from node import people, spaces
from node.base.actors import Face
from node.base.refusals import N_, Refusal
from node.web.knocking import knock_of
from node.web.visit import Visit

T = TypeVar("T")


async def heard(
    visit: Visit, face: Face, text: str, do: Callable[[], Awaitable[T | Refusal]]
) -> T | Refusal:
    """What comes of a pass or its code; how long to wait, where too many codes were wrong."""
    if not spaces.is_short_code(text):
        return await do()
    pause = await count(visit, face)
    if pause is not None:
        return pause
    keys = visit.house.home_keys()
    known = await visit.store.read(lambda read: spaces.find_by_pass(read, text, keys=keys))
    if isinstance(known, Refusal):
        return known
    await people.take_code_back(visit.store, knock_of(visit, face))
    return await do()


async def count(visit: Visit, face: Face) -> Refusal | None:
    """One more guess; how long to wait, where there were too many: then nothing is counted."""
    pause = await people.count_code(visit.store, knock_of(visit, face), now=visit.now)
    return replace(pause, remedy=WHAT_STILL_WORKS) if pause else None


async def wrong_address(visit: Visit) -> Refusal | None:
    """A secret address that is none: one more guess; how long to wait, where a pause runs."""
    return await people.count_wrong_address(
        visit.store, knock_of(visit, Face.PORTAL), now=visit.now
    )


WHAT_STILL_WORKS = N_(
    "Ein QR-Code vor der Kamera wird auch jetzt gelesen. Oder fragen Sie am Service-Point."
)
