"""The values of the spaces room: places reserved by time, and what became of each reservation.

A reservation is not a record but a fold over facts: a request, the home node's decisions, a
cancellation, a check-in, a check-out. Instants are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated

import msgspec

from node.base.ids import parse_id
from node.base.money import Cents
from node.base.periods import Period
from node.quarter.files import Audience, SpaceKind, SpaceRow
from node.quarter.model import LocalText, PlaceMark
from node.spaces.spells import Spells
from node.spaces.terms import FREE, NO_TERMS, Bill, Terms

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant in a fact. One without a time zone, as only a faulty node writes it, is not read."""

HOLD_MINUTES = 10
"""How long a place is kept while somebody reads the summary before the one button."""

CHECK_IN_EARLY = timedelta(minutes=15)
"""How long before the start of a room's time its pass opens."""


@dataclass(frozen=True)
class Space:
    """A place that is reserved by time, as its operator described it.

    `row` holds its rules: those of one day, `at` gives those of another; `spells` are those of all
    days, None where nothing changes with the day.
    """

    id: bytes
    home_site: bytes
    building_id: bytes
    row: SpaceRow
    ended: bool = False
    spells: Spells | None = None

    def at(self, instant: datetime) -> Space:
        """The place with the rules of the day on which something starts."""
        return self if self.spells is None else self._with(self.spells.at(instant).row)

    def on(self, day: date) -> Space:
        """The place with the rules of a local day."""
        return self if self.spells is None else self._with(self.spells.on(day).row)

    def _with(self, row: SpaceRow) -> Space:
        return self if row is self.row else replace(self, row=row)

    @property
    def name(self) -> LocalText:
        """What people call it."""
        return self.row.name

    @property
    def kind(self) -> SpaceKind:
        """A room by the hour or a guest apartment by the night."""
        return self.row.kind

    @property
    def mark(self) -> PlaceMark:
        """Its sign on doors, screens and passes."""
        return self.row.mark

    @cached_property
    def terms(self) -> Terms:
        """What is agreed beside the price with who reserves it now."""
        return Terms.of(self.row)

    @property
    def is_by_night(self) -> bool:
        """Whether it is reserved by nights."""
        return self.row.kind is SpaceKind.GUEST_APARTMENT

    @property
    def is_room(self) -> bool:
        """Whether it is a room, which is booked by itself."""
        return self.row.kind is SpaceKind.ROOM

    @property
    def is_equipment(self) -> bool:
        """Whether it only goes with a room."""
        return self.row.kind is SpaceKind.EQUIPMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants to reserve. `ages` are those of children who come to stay."""

    space_id: bytes
    period: Period
    people: int = 1
    purpose: str = ""
    ages: tuple[int, ...] = ()
    note: str = ""
    guest_names: str = ""
    series: bytes = b""
    """What the dates of one series have in common; empty where it is none."""
    exempt: int = 0
    """How many grown-up guests owe the city no levy; why, stays in the building."""


class Verdict(StrEnum):
    """What the home node decided."""

    HELD = "held"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    DISPLACED = "displaced"


class Status(StrEnum):
    """Where a reservation stands now; the same words on every face."""

    REQUESTED = "requested"
    HELD = "held"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    DISPLACED = "displaced"
    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    NO_SHOW = "no_show"
    EXPIRED = "expired"
    OVER = "over"


OPEN_STATUSES = frozenset({Status.REQUESTED, Status.HELD, Status.CONFIRMED})
"""Those that still lie ahead and count against a household's limit."""

OCCUPYING = frozenset({Status.HELD, Status.CONFIRMED, Status.CHECKED_IN})
"""Those that keep the place from others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDetails:
    """What a request says beside its place, time and household; never a name."""

    people: int = 1
    purpose: str = ""
    ages: tuple[int, ...] = ()
    audience: Audience = Audience.NO_CONTRACT
    staff_id: str = ""
    face: str = ""
    hold: bool = False
    changed_by: str = ""
    """Who of the team changed it last for the person."""
    entry: str = ""
    """The entry of the waiting list that it was offered to."""
    accepted_by: str = ""
    """Who of the team said yes to the offer for the person."""
    series: str = ""
    """The series that it belongs to; empty where it is none of several."""
    exempt: int = 0
    """How many grown-up guests owe the city no levy, as the desk noted."""


@dataclass(frozen=True, slots=True)
class RequestFact:
    """Somebody asked for a place."""

    id: bytes
    space_id: bytes
    household_id: bytes
    person_id: bytes
    period: Period
    requested_at: datetime
    details: RequestDetails


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """What the home node `site` decided. The highest (term, number) of a reservation counts.

    `upon` is the request as it stood then. What home decides at once has no other; of what was
    asked elsewhere any node may write over the request, and what was confirmed must not move.
    """

    id: bytes
    reservation_id: bytes
    site: bytes
    term: int
    number: int
    verdict: Verdict
    reason: str = ""
    hold_until: datetime | None = None
    bill: Bill = FREE
    pass_: bytes = b""
    upon: RequestFact | None = None
    terms: Terms | None = None
    by_team_at: datetime | None = None
    """When somebody else than whose it is changed or took back what was agreed; None where it was
    they themselves, or the first word."""


@dataclass(frozen=True, slots=True)
class CancellationFact:
    """Somebody gave a reservation up; `fee_cents` stays due."""

    at: Instant
    fee_cents: Cents = 0
    by_staff: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The home node's word on a cancellation: whether it stands, and what it comes to."""

    stands: bool
    fact: CancellationFact


