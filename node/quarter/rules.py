"""What follows from hours, closures and holidays. No clock, no store: everything comes in.

The trap is the change of the clocks: hours are wall-clock times, so a period of desk hours may be
an hour shorter or longer than it looks, and minutes are counted between instants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from node.base.periods import Period, local_instant, without
from node.quarter.model import (
    MINUTES_OF_DAY,
    DeskProfile,
    QuietHours,
    TimeSpan,
)

SEARCH_DAYS_MAX = 400
"""How far ahead the next opening is looked for: a desk closed for over a year is closed."""


def span_period(day: date, span: TimeSpan, zone: ZoneInfo) -> Period | None:
    """A span of a local day as instants; None where the change of the clocks leaves nothing."""
    starts_at = _minute_instant(day, span.opens_minute, zone)
    ends_at = _minute_instant(day, span.closes_minute, zone)
    return Period(starts_at, ends_at) if ends_at > starts_at else None


def _minute_instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    if minute == MINUTES_OF_DAY:
        return local_instant(day + timedelta(days=1), time.min, zone)
    return local_instant(day, time(minute // 60, minute % 60), zone)


def periods_of(spans: Iterable[TimeSpan], day: date, zone: ZoneInfo) -> list[Period]:
    """The spans as instants, in order. In the hour that summer time skips, two spans may fall
    together; the later one then begins where the earlier one ends.
    """
    found: list[Period] = []
    for period in (span_period(day, span, zone) for span in spans):
        if period is None:
            continue
        starts_at = max(period.starts_at, found[-1].ends_at) if found else period.starts_at
        if starts_at < period.ends_at:
            found.append(Period(starts_at, period.ends_at))
    return found


def desk_spans(desk: DeskProfile, day: date, holidays: Collection[date]) -> tuple[TimeSpan, ...]:
    """The wall-clock hours of the desk on a day: special day, else holiday, else weekday."""
    for special in desk.special_days:
        if special.day == day:
            return special.spans
    if day in holidays and desk.holiday_hours is not None:
        return desk.holiday_hours
    return desk.hours.on(day)


def desk_periods(
    desk: DeskProfile,
    day: date,
    zone: ZoneInfo,
    *,
    holidays: Collection[date],
    closures: Iterable[Period],
) -> list[Period]:
    """When the desk is really open on a local day, in order."""
    shut = list(closures)
    open_periods = periods_of(desk_spans(desk, day, holidays), day, zone)
    return [free for period in open_periods for free in without(period, shut)]


def minutes_within(periods: Iterable[Period], between: Period) -> int:
    """How many minutes of `periods` (not overlapping) lie in `between`."""
    found = timedelta()
    for period in periods:
        starts_at = max(period.starts_at, between.starts_at)
        ends_at = min(period.ends_at, between.ends_at)
        found += max(timedelta(), ends_at - starts_at)
    return found // timedelta(minutes=1)


def after_minutes(periods: Iterator[Period], at: datetime, minutes: int) -> datetime | None:
    """The earliest instant by which `minutes` of `periods` have passed since `at`.

    `periods` come in order; None where they end before. With no minutes to wait it is `at`.
    """
    left = timedelta(minutes=minutes)
    if not left:
        return at
    for period in periods:
        usable = period.ends_at - max(period.starts_at, at)
        if usable >= left:
            return max(period.starts_at, at) + left
        left -= max(usable, timedelta())
    return None


def is_quiet(rule: QuietHours, at: datetime, holidays: Collection[date]) -> bool:
    """Whether a rule asks for quiet at a local time (`at` carries the quarter's zone).

    After midnight, the day on which the quiet began decides about weekday and holiday.
    """
    minute = at.hour * 60 + at.minute
    today, yesterday = at.date(), at.date() - timedelta(days=1)
    if rule.opens_minute < rule.closes_minute:
        is_in = rule.opens_minute <= minute < rule.closes_minute
        return is_in and _is_kept_on(rule, today, holidays)
    if minute >= rule.opens_minute:
        return _is_kept_on(rule, today, holidays)
    return minute < rule.closes_minute and _is_kept_on(rule, yesterday, holidays)


def _is_kept_on(rule: QuietHours, day: date, holidays: Collection[date]) -> bool:
    return day.weekday() in rule.weekdays or (rule.on_holidays and day in holidays)
