"""What an operator's directory of open files says, as frozen values: the contract of an import.

`read_quarter` makes one `QuarterFiles` of a directory in which nothing is wrong, so whoever
imports need not check again: every key is unique among its noun, every reference leads somewhere,
every time exists. A row's `key` is the operator's own stable name for the thing; the id of the
thing is `QuarterFiles.id_of(noun, key)`, the same at every import and on every node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from node.base.actors import Role
from node.base.ids import derived_id
from node.base.money import Cents
from node.base.periods import Period
from node.quarter.files.space_values import SpaceRow
from node.quarter.model import (
    NO_TEXT,
    DeskProfile,
    HouseRule,
    LocalText,
    PlaceMark,
    QuarterProfile,
    QuietHours,
    TargetKind,
    WasteKind,
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
    role: Role
    sign_in: str
    title: LocalText = NO_TEXT
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
    line: int = field(default=0, compare=False)
    """Where it stands in the file: what it clashes with is only known at the node."""


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
