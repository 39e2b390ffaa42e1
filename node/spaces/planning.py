"""The plans of days, weeks and months: when places are open, what of that is taken, by whom."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from node.base.actors import Actor
from node.base.periods import Period, local_day, local_instant, to_epoch, without
from node.quarter import closures_for, get_profile
from node.spaces import opening, place_tables, projections
from node.spaces.cases import holidays_near, release_instant
from node.spaces.folding import find_reservation
from node.spaces.model import OCCUPYING, BusySpan, DayPlan, Reservation, Space, Status
from node.store import Read


def day_plan(
    read: Read, actor: Actor, day: date, *, now: datetime, space_ids: Iterable[bytes] = ()
) -> list[DayPlan]:
    """A local day of every place (or of some): open, taken, shut."""
    wanted = set(space_ids)
    spaces = [s for s in place_tables.select_spaces(read) if not wanted or s.id in wanted]
    return [_plans_of(read, actor, space, [day], now=now)[0] for space in spaces]


def week_plan(
    read: Read, actor: Actor, days: Sequence[date], *, now: datetime
) -> list[list[DayPlan]]:
    """Days that follow each other, of every place: by place, then by day."""
    spaces = place_tables.select_spaces(read)
    return [_plans_of(read, actor, space, days, now=now) for space in spaces]


def _plans_of(
    read: Read, actor: Actor, space: Space, days: Sequence[date], *, now: datetime
) -> list[DayPlan]:
    """The days of one place; what takes it is looked up once for all of them."""
    zone = ZoneInfo(get_profile(read).timezone)
    periods = [local_day(day, zone) for day in days]
    whole = Period(periods[0].starts_at, periods[-1].ends_at)
    closures = closures_for(read, whole, building_id=space.building_id, space_id=space.id)
    spans = list(_busy_spans(read, actor, space, whole, now=now))
    rooms = [] if space.is_by_night else [space.on(day) for day in days]
    kept = _kept_from_others(read, rooms, whole, now=now)
    found = []
    for day, period in zip(days, periods, strict=True):
        then = space.on(day)
        holidays = holidays_near(read, then.row, period, zone)
        open_then = opening.opening_of(then.row, [day], zone, holidays=holidays)
        shut = [one for one in closures if one.period.overlaps(period)]
        hours = [period] if space.is_by_night else open_then
        left = [gap for each in hours for gap in without(each, (one.period for one in shut))]
        taken = tuple(span for span in spans if span.period.overlaps(period))
        reason = shut[0].reason if shut and not left else None
        mine = tuple(_beside(then, each) for each in kept)
        around = tuple(each for each in mine if each.overlaps(period))
        found.append(DayPlan(then, tuple(left), taken, reason, around))
    return found


def _kept_from_others(
    read: Read, rooms: Sequence[Space], period: Period, *, now: datetime
) -> list[Period]:
    """What is taken of a room with its buffers, as far as it tells on a period; `rooms` is the
    same one by the rules of each day, of which the widest count."""
    if not rooms:
        return []
    before = max(room.row.buffer_before_minutes for room in rooms)
    after = max(room.row.buffer_after_minutes for room in rooms)
    reach = period.widened(timedelta(minutes=before), timedelta(minutes=after))
    busy = projections.select_busy(read, [rooms[0].id], reach, as_of=release_instant(read, now))
    return busy[rooms[0].id]


def _beside(space: Space, taken: Period) -> Period:
    """What no new booking can cover beside a taken time: it brings buffers of its own, so it ends
    with time to clean before, and begins with time to prepare after."""
    after, before = space.row.buffer_after_minutes, space.row.buffer_before_minutes
    return taken.widened(timedelta(minutes=after), timedelta(minutes=before))


def _busy_spans(
    read: Read, actor: Actor, space: Space, period: Period, *, now: datetime
) -> Iterator[BusySpan]:
    for reservation_id in projections.select_ids_of_space(read, space.id, period):
        reservation = find_reservation(read, reservation_id)
        if reservation is None:
            continue
        status = reservation.status_at(now)
        if status in OCCUPYING or status in {Status.REQUESTED, Status.CHECKED_OUT, Status.OVER}:
            mine = _is_mine(reservation, actor)
            yield BusySpan(reservation.period, status, reservation.id, is_mine=mine)


def _is_mine(reservation: Reservation, actor: Actor) -> bool:
    return bool(actor.household_id) and reservation.household_id == actor.household_id


def month_plan(
    read: Read, space_id: bytes, first: date, *, now: datetime
) -> list[tuple[date, bool, int]]:
    """The days of a month of one place: the day, whether it is open, minutes taken."""
    days, _, bounds = _days_of_month(first, ZoneInfo(get_profile(read).timezone))
    busy = projections.select_busy_seconds(
        read, space_id, bounds[0], bounds[-1], as_of=release_instant(read, now)
    )
    is_open = read.kept(("spaces.open", space_id, first), lambda r: _open_days(r, space_id, first))
    return list(zip(days, is_open, _minutes_by_day(bounds, busy), strict=False))


@functools.lru_cache(maxsize=64)
def _days_of_month(first: date, zone: ZoneInfo) -> tuple[list[date], Period, list[int]]:
    """A month's days, all of it, and where each day begins and the last one ends, in seconds."""
    days = [first]
    while (following := days[-1] + timedelta(days=1)).month == first.month:
        days.append(following)
    begins = [local_instant(day, time.min, zone) for day in (*days, following)]
    return days, Period(begins[0], begins[-1]), [to_epoch(at) for at in begins]


def _open_days(read: Read, space_id: bytes, first: date) -> list[bool]:
    """Of each day of a month whether a place is open and not shut all day long; empty where there
    is no such place."""
    space = place_tables.select_space(read, space_id)
    if space is None:
        return []
    zone = ZoneInfo(get_profile(read).timezone)
    days, month, _ = _days_of_month(first, zone)
    closures = closures_for(read, month, building_id=space.building_id, space_id=space.id)
    rows = [space.on(day).row for day in days]
    apart = next((row for row in rows if row.holiday_hours is not None), space.row)
    holidays = holidays_near(read, apart, month, zone)
    return [
        _is_open_on(space.on(day), day, zone, holidays)
        and not any(closure.period.contains(local_day(day, zone)) for closure in closures)
        for day in days
    ]


def _is_open_on(space: Space, day: date, zone: ZoneInfo, holidays: Collection[date]) -> bool:
    return space.is_by_night or bool(opening.opening_of(space.row, [day], zone, holidays=holidays))


def _minutes_by_day(bounds: Sequence[int], busy: Sequence[tuple[int, int]]) -> list[int]:
    """How much of each day is taken; both in order, so each is looked at once."""
    found = [0] * (len(bounds) - 1)
    at, last = 0, len(found) - 1
    for starts, ends in busy:
        while at < last and bounds[at + 1] <= starts:
            at += 1
        number, begins = at, max(starts, bounds[at])
        while begins < ends and number <= last:
            upto = min(ends, bounds[number + 1])
            found[number] += (upto - begins) // 60
            begins, number = upto, number + 1
    return found
