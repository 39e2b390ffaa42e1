"""What was found in a place when people came and when they left: two protocols, folded. Pure.

Everything that somebody says of a line of the place's list is a fact, and so is each signature. A
protocol is what was said until its people signed it. Each answer carries the line as it stood on
the list then, so that a list that is changed later changes no protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from node.quarter.files import HandoverKind, HandoverRow

THOUSAND = 1000
"""A meter's reading is kept in thousandths of its unit."""


class Phase(StrEnum):
    """Which of the two protocols."""

    IN = "in"
    OUT = "out"


class SaidKind(StrEnum):
    """What can be said."""

    FITS = "fits"
    """A line of the list was found as it should be."""
    DIFFERS = "differs"
    SIGNED = "signed"
    """The people: so it was."""
    AGREED = "agreed"
    """The team: so it was."""
    SETTLED = "settled"
    """The team: a difference is none any more."""


ANSWERS = frozenset({SaidKind.FITS, SaidKind.DIFFERS})


class SaidFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The one cell of what was said. `staff_id`: who of the team said it for the people;
    `by_bearer`: somebody without a name, who holds the pass or the link."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    phase: Phase = Phase.IN
    row: HandoverRow | None = None
    number: int | None = None
    """How many there are; a meter's reading in thousandths."""
    face: str = ""
    staff_id: str = ""
    by_bearer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody said something of a reservation's place, or of an earlier answer (`of_id`)."""

    id: bytes
    reservation_id: bytes
    kind: SaidKind
    fact: SaidFact
    of_id: bytes = b""
    words: str = ""
    person_id: bytes = b""

    @property
    def row(self) -> HandoverRow | None:
        """The line of the list that it is about."""
        return self.fact.row

    @property
    def fits(self) -> bool:
        """Whether it was as it should be."""
        return self.kind is SaidKind.FITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo taken at a hand-over, of a line of the list or of none (`row_key` is empty)."""

    id: bytes
    reservation_id: bytes
    person_id: bytes
    phase: str
    row_key: str
    at: int
    """In seconds since 1970."""
    digest: bytes
    """SHA-256 of the picture as it is kept."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """One of the two protocols of a reservation: answers by the line's key, and who signed."""

    phase: Phase
    answers: dict[str, Said] = field(default_factory=dict)
    signed: Said | None = None
    agreed: Said | None = None

    def rows(self, listed: Sequence[HandoverRow]) -> list[HandoverRow]:
        """What it is about: what the place's list says now, once signed what was answered."""
        if self.signed is None:
            return list(listed)
        return [each.row for each in self.answers.values() if each.row is not None]

    def unanswered(self, listed: Sequence[HandoverRow]) -> list[HandoverRow]:
        """The lines that nobody has answered."""
        return [row for row in self.rows(listed) if row.key not in self.answers]


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer that differs from what there should be, or from what was found at the arrival."""

    answer: Said
    before: Said | None
    settled: Said | None


def protocol_of(said: Iterable[Said], phase: Phase) -> Protocol:
    """A protocol from all that was said of a reservation, in any order.

    What was said after the signature, at a node that had not heard of it, is no part of it.
    """
    mine = sorted((each for each in said if each.fact.phase is phase), key=_rank)
    signed = _first(mine, SaidKind.SIGNED)
    answers = {
        each.row.key: each
        for each in mine
        if each.kind in ANSWERS
        and each.row is not None
        and (signed is None or each.fact.at <= signed.fact.at)
    }
    return Protocol(phase, answers, signed, _first(mine, SaidKind.AGREED))


def _first(said: Iterable[Said], kind: SaidKind) -> Said | None:
    return next((each for each in said if each.kind is kind), None)


def _rank(said: Said) -> tuple[datetime, bytes]:
    return said.fact.at, said.id


def expected(row: HandoverRow, arrival: Protocol) -> int | None:
    """How many of a thing or of a key there should be; None where nothing is counted.

    Who leaves answers for what was there when they came.
    """
    if row.kind not in {HandoverKind.COUNT, HandoverKind.KEY}:
        return None
    before = arrival.answers.get(row.key) if arrival.signed is not None else None
    found = before.fact.number if before is not None else None
    return row.count if found is None else min(found, row.count)


def differences_of(said: Sequence[Said]) -> list[Difference]:
    """What differs in the protocols that are signed, in their order.

    What was so already when they came is told once, with the arrival.
    """
    arrival, departure = (protocol_of(said, phase) for phase in Phase)
    settled = {each.of_id: each for each in said if each.kind is SaidKind.SETTLED}
    return [
        Difference(answer, before, settled.get(answer.id))
        for answer, before in (*_differing(arrival, None), *_differing(departure, arrival))
    ]


def _differing(protocol: Protocol, arrival: Protocol | None) -> Iterator[tuple[Said, Said | None]]:
    if protocol.signed is None:
        return
    known = arrival.answers if arrival is not None and arrival.signed is not None else {}
    for key, answer in protocol.answers.items():
        before = known.get(key)
        if not answer.fits and (before is None or not _is_same(before, answer)):
            yield answer, before


def _is_same(before: Said, answer: Said) -> bool:
    """Whether it was found like this at the arrival."""
    return (before.fits, before.fact.number, before.words) == (
        answer.fits,
        answer.fact.number,
        answer.words,
    )
