"""What the API says and takes: the shapes that OpenAPI describes.

Ids are 26 characters of Crockford's base 32, instants ISO 8601 in UTC, sums whole cents.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from node.base.ids import id_text
from node.spaces import Bill, Line, Offer, Space, pass_text
from node.spaces.due import due_of


class ProblemOut(msgspec.Struct, omit_defaults=True):
    """Why something was not done (RFC 9457). `title` and `detail` are for people, `code` is for
    programs; `help` and `page` hold what would work instead.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str = ""
    help: list[Any] = []
    problems: dict[str, str] = {}
    page: dict[str, Any] = {}


ID_PATTERN = "^[0-9A-Za-z]{26}$"
PEOPLE_MAX = 999
AGES_MAX = 20
PURPOSE_CHARS_MAX = 40
NOTE_CHARS_MAX = 500
FIGURES_CHARS_MAX = 20
PASS_CHARS_MAX = 400
SECRET_CHARS_MAX = 200
NAME_CHARS_MAX = 80
CODE_CHARS_MAX = 40

Id = Annotated[str, Meta(pattern=ID_PATTERN, description="26 characters of base 32.")]
Moment = Annotated[datetime, Meta(tz=True)]
Age = Annotated[int, Meta(ge=0, le=17)]


class SpaceOut(msgspec.Struct):
    """A place that can be reserved."""

    id: str
    key: str
    kind: str
    name: dict[str, str]
    seats: int
    size_m2: float
    equipment: list[str]
    mark: dict[str, str]


class BillLineOut(msgspec.Struct):
    """A line of a bill; `text` is a German template filled from `values`."""

    text: str
    values: dict[str, str]
    cents: int
    vat_percent: int | None


class BillOut(msgspec.Struct):
    """What a reservation costs."""

    lines: list[BillLineOut]
    total_cents: int
    deposit_cents: int


class OfferOut(msgspec.Struct):
    """A place that can be had, when and for how much."""

    space_id: str
    starts_at: Moment
    ends_at: Moment
    bill: BillOut
    needs_request: bool


class NotOfferedOut(msgspec.Struct):
    """A place that cannot be had for the wish, and why."""

    space_id: str
    code: str
    message: str
    remedy: str


class FoundOut(msgspec.Struct):
    """The answer to a search."""

    offers: list[OfferOut]
    not_offered: list[NotOfferedOut]
    alternatives: list[OfferOut]


class ReservationIn(msgspec.Struct, forbid_unknown_fields=True):
    """A wish to reserve. `person_id` is for the desk, which reserves for others."""

    space_id: Id
    starts_at: Moment
    ends_at: Moment
    people: Annotated[int, Meta(ge=1, le=PEOPLE_MAX)] = 1
    purpose: Annotated[str, Meta(max_length=PURPOSE_CHARS_MAX)] = ""
    ages: Annotated[list[Age], Meta(max_length=AGES_MAX)] = []
    note: Annotated[str, Meta(max_length=NOTE_CHARS_MAX)] = ""
    person_id: Id | None = None


class ReservationOut(msgspec.Struct):
    """A reservation as it stands now. `bill` is what was agreed, `due_cents` what of it is to be
    paid: less of what was given up or not come to, null where nothing came of it."""

    id: str
    space_id: str
    starts_at: Moment
    ends_at: Moment
    people: int
    purpose: str
    status: str
    bill: BillOut
    due_cents: int | None = None
    code: str = ""
    pass_: str = msgspec.field(default="", name="pass")
    checked_in_at: Moment | None = None
    checked_out_at: Moment | None = None


class PassIn(msgspec.Struct, forbid_unknown_fields=True):
    """A scanned pass (address or bare text) or its eight characters; where, if that is known; and
    what stands on the door's display, for coming in where there is one."""

    pass_: Annotated[str, Meta(max_length=PASS_CHARS_MAX)] = msgspec.field(name="pass")
    space_id: Id | None = None
    figures: Annotated[str, Meta(max_length=FIGURES_CHARS_MAX)] = ""


class PassedOut(msgspec.Struct):
    """Who went through, when; `already` says that it was not the first time."""

    reservation: ReservationOut
    at: Moment
    already: bool


class SignInIn(msgspec.Struct, forbid_unknown_fields=True):
    """Signing in: the team by `name`, residents by `code` and `person_id`; both with `secret`."""

    secret: Annotated[str, Meta(max_length=SECRET_CHARS_MAX)]
    name: Annotated[str, Meta(max_length=NAME_CHARS_MAX)] = ""
    code: Annotated[str, Meta(max_length=CODE_CHARS_MAX)] = ""
    person_id: Id | None = None


class SessionOut(msgspec.Struct):
    """A session: send its token as `Authorization: Bearer`."""

    token: str
    ends_at: Moment
    name: str


class MeOut(msgspec.Struct):
    """Who asks."""

    name: str
    roles: list[str]
    has_contract: bool


class QuarterOut(msgspec.Struct):
    """Where one is."""

    name: str
    city: str
    timezone: str
    demo: bool


SHAPES = (
    ProblemOut,
    SpaceOut,
    OfferOut,
    FoundOut,
    ReservationIn,
    ReservationOut,
    PassIn,
    PassedOut,
    SignInIn,
    SessionOut,
    MeOut,
    QuarterOut,
)
"""What the description describes, together with what stands in these."""


def space_out(space: Space) -> SpaceOut:
    """A space for the API."""
    return SpaceOut(
        id=id_text(space.id),
        key=space.row.key,
        kind=str(space.kind),
        name={"de": space.name.de, "en": space.name.en},
        seats=space.row.seats,
        size_m2=space.row.size_m2,
        equipment=[thing.key for thing in space.row.equipment],
        mark={
            "icon": space.mark.icon,
            "number": str(space.mark.number),
            "colour": space.mark.colour,
        },
    )


def bill_out(bill: Bill) -> BillOut:
    """A bill for the API."""
    lines = [
        BillLineOut(
            line.text,
            {name: str(value) for name, value in line.values.items()},
            line.cents,
            line.vat_percent,
        )
        for line in bill.lines
    ]
    return BillOut(lines, bill.total_cents, bill.deposit_cents)


def offer_out(offer: Offer) -> OfferOut:
    """An offer for the API."""
    return OfferOut(
        id_text(offer.space.id),
        offer.period.starts_at,
        offer.period.ends_at,
        bill_out(offer.bill),
        offer.needs_request,
    )


def reservation_out(line: Line) -> ReservationOut:
    """A reservation for the API."""
    reservation = line.reservation
    decision = reservation.decision
    return ReservationOut(
        id=id_text(reservation.id),
        space_id=id_text(reservation.space_id),
        starts_at=reservation.period.starts_at,
        ends_at=reservation.period.ends_at,
        people=reservation.details.people,
        purpose=reservation.details.purpose,
        status=str(line.status),
        bill=bill_out(reservation.bill),
        due_cents=due_of(line),
        code=line.code,
        pass_=pass_text(decision.pass_) if decision and line.code else "",
        checked_in_at=reservation.check_in.at if reservation.check_in else None,
        checked_out_at=reservation.check_out.at if reservation.check_out else None,
    )
