"""The values of a quarter: places, hours, closures, waste dates, rules. No clock, no store.

The reader of an operator's files (`node.quarter.files`) makes them, the tables keep them, pages
show them. Hours are wall-clock minutes of the quarter's time zone; instants are aware and UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import msgspec

from node.base.periods import Period

MINUTES_OF_DAY = 24 * 60

MARK_COLOURS = (
    "brick",
    "ochre",
    "olive",
    "pine",
    "teal",
    "sky",
    "blue",
    "indigo",
    "plum",
    "rose",
    "sand",
    "slate",
)
"""The quiet colours of place marks by name; what they look like, light and dark, the design
tokens say."""


@dataclass(frozen=True, slots=True)
class LocalText:
    """A short text that the operator wrote in German and, if they like, in English."""

    de: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        """The text in `language` ("de", "en"), or in German where it was not translated."""
        return self.en if language == "en" and self.en else self.de

    def __bool__(self) -> bool:
        return bool(self.de)


NO_TEXT = LocalText()


class TimeSpan(msgspec.Struct, frozen=True, order=True):
    """From `opens_minute` until `closes_minute` (not included) after midnight; 1440 is 24:00."""

    opens_minute: int
    closes_minute: int

    def __str__(self) -> str:
        return f"{clock_text(self.opens_minute)}-{clock_text(self.closes_minute)}"


def clock_text(minute: int) -> str:
    """A minute of the day as "09:05"; 1440 is "24:00"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Opening times by weekday, Monday first: seven tuples of spans, in order, not overlapping."""

    days: tuple[tuple[TimeSpan, ...], ...] = ((),) * 7

    def on(self, day: date) -> tuple[TimeSpan, ...]:
        """The spans of the weekday that `day` is; holidays and closures are not looked at."""
        return self.days[day.weekday()]


NEVER_OPEN = WeekHours()


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One day on which the desk keeps other hours than in the week; no spans means closed."""

    day: date
    spans: tuple[TimeSpan, ...] = ()
    reason: LocalText = NO_TEXT


@dataclass(frozen=True, slots=True)
class PlaceMark:
    """The sign of a space or house on door, screen, pass and calendar: for people who don't read.

    `icon` is the name of an icon of the product's set, `colour` one of `MARK_COLOURS`.
    """

    icon: str
    number: int
    colour: str


class RuleSource(StrEnum):
    """Whether something holds by law or because this quarter agreed on it."""

    LAW = "law"
    HOUSE_RULE = "house_rule"


