"""What is shut hits what is reserved: whom, and where else each of them could be.

Nobody loses a time by itself (`quarter.shut` only says what is shut). Until somebody of the team
has moved them, given their time back or opened the place again they are *hit*, and stand on the
board. What they are offered costs no more than what was agreed: the house is who asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from node.base.actors import Actor, Permission, may
from node.base.money import Cents
from node.base.periods import Period
from node.base.refusals import N_, Refusal
from node.quarter import Closure, TargetKind, list_closures
from node.spaces import place_tables
from node.spaces.actions import NOT_YOURS
from node.spaces.folding import find_reservation
from node.spaces.model import Line, Reservation, Space, Status, Wish
from node.spaces.moving_along import TogetherOffer, change_together, preview_together
from node.spaces.passes import Signer
from node.spaces.reads import hit_by
from node.store import Read, Write

AHEAD = timedelta(days=800)
"""So far closures are looked at; nobody books further ahead."""
OFFERS_MAX = 3
TRIES_MAX = 60
"""So many places and times are looked at for one reservation."""
HOURS = (-1, 1, -2, 2, -3, 3)
DAYS = (1, -1, 2, -2, 3, -3, 7, -7)
PREVIEWED = frozenset({Status.CONFIRMED})
"""What can be moved; who is in already is talked to, a hold or a request is given back."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A reservation and what shuts its place at that time."""

    line: Line
    closure: Closure


def hit_ahead(read: Read, *, now: datetime) -> list[Hit]:
    """Everything reserved or asked for at a time when its place is shut, the next first; what two
    closures hit stands here once."""
    found: dict[bytes, Hit] = {}
    for listed in list_closures(read, Period(now, now + AHEAD)):
        if listed.closure.target_kind is TargetKind.DESK:
            # The desk is closed then: that shuts no place.
            continue
        for line in hit_by(read, listed.closure, now=now):
            if line.reservation.period.ends_at > now:
                found.setdefault(line.reservation.id, Hit(line, listed.closure))
    return sorted(found.values(), key=lambda hit: hit.line.reservation.period.starts_at)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What somebody who is hit could have instead, with all that is booked with it; and what of
    that kept something nearer from being offered."""

    offers: tuple[TogetherOffer, ...] = ()
    stays_behind: tuple[Space, ...] = ()


def offers_elsewhere(read: Read, actor: Actor, hit: Hit, *, now: datetime) -> Elsewhere:
    """The nearest that somebody who is hit could have instead: another place at the same time
    before another time, each for no more than what was agreed, and with everything."""
    line = hit.line
    if line.status not in PREVIEWED or not may(actor, Permission.RESERVE_FOR_OTHERS):
        return Elsewhere()
    offers: list[TogetherOffer] = []
    stays_behind: dict[bytes, Space] = {}
    for wish in islice(_wishes(read, line), TRIES_MAX):
        found = preview_together(read, actor, line.reservation.id, wish, now=now, by_house=True)
        if isinstance(found, Refusal) or found.room.is_same:
            continue
        if found.can:
            offers.append(found)
        else:
            missing = (each.space for each in found.companions if each.refusal is not None)
            stays_behind |= {space.id: space for space in missing}
        if len(offers) == OFFERS_MAX:
            break
    return Elsewhere(tuple(offers), tuple(stays_behind.values()))


def _wishes(read: Read, line: Line) -> Iterator[Wish]:
    """Where else and when else, the nearest first."""
    spaces = _others(read, line)
    for space in spaces:
        yield _wish(line, space, timedelta())
    if line.space.is_room:
        for hours in HOURS:
            for space in (line.space, *spaces):
                yield _wish(line, space, timedelta(hours=hours))
    for days in DAYS:
        for space in (line.space, *spaces):
            yield _wish(line, space, timedelta(days=days))


def _others(read: Read, line: Line) -> list[Space]:
    """Places of the same kind: first those of the same house, then by their number."""
    own = line.space
    spaces = [
        space
        for space in place_tables.select_spaces(read)
        if space.kind is own.kind and space.id != own.id and not space.ended
    ]
    return sorted(spaces, key=lambda x: (x.building_id != own.building_id, x.mark.number))


def _wish(line: Line, space: Space, later: timedelta) -> Wish:
    period, details = line.reservation.period, line.reservation.details
    return Wish(
        space_id=space.id,
        period=Period(period.starts_at + later, period.ends_at + later),
        people=details.people,
        ages=details.ages,
        purpose=details.purpose if space.id == line.space.id else space.row.usual_purpose,
    )


def relocate(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    wish: Wish,
    *,
    total_cents: Cents,
    now: datetime,
    signer: Signer,
) -> Reservation | Refusal:
    """Move what a closure hits to where it was offered with all that is booked with it, for no
    more than what was agreed, or nothing of it; asked for twice it is done once."""
    if not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    agreed = find_reservation(write, reservation_id)
    if agreed is not None and (agreed.space_id, agreed.period) == (wish.space_id, wish.period):
        return agreed
    if all(hit.line.reservation.id != reservation_id for hit in hit_ahead(write, now=now)):
        return NOT_HIT
    return change_together(
        write,
        actor,
        reservation_id,
        wish,
        total_cents=total_cents,
        now=now,
        signer=signer,
        by_house=True,
    )


def why_shut(read: Read, reservation_id: bytes, *, now: datetime) -> str:
    """What all read of the closure that hits a reservation; empty where none does."""
    found = (hit for hit in hit_ahead(read, now=now) if hit.line.reservation.id == reservation_id)
    return next((hit.closure.reason.de for hit in found), "")


NOT_HIT = Refusal(
    "spaces.not_hit",
    N_("Diese Buchung ist von keiner Schließung betroffen."),
    N_("Vielleicht ist sie schon verlegt. Ändern können Sie sie auf ihrer Seite."),
    status=409,
)
