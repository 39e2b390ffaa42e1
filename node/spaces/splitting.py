"""A stay in several guest apartments, one after the other, where none of them has all its nights.

Each part is a reservation of its own, by the rules and at the price of its apartment; what they
have in common is an id, as in a series (`series.py`, which looks at them and books them at once or
not at all): docs/decisions/0022.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from node.base.actors import Actor
from node.base.money import Cents
from node.base.periods import Period
from node.quarter import get_profile
from node.quarter.files import SpaceKind
from node.spaces import projections
from node.spaces.folding import find_reservation
from node.spaces.model import Offer, Reservation, Status
from node.spaces.opening import stay_period
from node.spaces.search import Query, View, offer_for, views_of
from node.store import Read

PARTS_MAX = 3
"""Nobody wants to carry their suitcases more often than twice."""
SPLITS_MAX = 3
NIGHTS_MAX = 31
"""Longer stays are not looked at night by night."""


@dataclass(frozen=True, slots=True)
class Split:
    """A stay as it could be had: one apartment after the other, in order."""

    parts: tuple[Offer, ...]

    @property
    def total_cents(self) -> Cents:
        """What all of it costs."""
        return sum(part.bill.total_cents for part in self.parts)

    @property
    def needs_request(self) -> bool:
        """Whether another node or the desk must agree to a part of it, so that not all of it can
        be booked at once."""
        return any(part.needs_request for part in self.parts)


def find_splits(read: Read, actor: Actor, query: Query, *, now: datetime) -> list[Split]:
    """How the nights of a search could be had in several apartments: as few as possible, then by
    price; none where one apartment has them all.

    What can be booked at once comes first; only where nothing can, what another node or the desk
    must agree to (`needs_request`), which nobody promises whole.
    """
    if query.kind is not SpaceKind.GUEST_APARTMENT:
        return []
    profile = get_profile(read)
    zone = ZoneInfo(profile.timezone)
    first, last = (
        at.astimezone(zone).date() for at in (query.period.starts_at, query.period.ends_at)
    )
    if not 2 <= (last - first).days <= NIGHTS_MAX:
        return []
    views = [
        view
        for view in views_of(read, actor, query, profile, now=now)
        if _may_last(view, first, last)
    ]
    trials = (_Trial(read, views, zone, asks=asks) for asks in (False, True))
    return next(filter(None, (_best(trial, first, last) for trial in trials)), [])


def _best(trial: _Trial, first: date, last: date) -> list[Split]:
    for count in range(1, PARTS_MAX + 1):
        found = [Split(parts) for parts in trial.chains(first, last, count, frozenset())]
        if found:
            found.sort(key=lambda each: (each.total_cents, -_nights_of_first(each)))
            return found[:SPLITS_MAX] if count > 1 else []
    return []


def _may_last(view: View, first: date, last: date) -> bool:
    """Whether all of the stay is no longer than one in this apartment may be."""
    stay = view.case.space.row.stay
    return stay is not None and (last - first).days <= stay.nights_max


def _nights_of_first(split: Split) -> timedelta:
    return split.parts[0].period.length


class _Trial:
    """What each apartment could be had for, each pair of days asked about once."""

    def __init__(self, read: Read, views: Sequence[View], zone: ZoneInfo, *, asks: bool) -> None:
        self._asks = asks
        """Whether what must be asked for counts, too."""
        self._read = read
        self._views = views
        self._zone = zone
        self._known: dict[tuple[int, date, date], Offer | None] = {}

    def chains(
        self, first: date, last: date, count: int, used: frozenset[int]
    ) -> Iterator[tuple[Offer, ...]]:
        """Every way to spend the nights in so many apartments, none of them twice."""
        for number in range(len(self._views)):
            if number in used:
                continue
            if count == 1:
                offer = self._offer(number, first, last)
                if offer is not None:
                    yield (offer,)
                continue
            for nights in range((last - first).days - count + 1, 0, -1):
                day = first + timedelta(days=nights)
                offer = self._offer(number, first, day)
                if offer is not None:
                    rest = self.chains(day, last, count - 1, used | {number})
                    yield from ((offer, *others) for others in rest)

    def _offer(self, number: int, first: date, last: date) -> Offer | None:
        key = (number, first, last)
        if key not in self._known:
            self._known[key] = self._look(self._views[number], first, last)
        return self._known[key]

    def _look(self, view: View, first: date, last: date) -> Offer | None:
        stay = view.case.space.on(first).row.stay
        if stay is None:
            return None
        there = view.at(stay_period(stay, first, last, self._zone))
        if there.refusal is not None:
            return None
        offer = offer_for(self._read, there.case)
        return None if offer is None or (offer.needs_request and not self._asks) else offer


def follow_each_other(periods: Sequence[Period], zone: ZoneInfo) -> bool:
    """Whether these are parts of one stay: two at least, each beginning on the day of the last."""
    days = [
        (each.starts_at.astimezone(zone).date(), each.ends_at.astimezone(zone).date())
        for each in periods
    ]
    return len(days) > 1 and all(one[1] == other[0] for one, other in pairwise(days))


GONE = frozenset({Status.CANCELLED, Status.DECLINED, Status.DISPLACED, Status.EXPIRED})
"""What a part is that nobody will stay in."""


def parts_of(read: Read, reservation: Reservation, *, now: datetime) -> list[Reservation]:
    """All parts of the stay that a reservation is a part of, in order, without what was given up;
    only itself where it is a stay in one apartment.
    """
    parts = [each for each in all_parts_of(read, reservation) if each.status_at(now) not in GONE]
    return parts or [reservation]


def all_parts_of(read: Read, reservation: Reservation) -> list[Reservation]:
    """The same with what was given up or never came about."""
    if not reservation.details.series:
        return [reservation]
    party = projections.party_of(reservation.household_id, reservation.person_id)
    since = reservation.period.starts_at - timedelta(days=NIGHTS_MAX)
    found = (
        find_reservation(read, each)
        for each in projections.select_ids_by_party(read, party, since=since)
    )
    parts = [
        each
        for each in found
        if each is not None and each.details.series == reservation.details.series
    ]
    return sorted(parts, key=lambda each: (each.period.starts_at, each.id)) or [reservation]
