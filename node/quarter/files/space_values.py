"""What the file of one space says: a room by the hour, a guest apartment by the night, or what can
be booked beside a room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from node.base.money import Cents
from node.quarter.model import (
    NEVER_OPEN,
    NO_TEXT,
    LocalText,
    PlaceMark,
    RuleSource,
    TimeSpan,
    WeekHours,
)

EVERY_WEEKDAY = frozenset(range(7))


class Audience(StrEnum):
    """For whom a price or a horizon holds. Owners count by their household's contract."""

    CONTRACT = "contract"
    NO_CONTRACT = "no_contract"
    OUTSIDE = "outside"
    SISTER = "sister"


class SpaceKind(StrEnum):
    """What is reserved: a room by the hour, a guest apartment by the night, or equipment, which
    goes by the hour with a room and never by itself."""

    ROOM = "room"
    GUEST_APARTMENT = "guest_apartment"
    EQUIPMENT = "equipment"


class Approval(StrEnum):
    """When the desk must agree before a reservation holds."""

    NEVER = "never"
    AFTER_QUIET = "after_quiet"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentRow:
    """Something a space has; `key` is what a search asks for ("kitchen", "projector")."""

    key: str
    name: LocalText
    count: int = 1


class HandoverKind(StrEnum):
    """What is looked at when a place changes hands."""

    COUNT = "count"
    """Things of which there should be so many."""
    METER = "meter"
    """A meter that is read."""
    KEY = "key"
    CONDITION = "condition"
    """Something that is in order, or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRow:
    """A line of the list that people go through when they come and when they leave.

    `count` is how many there should be, of things and of keys; `unit` is what a meter counts.
    """

    key: str
    kind: HandoverKind
    name: LocalText
    count: int = 1
    unit: str = ""


OFFER_HOURS = 24
"""How long an offer of the waiting list stands where nobody says otherwise."""
OFFER_HOURS_MAX = 14 * 24
HALF_DAY_MINUTES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPrice:
    """What a room costs. None as audience or purpose means: any.

    The most exact row counts: audience and purpose, then purpose, then audience, then neither; an
    audience that no row fits can't reserve for that purpose. `flat_cents` is for the whole
    reservation; otherwise what is least for each day begun: hours at `hour_cents`,
    `half_day_cents` for every `HALF_DAY_MINUTES` begun, `day_cents`. `is_net` says that value-added
    tax comes on top.
    """

    audience: Audience | None = None
    purpose: str | None = None
    hour_cents: Cents | None = None
    half_day_cents: Cents | None = None
    day_cents: Cents | None = None
    flat_cents: Cents | None = None
    deposit_cents: Cents | None = None
    is_net: bool = False

    @property
    def is_by_time(self) -> bool:
        """Whether it says what an hour, half a day or a day costs."""
        by_time = (self.hour_cents, self.half_day_cents, self.day_cents)
        return any(cents is not None for cents in by_time)


@dataclass(frozen=True, slots=True, kw_only=True)
class StayPrice:
    """What a guest apartment costs for one audience: first night (which carries
    `cleaning_cents`), each further night, each night of a person above those included."""

    audience: Audience
    first_night_cents: Cents
    further_night_cents: Cents
    extra_person_cents: Cents = 0
    cleaning_cents: Cents = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationTier:
    """Cancelled at least `notice_hours` before the start, `percent` of the price stays due."""

    notice_hours: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """A part of every year with its own opening times, from one day through another.

    `first` and `last` are month and day ("04-01"); a season may go past the new year.
    """

    name: LocalText
    first: str
    last: str
    hours: WeekHours

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        at = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdLimit:
    """How much one household may have of a place; 0 means no limit.

    `open_max` counts all that lies ahead of it, at any place; `week_minutes` what it has here in
    a week, `gap_days` the days between two of its times here. Without an audience: for all that
    have no row of their own.
    """

    audience: Audience | None = None
    open_max: int = 0
    week_minutes: int = 0
    gap_days: int = 0


NO_LIMIT = HouseholdLimit()


@dataclass(frozen=True, slots=True, kw_only=True)
class StayRules:
    """What only a guest apartment has. Times are the quarter's wall clock.

    Arrival and departure are possible on some weekdays (0: Monday). In the months `weekend_months`
    a stay that holds a night to Saturday or to Sunday has at least `weekend_nights_min` nights.
    `gap_nights` lie between two stays of one household. People up to
    and including `free_age` cost nothing extra.
    """

    arrival_from: time = time(15)
    arrival_until: time = time(20)
    departure_until: time = time(11)
    arrival_weekdays: frozenset[int] = EVERY_WEEKDAY
    departure_weekdays: frozenset[int] = EVERY_WEEKDAY
    turnover_minutes: int = 240
    nights_min: int = 1
    nights_max: int = 10
    weekend_nights_min: int = 1
    weekend_months: frozenset[int] = frozenset()
    gap_nights: int = 0
    persons_included: int = 2
    free_age: int = 6
    levy: str = ""
    cleaning_refunded: bool = True
    key_handover: LocalText = NO_TEXT
    lost_key_cents: Cents = 0
    registration_number: str = ""
    """The Wohnraum-ID, twelve figures (NRW): it stands wherever the place is offered."""
    nights_per_year: int = 0
    """How many nights of a calendar year it may be let, by law or licence (0: no limit)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceRow:
    """One place that is reserved by time: one file in `spaces/`.

    Opening times: those of a legal holiday (`holiday_hours`; None: as on any such weekday), else
    of the first season that holds the day, else of the week.
    `horizon_days` says how far ahead each audience may reserve; an audience that is missing may
    not at all. No price row is needed for staff. `quiet_from` is the time after which an end
    needs approval (`Approval.AFTER_QUIET`), by law or by house rule. Who has no `qualification`
    on record needs approval too. Reservations start and last in steps of
    `step_minutes`. `no_show_percent` stays due of a reservation nobody came to; the room is free
    for others `release_after_minutes` after the start (0: never). Whoever waited for a time that
    became free has `offer_hours` to say yes, where it does not begin sooner.
    `lock_after_handover`: where the box opens the door, it opens once the arrival's hand-over is
    signed.
    """

    key: str
    kind: SpaceKind
    name: LocalText
    building: str
    mark: PlaceMark
    about: LocalText = NO_TEXT
    rules_text: LocalText = NO_TEXT
    access_text: LocalText = NO_TEXT
    floor: int = 0
    size_m2: float = 0.0
    seats: int = 0
    standing: int = 0
    is_step_free: bool = False
    equipment: tuple[EquipmentRow, ...] = ()
    hours: WeekHours = NEVER_OPEN
    seasons: tuple[Season, ...] = ()
    holiday_hours: tuple[TimeSpan, ...] | None = None
    purposes: tuple[str, ...] = ()
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    step_minutes: int = 30
    minutes_min: int = 30
    minutes_max: int = 1440
    horizon_days: dict[Audience, int] = field(default_factory=dict)
    lead_minutes: int = 0
    lead_desk_minutes: int = 0
    limits: tuple[HouseholdLimit, ...] = ()
    qualification: LocalText = NO_TEXT
    room_prices: tuple[RoomPrice, ...] = ()
    stay_prices: tuple[StayPrice, ...] = ()
    deposit_cents: Cents = 0
    vat: str = ""
    cancellation: tuple[CancellationTier, ...] = ()
    no_show_percent: int = 100
    release_after_minutes: int = 0
    offer_hours: int = OFFER_HOURS
    approval: Approval = Approval.NEVER
    quiet_from: time | None = None
    quiet_source: RuleSource = RuleSource.HOUSE_RULE
    stay: StayRules | None = None
    handover: tuple[HandoverRow, ...] = ()
    lock_after_handover: bool = False

    @property
    def usual_purpose(self) -> str:
        """What it is reserved for where nobody says; empty where it has no purposes."""
        return self.purposes[0] if self.purposes else ""

    def limit_for(self, audience: Audience) -> HouseholdLimit:
        """What a household of this audience is limited to: its own row, else that for all."""
        general = NO_LIMIT
        for limit in self.limits:
            if limit.audience == audience:
                return limit
            if limit.audience is None and general is NO_LIMIT:
                general = limit
        return general
