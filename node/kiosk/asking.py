"""The questions of a booking at the lobby, one a page, each answered by one touch. Pure.

What was answered so far stands in the address, so every page works without script, can be gone
back to, and holds nothing of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from node.base.figures import whole_number
from node.base.periods import Period, local_day, local_instant, without
from node.quarter.files import SpaceKind
from node.spaces import DayPlan, Space

STEP_MINUTES = 30
DAY_MINUTES = 24 * 60
DAYS_SHOWN = 14
NIGHTS = (1, 2, 3, 4, 5, 6, 7, 10)
PEOPLE = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)
"""Each number means "up to": between two of them a place must hold the larger."""
DAYS_AHEAD_MAX = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """What was answered. `starts` and `ends` are minutes of the day; None: not yet."""

    kind: SpaceKind = SpaceKind.ROOM
    day: date | None = None
    starts: int | None = None
    ends: int | None = None
    nights: int | None = None
    people: int | None = None
    ages: tuple[int, ...] | None = None
    """How old the children are who come to stay; a room costs the same for everybody."""
    children: tuple[int, ...] = ()
    """The ages that were said so far, while they are asked for."""

    @property
    def question(self) -> str:
        """What to ask next: "day", "starts", "ends", "nights", "people", "ages", or "" when all is
        said."""
        steps = STAY_STEPS if self.kind is SpaceKind.GUEST_APARTMENT else ROOM_STEPS
        return next((step for step in steps if getattr(self, step) is None), "")

    @property
    def steps(self) -> tuple[str, ...]:
        """All questions of this kind of place, in order."""
        return STAY_STEPS if self.kind is SpaceKind.GUEST_APARTMENT else ROOM_STEPS

    def back_to(self, question: str) -> Asked:
        """As it was before that question was answered."""
        steps = self.steps
        gone = set(steps[steps.index(question) :])
        return Asked(
            kind=self.kind,
            day=None if "day" in gone else self.day,
            starts=None if "starts" in gone else self.starts,
            ends=None if "ends" in gone else self.ends,
            nights=None if "nights" in gone else self.nights,
            people=None if "people" in gone else self.people,
            ages=None if "ages" in gone else self.ages,
        )

    def with_child(self, age: int) -> Asked:
        """One child more; where only one person is left, that is an adult and all is said."""
        children = (*self.children, age)
        is_all = len(children) + 1 >= (self.people or 1)
        return replace(self, children=() if is_all else children, ages=children if is_all else None)

    def query(self, **more: str) -> str:
        """The answers as an address's query."""
        given = {
            "kind": "" if self.kind is SpaceKind.ROOM else str(self.kind),
            "day": self.day.isoformat() if self.day else "",
            "from": minute_text(self.starts),
            "until": minute_text(self.ends),
            "nights": str(self.nights or ""),
            "people": str(self.people or ""),
            "ages": _ages_text(self.ages),
            "child": _ages_text(self.children) if self.children else "",
            **more,
        }
        return urlencode({name: value for name, value in given.items() if value}, safe=":")

    def period(self, zone: ZoneInfo) -> Period | None:
        """The wished time, or None where it is not whole or no time at all."""
        if self.day is None:
            return None
        if self.kind is SpaceKind.GUEST_APARTMENT:
            if self.nights is None:
                return None
            leaves = self.day + timedelta(days=self.nights)
            return Period(
                local_instant(self.day, time(12), zone), local_instant(leaves, time(12), zone)
            )
        if self.starts is None or self.ends is None or self.ends <= self.starts:
            return None
        first, last = (instant_of(self.day, minute, zone) for minute in (self.starts, self.ends))
        return Period(first, last) if first < last else None


ROOM_STEPS = ("day", "starts", "ends", "people")
STAY_STEPS = ("day", "nights", "people", "ages")
ADULT_YEARS = 18
NO_CHILDREN = "0"
"""What an address says where there are none; an age has two figures, also that of a baby."""


def read_asked(given: Mapping[str, str], *, today: date) -> Asked:
    """The answers in an address; what makes no sense counts as not answered, with all after it."""
    kind = SpaceKind.ROOM
    if given.get("kind") == SpaceKind.GUEST_APARTMENT:
        kind = SpaceKind.GUEST_APARTMENT
    found = Asked(
        kind=kind,
        day=_day(given.get("day", ""), today),
        starts=_minute(given.get("from", "")),
        ends=_minute(given.get("until", "")),
        nights=whole_number(given.get("nights", ""), most=60) or None,
        people=whole_number(given.get("people", ""), most=999) or None,
    )
    if kind is SpaceKind.GUEST_APARTMENT and found.people is not None:
        found = replace(
            found,
            ages=_ages(given.get("ages", ""), found.people),
            children=_ages(given.get("child", ""), found.people) or (),
        )
    if found.starts is not None and found.ends is not None and found.ends <= found.starts:
        found = replace(found, ends=None)
    question = found.question
    if not question:
        return replace(found, children=())
    children = found.children if question == "ages" else ()
    return replace(found.back_to(question), children=children)


