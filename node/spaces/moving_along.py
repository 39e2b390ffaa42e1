"""A room whose time is moved takes along what was booked with it, all in one transaction.

What cannot come is named with its reason; whoever changes the room says what to do without: a
room then stays where it was, equipment is given up (docs/decisions/0026).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from node.base.actors import Actor
from node.base.money import Cents
from node.base.refusals import Refusal
from node.spaces import place_tables, projections
from node.spaces.actions import cancel, own_to_change
from node.spaces.cancelling import preview_cancellation
from node.spaces.folding import find_reservation
from node.spaces.model import Reservation, Space, Status, Wish
from node.spaces.moving import (
    COSTS_CHANGED,
    ChangeOffer,
    change,
    for_the_house,
    judge,
    offer_of,
    write_change,
)
from node.spaces.offering import offer_free
from node.spaces.passes import Signer
from node.spaces.refusals import NO_PRICE
from node.store import Read, Write


@dataclass(frozen=True, slots=True)
class Companion:
    """Something booked with a room: what taking it along comes to, or why it cannot come."""

    reservation: Reservation
    space: Space
    is_taken: bool
    offer: ChangeOffer | None = None
    refusal: Refusal | None = None
    fee_cents: Cents = 0
    """What giving it up costs now."""

    @property
    def is_given_up(self) -> bool:
        """Whether it ends with the room's going: equipment alone is of no use."""
        return not self.is_taken and self.space.is_equipment

    @property
    def cents(self) -> Cents:
        """What it costs after the change; what stays where it was costs what it did."""
        if self.is_taken:
            return self.offer.bill.total_cents if self.offer else 0
        return self.fee_cents if self.space.is_equipment else self.reservation.bill.total_cents

    @property
    def difference_cents(self) -> Cents:
        """What that is beside what was agreed."""
        return self.cents - self.reservation.bill.total_cents


@dataclass(frozen=True, slots=True)
class TogetherOffer:
    """What a change comes to with everything that goes along."""

    room: ChangeOffer
    companions: tuple[Companion, ...]

    @property
    def can(self) -> bool:
        """Whether everything that is to come can come."""
        return all(each.refusal is None for each in self.companions if each.is_taken)

    @property
    def total_cents(self) -> Cents:
        """What all of it costs then."""
        return self.room.bill.total_cents + sum(each.cents for each in self.companions)

    @property
    def difference_cents(self) -> Cents:
        """What that is beside what was agreed."""
        return self.room.difference_cents + sum(each.difference_cents for each in self.companions)


def preview_together(
    read: Read,
    actor: Actor,
    reservation_id: bytes,
    wish: Wish,
    *,
    left: Collection[bytes] = (),
    now: datetime,
    by_house: bool = False,
) -> TogetherOffer | Refusal:
    """What moving a room comes to with what was booked with it, without those that are `left`.

    `by_house`: the house wants it, so none of it costs more than what was agreed.
    """
    found = judge(read, actor, reservation_id, wish, now=now)
    if isinstance(found, Refusal):
        return found
    agreed, case = found
    room = offer_of(agreed, for_the_house(agreed, case) if by_house else case)
    if isinstance(room, Refusal):
        return room
    # Only another time leaves something behind: next door, the projector still is at hand.
    moves = room.period != agreed.period
    others = companions_of(read, agreed, now=now) if moves else []
    looked = (
        _look(read, actor, each, room, is_taken=each.id not in left, now=now, by_house=by_house)
        for each in others
    )
    return TogetherOffer(room, tuple(each for each in looked if each is not None))


def _look(
    read: Read,
    actor: Actor,
    reservation: Reservation,
    room: ChangeOffer,
    *,
    is_taken: bool,
    now: datetime,
    by_house: bool,
) -> Companion | None:
    space = place_tables.select_space(read, reservation.space_id)
    if space is None:
        return None
    wish = _wish_along(reservation, room)
    found = judge(read, actor, reservation.id, wish, now=now, along=True)
    if isinstance(found, Refusal):
        offer: ChangeOffer | Refusal = found
    else:
        offer = offer_of(found[0], for_the_house(*found) if by_house else found[1])
    fee = preview_cancellation(reservation, now=now).fee_cents
    if isinstance(offer, Refusal):
        return Companion(reservation, space, is_taken, None, offer, fee)
    return Companion(reservation, space, is_taken, offer, None, fee)


def _wish_along(reservation: Reservation, room: ChangeOffer) -> Wish:
    details = reservation.details
    return Wish(
        space_id=reservation.space_id,
        period=room.period,
        people=details.people,
        purpose=details.purpose,
        ages=details.ages,
    )


def companions_of(read: Read, agreed: Reservation, *, now: datetime) -> list[Reservation]:
    """What was booked with a room for the same time, and still is."""
    if not agreed.details.series:
        return []
    party = projections.party_of(agreed.household_id, agreed.person_id)
    found = (
        find_reservation(read, each)
        for each in projections.select_ids_alive(read, party, since=now)
    )
    return [
        each
        for each in found
        if each is not None and each.id != agreed.id and each.period == agreed.period
        if each.details.series == agreed.details.series
        if each.status_at(now) in {Status.CONFIRMED, Status.CHECKED_IN}
    ]


def change_together(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    wish: Wish,
    *,
    left: Collection[bytes] = (),
    total_cents: Cents,
    now: datetime,
    signer: Signer,
    by_house: bool = False,
) -> Reservation | Refusal:
    """Change a room and take along what was booked with it, for what was shown, or nothing."""
    agreed = own_to_change(write, actor, reservation_id)
    if isinstance(agreed, Refusal):
        return agreed
    others = companions_of(write, agreed, now=now)
    for space_id in {wish.space_id, *(each.space_id for each in others)}:
        offer_free(write, now=now, signer=signer, space_id=space_id)
    offer = preview_together(
        write, actor, reservation_id, wish, left=left, now=now, by_house=by_house
    )
    if isinstance(offer, Refusal):
        return offer
    if offer.total_cents != total_cents:
        return COSTS_CHANGED
    for each in offer.companions:
        done = _take(write, actor, each, offer.room, now=now, signer=signer, by_house=by_house)
        if isinstance(done, Refusal):
            return done
    cents = offer.room.bill.total_cents
    return change(
        write,
        actor,
        reservation_id,
        wish,
        total_cents=cents,
        now=now,
        signer=signer,
        by_house=by_house,
    )


def _take(
    write: Write,
    actor: Actor,
    each: Companion,
    room: ChangeOffer,
    *,
    now: datetime,
    signer: Signer,
    by_house: bool,
) -> Reservation | Refusal | None:
    if each.is_given_up:
        return cancel(write, actor, each.reservation.id, now=now)
    if not each.is_taken:
        return None
    wish = _wish_along(each.reservation, room)
    found = judge(write, actor, each.reservation.id, wish, now=now, along=True)
    if isinstance(found, Refusal):
        return found
    agreed, case = found
    case = for_the_house(agreed, case) if by_house else case
    if case.bill is None:
        return NO_PRICE
    return write_change(write, actor, agreed, case, now=now, signer=signer)
