"""When a place is open and how a stay is counted, in instants. Pure.

The trap is the change of the clocks: hours are wall-clock times, so on two days of the year a span
may be an hour shorter or longer than it looks, or gone altogether.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from node.base.periods import Period, local_instant, merged
from node.quarter.files import SpaceRow, StayRules
from node.quarter.model import TimeSpan
from node.quarter.rules import periods_of

DAYS_MAX = 32
"""No room is reserved for longer; bounds the work that an absurd wish can cause."""


def spans_on(row: SpaceRow, day: date, holidays: Collection[date]) -> tuple[TimeSpan, ...]:
    """The wall-clock hours of a room on a day: holiday, else season, else weekday."""
    if row.holiday_hours is not None and day in holidays:
        return row.holiday_hours
    for season in row.seasons:
        if season.holds(day):
            return season.hours.on(day)
    return row.hours.on(day)


def opening_of(
    row: SpaceRow, days: Iterable[date], zone: ZoneInfo, *, holidays: Collection[date] = ()
) -> Sequence[Period]:
    """A room's opening times on some local days, in order, spans that meet joined."""
    found = [hours_of(spans_on(row, day, holidays), day, zone) for day in days]
    return found[0] if len(found) == 1 else merged(chain.from_iterable(found))


def open_around(
    row: SpaceRow, period: Period, zone: ZoneInfo, *, holidays: Collection[date] = ()
) -> Sequence[Period]:
    """When a room is open on the local days that a period touches."""
    return opening_of(row, days_of(period, zone), zone, holidays=holidays)


def is_open(
    row: SpaceRow, period: Period, day: date, zone: ZoneInfo, *, holidays: Collection[date] = ()
) -> bool:
    """Whether a room is open for all of a period, which begins on this local day."""
    for hours in hours_of(spans_on(row, day, holidays), day, zone):
        if hours.contains(period):
            return True
    around = open_around(row, period, zone, holidays=holidays)
    return any(hours.contains(period) for hours in around)


@functools.lru_cache(maxsize=4096)
def hours_of(spans: tuple[TimeSpan, ...], day: date, zone: ZoneInfo) -> tuple[Period, ...]:
    """What the wall-clock hours of a day are as instants; those that meet joined."""
    return tuple(merged(periods_of(spans, day, zone)))


def days_of(period: Period, zone: ZoneInfo) -> list[date]:
    """The local days that a period touches, as far as a room could be reserved."""
    first = period.starts_at.astimezone(zone).date()
    last = period.ends_at.astimezone(zone).date()
    if first == last:
        return [first]
    count = min((last - first).days + 1, DAYS_MAX)
    return [first + timedelta(days=number) for number in range(count)]


def stay_period(stay: StayRules, arrival: date, departure: date, zone: ZoneInfo) -> Period:
    """A stay from its days: from the first hour of arrival to the last of departure.

    Raises `ValueError` where the departure is not after the arrival.
    """
    return Period(
        local_instant(arrival, stay.arrival_from, zone),
        local_instant(departure, stay.departure_until, zone),
    )


def nights_between(earlier: datetime, later: datetime, zone: ZoneInfo) -> int:
    """The nights from one instant's day to another's; negative where they are reversed."""
    return (later.astimezone(zone).date() - earlier.astimezone(zone).date()).days


def days_after(period: Period, days: int, zone: ZoneInfo) -> date:
    """The day so many days after that on which a time ends."""
    return period.ends_at.astimezone(zone).date() + timedelta(days=days)
