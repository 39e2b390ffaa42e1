"""The values of guests: who comes to stay, and what they say of themselves before they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from node.spaces.model import Instant, Line, Status

NAME_MAX = 80
"""Characters of a name."""


class Kind(StrEnum):
    """What a record of guests is."""

    GUESTS = "guests"
    FORM = "form"
    SIGNED = "signed"
    SEEN = "seen"
    """The desk saw the passport of a form."""


class How(StrEnum):
    """How a form was signed."""

    SCREEN = "screen"
    PAPER = "paper"


class Guest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of those who come to stay. Of Germans nothing more is asked: since 2025 they fill in no
    registration form (BMG s.29(2) as amended by the Bürokratieentlastungsgesetz IV)."""

    name: Annotated[str, msgspec.Meta(max_length=NAME_MAX)] = ""
    is_child: bool = False
    is_foreign: bool = False


class GuestList(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was said before arrival: who comes, and when on the day. `arrives` is "16:30"; empty
    where nobody said. Places in `guests` are kept, so that forms can name them by number."""

    guests: tuple[Guest, ...] = ()
    arrives: Annotated[str, msgspec.Meta(max_length=5)] = ""

    @property
    def named(self) -> list[tuple[int, Guest]]:
        """Those who were named, each with its number."""
        return [(number, guest) for number, guest in enumerate(self.guests) if guest.name]


class RecordFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """What of a record says nothing of a person: when it was written and where."""

    at: Instant
    face: str = ""
    how: str = ""
    """How it was signed; see `How`."""
    by: str = ""
    """The random id of who of the team wrote it."""


class Form(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What BMG s.30(2) asks of a guest who is no German: beside the days of arrival and departure,
    which are the reservation's. `fellows` are the numbers of husband or wife and minor children,
    of whom only how many there are and what citizens counts (s.29(2))."""

    number: int
    family_name: str = ""
    given_names: str = ""
    born: str = ""
    """An ISO date."""
    nationalities: str = ""
    address: str = ""
    passport: str = ""
    fellows: tuple[int, ...] = ()
    fellow_nationalities: str = ""


class Signature(msgspec.Struct, frozen=True, omit_defaults=True):
    """Strokes on a screen; see `rules.read_strokes`. Empty where it is on paper."""

    strokes: str = ""


@dataclass(frozen=True, slots=True)
class FiledForm:
    """A form as it was filled in last, and whether it is signed."""

    id: bytes
    form: Form
    signed_at: datetime | None = None
    how: str = ""
    strokes: str = ""
    seen_at: datetime | None = None

    @property
    def is_signed(self) -> bool:
        """Whether it was signed, on screen or on paper."""
        return self.signed_at is not None


class Why(StrEnum):
    """Why something that guests said is overwritten."""

    DATE = "date"
    """Its time is over."""
    NEVER_CAME = "never_came"
    """The stay came to nothing, so nothing is to be kept of it."""


class EndFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """When the home node said that a record's time is over, and why."""

    at: Instant
    why: str = ""


class LinkFact(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a guest's link was made or ended, and by whose random id."""

    at: Instant
    by: str = ""


@dataclass(frozen=True, slots=True)
class GuestLink:
    """A guest's own link that counts, as its maker and the desk see it."""

    id: bytes
    reservation_id: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in a guest apartment with what was said of its guests."""

    line: Line
    arrives_on: date
    leaves_on: date
    first_day: date
    """When the whole stay begins, also where this is a later part of it."""
    last_day: date
    left_on: date | None = None
    """When they checked out, where they did."""
    guests: GuestList | None = None
    forms: Mapping[int, FiledForm] = field(default_factory=dict)
    """By the number of the guest who fills it in."""
    parts: Sequence[Line] = ()
    """Where it is spread over several apartments: all of its parts that count, in order. What the
    guests say holds of the whole, so it is said once."""
    keeper_id: bytes = b""
    """The reservation under which it is kept: the first of all parts."""

    @property
    def nights(self) -> int:
        """How many nights were booked."""
        return (self.leaves_on - self.arrives_on).days

    @property
    def is_open(self) -> bool:
        """Whether its guests may still say who they are: while any part is ahead or lived in."""
        open_ = {Status.CONFIRMED, Status.CHECKED_IN}
        return any(line.status in open_ for line in self.parts or [self.line])

    @property
    def number(self) -> int:
        """Which part of the whole this is, from 1; 0 where it is all of it."""
        ids = [line.reservation.id for line in self.parts]
        own = self.line.reservation.id
        return ids.index(own) + 1 if len(ids) > 1 and own in ids else 0

    @property
    def people(self) -> int:
        """For how many it was booked."""
        return self.line.reservation.details.people