@dataclass(frozen=True, slots=True)
class HouseRule:
    """One rule of the house, as people read it."""

    key: str
    title: LocalText
    text: LocalText
    source: RuleSource = RuleSource.HOUSE_RULE


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When it has to be quiet. A span may go past midnight (`closes_minute` <= `opens_minute`).

    `weekdays` holds 0 (Monday) to 6; `on_holidays` adds the legal holidays of the land.
    """

    key: str
    title: LocalText
    opens_minute: int
    closes_minute: int
    weekdays: frozenset[int] = frozenset(range(7))
    on_holidays: bool = True
    source: RuleSource = RuleSource.HOUSE_RULE
    where: LocalText = NO_TEXT


class Exemption(StrEnum):
    """Why a city asks a grown-up guest for no levy, where its statute says so."""

    BUSINESS = "business"
    DISABLED = "disabled"
    SCHOOL_TRIP = "school_trip"
    CARE = "care"
    """Who is with somebody in hospital or care."""


@dataclass(frozen=True, slots=True)
class Levy:
    """A tax per adult and night that the house collects for the city.

    Due for guests of `exempt_under` years or older, for at most `days_max` nights of a stay (0:
    no limit), from `valid_from` on; `exempt` says for what reasons the city asks for none.
    """

    code: str
    name: LocalText
    cents_per_adult_night: int
    days_max: int = 0
    exempt_under: int = 18
    valid_from: date = date.min
    exempt: tuple[Exemption, ...] = ()


@dataclass(frozen=True, slots=True)
class VatRate:
    """Value-added tax of one kind of service in whole percent, from a day on."""

    code: str
    percent: int
    valid_from: date


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a room is reserved for. `is_public` says that everybody of the quarter may come."""

    key: str
    name: LocalText
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers for the quarter, and how to reach them without this system."""

    operator: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


NO_CONTACT = Contact()


@dataclass(frozen=True, slots=True)
class QuarterProfile:
    """What a quarter is called, where it lies, and which clock it lives by.

    `key` is the operator's own stable name for it (`le-flair-demo`); `is_demo` makes every page
    say so. `vat_percent` maps "room", "stay", "service" ... to whole percent;
    `vat_rates` hold instead from a day on.
    """

    key: str
    name: str
    city: str
    timezone: str = "Europe/Berlin"
    country: str = "DE"
    land: str = ""
    languages: tuple[str, ...] = ("de", "en")
    is_demo: bool = False
    about: LocalText = NO_TEXT
    contact: Contact = NO_CONTACT
    purposes: tuple[Purpose, ...] = ()
    levies: tuple[Levy, ...] = ()
    vat_percent: dict[str, int] = field(default_factory=dict)
    vat_rates: tuple[VatRate, ...] = ()

    def vat_on(self, code: str, day: date) -> int:
        """The percent of a service that is complete on a day."""
        holding = [each for each in self.vat_rates if each.code == code and each.valid_from <= day]
        latest = max(holding, key=lambda each: each.valid_from, default=None)
        return self.vat_percent.get(code, 0) if latest is None else latest.percent

    def levy_on(self, code: str, day: date) -> Levy | None:
        """The version of a levy that holds on a day of arrival: the one valid last."""
        holding = [each for each in self.levies if each.code == code and each.valid_from <= day]
        return max(holding, key=lambda each: each.valid_from, default=None)


@dataclass(frozen=True, slots=True)
class DeskProfile:
    """The Service-Point: its name, where it is, and its ordinary week.

    `holiday_hours` hold on legal holidays; None means: as on any such weekday. A special day
    counts before both.
    """

    name: str = "Service-Point"
    where: LocalText = NO_TEXT
    phone: str = ""
    hours: WeekHours = NEVER_OPEN
    holiday_hours: tuple[TimeSpan, ...] | None = None
    special_days: tuple[SpecialDay, ...] = ()


class TargetKind(StrEnum):
    """What a closure closes. A closed quarter closes its houses, a closed house its spaces."""

    QUARTER = "quarter"
    DESK = "desk"
    BUILDING = "building"
    SPACE = "space"


@dataclass(frozen=True, slots=True)
class Closure:
    """A time when something is shut beyond its ordinary hours, and why.

    `target_id` is empty where the quarter or the desk is meant.
    """

    id: bytes
    target_kind: TargetKind
    target_id: bytes
    starts_at: datetime
    ends_at: datetime
    reason: LocalText

    @property
    def period(self) -> Period:
        """From when to when."""
        return Period(self.starts_at, self.ends_at)


class WasteKind(StrEnum):
    """What is collected."""

    RESIDUAL = "residual"
    BIO = "bio"
    PAPER = "paper"
    PACKAGING = "packaging"
    GLASS = "glass"
    BULKY = "bulky"
    TREES = "trees"
    HAZARDOUS = "hazardous"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class WasteCollection:
    """One date of one bin at one house. `moved_from` is the usual day, where it was moved."""

    day: date
    kind: WasteKind
    moved_from: date | None = None
    note: str = ""

    @property
    def is_moved(self) -> bool:
        """Whether it comes on another day than usual: people must be told."""
        return self.moved_from is not None


@dataclass(frozen=True, slots=True)
class BookOfRules:
    """What people agreed on, and what the law adds."""

    house_rules: tuple[HouseRule, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Building:
    """A house of the quarter with its entrances, in the order people walk past them."""

    id: bytes
    key: str
    name: str
    address: str = ""
    storeys: int = 0
    mark: PlaceMark | None = None
    entrances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat. Never readable outside the quarter's own nodes: it leads to people."""

    id: bytes
    key: str
    building_id: bytes
    entrance: str = ""
    number: str = ""
    floor: int = 0
    size_m2: float = 0.0
    rooms: float = 0.0
