"""A wish of somebody with everything that deciding about it needs, read from the store."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec

from node.base.actors import Actor
from node.base.ids import id_text
from node.base.money import Cents
from node.base.periods import Period
from node.base.refusals import N_, Refusal
from node.quarter import after_desk_minutes, closures_for, get_profile, holidays_between
from node.quarter.files import Audience, SpaceRow
from node.quarter.model import QuarterProfile
from node.spaces import place_tables, pricing, projections, rules, standing
from node.spaces.circumstances import Circumstances
from node.spaces.folding import find_reservation
from node.spaces.model import OPEN_STATUSES, Reservation, Space, Wish, id_or_none
from node.spaces.terms import Bill, Terms
from node.spaces.trust import NOT_KNOWN_YET, standing_of
from node.store import Read, Write

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
LEAD_LOOK_AHEAD = timedelta(days=14)
"""A lead time in desk hours has surely passed this far ahead; nobody counts hours then."""


@dataclass(frozen=True, slots=True)
class Change:
    """A reservation as it was agreed, and what of it stays due whatever it is changed to."""

    agreed: Reservation
    least_cents: Cents


class Case(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A wish with everything that deciding about it needs. Its place has the rules of the day on
    which the wish starts, whatever they are today."""

    space: Space
    wish: Wish
    audience: Audience
    by_staff: bool
    profile: QuarterProfile
    reservation_id: bytes = b""
    """The reservation that this case is about already; it does not count against itself."""
    party: bytes = b""
    """Whose limits count: the household's, or the person's who has none."""
    change: Change | None = None
    """What was agreed before, where the wish is to change a reservation."""
    is_qualified: bool = False
    """Whether the desk has noted that the person was instructed at the place."""
    discount_cents: Cents = 0
    """What the house takes off, where it is the one who wants it changed."""
    barred: Refusal | None = None
    """Why it cannot be granted, whatever the place's rules say."""

    def __post_init__(self) -> None:
        """Let the rules of the right day count, also where the wish was replaced."""
        then = self.space.at(self.wish.period.starts_at)
        if then is not self.space:
            msgspec.structs.force_setattr(self, "space", then)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that the quarter lives by."""
        return zone_of_profile(self.profile)

    @cached_property
    def bill(self) -> Bill | None:
        """What it costs; None where there is no price for it."""
        row = self.space.row
        bill = pricing.price(row, self.wish, self.audience, self.profile, self.zone)
        if bill is None or self.change is None:
            return bill
        percent = pricing.vat_percent(row, self.wish.period, self.profile, self.zone)
        bill = pricing.at_least(bill, self.change.least_cents, vat_percent=percent)
        return pricing.less(bill, self.discount_cents, vat_percent=percent)

    @cached_property
    def terms(self) -> Terms:
        """The terms it is agreed on: moving to a later time gives no new time to give up."""
        terms = self.space.terms
        if self.change is None:
            return terms
        agreed = self.change.agreed
        starts_at = agreed.terms.notice_start(agreed.period.starts_at)
        is_later = starts_at < self.wish.period.starts_at
        return msgspec.structs.replace(
            terms,
            counts_from=starts_at if is_later else None,
            least_cents=self.change.least_cents,
        )

    @property
    def decided(self) -> int:
        """The number of the decision that counts so far; 0 where nothing was agreed."""
        decision = self.change.agreed.decision if self.change else None
        return decision.number if decision else 0

    @cached_property
    def asks(self) -> Refusal | None:
        """Why the desk must agree, by the place's rules; None where it need not."""
        row, period = self.space.row, self.wish.period
        return rules.needs_approval(row, period, self.zone, is_qualified=self.is_qualified)


def case_for(
    read: Read, actor: Actor, space: Space, wish: Wish, *, reservation_id: bytes = b""
) -> Case:
    """The wish of an actor as a case; what they may at all is not looked at."""
    return _case_of(
        read,
        space,
        wish,
        rules.audience_of(actor),
        by_staff=actor.staff_id is not None,
        household_id=actor.household_id,
        person_id=actor.person_id,
        reservation_id=reservation_id,
    )


def _case_of(
    read: Read,
    space: Space,
    wish: Wish,
    audience: Audience,
    *,
    by_staff: bool,
    household_id: bytes,
    person_id: bytes,
    reservation_id: bytes = b"",
) -> Case:
    """A wish of somebody as a case, with what the house has noted about them and the place."""
    space = space.at(wish.period.starts_at)
    return Case(
        space=space,
        wish=wish,
        audience=audience,
        by_staff=by_staff,
        profile=get_profile(read),
        reservation_id=reservation_id,
        party=projections.party_of(household_id, person_id),
        is_qualified=bool(space.row.qualification)
        and place_tables.is_instructed(read, person_id, space.id),
    )


def case_again(read: Read, reservation: Reservation) -> Case | Refusal:
    """The case of a request that was written before, here or at another node."""
    space = place_tables.select_space(read, reservation.space_id)
    if space is None:
        return UNKNOWN_SPACE
    unthinkable = rules.check_thinkable(reservation.period)
    if unthinkable is not None:
        # Nobody here wrote it: a node that does costs the home node no time.
        return unthinkable
    details = reservation.details
    wish = Wish(
        space_id=space.id,
        period=reservation.period,
        people=details.people,
        purpose=details.purpose,
        ages=details.ages,
        series=id_or_none(details.series) or b"" if details.series else b"",
        exempt=details.exempt,
    )
    return _case_of(
        read,
        space,
        wish,
        details.audience,
        by_staff=reservation.staff_id is not None,
        household_id=reservation.household_id,
        person_id=reservation.person_id,
        reservation_id=reservation.id,
    )