@dataclass(frozen=True, slots=True)
class PassageFact:
    """Somebody came, or left."""

    at: Instant
    site: str = ""
    face: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """All that is known of one reservation. `status_at(now)` is what people are told."""

    id: bytes
    space_id: bytes
    household_id: bytes
    person_id: bytes
    period: Period
    requested_at: datetime
    details: RequestDetails
    terms: Terms = NO_TERMS
    decision: DecisionFact | None = None
    cancellation: CancellationFact | None = None
    check_in: PassageFact | None = None
    check_out: PassageFact | None = None
    release_at: datetime | None = None

    @property
    def request(self) -> RequestFact:
        """What was asked for, as it counts now."""
        return RequestFact(
            id=self.id,
            space_id=self.space_id,
            household_id=self.household_id,
            person_id=self.person_id,
            period=self.period,
            requested_at=self.requested_at,
            details=self.details,
        )

    @property
    def bill(self) -> Bill:
        """What it costs, as decided."""
        return self.decision.bill if self.decision else FREE

    @property
    def staff_id(self) -> bytes | None:
        """The member of staff who asked for the person, if one did."""
        return id_or_none(self.details.staff_id)

    @property
    def changed_by(self) -> bytes | None:
        """The member of staff who changed it last for the person, if one did."""
        return id_or_none(self.details.changed_by)

    @property
    def accepted_by(self) -> bytes | None:
        """The member of staff who said yes to an offer for the person, if one did."""
        return id_or_none(self.details.accepted_by)

    @property
    def is_offer(self) -> bool:
        """Whether this was held for somebody of the waiting list, who has not said yes so far."""
        held = self.decision is not None and self.decision.verdict is Verdict.HELD
        return held and bool(self.details.entry)

    @property
    def has_pass(self) -> bool:
        """Whether there is a pass to show."""
        return bool(self.decision and self.decision.pass_)

    @property
    def base_status(self) -> Status:
        """The status as far as facts alone say it.

        Somebody may have been let in at a node that had not heard of a cancellation, or of
        somebody else's better right: that does not bring the reservation back.
        """
        verdict = self.decision.verdict if self.decision else None
        if verdict is Verdict.DISPLACED:
            return Status.DISPLACED
        check_in = self.check_in if verdict is Verdict.CONFIRMED else None
        if self.cancellation and not (check_in and check_in.at <= self.cancellation.at):
            return Status.CANCELLED
        if check_in is not None:
            return Status.CHECKED_IN if self.check_out is None else Status.CHECKED_OUT
        return Status.REQUESTED if verdict is None else Status(verdict)

    def status_at(self, now: datetime) -> Status:
        """The status with what time alone brings about: expiry, no-show, being over."""
        status = self.base_status
        if status is Status.HELD:
            until = self.decision.hold_until if self.decision else None
            return Status.EXPIRED if until is not None and now >= until else status
        if status is Status.CONFIRMED and self.release_at is not None and now >= self.release_at:
            return Status.NO_SHOW
        if status in {Status.CONFIRMED, Status.REQUESTED} and now >= self.period.ends_at:
            return Status.OVER if status is Status.CONFIRMED else Status.EXPIRED
        return status

    @property
    def turns(self) -> Iterator[datetime]:
        """The instants at which time alone may change what people are told of it."""
        yield from (self.period.starts_at, self.period.ends_at)
        if self.release_at is not None:
            yield self.release_at
        if self.decision is not None and self.decision.hold_until is not None:
            yield self.decision.hold_until


def id_or_none(text: str) -> bytes | None:
    """An id that a fact names; None where it names none."""
    try:
        return parse_id(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Offer:
    """A place that can be had: for the wished time, or (`is_alternative`) near it."""

    space: Space
    period: Period
    bill: Bill
    needs_request: bool = False
    """Whether another node or the desk must still agree."""


@dataclass(frozen=True, slots=True)
class BusySpan:
    """A taken time in a plan. Neighbours see that it is taken, not by whom."""

    period: Period
    status: Status
    reservation_id: bytes
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day of one space: when it is open, what is taken, why it is shut where it is all day;
    `kept` is what nobody can have of a room because of what is taken, preparing and cleaning."""

    space: Space
    open: tuple[Period, ...]
    busy: tuple[BusySpan, ...]
    closed_because: LocalText | None = None
    kept: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A reservation with its space, as lists show it; `status` is that of now."""

    reservation: Reservation
    space: Space
    status: Status
    code: str = ""

    @property
    def has_pass(self) -> bool:
        """Whether there is a pass that lets in, now or when its time has come."""
        return self.reservation.has_pass and self.status in {Status.CONFIRMED, Status.CHECKED_IN}


@dataclass(frozen=True, slots=True)
class Passed:
    """The outcome of holding a pass to a reader."""

    line: Line
    at: datetime
    already: bool = False
