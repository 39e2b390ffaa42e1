"""When a place is open and how a stay is counted, in instants. Pure.

The trap is the change of the clocks: hours are wall-clock times, so on two days of the year a span
may be an hour shorter or longer than it looks, or gone altogether.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from node.base.periods import Period, local_instant, merged
from node.quarter.files import SpaceRow, StayRules
from node.quarter.rules import week_periods

DAYS_MAX = 32
"""No room is reserved for longer; bounds the work that an absurd wish can cause."""


def opening_of(row: SpaceRow, days: Iterable[date], zone: ZoneInfo) -> list[Period]:
    """A room's opening times on some local days, in order, spans that meet joined."""
    return merged(period for day in days for period in week_periods(row.hours, day, zone))


def open_around(row: SpaceRow, period: Period, zone: ZoneInfo) -> list[Period]:
    """When a room is open on the local days that a period touches."""
    first = period.starts_at.astimezone(zone).date()
    count = min((period.ends_at.astimezone(zone).date() - first).days + 1, DAYS_MAX)
    return opening_of(row, (first + timedelta(days=number) for number in range(count)), zone)


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
