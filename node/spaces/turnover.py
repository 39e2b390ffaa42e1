"""What becomes of a place between two parties: one turnover for each that ends. Pure.

Nobody writes a turnover down. It is derived from the reservations of a place and from what was said
of each afterwards, so that whatever moves a reservation moves its turnover too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

import msgspec

from node.base.ids import derived_id
from node.spaces.model import Line, Reservation, Status


class ReportKind(StrEnum):
    """What can be said of a turnover."""

    DONE = "done"
    PROBLEM = "problem"
    SOLVED = "solved"
    """A problem is none any more."""
    TAKEN_BACK = "taken_back"
    """It was not done after all."""


class ReportFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said with a report: when, and at which face."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    face: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Somebody said something of a reservation's turnover, or of an earlier report (`of_id`)."""

    id: bytes
    reservation_id: bytes
    kind: ReportKind
    fact: ReportFact
    of_id: bytes = b""
    words: str = ""
    person_id: bytes = b""


class Stage(StrEnum):
    """How far a turnover is."""

    AHEAD = "ahead"
    """The time is not over yet."""
    READY = "ready"
    """It can be done, and is not."""
    DONE = "done"
    PASSED = "passed"
    """The next people came first: what was left undone then is their turnover's."""


STALE = timedelta(days=7)
"""Of what came with the operator's history nobody could report anything: so long it is told."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """What is to be done in a place after a reservation, from when, and by when."""

    line: Line
    free_at: datetime
    due_at: datetime
    stage: Stage
    next: Reservation | None = None
    done: Report | None = None
    problems: tuple[Report, ...] = ()

    @property
    def is_still_inside(self) -> bool:
        """Whether the people have come and not checked out."""
        return self.line.status is Status.CHECKED_IN

    def is_late(self, now: datetime) -> bool:
        """Whether it should be done by now."""
        return self.stage is Stage.READY and now >= self.due_at


HELD = frozenset({Status.CONFIRMED, Status.CHECKED_IN, Status.CHECKED_OUT, Status.OVER})
"""Whoever has the place, or had it; where nobody came nothing is to be done."""


def makes_turnover(line: Line) -> bool:
    """Whether a place is to be done after this reservation: every stay, and each time in a room
    that keeps some minutes for it."""
    if line.status not in HELD:
        return False
    return line.space.is_by_night or line.reservation.terms.after_minutes > 0


def over_at(reservation: Reservation) -> datetime:
    """From when on the place can be done: when its time ends, or when its people left before."""
    left = reservation.check_out
    end = reservation.period.ends_at
    return end if left is None else min(end, left.at)


def free_at(reservation: Reservation) -> datetime:
    """When its people are out, as far as is known."""
    left = reservation.check_out
    return reservation.period.ends_at if left is None else left.at


def turnovers_of(
    lines: Iterable[Line], reports: Mapping[bytes, Sequence[Report]], *, now: datetime
) -> Iterator[Turnover]:
    """The turnovers of one place, of its reservations in any order; `reports` by reservation."""
    held = sorted(
        (line for line in lines if line.status in HELD),
        key=lambda line: (line.reservation.period.starts_at, line.reservation.id),
    )
    for line, after in pairwise([*held, None]):
        if line is not None and makes_turnover(line):
            said = reports.get(line.reservation.id, ())
            yield _turnover(line, after.reservation if after else None, said, now=now)


def _turnover(
    line: Line, after: Reservation | None, said: Sequence[Report], *, now: datetime
) -> Turnover:
    reservation = line.reservation
    done = done_by(reservation, said)
    free = free_at(reservation)
    cleaning = timedelta(minutes=reservation.terms.after_minutes)
    return Turnover(
        line=line,
        free_at=free,
        due_at=after.period.starts_at if after is not None else free + cleaning,
        stage=_stage(reservation, after, done, now=now),
        next=after,
        done=done,
        problems=open_problems(said),
    )


def _stage(
    reservation: Reservation, after: Reservation | None, done: Report | None, *, now: datetime
) -> Stage:
    if done is not None:
        return Stage.DONE
    if after is not None and (after.check_in is not None or now >= over_at(after)):
        return Stage.PASSED
    if now < over_at(reservation):
        return Stage.AHEAD
    # However long ago it was: at most one of a place waits so, until the next people have been.
    is_stale = was_imported(reservation) and now >= over_at(reservation) + STALE
    return Stage.PASSED if is_stale else Stage.READY


def was_imported(reservation: Reservation) -> bool:
    """Whether it came with the operator's history."""
    decision = reservation.decision
    return decision is not None and decision.id == derived_id(reservation.id, "imported")


def done_by(reservation: Reservation, said: Iterable[Report]) -> Report | None:
    """The report that counts as done: the first that nobody took back.

    One from before the time was over says nothing: people were in again after it.
    """
    said = list(said)
    named = {each.of_id for each in said if each.kind is ReportKind.TAKEN_BACK}
    found = (
        each
        for each in said
        if each.kind is ReportKind.DONE
        and each.id not in named
        and each.fact.at >= over_at(reservation)
    )
    return min(found, key=_rank, default=None)


def open_problems(said: Iterable[Report]) -> tuple[Report, ...]:
    """The problems that nobody has solved, in order."""
    said = list(said)
    named = {each.of_id for each in said if each.kind is ReportKind.SOLVED}
    found = (each for each in said if each.kind is ReportKind.PROBLEM and each.id not in named)
    return tuple(sorted(found, key=_rank))


def _rank(report: Report) -> tuple[datetime, bytes]:
    return report.fact.at, report.id
