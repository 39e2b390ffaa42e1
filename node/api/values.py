"""What the API says and takes: the shapes that OpenAPI describes.

Ids are 26 characters of Crockford's base 32, instants ISO 8601 in UTC, sums whole cents.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from node.base.ids import id_text
from node.spaces import Bill, Line, Offer, Space, pass_text


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
    starts_at: datetime
    ends_at: datetime
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

    space_id: str
    starts_at: datetime
    ends_at: datetime
    people: int = 1
    purpose: str = ""
    ages: list[int] = []
    note: str = ""
    person_id: str = ""


class ReservationOut(msgspec.Struct):
    """A reservation as it stands now."""

    id: str
    space_id: str
    starts_at: datetime
    ends_at: datetime
    people: int
    purpose: str
    status: str
    bill: BillOut
    code: str = ""
    pass_: str = msgspec.field(default="", name="pass")
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None


class PassIn(msgspec.Struct, forbid_unknown_fields=True):
    """A scanned pass (address or bare text) or its eight characters; where, if that is known."""

    pass_: str = msgspec.field(name="pass")
    space_id: str = ""


class PassedOut(msgspec.Struct):
    """Who went through, when; `already` says that it was not the first time."""

    reservation: ReservationOut
    at: datetime
    already: bool


class SignInIn(msgspec.Struct, forbid_unknown_fields=True):
    """Signing in: the team by `name`, residents by `code` and `person_id`; both with `secret`."""

    secret: str
    name: str = ""
    code: str = ""
    person_id: str = ""


class SessionOut(msgspec.Struct):
    """A session: send its token as `Authorization: Bearer`."""

    token: str
    ends_at: datetime
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
        code=line.code,
        pass_=pass_text(decision.pass_) if decision and line.code else "",
        checked_in_at=reservation.check_in.at if reservation.check_in else None,
        checked_out_at=reservation.check_out.at if reservation.check_out else None,
    )
