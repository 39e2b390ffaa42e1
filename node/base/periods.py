"""Half-open periods of time: the end belongs to whoever comes next.

Instants are aware datetimes in UTC; what people see is made of them at the edge, in the
quarter's time zone. Stores keep seconds since 1970 UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_SECONDS = 24 * 60 * 60


def to_epoch(instant: datetime) -> int:
    """Seconds since 1970 UTC, as stores keep them; a naive datetime is a programmer's error."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    since = instant - _EPOCH
    return since.days * _DAY_SECONDS + since.seconds


def from_epoch(seconds: int) -> datetime:
    """The instant (UTC) of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def kept_instant(instant: datetime) -> datetime:
    """An instant as it will be read again from a store: whole seconds of UTC."""
    return from_epoch(to_epoch(instant))


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `starts_at` (belongs to it) until `ends_at` (does not), both in UTC.

    Raises `ValueError` where the end is not after the start or a time zone is missing.
    """

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("a period needs time zones")
        if self.ends_at <= self.starts_at:
            raise ValueError("a period ends after it starts")

    @property
    def length(self) -> timedelta:
        """How long it lasts."""
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        """How many whole minutes it lasts."""
        length = self.length
        return length.days * 24 * 60 + length.seconds // 60

    def overlaps(self, other: Period) -> bool:
        """Whether both hold some instant."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, other: Period) -> bool:
        """Whether `other` lies wholly inside."""
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def holds(self, instant: datetime) -> bool:
        """Whether the instant belongs to it."""
        return self.starts_at <= instant < self.ends_at

    def widened(self, before: timedelta, after: timedelta) -> Period:
        """The same with time before and after, as buffers ask for."""
        return Period(self.starts_at - before, self.ends_at + after)

    def moved(self, by: timedelta) -> Period:
        """The same length, later (or earlier)."""
        return Period(self.starts_at + by, self.ends_at + by)


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) that a wall clock in `zone` shows as `at` on `day`.

    A time that the change to summer time skips is read with the offset from before it (2:30
    becomes 3:30); one that occurs twice in autumn is the first of the two (PEP 495, fold 0).
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def local_day(day: date, zone: ZoneInfo) -> Period:
    """A calendar day in `zone` as a period; 23 or 25 hours long when the clocks change."""
    start = local_instant(day, time.min, zone)
    return Period(start, local_instant(day + timedelta(days=1), time.min, zone))


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same instants in as few periods as possible, in order."""
    result: list[Period] = []
    for period in sorted(periods):
        if result and period.starts_at <= result[-1].ends_at:
            last = result[-1]
            result[-1] = Period(last.starts_at, max(last.ends_at, period.ends_at))
        else:
            result.append(period)
    return result


def without(period: Period, taken: Iterable[Period]) -> list[Period]:
    """What is left of `period` when all `taken` periods are cut out, in order."""
    free: list[Period] = []
    start = period.starts_at
    for cut in merged(taken):
        if cut.ends_at <= start or cut.starts_at >= period.ends_at:
            continue
        if cut.starts_at > start:
            free.append(Period(start, cut.starts_at))
        start = max(start, cut.ends_at)
    if start < period.ends_at:
        free.append(Period(start, period.ends_at))
    return free
