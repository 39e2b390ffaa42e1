"""What calendars outside are told: a household's or a place's reservations, and when places are
taken by nobody in particular. Three months back and all that lies ahead, within bounds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from node.base.actors import Actor, Permission, may
from node.base.ids import derived_id
from node.base.periods import Period
from node.spaces import agenda_tables, projections
from node.spaces.cases import release_instant
from node.spaces.folding import find_with_space
from node.spaces.model import Line, Reservation, Space, Status, Verdict
from node.store import Read

PAST = timedelta(days=92)
"""So far back a calendar goes."""

GONE = timedelta(days=30)
"""So long it is said that a reservation came to nothing, for apps to take it away."""

APPOINTMENTS_MAX = 1000
"""More than anybody reads in a calendar, and what a small box writes in a moment."""

T = TypeVar("T", bound=tuple[Any, ...])

CAME_TO_NOTHING = frozenset(
    {Status.CANCELLED, Status.DECLINED, Status.DISPLACED, Status.EXPIRED, Status.NO_SHOW}
)
BY_TIME = frozenset({Status.EXPIRED, Status.NO_SHOW, Status.OVER})
"""What a reservation becomes without anybody writing a fact."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """A reservation as a calendar holds it. Of two of one reservation the higher revision is newer.

    `changed_at` is when what is told of it last changed, as far as facts say when.
    """

    line: Line
    revision: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class TakenTime:
    """When a place is taken, by nobody in particular: the id tells nothing of the reservation's."""

    id: bytes
    space: Space
    period: Period
    is_request: bool
    revision: int


def household_agenda(read: Read, actor: Actor, *, now: datetime) -> list[Appointment]:
    """What the actor's household has booked, by start; of nobody there is nothing."""
    party = projections.party_of(actor.household_id, actor.person_id)
    if not party:
        return []
    found = agenda_tables.select_agenda_of_party(read, party, since=now - PAST)
    return list(_appointments(read, found, now))


def space_agenda(read: Read, actor: Actor, space_id: bytes, *, now: datetime) -> list[Appointment]:
    """Everybody's reservations of a place, by start, for who may see them all."""
    if not may(actor, Permission.SEE_ALL_RESERVATIONS):
        return []
    found = agenda_tables.select_agenda_of_space(read, space_id, since=now - PAST)
    return list(_appointments(read, found, now))


def taken_times(read: Read, spaces: Iterable[Space], *, now: datetime) -> list[TakenTime]:
    """When places are taken, by start; who it is stays between them and the house."""
    as_of = release_instant(read, now)
    found = [
        (period.ends_at, space, reservation_id, period, status, facts)
        for space in spaces
        for reservation_id, period, status, facts in agenda_tables.select_taken(
            read, space.id, since=now - PAST, as_of=as_of
        )
    ]
    found.sort(key=lambda each: each[3].starts_at)
    return [
        TakenTime(derived_id("taken", reservation_id), space, period, status == "requested", facts)
        for _, space, reservation_id, period, status, facts in nearest(found, now)
    ]


def nearest(found: list[T], now: datetime) -> list[T]:
    """So many as a calendar holds, of rows by start that begin with their end: what lies ahead
    before what was, and the next before what is far off.
    """
    ahead = [row for row in found if row[0] > now][:APPOINTMENTS_MAX]
    room = APPOINTMENTS_MAX - len(ahead)
    before = [row for row in found if row[0] <= now]
    return [*before[len(before) - min(room, len(before)) :], *ahead]


def _appointments(
    read: Read, found: list[tuple[datetime, bytes, int]], now: datetime
) -> Iterable[Appointment]:
    spaces: dict[bytes, Space | None] = {}
    for _, reservation_id, facts in nearest(found, now):
        reservation, space = find_with_space(read, reservation_id, spaces) or (None, None)
        if reservation is None or space is None:
            continue
        appointment = appointment_of(Line(reservation, space, reservation.status_at(now)), facts)
        if _is_told(appointment, now):
            yield appointment


def appointment_of(line: Line, facts: int) -> Appointment:
    """A reservation, folded from so many facts, as a calendar holds it."""
    changed = [line.reservation.requested_at, *_instants(line.reservation)]
    if line.status is Status.NO_SHOW and line.reservation.release_at is not None:
        changed.append(line.reservation.release_at)
    elif line.status is Status.EXPIRED:
        changed.append(line.reservation.period.ends_at)
    return Appointment(line, facts - 1 + (line.status in BY_TIME), max(changed))


def find_appointment(read: Read, line: Line) -> Appointment:
    """One reservation as a calendar holds it."""
    return appointment_of(line, agenda_tables.count_folded(read, line.reservation.id))


def _instants(reservation: Reservation) -> Iterable[datetime]:
    facts = (reservation.cancellation, reservation.check_in, reservation.check_out)
    return (fact.at for fact in facts if fact is not None)


def _is_told(appointment: Appointment, now: datetime) -> bool:
    """Whether it belongs in a calendar: not what was only held, nor what is long gone."""
    line = appointment.line
    decision = line.reservation.decision
    if decision is not None and decision.verdict is Verdict.HELD:
        return False
    if line.status not in CAME_TO_NOTHING:
        return True
    if line.status in {Status.DECLINED, Status.DISPLACED}:
        # No fact says when that was.
        return line.reservation.period.ends_at > now
    return appointment.changed_at > now - GONE
