"""Finding any reservation: by its number, by a guest's name, by whose it is.

A reservation's number is the end of its id, six signs that people can say to each other. It opens
nothing: the eight characters of a pass do. Two may have the same one by chance; both are found.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from node.base.actors import Actor, Permission, may
from node.base.ids import ALPHABET, id_text, normal_code
from node.base.periods import Period
from node.base.refusals import Refusal
from node.people import query_words, search_words
from node.spaces import projections, tables
from node.spaces.actions import NOT_YOURS
from node.spaces.model import Line
from node.spaces.reads import lines_of
from node.store import Read

NUMBER_CHARS = 6
BITS = 5 * NUMBER_CHARS
BACK, AHEAD = timedelta(days=30), timedelta(days=400)
"""So far around now a guest's name is looked for: years ago nobody stands before the desk."""
FOUND_MAX = 50


def number_of(reservation_id: bytes) -> str:
    """A reservation's number as people say it: "K7M-4QX"."""
    text = id_text(reservation_id)[-NUMBER_CHARS:].upper()
    return f"{text[:3]}-{text[3:]}"


def find_by_number(read: Read, actor: Actor, text: str, *, now: datetime) -> list[Line] | Refusal:
    """The reservations with this number, look-alikes forgiven; none for anything else."""
    if not may(actor, Permission.SEE_ALL_RESERVATIONS):
        return NOT_YOURS
    code = normal_code(text).lower()
    if len(code) != NUMBER_CHARS or not all(char in ALPHABET for char in code):
        return []
    value = 0
    for char in code:
        value = value << 5 | ALPHABET.index(char)
    # Four bytes hold two bits more than the number says.
    tails = [(value | high << BITS).to_bytes(projections.TAIL_BYTES, "big") for high in range(4)]
    return list(lines_of(read, projections.select_ids_ending_with(read, tails), now=now))


def find_by_guest(read: Read, actor: Actor, text: str, *, now: datetime) -> list[Line] | Refusal:
    """The reservations of these weeks whose guests are called so, by start."""
    if not may(actor, Permission.SEE_ALL_RESERVATIONS):
        return NOT_YOURS
    words = query_words(text)
    if not words:
        return []
    notes = tables.select_notes_around(read, Period(now - BACK, now + AHEAD))
    ids = (id_ for id_, note in notes if _is_called(note.get("guests", ""), words))
    return sorted(
        lines_of(read, [id_ for id_, _ in zip(ids, range(FOUND_MAX), strict=False)], now=now),
        key=lambda line: line.reservation.period.starts_at,
    )


def _is_called(guests: str, words: Iterable[str]) -> bool:
    """Whether each of the words begins one of the names."""
    names = search_words(guests)
    return all(any(name.startswith(word) for name in names) for word in words)