def _day(text: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if today <= day <= today + timedelta(days=DAYS_AHEAD_MAX) else None


def _ages(text: str, people: int) -> tuple[int, ...] | None:
    """Ages of children as addresses carry them ("09-05"); None where it was not said yet, or cannot
    be: one of the people is an adult. A lone guest is nobody's child."""
    if people == 1 or text == NO_CHILDREN:
        return ()
    parts = text.split("-")
    if not all(part.isascii() and part.isdecimal() and len(part) == 2 for part in parts):
        return None
    ages = tuple(map(int, parts))
    return ages if max(ages) < ADULT_YEARS and len(ages) < people else None


def _ages_text(ages: tuple[int, ...] | None) -> str:
    if ages is None:
        return ""
    return "-".join(f"{age:02d}" for age in ages) or NO_CHILDREN


def _minute(text: str) -> int | None:
    hour, _, minute = text.partition(":")
    hours, minutes = whole_number(hour, most=24), whole_number(minute, most=59)
    if hours is None or minutes is None:
        return None
    found = hours * 60 + minutes
    return found if found <= DAY_MINUTES else None


def minute_text(minute: int | None) -> str:
    """A minute of the day as addresses carry it: "15:30"."""
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a minute of a local day; 1440 is the next midnight."""
    if minute == DAY_MINUTES:
        return local_day(day, zone).ends_at
    return local_instant(day, time(minute // 60, minute % 60), zone)


# Which answers can lead anywhere


@dataclass(frozen=True, slots=True)
class Choice:
    """A time to touch; `free` is whether any room could be had with it, as far as the plan says."""

    minute: int
    free: bool


def start_choices(
    plans: Sequence[DayPlan], day: date, *, now: datetime, zone: ZoneInfo
) -> list[Choice]:
    """The half hours at which something could begin on a day, from opening to closing."""
    gaps = [(plan.space, gap) for plan in plans for gap in _gaps(plan)]
    minutes = _open_minutes(plans, day, zone)
    found = []
    for minute in minutes[:-1]:
        at = instant_of(day, minute, zone)
        free = at > now - timedelta(minutes=STEP_MINUTES) and any(
            gap.holds(at) and at + _least(space) <= gap.ends_at for space, gap in gaps
        )
        found.append(Choice(minute, free))
    return found


def end_choices(
    plans: Sequence[DayPlan], day: date, starts: int, *, zone: ZoneInfo
) -> list[Choice]:
    """The half hours at which it could end, after it began."""
    start = instant_of(day, starts, zone)
    gaps = [(plan.space, gap) for plan in plans for gap in _gaps(plan) if gap.holds(start)]
    found = []
    for minute in _open_minutes(plans, day, zone):
        end = instant_of(day, minute, zone)
        if minute <= starts:
            continue
        free = any(start + _least(space) <= end <= gap.ends_at for space, gap in gaps)
        found.append(Choice(minute, free))
    return found


def hour_from_now(
    plans: Sequence[DayPlan], today: date, *, now: datetime, zone: ZoneInfo
) -> tuple[int, int] | None:
    """The present half hour and the first end an hour after it at which something could be had; the
    last one before that where all is shorter, None where nothing is free now.
    """
    local = now.astimezone(zone)
    starts = (local.hour * 60 + local.minute) // STEP_MINUTES * STEP_MINUTES
    begins = start_choices(plans, today, now=now, zone=zone)
    if not any(choice.free for choice in begins if choice.minute == starts):
        return None
    free = [each.minute for each in end_choices(plans, today, starts, zone=zone) if each.free]
    long_enough = [minute for minute in free if minute >= starts + 60]
    return (starts, min(long_enough) if long_enough else max(free)) if free else None


def _least(space: Space) -> timedelta:
    return timedelta(minutes=space.row.minutes_min)


def _gaps(plan: DayPlan) -> Iterator[Period]:
    """When a room could be taken: open, and clear of others with their buffers and one's own."""
    if plan.closed_because is not None:
        return
    row = plan.space.row
    apart = timedelta(minutes=row.buffer_before_minutes + row.buffer_after_minutes)
    taken = [span.period.widened(apart, apart) for span in plan.busy]
    for opening in plan.open:
        yield from without(opening, taken)


def _open_minutes(plans: Sequence[DayPlan], day: date, zone: ZoneInfo) -> list[int]:
    """The half hours from the first opening to the last closing of any room, both included."""
    whole = local_day(day, zone)
    spans = [p for plan in plans for p in plan.open if p.overlaps(whole)]
    if not spans:
        return []
    first = max(min(p.starts_at for p in spans), whole.starts_at)
    last = min(max(p.ends_at for p in spans), whole.ends_at)
    return list(
        range(_local_minute(first, day, zone), _local_minute(last, day, zone) + 1, STEP_MINUTES)
    )


def _local_minute(at: datetime, day: date, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    if local.date() > day:
        return DAY_MINUTES
    return (local.hour * 60 + local.minute) // STEP_MINUTES * STEP_MINUTES


def people_choices(spaces: Sequence[Space]) -> list[tuple[int, int]]:
    """How many may come: pairs of "from" and "up to", as far as the largest place holds."""
    most = (
        max((max(space.row.seats, space.row.standing) for space in spaces), default=0) or PEOPLE[-1]
    )
    steps = [number for number in PEOPLE if number < most] + [most]
    return [(1, 1), *((low + 1, high) for low, high in pairwise([1, *(s for s in steps if s > 1)]))]


def days_from(first: date, *, today: date) -> tuple[list[date], date | None, date | None]:
    """The days of one page, and where the pages before and after begin."""
    days = [first + timedelta(days=number) for number in range(DAYS_SHOWN)]
    before = first - timedelta(days=DAYS_SHOWN)
    after = first + timedelta(days=DAYS_SHOWN)
    last = today + timedelta(days=DAYS_AHEAD_MAX)
    return days, max(before, today) if first > today else None, after if after <= last else None
