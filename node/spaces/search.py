"""Finding a place by time.

The same `check_reservable` that guards every write answers here, so what is offered can be
reserved and what is not offered says which rule stands against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from node.base.actors import Actor
from node.base.periods import Period, local_day, without
from node.base.refusals import Refusal, RefusedError
from node.quarter import closures_for, get_profile
from node.quarter.files import SpaceKind, SpaceRow
from node.quarter.model import QuarterProfile
from node.spaces import opening, place_tables, pricing, projections, rules, standing
from node.spaces.cases import Case, case_for, circumstances, holidays_near, release_instant
from node.spaces.circumstances import Circumstances
from node.spaces.deciding import is_home, waits_for_desk
from node.spaces.folding import find_held
from node.spaces.model import Offer, Space, Wish
from node.spaces.refusals import NO_PRICE
from node.spaces.stay_rules import least_nights
from node.store import Read

ALTERNATIVES = 3
LOOK_AROUND = timedelta(days=7)
"""How far before and after the wished time alternatives are looked for."""

STEP = timedelta(minutes=30)
DISTANCE_PER_SPACE = timedelta(hours=1)
"""Another place at the wished time counts as near as the same place an hour off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What somebody is looking for; empty means: any."""

    period: Period
    people: int = 1
    kind: SpaceKind | None = None
    purpose: str = ""
    equipment: frozenset[str] = frozenset()
    ages: tuple[int, ...] = ()
    space_id: bytes = b""


@dataclass(frozen=True, slots=True)
class NotOffered:
    """A place that cannot be had for this wish, and why, in words."""

    space: Space
    message: str
    remedy: str
    values: dict[str, Any]
    code: str


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search."""

    offers: tuple[Offer, ...]
    not_offered: tuple[NotOffered, ...]
    alternatives: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One place as seen by one search: the case of the wish, and the world within `around`."""

    case: Case
    world: Circumstances
    read: Read
    around: Period

    def at(self, period: Period) -> View:
        """The same for another time within `around`, by the rules of its own day."""
        wish = replace(self.case.wish, period=period)
        case = msgspec.structs.replace(self.case, wish=wish)
        world = self.world
        if case.space.row is not self.case.space.row:
            world = circumstances(self.read, case, now=world.now, around=self.around)
        return View(case, world, self.read, self.around)

    @property
    def refusal(self) -> Refusal | None:
        """Why the wish cannot be had, by the rules; None if it can."""
        return rules.check_reservable(self.case.space, self.case.wish, self.world)

    def spells(self) -> Iterator[tuple[Period, View]]:
        """The parts of `around` in which one set of rules holds, each with its view."""
        spells = self.case.space.spells
        if spells is None:
            yield self.around, self
            return
        for part in spells.parts_of(self.around):
            yield (
                part,
                self.at(
                    self.case.wish.period.moved(part.starts_at - self.case.wish.period.starts_at)
                ),
            )


def search(read: Read, actor: Actor, query: Query, *, now: datetime) -> Found:
    """What is free at the wished time, why the rest is not, and the nearest that would be."""
    profile = get_profile(read)
    zone = ZoneInfo(profile.timezone)
    views = list(views_of(read, actor, query, profile, now=now))
    offers, refused = [], []
    for view in views:
        refusal = view.refusal
        offer = None if refusal else offer_for(read, view.case)
        if offer is not None:
            offers.append(offer)
        else:
            refused.append(_not_offered(view.case.space, refusal or NO_PRICE))
    nearest = [] if offers else _alternatives(views, query, zone)
    return Found(tuple(offers), tuple(refused), tuple(nearest))


def alternatives_for(read: Read, actor: Actor, wish: Wish, *, now: datetime) -> tuple[Offer, ...]:
    """The three nearest offers to a wish that could not be had."""
    space = place_tables.select_space(read, wish.space_id)
    query = Query(
        period=wish.period,
        people=wish.people,
        purpose=wish.purpose,
        ages=wish.ages,
        kind=space.kind if space else None,
        space_id=wish.space_id,
    )
    profile = get_profile(read)
    views = list(views_of(read, actor, query, profile, now=now))
    return tuple(_alternatives(views, query, ZoneInfo(profile.timezone)))


def views_of(
    read: Read, actor: Actor, query: Query, profile: QuarterProfile, *, now: datetime
) -> Iterator[View]:
    """Each place that could be meant, with one look at the world around the wished time."""
    mistyped = rules.check_thinkable(query.period)
    if mistyped is not None:
        raise RefusedError(mistyped)
    zone = ZoneInfo(profile.timezone)
    spaces = [space for space in place_tables.select_spaces(read) if _is_meant(space, query)]
    party = projections.party_of(actor.household_id, actor.person_id)
    own_hold = _own_hold(read, actor, party, now=now)
    for space in spaces:
        purpose = query.purpose or space.row.usual_purpose
        wish = Wish(
            space_id=space.id,
            period=fitted(space, query.period, zone),
            people=query.people,
            purpose=purpose,
            ages=query.ages,
        )
        case = case_for(read, actor, space, wish, reservation_id=own_hold)
        around = wish.period.widened(LOOK_AROUND, LOOK_AROUND)
        yield View(case, circumstances(read, case, now=now, around=around), read, around)


def _own_hold(read: Read, actor: Actor, party: bytes, *, now: datetime) -> bytes:
    """What this person holds at the moment. It stands in nobody's way but others': whoever looks
    again takes something else instead of it, or the same once more.
    """
    held = find_held(read, party, actor.person_id, now=now)
    return next((each.id for each in held), b"")


def _is_meant(space: Space, query: Query) -> bool:
    if space.is_equipment:
        return False
    has = {thing.key for thing in space.row.equipment}
    return (query.kind in (None, space.kind)) and query.equipment <= has


def fitted(space: Space, period: Period, zone: ZoneInfo) -> Period:
    """A wished time as the place counts it: nights for a guest apartment, as it is for a room."""
    stay = space.at(period.starts_at).row.stay
    if stay is None:
        return period
    arrival = period.starts_at.astimezone(zone).date()
    departure = max(period.ends_at.astimezone(zone).date(), arrival + timedelta(days=1))
    return opening.stay_period(stay, arrival, departure, zone)


def offer_for(read: Read, case: Case) -> Offer | None:
    """A case with what it costs; None where there is no price for it."""
    if case.bill is None:
        return None
    asks = not is_home(read, case.space) or waits_for_desk(case)
    return Offer(case.space, case.wish.period, case.bill, needs_request=asks)


def _not_offered(space: Space, refusal: Refusal) -> NotOffered:
    return NotOffered(space, refusal.message, refusal.remedy, dict(refusal.values), refusal.code)


def _alternatives(views: Sequence[View], query: Query, zone: ZoneInfo) -> list[Offer]:
    """The nearest offers: the wished place at other times first, then others near the time."""
    candidates = []
    for view in views:
        space, wished = view.case.space, view.case.wish.period
        extra = DISTANCE_PER_SPACE if query.space_id not in (b"", space.id) else timedelta(0)
        for period in _near(view, zone):
            distance = abs(period.starts_at - wished.starts_at) + extra
            candidates.append((distance, space.mark.number, period, view))
    offers: list[Offer] = []
    for _, _, period, view in sorted(candidates, key=lambda found: found[:3]):
        there = view.at(period)
        if there.refusal is None:
            offer = offer_for(view.read, there.case)
            offers += [offer] if offer is not None else []
        if len(offers) == ALTERNATIVES:
            break
    return offers


def _near(view: View, zone: ZoneInfo) -> Iterator[Period]:
    """The wished time moved to where the place could be had: one try for each free gap of a
    room, one for each day of arrival for a stay, with as many nights as are allowed from there."""
    wished = view.case.wish.period
    if not view.case.space.is_by_night:
        for part, then in view.spells():
            yield from _in_gaps(then, wished, part, zone)
        return
    arrival = wished.starts_at.astimezone(zone).date()
    nights = pricing.nights_of(wished, zone)
    for days in range(-LOOK_AROUND.days, LOOK_AROUND.days + 1):
        start = arrival + timedelta(days=days)
        stay = view.case.space.on(start).row.stay
        if stay is not None:
            allowed = min(max(nights, least_nights(stay, start, nights)), stay.nights_max)
            yield opening.stay_period(stay, start, start + timedelta(days=allowed), zone)


def _in_gaps(view: View, wished: Period, part: Period, zone: ZoneInfo) -> Iterator[Period]:
    """Times near the wished one that begin in this part of the days around it."""
    row = view.case.space.row
    length = _usual_length(row, wished)
    # A gap begins where the cleaning of one and the preparing of the next have both been done.
    before, after = (
        timedelta(minutes=row.buffer_before_minutes),
        timedelta(minutes=row.buffer_after_minutes),
    )
    shut = [each.period for each in view.world.closures]
    taken = [each.widened(after, before) for each in projections.as_periods(view.world.busy)]
    earliest = max(rules.earliest_start(row, view.world), part.starts_at)
    for hours in opening.open_around(row, view.around, zone, holidays=view.world.holidays):
        for gap in without(hours, [*shut, *taken]):
            first = on_step(max(gap.starts_at, earliest), row.step_minutes, zone)
            last = gap.ends_at - length
            if part.ends_at < view.around.ends_at:
                last = min(last, part.ends_at - timedelta(minutes=row.step_minutes))
            if first <= last:
                start = on_step(min(max(wished.starts_at, first), last), row.step_minutes, zone)
                start = start if start <= last else start - timedelta(minutes=row.step_minutes)
                yield Period(start, start + length)


def _usual_length(row: SpaceRow, wished: Period) -> timedelta:
    """The wished length as the place allows it: in its steps, within its limits."""
    steps = -(-wished.minutes // row.step_minutes) * row.step_minutes
    return timedelta(minutes=min(max(steps, row.minutes_min), row.minutes_max))


def on_step(at: datetime, step_minutes: int, zone: ZoneInfo) -> datetime:
    """The first instant from `at` on whose wall-clock time is a whole number of steps."""
    local = at.astimezone(zone)
    into = timedelta(
        minutes=(local.hour * 60 + local.minute) % step_minutes,
        seconds=local.second,
        microseconds=local.microsecond,
    )
    return at + (timedelta(minutes=step_minutes) - into if into else timedelta(0))


# What is free


def free_stays(read: Read, arrival: date, nights: int, *, now: datetime) -> list[Space]:
    """The guest apartments in which nobody stays for some nights from a day on, and that may be
    had for so many; who may book them and how far ahead is another matter."""
    zone = ZoneInfo(get_profile(read).timezone)
    found = []
    for each in place_tables.select_spaces(read):
        space = each.on(arrival)
        stay = space.row.stay
        if stay is None or not stay.nights_min <= nights <= stay.nights_max:
            continue
        departure = arrival + timedelta(days=nights)
        if not (
            arrival.weekday() in stay.arrival_weekdays
            and departure.weekday() in stay.departure_weekdays
        ):
            continue
        period = opening.stay_period(stay, arrival, departure, zone)
        kept = standing.buffered(space.terms, period)
        shut = closures_for(read, period, building_id=space.building_id, space_id=space.id)
        if shut or projections.is_taken(read, space.id, kept, as_of=release_instant(read, now)):
            continue
        found.append(space)
    return found


def free_now(read: Read, *, now: datetime) -> list[tuple[Space, datetime]]:
    """The rooms that are open and free at this moment, and until when."""
    zone = ZoneInfo(get_profile(read).timezone)
    rooms = [s.at(now) for s in place_tables.select_spaces(read) if s.is_room]
    today = now.astimezone(zone).date()
    whole = local_day(today, zone)
    busy = projections.select_busy(
        read, [room.id for room in rooms], whole, as_of=release_instant(read, now)
    )
    found = []
    for room in rooms:
        holidays = holidays_near(read, room.row, whole, zone)
        open_times = opening.opening_of(room.row, [today], zone, holidays=holidays)
        hours = next((period for period in open_times if period.holds(now)), None)
        shut = closures_for(
            read, Period(now, now + STEP), building_id=room.building_id, space_id=room.id
        )
        if hours is None or shut or any(taken.holds(now) for taken in busy[room.id]):
            continue
        later = [taken.starts_at for taken in busy[room.id] if taken.starts_at > now]
        until = min([hours.ends_at, *later])
        found.append((room, until))
    return found
