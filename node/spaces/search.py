"""Finding a place by time, and the plans of days and months.

The same `check_reservable` that guards every write answers here, so what is offered can be
reserved and what is not offered says which rule stands against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from node.base.actors import Actor
from node.base.periods import Period, local_day
from node.base.refusals import Refusal
from node.quarter import closures_for, get_profile
from node.quarter.files import SpaceKind
from node.quarter.model import QuarterProfile
from node.spaces import pricing, rules, tables
from node.spaces.deciding import NO_PRICE, Case, circumstances, is_home, waits_for_desk
from node.spaces.folding import find_reservation
from node.spaces.model import (
    OCCUPYING,
    BusySpan,
    DayPlan,
    Found,
    NotOffered,
    Offer,
    Reservation,
    Space,
    Status,
    Wish,
)
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
class _View:
    """One place as seen by one search: the case of the wish and what is taken around it."""

    case: Case
    world: rules.Circumstances
    busy: Sequence[Period]


def search(read: Read, actor: Actor, query: Query, *, now: datetime) -> Found:
    """What is free at the wished time, why the rest is not, and the nearest that would be."""
    profile = get_profile(read)
    zone = ZoneInfo(profile.timezone)
    views = list(_views(read, actor, query, profile, now=now))
    offers, refused = [], []
    for view in views:
        refusal = rules.check_reservable(view.case.space, view.case.wish, view.world)
        offer = None if refusal else _offer(read, view.case, view.case.wish.period, zone)
        if offer is not None:
            offers.append(offer)
        else:
            refused.append(_not_offered(view.case.space, refusal or NO_PRICE))
    nearest = [] if offers else _alternatives(read, views, query, zone)
    return Found(tuple(offers), tuple(refused), tuple(nearest))


def alternatives_for(read: Read, actor: Actor, wish: Wish, *, now: datetime) -> tuple[Offer, ...]:
    """The three nearest offers to a wish that could not be had."""
    space = tables.select_space(read, wish.space_id)
    query = Query(
        period=wish.period,
        people=wish.people,
        purpose=wish.purpose,
        ages=wish.ages,
        kind=space.kind if space else None,
        space_id=wish.space_id,
    )
    profile = get_profile(read)
    views = list(_views(read, actor, query, profile, now=now))
    return tuple(_alternatives(read, views, query, ZoneInfo(profile.timezone)))


def _views(
    read: Read, actor: Actor, query: Query, profile: QuarterProfile, *, now: datetime
) -> Iterator[_View]:
    """Each place that could be meant, with one look at what is taken around the wished time."""
    zone = ZoneInfo(profile.timezone)
    spaces = [space for space in tables.select_spaces(read) if _is_meant(space, query)]
    around = query.period.widened(LOOK_AROUND, LOOK_AROUND)
    busy = tables.select_busy(read, [space.id for space in spaces], around, now=now)
    for space in spaces:
        purpose = query.purpose or _usual_purpose(space)
        wish = Wish(
            space_id=space.id,
            period=fitted(space, query.period, zone),
            people=query.people,
            purpose=purpose,
            ages=query.ages,
        )
        case = Case(
            space=space,
            wish=wish,
            audience=rules.audience_of(actor),
            household_id=actor.household_id,
            by_staff=actor.staff_id is not None,
            profile=profile,
        )
        world = replace(circumstances(read, case, now=now), busy=busy[space.id])
        yield _View(case, world, busy[space.id])


def _is_meant(space: Space, query: Query) -> bool:
    has = {thing.key for thing in space.row.equipment}
    return (query.kind in (None, space.kind)) and query.equipment <= has


def _usual_purpose(space: Space) -> str:
    return space.row.purposes[0] if space.row.purposes else ""


def fitted(space: Space, period: Period, zone: ZoneInfo) -> Period:
    """A wished time as the place counts it: nights for a guest apartment, as it is for a room."""
    stay = space.row.stay
    if stay is None:
        return period
    arrival = period.starts_at.astimezone(zone).date()
    departure = max(period.ends_at.astimezone(zone).date(), arrival + timedelta(days=1))
    return rules.stay_period(stay, arrival, departure, zone)


def _offer(read: Read, case: Case, period: Period, zone: ZoneInfo) -> Offer | None:
    wish = replace(case.wish, period=period)
    bill = pricing.price(case.space.row, wish, case.audience, case.profile, zone)
    if bill is None:
        return None
    asks = not is_home(read, case.space) or waits_for_desk(replace(case, wish=wish))
    return Offer(case.space, period, bill, needs_request=asks)


def _not_offered(space: Space, refusal: Refusal) -> NotOffered:
    return NotOffered(space, refusal.message, refusal.remedy, dict(refusal.values), refusal.code)


def _alternatives(read: Read, views: Sequence[_View], query: Query, zone: ZoneInfo) -> list[Offer]:
    """The nearest offers: the wished place at other times first, then others near the time."""
    found: list[tuple[timedelta, Offer]] = []
    for view in views:
        extra = timedelta(0)
        if query.space_id and view.case.space.id != query.space_id:
            extra = DISTANCE_PER_SPACE
        for period in _shifts(view, zone):
            distance = abs(period.starts_at - view.case.wish.period.starts_at) + extra
            if len(found) >= ALTERNATIVES and distance >= found[-1][0]:
                break
            wish = replace(view.case.wish, period=period)
            if rules.check_reservable(view.case.space, wish, view.world) is not None:
                continue
            offer = _offer(read, view.case, period, zone)
            if offer is not None:
                found.append((distance, offer))
                found.sort(key=lambda pair: pair[0])
                del found[ALTERNATIVES:]
    return [offer for _, offer in found]


def _shifts(view: _View, zone: ZoneInfo) -> Iterator[Period]:
    """The wished time moved, nearest first: by half hours, by days for stays."""
    period, stay = view.case.wish.period, view.case.space.row.stay
    if stay is None:
        step = max(STEP, timedelta(minutes=view.case.space.row.step_minutes))
        for number in range(1, int(LOOK_AROUND / step)):
            yield period.moved(number * step)
            yield period.moved(-number * step)
        yield period
        return
    arrival = period.starts_at.astimezone(zone).date()
    nights = timedelta(days=pricing.nights_of(period, zone))
    for number in range(LOOK_AROUND.days + 1):
        for days in {number, -number}:
            start = arrival + timedelta(days=days)
            yield rules.stay_period(stay, start, start + nights, zone)


# Plans


def day_plan(
    read: Read, actor: Actor, day: date, *, now: datetime, space_ids: Iterable[bytes] = ()
) -> list[DayPlan]:
    """A local day of every place (or of some): open, taken, shut."""
    zone = ZoneInfo(get_profile(read).timezone)
    wanted = set(space_ids)
    spaces = [s for s in tables.select_spaces(read) if not wanted or s.id in wanted]
    return [_plan_of(read, actor, space, day, zone=zone, now=now) for space in spaces]


def _plan_of(
    read: Read, actor: Actor, space: Space, day: date, *, zone: ZoneInfo, now: datetime
) -> DayPlan:
    whole = local_day(day, zone)
    closures = closures_for(read, whole, building_id=space.building_id, space_id=space.id)
    opening = (whole,) if space.is_by_night else tuple(rules.opening_of(space.row, [day], zone))
    return DayPlan(
        space,
        opening,
        tuple(_busy_spans(read, actor, space, whole, now=now)),
        closures[0].reason if closures else None,
    )


def _busy_spans(
    read: Read, actor: Actor, space: Space, period: Period, *, now: datetime
) -> Iterator[BusySpan]:
    for reservation_id in tables.select_ids_of_space(read, space.id, period):
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
    zone = ZoneInfo(get_profile(read).timezone)
    space = tables.select_space(read, space_id)
    if space is None:
        return []
    days = [first]
    while (following := days[-1] + timedelta(days=1)).month == first.month:
        days.append(following)
    whole = Period(local_day(days[0], zone).starts_at, local_day(days[-1], zone).ends_at)
    busy = tables.select_busy(read, [space_id], whole, now=now)[space_id]
    closures = closures_for(read, whole, building_id=space.building_id, space_id=space.id)
    shut = [Period(closure.starts_at, closure.ends_at) for closure in closures]
    return [_month_day(space, day, busy, shut, zone) for day in days]


def _month_day(
    space: Space, day: date, busy: list[Period], shut: list[Period], zone: ZoneInfo
) -> tuple[date, bool, int]:
    whole = local_day(day, zone)
    opening = [whole] if space.is_by_night else rules.opening_of(space.row, [day], zone)
    is_open = bool(opening) and not any(closed.contains(whole) for closed in shut)
    taken = sum(
        int((min(b.ends_at, whole.ends_at) - max(b.starts_at, whole.starts_at)).total_seconds())
        // 60
        for b in busy
        if b.overlaps(whole)
    )
    return day, is_open, taken


def free_now(read: Read, *, now: datetime) -> list[tuple[Space, datetime]]:
    """The rooms that are open and free at this moment, and until when."""
    zone = ZoneInfo(get_profile(read).timezone)
    rooms = [s for s in tables.select_spaces(read) if not s.is_by_night]
    today = now.astimezone(zone).date()
    whole = local_day(today, zone)
    busy = tables.select_busy(read, [room.id for room in rooms], whole, now=now)
    found = []
    for room in rooms:
        opening = next((p for p in rules.opening_of(room.row, [today], zone) if p.holds(now)), None)
        shut = closures_for(
            read, Period(now, now + STEP), building_id=room.building_id, space_id=room.id
        )
        if opening is None or shut or any(taken.holds(now) for taken in busy[room.id]):
            continue
        later = [taken.starts_at for taken in busy[room.id] if taken.starts_at > now]
        until = min([opening.ends_at, *later])
        found.append((room, until))
    return found