def case_believed(write: Write, reservation: Reservation, *, now: datetime) -> Case | Refusal:
    """The same, of what its writer says only what this node believes."""
    case = case_again(write, reservation)
    if isinstance(case, Refusal):
        return case
    found = standing_of(write, reservation, now=now)
    if found is None:
        return NOT_KNOWN_YET
    return msgspec.structs.replace(
        case, audience=found.audience, by_staff=found.by_staff, barred=found.barred
    )


def circumstances(
    read: Read,
    case: Case,
    *,
    now: datetime,
    asked_at: datetime | None = None,
    around: Period | None = None,
) -> Circumstances:
    """What the rules need to know of the world for one case, or for any time within `around`.

    A request that came late by sync is judged by the time at which it was asked.
    """
    space, moment = case.space, asked_at or now
    window = around or case.wish.period
    starts, ends = standing.buffered_seconds(space.terms, window)
    busy = projections.select_busy_seconds(
        read, space.id, starts, ends, as_of=release_instant(read, now), but=case.reservation_id
    )
    own, parts = _own_periods(read, case, window, now=now)
    return Circumstances(
        now=moment,
        zone=case.zone,
        audience=case.audience,
        busy=busy,
        closures=closures_for(read, window, building_id=space.building_id, space_id=space.id),
        open_reservations=_open_reservations(read, case, now=now),
        own_periods=own,
        parts=parts,
        desk_ready_at=desk_ready_at(read, space.row, window, now=moment),
        by_staff=case.by_staff,
        holidays=holidays_near(read, space.row, window, case.zone),
    )


def holidays_near(read: Read, row: SpaceRow, period: Period, zone: ZoneInfo) -> Collection[date]:
    """The legal holidays around a period, where a place has hours of its own for them."""
    if row.holiday_hours is None:
        return ()
    first, last = (at.astimezone(zone).date() for at in (period.starts_at, period.ends_at))
    return holidays_between(read, first, last).keys()


def release_instant(read: Read, now: datetime) -> datetime:
    """As of when expired holds and places nobody came to are free for others.

    A clock that may be wrong gives nobody's place away.
    """
    return now if read.clock_trusted else LONG_AGO


def _open_reservations(read: Read, case: Case, *, now: datetime) -> int:
    if not case.space.row.limit_for(case.audience).open_max or not case.party:
        return 0
    ahead = projections.select_open(read, case.party, now=now, but=case.reservation_id)
    if not ahead:
        return 0
    beside = place_tables.equipment_ids(read)
    count = sum(space_id not in beside for space_id in ahead)
    if count < case.space.row.limit_for(case.audience).open_max:
        return count
    # Only now it matters that a stay in several apartments is one booking.
    parts = _open_parts(read, case, now=now)
    own = {id_text(case.wish.series)} if case.wish.series else set()
    return count - len(parts) + len(set(parts) - own)


def _open_parts(read: Read, case: Case, *, now: datetime) -> list[str]:
    """Of what lies ahead of the household those that are parts of a stay, each with its stay."""
    stays = {space.id for space in place_tables.select_spaces(read) if space.is_by_night}
    ids = projections.select_ids_alive(read, case.party, since=now)
    found = (find_reservation(read, each) for each in ids if each != case.reservation_id)
    return [
        each.details.series
        for each in found
        if each is not None and each.details.series and each.space_id in stays
        if each.period.starts_at > now and each.status_at(now) in OPEN_STATUSES
    ]


def _own_periods(
    read: Read, case: Case, window: Period, *, now: datetime
) -> tuple[list[Period], list[Period]]:
    """The household's times that count with a wish: of its week and around it at a room, of its
    gap at any guest apartment; and the other parts of the same stay, which are none of these."""
    row = case.space.row
    limit = row.limit_for(case.audience)
    if row.stay is not None:
        days = max(row.stay.gap_nights, row.stay.nights_max if case.wish.series else 0)
    else:
        days = max(limit.gap_days, 7 if limit.week_minutes else 0)
    if not days or not case.party:
        return [], []
    reach = timedelta(days=days)
    own = projections.select_own_periods(
        read, case.party, window.widened(reach, reach), now=now, but=case.reservation_id
    )
    if row.stay is None:
        return [period for _, space_id, period in own if space_id == case.space.id], []
    stays = {space.id for space in place_tables.select_spaces(read) if space.is_by_night}
    apart: list[Period] = []
    parts: list[Period] = []
    for reservation_id, space_id, period in own:
        if space_id in stays:
            found = parts if _is_part(read, case, reservation_id) else apart
            found.append(period)
    return apart, parts


def _is_part(read: Read, case: Case, reservation_id: bytes) -> bool:
    """Whether a reservation belongs to the same stay as the wish, in another apartment."""
    if not case.wish.series:
        return False
    other = find_reservation(read, reservation_id)
    return other is not None and other.details.series == id_text(case.wish.series)


def desk_ready_at(read: Read, row: SpaceRow, window: Period, *, now: datetime) -> datetime | None:
    """When a place's lead time in desk hours will have passed; None where there is none, or surely
    before the time."""
    minutes = row.lead_desk_minutes
    if not minutes or window.starts_at > now + LEAD_LOOK_AHEAD:
        return None
    return after_desk_minutes(read, now, minutes)


def zone_of_profile(profile: QuarterProfile) -> ZoneInfo:
    """The time zone of a profile."""
    return _zone(profile.timezone)


_zone = functools.lru_cache(maxsize=64)(ZoneInfo)


UNKNOWN_SPACE = Refusal(
    "spaces.unknown_space",
    N_("Diesen Raum gibt es nicht."),
    N_("Alle Räume finden Sie unter „Buchen“."),
    status=404,
)
