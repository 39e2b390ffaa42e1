"""The rest of a room's day as a sign at its door tells it, of nobody in particular.

What is taken is told with its purpose only, and a purpose is told by the face, which knows which
of them are for everybody. `spans_of` is pure; the trap is that a sign is read while the node is
away, so it tells the whole rest of the day and not only this moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from node.base.actors import Actor
from node.base.periods import Period, local_day
from node.base.refusals import N_, Refusal
from node.quarter import Closure, closures_for, zone_of
from node.quarter.files import SpaceRow
from node.quarter.model import NO_TEXT, LocalText
from node.spaces import opening, place_tables, projections, rules
from node.spaces.cases import case_for, circumstances, holidays_near, release_instant
from node.spaces.deciding import is_home, waits_for_desk
from node.spaces.folding import find_reservation
from node.spaces.model import OCCUPYING, Offer, Reservation, Space, Wish
from node.spaces.refusals import NO_PRICE
from node.spaces.standing import buffered
from node.spaces.terms import Terms
from node.store import Read

USUAL_MINUTES = 30
LEFT_MINUTES = 20
"""Whoever books on the spot gets at least so much of the half hour that has begun, or the next."""


class DoorState(StrEnum):
    """What a room is, as its door says it."""

    FREE = "free"
    TAKEN = "taken"
    READYING = "readying"
    """Between two: cleaned, or made ready."""
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class DoorSpan:
    """A part of the day in one state. `purpose` is why it is taken, `reason` why it is shut."""

    period: Period
    state: DoorState
    purpose: str = ""
    reason: LocalText = NO_TEXT


@dataclass(frozen=True, slots=True)
class DoorPlan:
    """A room with the rest of its day; `bookable` is what could be booked on the spot."""

    space: Space
    spans: tuple[DoorSpan, ...]
    bookable: Period | None


def door_plan(read: Read, space_id: bytes, *, now: datetime) -> DoorPlan | None:
    """The rest of the day of a room; None where it is no room that can be had any more."""
    space = place_tables.select_space(read, space_id)
    if space is None or space.ended or not space.is_room:
        return None
    space = space.at(now)
    zone = zone_of(read)
    whole = local_day(now.astimezone(zone).date(), zone)
    day = Period(now, whole.ends_at)
    closures = closures_for(read, day, building_id=space.building_id, space_id=space_id)
    kept = projections.select_busy(read, [space_id], whole, as_of=release_instant(read, now))
    holidays = holidays_near(read, space.row, whole, zone)
    open_times = opening.open_around(space.row, whole, zone, holidays=holidays)
    taken = [*_occupying(read, space_id, whole, now=now)]
    spans = spans_of(day, open_times, closures, taken, kept[space_id])
    bookable = on_the_spot(space.row, zone, open_times, closures, kept[space_id], now=now)
    return DoorPlan(space, tuple(spans), bookable)


def _occupying(
    read: Read, space_id: bytes, period: Period, *, now: datetime
) -> Iterable[Reservation]:
    for reservation_id in projections.select_ids_of_space(read, space_id, period):
        found = find_reservation(read, reservation_id)
        if found is not None and found.status_at(now) in OCCUPYING:
            yield found


def spans_of(
    day: Period,
    open_times: Sequence[Period],
    closures: Sequence[Closure],
    taken: Sequence[Reservation],
    kept: Sequence[Period],
) -> list[DoorSpan]:
    """The day cut where its state changes. What shuts a room goes before what is booked in it,
    for somebody stands before a locked door; `kept` is what is taken with the time around it.
    """
    cuts = {day.starts_at, day.ends_at}
    for period in (*open_times, *(c.period for c in closures), *(r.period for r in taken), *kept):
        cuts |= {at for at in (period.starts_at, period.ends_at) if day.holds(at)}
    edges = sorted(cuts)
    spans: list[DoorSpan] = []
    for start, end in pairwise(edges):
        span = _span(Period(start, end), open_times, closures, taken, kept)
        if spans and _is_one(spans[-1], span, taken):
            span = DoorSpan(
                Period(spans.pop().period.starts_at, end), span.state, span.purpose, span.reason
            )
        spans.append(span)
    return spans


def _span(
    part: Period,
    open_times: Sequence[Period],
    closures: Sequence[Closure],
    taken: Sequence[Reservation],
    kept: Sequence[Period],
) -> DoorSpan:
    shut = next((each for each in closures if each.period.contains(part)), None)
    if shut is not None:
        return DoorSpan(part, DoorState.SHUT, reason=shut.reason)
    by = next((each for each in taken if each.period.contains(part)), None)
    if by is not None:
        return DoorSpan(part, DoorState.TAKEN, purpose=by.details.purpose)
    if not any(each.contains(part) for each in open_times):
        return DoorSpan(part, DoorState.SHUT)
    is_kept = any(each.contains(part) for each in kept)
    return DoorSpan(part, DoorState.READYING if is_kept else DoorState.FREE)


def _is_one(before: DoorSpan, after: DoorSpan, taken: Sequence[Reservation]) -> bool:
    """Whether two parts are told as one: the same state, and not two bookings in a row."""
    if (before.state, before.purpose, before.reason) != (after.state, after.purpose, after.reason):
        return False
    begins = after.period.starts_at
    is_next = after.state is DoorState.TAKEN and any(r.period.starts_at == begins for r in taken)
    return not is_next


def on_the_spot(
    row: SpaceRow,
    zone: ZoneInfo,
    open_times: Sequence[Period],
    closures: Sequence[Closure],
    kept: Sequence[Period],
    *,
    now: datetime,
) -> Period | None:
    """What could be booked at this moment: from the step that has begun, half an hour or what the
    room asks for at least. Nothing where the room must be asked for earlier. Whether somebody may
    have it, the rules say when they ask.
    """
    if row.lead_minutes or row.lead_desk_minutes:
        return None
    period = _from_now(row, zone, now)
    is_open = any(each.contains(period) for each in open_times)
    is_shut = any(each.period.overlaps(period) for each in closures)
    with_buffers = buffered(Terms.of(row), period)
    is_taken = any(each.overlaps(with_buffers) for each in kept)
    return period if is_open and not is_taken and not is_shut else None


def _from_now(row: SpaceRow, zone: ZoneInfo, now: datetime) -> Period:
    local = now.astimezone(zone)
    step = timedelta(minutes=row.step_minutes)
    past = timedelta(
        minutes=(local.hour * 60 + local.minute) % row.step_minutes,
        seconds=local.second,
        microseconds=local.microsecond,
    )
    start = now - past
    end = start + step
    least = timedelta(minutes=max(row.minutes_min, USUAL_MINUTES))
    while end - start < least or end - now < timedelta(minutes=LEFT_MINUTES):
        end += step
    return Period(start, end)


def offer_on_the_spot(
    read: Read, actor: Actor, space_id: bytes, *, now: datetime
) -> tuple[Wish, Offer] | Refusal:
    """What somebody at the door could have, for the room's usual purpose; else why they cannot."""
    plan = door_plan(read, space_id, now=now)
    if plan is None or plan.bookable is None:
        return NOT_ON_THE_SPOT
    space = plan.space
    wish = Wish(space_id=space_id, period=plan.bookable, purpose=space.row.usual_purpose)
    case = case_for(read, actor, space, wish)
    refusal = rules.check_reservable(case.space, wish, circumstances(read, case, now=now))
    if refusal is not None or case.bill is None:
        return refusal or NO_PRICE
    asks = not is_home(read, space) or waits_for_desk(case)
    return wish, Offer(space, wish.period, case.bill, needs_request=asks)


NOT_ON_THE_SPOT = Refusal(
    "spaces.not_on_the_spot",
    N_("Jetzt sofort ist hier nichts frei."),
    N_("Im Portal sehen Sie, wann es wieder geht."),
)
