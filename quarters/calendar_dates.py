"""Holidays of the demo's city and which day a bin comes on when one is in the way.

This stands in for the city's own calendar: the product imports dates and never shifts one.
"""

from __future__ import annotations

from datetime import date, timedelta

MONDAY, FRIDAY, SATURDAY = 0, 4, 5


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian computation)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * j) // 451
    month, day = divmod(h + j - 7 * m + 114, 31)
    return date(year, month, day + 1)


def days_without_collection(year: int) -> set[date]:
    """Legal holidays of the land, and Carnival Monday, on which the city doesn't collect."""
    sunday = easter(year)
    movable = {sunday + timedelta(days=offset) for offset in (-48, -2, 1, 39, 50, 60)}
    fixed = {date(year, m, d) for m, d in ((1, 1), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26))}
    return movable | fixed


def moved(day: date) -> date:
    """The day on which a bin planned for `day` (a weekday) really comes.

    A free Friday brings it forward to Thursday; any other free weekday pushes the rest of its
    week back by a day, into Saturday.
    """
    free = days_without_collection(day.year)
    if day in free and day.weekday() == FRIDAY:
        return day - timedelta(days=1)
    monday = day - timedelta(days=day.weekday())
    week = (monday + timedelta(days=offset) for offset in range(day.weekday() + 1))
    is_pushed = any(each in free and each.weekday() != FRIDAY for each in week)
    return day + timedelta(days=1) if is_pushed else day
