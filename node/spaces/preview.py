"""What rules would have done: the reservations of a time judged again, as they were asked.

Each is asked for anew in a world in which only those stand that the wanted rules granted, so what
one of them would have made impossible for another is seen too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from node.base.money import Cents
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter import closures_for, get_profile
from node.quarter.files import SpaceRow
from node.quarter.model import QuarterProfile
from node.spaces import place_tables, pricing, projections, rules, standing
from node.spaces.cases import desk_ready_at, holidays_near
from node.spaces.circumstances import Circumstances
from node.spaces.folding import find_reservation
from node.spaces.model import Reservation, Space, Status, Wish
from node.spaces.refusals import NO_PRICE
from node.store import Read

JUDGED = frozenset({Status.REQUESTED, Status.CONFIRMED, Status.CHECKED_IN, Status.CHECKED_OUT})


@dataclass(frozen=True, slots=True)
class Judged:
    """A reservation as the wanted rules see it: refused, waiting for the desk, or granted."""

    reservation: Reservation
    refusal: Refusal | None = None
    asks: Refusal | None = None
    cents: Cents = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """What the wanted rules come to for the reservations of a time."""

    judged: tuple[Judged, ...]

    @property
    def refused(self) -> list[Judged]:
        """Those that would not have been possible, with the rule."""
        return [each for each in self.judged if each.refusal is not None]

    @property
    def asking(self) -> list[Judged]:
        """Those for which the desk would have had to agree."""
        return [each for each in self.judged if each.refusal is None and each.asks is not None]

    @property
    def cents_before(self) -> Cents:
        """What all of them cost as they were decided."""
        return sum(each.reservation.bill.total_cents for each in self.judged)

    @property
    def cents_after(self) -> Cents:
        """What those would have cost that would have been possible."""
        return sum(each.cents for each in self.judged)


def preview_rules(read: Read, space: Space, wanted: SpaceRow, period: Period) -> Preview:
    """Judge the reservations of a place in a period by the rules that somebody thinks of."""
    return preview_place(read, replace(space, row=wanted, spells=None), period)


def preview_place(read: Read, space: Space, period: Period) -> Preview:
    """The same for a place as it would be, each by the rules of its own day."""
    profile = get_profile(read)
    trial = _Trial(read, space, profile, ZoneInfo(profile.timezone))
    ids = projections.select_ids_of_space(read, space.id, period)
    asked = sorted(trial.find(ids), key=lambda each: (each.requested_at, each.id))
    return Preview(tuple(trial.judge(each) for each in asked))


class _Trial:
    """The world as it would be: what was granted so far stands, at this place."""

    def __init__(self, read: Read, space: Space, profile: QuarterProfile, zone: ZoneInfo) -> None:
        self._read = read
        self._space = space
        self._profile = profile
        self._zone = zone
        self._granted: list[Reservation] = []
        self._elsewhere: dict[bytes, list[Reservation]] = {}

    def find(self, ids: Iterable[bytes]) -> list[Reservation]:
        found = (find_reservation(self._read, each) for each in ids)
        return [each for each in found if each is not None and each.base_status in JUDGED]

    def judge(self, reservation: Reservation) -> Judged:
        period, details = reservation.period, reservation.details
        space = self._space.at(period.starts_at)
        row = space.row
        wish = Wish(
            space_id=self._space.id,
            period=period,
            people=details.people,
            purpose=details.purpose,
            ages=details.ages,
        )
        bill = pricing.price(row, wish, details.audience, self._profile, self._zone)
        refusal = rules.check_reservable(space, wish, self._world(reservation))
        if refusal is None and bill is None:
            refusal = NO_PRICE
        if refusal is not None or bill is None:
            return Judged(reservation, refusal)
        self._granted.append(reservation)
        qualified = place_tables.is_instructed(self._read, reservation.person_id, self._space.id)
        by_staff = reservation.staff_id is not None
        asks = rules.needs_approval(row, period, self._zone, is_qualified=qualified or by_staff)
        return Judged(reservation, None, None if by_staff else asks, bill.total_cents)

    def _world(self, reservation: Reservation) -> Circumstances:
        period, now = reservation.period, reservation.requested_at
        row = self._space.at(period.starts_at).row
        own = self._of_party(reservation)
        beside = [each for each in own if self._counts_with(each)]
        stay = reservation.details.series if row.stay is not None else ""
        parts = [each for each in beside if stay and each.details.series == stay]
        ahead = [each for each in own if each.requested_at < now < each.period.starts_at]
        return Circumstances(
            now=now,
            zone=self._zone,
            audience=reservation.details.audience,
            busy=[self._kept(each.period) for each in self._granted],
            closures=closures_for(
                self._read,
                period,
                building_id=self._space.building_id,
                space_id=self._space.id,
            ),
            open_reservations=len(ahead),
            own_periods=[each.period for each in beside if each not in parts],
            parts=[each.period for each in parts],
            desk_ready_at=desk_ready_at(self._read, row, period, now=now),
            by_staff=reservation.staff_id is not None,
            holidays=holidays_near(self._read, row, period, self._zone),
        )

    def _kept(self, period: Period) -> tuple[int, int]:
        """What a time would keep from others, by the terms of its day."""
        return standing.buffered_seconds(self._space.at(period.starts_at).terms, period)

    def _of_party(self, reservation: Reservation) -> Sequence[Reservation]:
        """The household's other times: at other places as they were, here as they would be."""
        party = projections.party_of(reservation.household_id, reservation.person_id)
        if party not in self._elsewhere:
            ids = projections.select_ids_by_party(self._read, party, since=reservation.requested_at)
            there = self.find(ids)
            self._elsewhere[party] = [e for e in there if e.space_id != self._space.id]
        here = [each for each in self._granted if _is_of(each, party)]
        return [*self._elsewhere[party], *here]

    def _counts_with(self, other: Reservation) -> bool:
        if not self._space.is_by_night:
            return other.space_id == self._space.id
        place = place_tables.select_space(self._read, other.space_id)
        return place is not None and place.is_by_night


def _is_of(reservation: Reservation, party: bytes) -> bool:
    return projections.party_of(reservation.household_id, reservation.person_id) == party
