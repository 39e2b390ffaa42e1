"""What an operator's directory of open files says, as frozen values: the contract of an import.

`read_quarter` makes one `QuarterFiles` of a directory in which nothing is wrong, so whoever
imports need not check again: every key is unique among its noun, every reference leads somewhere,
every time exists. A row's `key` is the operator's own stable name for the thing; the id of the
thing is `QuarterFiles.id_of(noun, key)`, the same at every import and on every node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from node.base.ids import derived_id
from node.base.money import Cents
from node.base.periods import Period
from node.quarter.model import (
    DeskProfile,
    HouseRule,
    LocalText,
    PlaceMark,
    QuarterProfile,
    QuietHours,
    TargetKind,
    WasteKind,
    WeekHours,
)


@dataclass(frozen=True, slots=True)
class FileError:
    """Something in a file that is wrong (an import does nothing) or odd (a warning).

    `message` and `remedy` are German sentences for gettext with `{placeholders}` that are filled
    from `values` after translation; `line` is 0 where the whole file is meant.
    """

    file: str
    line: int
    message: str
    remedy: str
    values: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message} {self.remedy}".format_map(self.values)


class Tenure(StrEnum):
    """How a household has its flat."""

    TENANT = "tenant"
    OWNER = "owner"


class Channel(StrEnum):
    """How a household wants to be told things."""

    APP = "app"
    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"


class Audience(StrEnum):
    """For whom a price or a horizon holds. Owners count by their household's contract."""

    CONTRACT = "contract"
    NO_CONTRACT = "no_contract"
    OUTSIDE = "outside"
    SISTER = "sister"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingRow:
    """A house: `buildings.csv`."""

    key: str
    name: str
    street: str = ""
    postcode: str = ""
    city: str = ""
    storeys: int = 0
    entrances: tuple[str, ...] = ()
    mark: PlaceMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatRow:
    """A flat of a house: `flats.csv`. Floor 0 is the ground floor."""

    key: str
    building: str
    entrance: str = ""
    number: str = ""
    floor: int = 0
    size_m2: float = 0.0
    rooms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRow:
    """Who shares a flat, a door bell and a bill: `households.csv`.

    `name` is what stands at the bell. `lives_here` is no for an owner who let the flat.
    """

    key: str
    flat: str
    name: str
    tenure: Tenure = Tenure.TENANT
    lives_here: bool = True
    channel: Channel = Channel.LETTER
    language: str = "de"
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A person of a household: `people.csv`. Neither mail nor phone is needed.

    `registered_on` is empty for people who never used the system; `is_child` for those under 18.
    """

    key: str
    household: str
    given_name: str
    family_name: str
    is_child: bool = False
    birth_year: int | None = None
    email: str = ""
    phone: str = ""
    language: str = "de"
    registered_on: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRow:
    """A household's service contract: `contracts.csv`. It entitles from `starts_on` through
    `ends_on` (open where empty)."""

    key: str
    household: str
    starts_on: date
    ends_on: date | None = None
    monthly_cents: Cents = 0
    minimum_months: int = 0
    notice_months: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """Somebody who works here: `staff.csv`. `role` is staff, management or operator, `sign_in`
    the name they sign in with, `title` what people know them for."""

    key: str
    given_name: str
    family_name: str
    role: str
    sign_in: str
    title: LocalText = LocalText()
    email: str = ""
    phone: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideNeighbourRow:
    """Somebody from around the quarter, vouched for by `sponsor` (a person's key):
    `outside_neighbours.csv`."""

    key: str
    given_name: str
    family_name: str
    sponsor: str
    street: str = ""
    email: str = ""
    phone: str = ""
    language: str = "de"
    since: date | None = None
    until: date | None = None


class SpaceKind(StrEnum):
    """What kind of place is reserved: a room by the hour, a guest apartment by the night."""

    ROOM = "room"
    GUEST_APARTMENT = "guest_apartment"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPrice:
    """What a room costs. None as audience or purpose means: any.

    The most exact row counts: audience and purpose, then purpose, then audience, then neither; an
    audience that no row fits can't reserve for that purpose. `flat_cents` is for the whole
    reservation; otherwise hours at `hour_cents`, never more than `day_cents` a day; with only
    `day_cents`, each day begun. `is_net` says that value-added tax comes on top.
    """

    audience: Audience | None = None
    purpose: str | None = None
    hour_cents: Cents | None = None
    day_cents: Cents | None = None
    flat_cents: Cents | None = None
    deposit_cents: Cents | None = None
    is_net: bool = False


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
class StayRules:
    """What only a guest apartment has. Times are the quarter's wall clock.

    In the months `weekend_months` a stay that holds a night to Saturday or to Sunday has at least
    `weekend_nights_min` nights. `gap_nights` lie between two stays of one household. People up to
    and including `free_age` cost nothing extra.
    """

    arrival_from: time = time(15)
    arrival_until: time = time(20)
    departure_until: time = time(11)
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
    key_handover: LocalText = LocalText()
    lost_key_cents: Cents = 0
    registration_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceRow:
    """One place that is reserved by time: one file in `spaces/`.

    `horizon_days` says how far ahead each audience may reserve; an audience that is missing may
    not at all. No price row is needed for staff. `quiet_from` is the time after which an end
    needs approval (`Approval.AFTER_QUIET`). Reservations start and last in steps of
    `step_minutes`. `no_show_percent` stays due of a reservation nobody came to; the room is free
    for others `release_after_minutes` after the start (0: never).
    """

    key: str
    kind: SpaceKind
    name: LocalText
    building: str
    mark: PlaceMark
    about: LocalText = LocalText()
    rules_text: LocalText = LocalText()
    access_text: LocalText = LocalText()
    floor: int = 0
    size_m2: float = 0.0
    seats: int = 0
    standing: int = 0
    is_step_free: bool = False
    equipment: tuple[EquipmentRow, ...] = ()
    hours: WeekHours = WeekHours()
    purposes: tuple[str, ...] = ()
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    step_minutes: int = 30
    minutes_min: int = 30
    minutes_max: int = 1440
    horizon_days: dict[Audience, int] = field(default_factory=dict)
    lead_minutes: int = 0
    lead_desk_minutes: int = 0
    open_reservations_max: int = 0
    quota_minutes_week: int = 0
    qualification: LocalText = LocalText()
    room_prices: tuple[RoomPrice, ...] = ()
    stay_prices: tuple[StayPrice, ...] = ()
    deposit_cents: Cents = 0
    vat: str = ""
    cancellation: tuple[CancellationTier, ...] = ()
    no_show_percent: int = 100
    release_after_minutes: int = 0
    approval: Approval = Approval.NEVER
    quiet_from: time | None = None
    stay: StayRules | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRow:
    """A time when something is shut: one occurrence of `closures.ics`; `target` is a building's
    or space's key, empty for the quarter and the desk."""

    key: str
    target_kind: TargetKind
    target: str
    period: Period
    reason: LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class WasteRow:
    """One date of one bin at one house: from `waste/<building>.ics`."""

    building: str
    kind: WasteKind
    day: date
    moved_from: date | None = None
    note: str = ""

    @property
    def key(self) -> str:
        """Stable as long as the same bin comes on the same day."""
        return f"{self.building}/{self.kind}/{self.day.isoformat()}"


class PastStatus(StrEnum):
    """How a reservation of the history stands."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationRow:
    """A reservation from before the import, or already agreed: `history/reservations.csv`.

    A stay in a guest apartment starts on its arrival day at `arrival_from` and ends on its
    departure day at `departure_until`. `people` counts everybody, children included.
    """

    key: str
    space: str
    person: str
    period: Period
    people: int
    purpose: str = ""
    status: PastStatus = PastStatus.CONFIRMED
    requested_at: datetime
    decided_at: datetime | None = None
    cancelled_at: datetime | None = None
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    by_staff: str = ""
    from_waiting_list: bool = False
    guest_name: str = ""
    guest_nationality: str = ""
    children_ages: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterFiles:
    """Everything an operator's directory says, checked. `warnings` did not stand in the way."""

    profile: QuarterProfile
    desk: DeskProfile
    id_seed: str = ""
    house_rules: tuple[HouseRule, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    buildings: tuple[BuildingRow, ...] = ()
    flats: tuple[FlatRow, ...] = ()
    households: tuple[HouseholdRow, ...] = ()
    people: tuple[PersonRow, ...] = ()
    contracts: tuple[ContractRow, ...] = ()
    staff: tuple[StaffRow, ...] = ()
    outside_neighbours: tuple[OutsideNeighbourRow, ...] = ()
    spaces: tuple[SpaceRow, ...] = ()
    closures: tuple[ClosureRow, ...] = ()
    waste: tuple[WasteRow, ...] = ()
    reservations: tuple[ReservationRow, ...] = ()
    warnings: tuple[FileError, ...] = ()

    @property
    def quarter_id(self) -> bytes:
        """The id of the quarter itself: the same wherever these files are read."""
        return derived_id("quarter", self.profile.key)

    def id_of(self, noun: str, key: str) -> bytes:
        """The id of a thing named by the operator's key; `noun` is "building", "flat",
        "household", "person" (residents, staff and outside neighbours alike), "contract",
        "space", "closure", "reservation".

        A hash of a short key can be guessed by whoever knows the quarter; an operator who minds
        writes a random `id_seed` into `quarter.toml`, which never leaves the house.
        """
        return derived_id(self.quarter_id, self.id_seed, noun, key)
