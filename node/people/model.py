"""The values of the people room: who lives here, how they sign in, what they may count on.

Profiles are what several hands may edit, so each is one JSON column; everything else is a fact
that is added and never changed. No clock, no store.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import msgspec

from node.base.actors import Actor, Face, Role
from node.base.refusals import Refusal

NEIGHBOURS = frozenset({Role.RESIDENT, Role.OWNER, Role.OUTSIDE_NEIGHBOUR})
TEAM = frozenset({Role.STAFF, Role.MANAGEMENT, Role.OPERATOR})
"""Roles that sign in by name and password, and for whom nobody else may act."""


class SecretKind(StrEnum):
    """What somebody proves themselves with. A person may have one of each."""

    PIN = "pin"
    PASSWORD = "password"  # noqa: S105 - the name of a kind


class HouseholdKind(StrEnum):
    """How a household belongs to the quarter."""

    TENANT = "tenant"
    OWNER = "owner"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdProfile:
    """What is known of a household; `name` is what stands at the bell.

    `ends_at` (seconds since 1970) is when it moved or moves out. `address` is for those outside.
    """

    name: str = ""
    kind: HouseholdKind = HouseholdKind.TENANT
    lives_here: bool = True
    channel: str = "letter"
    language: str = "de"
    address: str = ""
    ends_at: int | None = None

    def has_ended(self, at: int) -> bool:
        """Whether it has moved out by this second since 1970."""
        return self.ends_at is not None and self.ends_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProfile:
    """What is known of a person; only a name is ever needed.

    `sign_in` is the name that the team signs in with, `sponsor_id` (hex) who vouches for an
    outside neighbour, `registered_on` an ISO date from before this system.
    """

    given_name: str = ""
    family_name: str = ""
    is_child: bool = False
    birth_year: int | None = None
    email: str = ""
    phone: str = ""
    language: str = "de"
    sign_in: str = ""
    title: str = ""
    title_en: str = ""
    sponsor_id: str = ""
    registered_on: str = ""

    @property
    def name(self) -> str:
        """Given and family name, as people say it."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the quarter knows. `household_id` is empty for the team."""

    id: bytes
    household_id: bytes
    profile: PersonProfile

    @property
    def name(self) -> str:
        """Given and family name, as people say it."""
        return self.profile.name


@dataclass(frozen=True, slots=True)
class Household:
    """Those who share a flat, a door bell, a paper code and a bill."""

    id: bytes
    flat_id: bytes
    profile: HouseholdProfile

    @property
    def name(self) -> str:
        """What stands at the bell."""
        return self.profile.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """A service contract: entitles from `starts_at` until `ends_at` (open where None)."""

    starts_at: int = 0
    ends_at: int | None = None
    monthly_cents: int = 0
    minimum_months: int = 0
    notice_months: int = 1

    def holds(self, at: int) -> bool:
        """Whether it entitles at this second since 1970."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class RoleSpan:
    """A role that somebody has from `starts_at` until `ends_at` (open where None)."""

    role: Role
    starts_at: int = 0
    ends_at: int | None = None
    sign_in: str = ""
    """By which name somebody of the team signs in; it stands with the role, for nobody but the
    home node may change it."""

    def holds(self, at: int) -> bool:
        """Whether the role counts at this second since 1970."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideRights:
    """What central may know of somebody who opted in: no name, only what decides access."""

    roles: tuple[RoleSpan, ...] = ()
    contracts: tuple[ContractTerms, ...] = ()
    ends_at: int = 0


class Entitlement(StrEnum):
    """How a household stands to the service contract."""

    ACTIVE = "active"
    ENDING = "ending"
    UPCOMING = "upcoming"
    ENDED = "ended"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class EntitlementText:
    """The state of a service contract in plain words: a German sentence with its `values`."""

    state: Entitlement
    message: str
    values: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """Where an attempt to sign in comes from.

    `address` is the network address, empty at a kiosk's own screen; `device` the token of this
    browser's device cookie; `agent` what the browser says of itself, for "my devices".
    """

    face: Face = Face.PORTAL
    address: str = ""
    device: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """A name to choose from when signing in. `has_secret` says that a PIN or password is set."""

    id: bytes
    name: str
    has_secret: bool


@dataclass(frozen=True, slots=True)
class OpenedCode:
    """What a right household code opens: the household and who may be meant."""

    household_id: bytes
    household_name: str
    persons: tuple[PersonChoice, ...]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was just begun. The face keeps `token` and, where it is not empty, `device`
    as cookies; both are secrets that are stored nowhere else.
    """

    token: str
    device: str
    actor: Actor
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in person at one browser."""

    id: bytes
    person_id: bytes
    face: Face
    agent: str
    started_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that counts, with the person as an actor."""

    session: Session
    actor: Actor


@dataclass(frozen=True, slots=True)
class Device:
    """A browser where somebody has signed in before."""

    id: bytes
    agent: str
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A household code in clear, in groups of four; it is shown this once and never again."""

    household_id: bytes
    code: str


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """What stands in the letter that brings a household its code; `sender` is one line."""

    household_id: bytes
    household_name: str
    address_lines: tuple[str, ...]
    place: str
    code: str
    issued_on: date
    sender: str
    phone: str
    language: str = "de"


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """The content of a card's QR in clear; it is shown this once and never again."""

    card_id: bytes
    person_name: str
    token: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person as the desk's search shows them."""

    person: Person
    household_name: str
    place: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a household with what the desk wants to know at a glance."""

    person: Person
    roles: frozenset[Role]
    has_secret: bool
    has_card: bool


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household with its members, its contract and its code."""

    household: Household
    place: str
    members: tuple[Member, ...]
    entitlement: EntitlementText
    code_issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """How many there are: what the desk and the letter run want to know."""

    households: int = 0
    with_contract: int = 0
    persons: int = 0
    registered: int = 0
    registered_without_email: int = 0
    outside_neighbours: int = 0


@dataclass(frozen=True, slots=True)
class PeopleImported:
    """What a piece of an import did: households, persons and contracts, and roles apart."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    roles: int = 0

    @property
    def total(self) -> int:
        """All changes together."""
        return self.added + self.changed + self.ended + self.roles

    def __add__(self, other: PeopleImported) -> PeopleImported:
        return PeopleImported(
            self.added + other.added,
            self.changed + other.changed,
            self.ended + other.ended,
            self.roles + other.roles,
        )


@dataclass(frozen=True, slots=True)
class Denied:
    """A no whose guess is to be remembered: unlike a bare refusal it does not roll back."""

    refusal: Refusal


def to_json(value: object) -> str:
    """A profile, terms or rights as the JSON text of its one column."""
    return msgspec.json.encode(value).decode()
