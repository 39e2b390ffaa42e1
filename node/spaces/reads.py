"""What pages ask: my reservations, the desk's day, one reservation with its place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from node.base.actors import Actor
from node.base.periods import Period, local_day
from node.base.refusals import Refusal
from node.quarter import Closure, TargetKind, zone_of
from node.spaces import place_tables, projections, tables
from node.spaces.actions import own_reservation
from node.spaces.deciding import UNKNOWN
from node.spaces.folding import find_with_space
from node.spaces.model import OCCUPYING, OPEN_STATUSES, Line, Space, Status, Verdict
from node.store import Read

RECENT = timedelta(days=30)


def list_spaces(read: Read) -> list[Space]:
    """All places that can be reserved, in the order of their marks, with the rules of today."""
    return place_tables.select_spaces(read)


def find_space(read: Read, space_id: bytes) -> Space | None:
    """A place by id, with the rules of today; `Space.at` has those of another day."""
    return place_tables.select_space(read, space_id)


def get_line(read: Read, actor: Actor, reservation_id: bytes, *, now: datetime) -> Line | Refusal:
    """One of the actor's reservations with its place; others' don't exist for them."""
    reservation = own_reservation(read, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return reservation
    return next(iter(lines_of(read, [reservation.id], now=now)), UNKNOWN)


def my_reservations(read: Read, actor: Actor, *, now: datetime) -> list[Line]:
    """What the actor's household has ahead of it and had in the last month, by start; what is only
    offered to it is in `my_line`."""
    ids = _ids_of(read, actor, since=now - RECENT)
    found = (line for line in lines_of(read, ids, now=now) if not _came_to_nothing(line))
    return [line for line in found if not line.reservation.is_offer]


def coming_up(read: Read, actor: Actor, *, now: datetime) -> list[Line]:
    """What the actor's household has ahead of it or is in, by start: for the day's first page."""
    party = projections.party_of(actor.household_id, actor.person_id)
    ids = projections.select_ids_alive(read, party, since=now) if party else []
    wanted = OPEN_STATUSES | {Status.CHECKED_IN, Status.DECLINED, Status.DISPLACED}
    found = (line for line in lines_of(read, ids, now=now) if line.status in wanted)
    return [line for line in found if not line.reservation.is_offer]


def of_person(read: Read, household_id: bytes, *, now: datetime) -> list[Line]:
    """A household's reservations, for the desk that helps it."""
    ids = projections.select_ids_by_party(read, household_id, since=now - RECENT)
    return list(lines_of(read, ids, now=now))


def arrivals(read: Read, day: date, *, now: datetime) -> list[Line]:
    """Whose time begins on a local day, by start."""
    whole = local_day(day, zone_of(read))
    ids = projections.select_ids_starting(read, whole)
    wanted = {Status.CONFIRMED, Status.CHECKED_IN, Status.CHECKED_OUT, Status.NO_SHOW}
    return [line for line in lines_of(read, ids, now=now) if line.status in wanted]


def departures(read: Read, day: date, *, now: datetime) -> list[Line]:
    """Whose stay ends on a local day, by end, and who left on it before that."""
    whole = local_day(day, zone_of(read))
    ids = projections.select_ids_ending(read, whole)
    wanted = {Status.CHECKED_IN, Status.CHECKED_OUT}
    ending = [line for line in lines_of(read, ids, now=now) if line.status in wanted]
    later = projections.select_ids_left_after(read, whole.ends_at - timedelta(seconds=1))
    return ending + [line for line in lines_of(read, later, now=now) if _left_on(line, whole)]


def _left_on(line: Line, day: Period) -> bool:
    left = line.reservation.check_out
    return left is not None and day.holds(left.at)


def present(read: Read, *, now: datetime) -> list[Line]:
    """Who is in: checked in and not out."""
    ids = projections.select_ids_inside(read)
    return list(lines_of(read, ids, now=now))


def waiting(read: Read, *, now: datetime) -> list[Line]:
    """Requests that nobody has decided, in order of arrival."""
    ids = projections.select_ids_waiting(read)
    return [line for line in lines_of(read, ids, now=now) if line.status is Status.REQUESTED]


TOLD_FOR = timedelta(days=3)
"""So long the desk is told that nobody answered somebody in time."""


def unanswered(read: Read, *, now: datetime) -> list[Line]:
    """Requests whose time passed these days without an answer, in order of arrival: somebody
    should tell them."""
    ids = projections.select_ids_waiting(read)
    return [
        line
        for line in lines_of(read, ids, now=now)
        if line.status is Status.EXPIRED and now < line.reservation.period.ends_at + TOLD_FOR
    ]


def next_in(read: Read, space_id: bytes, *, now: datetime) -> list[Line]:
    """What holds a place today from now on, by start."""
    end = local_day(now.astimezone(zone_of(read)).date(), zone_of(read)).ends_at
    period = Period(now, max(end, now + timedelta(minutes=1)))
    ids = projections.select_ids_of_space(read, space_id, period)
    return [line for line in lines_of(read, ids, now=now) if line.status in OCCUPYING]


def hit_by(read: Read, closure: Closure, *, now: datetime) -> list[Line]:
    """What is reserved or asked for while something is shut, by start."""
    ids = [
        reservation_id
        for space in place_tables.select_spaces(read)
        if shuts(closure, space)
        for reservation_id in projections.select_ids_of_space(read, space.id, closure.period)
    ]
    wanted = OCCUPYING | {Status.REQUESTED}
    lines = [line for line in lines_of(read, ids, now=now) if line.status in wanted]
    return sorted(lines, key=lambda line: line.reservation.period.starts_at)


def shuts(closure: Closure, space: Space) -> bool:
    """Whether a closure shuts a place, by itself or with all that is around it."""
    targets = {
        TargetKind.QUARTER: b"",
        TargetKind.BUILDING: space.building_id,
        TargetKind.SPACE: space.id,
    }
    return targets.get(closure.target_kind) == closure.target_id


def note_of(read: Read, reservation_id: bytes) -> dict[str, str]:
    """What was said with a request ("note", "guests"); empty outside the building."""
    return tables.select_note(read, reservation_id)


def _came_to_nothing(line: Line) -> bool:
    """Whether this was only looked at: held while a summary was read, then let go."""
    decision = line.reservation.decision
    was_held = decision is not None and decision.verdict is Verdict.HELD
    return line.status is Status.EXPIRED or (line.status is Status.CANCELLED and was_held)


def _ids_of(read: Read, actor: Actor, *, since: datetime) -> list[bytes]:
    """The household's reservations, or the person's who has no household; nobody has none."""
    party = projections.party_of(actor.household_id, actor.person_id)
    return projections.select_ids_by_party(read, party, since=since) if party else []


def lines_of(read: Read, ids: Iterable[bytes], *, now: datetime) -> Iterable[Line]:
    """Reservations with their places, as they are now."""
    spaces: dict[bytes, Space | None] = {}
    for reservation_id in ids:
        reservation, space = find_with_space(read, reservation_id, spaces) or (None, None)
        if reservation is not None and space is not None:
            code = projections.select_code(read, reservation_id)
            yield Line(reservation, space, reservation.status_at(now), code)
