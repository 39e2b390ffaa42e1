"""What is shut hits what is reserved: whom, and where else each of them could be.

Nobody loses a time by itself (`quarter.shut` only says what is shut). Until they or somebody of the
team moved it or gave it back, or the place is opened again, they are *hit*, and stand on the board.
What they are offered costs no more than what was agreed: the house is who asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from node.base.actors import Actor
from node.base.money import Cents
from node.base.periods import Period
from node.base.refusals import N_, Refusal
from node.quarter import Closure, TargetKind, list_closures, zone_of
from node.spaces import place_tables
from node.spaces.actions import is_theirs, own_to_change
from node.spaces.cancelling import write_cancellation
from node.spaces.deciding import is_home, projected
from node.spaces.model import OCCUPYING, Line, Reservation, Space, Status, Wish
from node.spaces.moving import CHANGED_ELSEWHERE
from node.spaces.moving_along import (
    TogetherOffer,
    change_together,
    companions_of,
    preview_together,
)
from node.spaces.passes import Signer
from node.spaces.reads import hit_by, lines_of, shuts
from node.spaces.search import fitted
from node.store import Read, Write

AHEAD = timedelta(days=800)
"""So far closures are looked at; nobody books further ahead."""
OFFERS_MAX = 3
TRIES_MAX = 60
"""So many places and times are looked at for one reservation."""
HOURS = (-1, 1, -2, 2, -3, 3)
DAYS = (1, -1, 2, -2, 3, -3, 7, -7)
HIT = OCCUPYING | {Status.REQUESTED}
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


def hit_of(read: Read, line: Line, *, now: datetime) -> Hit | None:
    """What shuts the place of one reservation at its time; None where nothing does."""
    period = line.reservation.period
    if line.status not in HIT or period.ends_at <= now:
        return None
    ahead = Period(max(period.starts_at, now), period.ends_at)
    closures = (listed.closure for listed in list_closures(read, ahead))
    return next((Hit(line, each) for each in closures if shuts(each, line.space)), None)


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
    own = own_to_change(read, actor, line.reservation.id)
    if line.status not in PREVIEWED or isinstance(own, Refusal):
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
    where: tuple[bytes, Period],
    *,
    total_cents: Cents,
    now: datetime,
    signer: Signer,
) -> Reservation | Refusal:
    """Move what a closure hits to a place and time that were offered, with all that is booked with
    it, for no more than what was agreed, or nothing of it; asked for twice it is done once."""
    agreed = own_to_change(write, actor, reservation_id)
    if isinstance(agreed, Refusal):
        return agreed
    if (agreed.space_id, agreed.period) == where:
        return agreed
    hit = _find_hit(write, reservation_id, now=now)
    if hit is None:
        return NOT_HIT
    wish = _offered(write, hit.line, where)
    if wish is None:
        return NOT_OFFERED
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


def _offered(read: Read, line: Line, where: tuple[bytes, Period]) -> Wish | None:
    """What was offered at a place and time: at the house's expense nobody goes anywhere else."""
    space_id, period = where
    space = place_tables.select_space(read, space_id)
    if space is None:
        return None
    near = (wish for wish in islice(_wishes(read, line), TRIES_MAX) if wish.space_id == space_id)
    zone = zone_of(read)
    return next((wish for wish in near if fitted(space, wish.period, zone) == period), None)


def given_back_with(read: Read, agreed: Reservation, *, now: datetime) -> list[Line]:
    """What was booked with something that a closure hits and is given back with it."""
    ids = [each.id for each in companions_of(read, agreed, now=now)]
    lines = lines_of(read, ids, now=now)
    return [line for line in lines if line.status in PREVIEWED and is_home(read, line.space)]


def give_back(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime
) -> Reservation | Refusal:
    """Give up what a closure hits, with what was booked with it, at no cost whatever the hour."""
    agreed = own_to_change(write, actor, reservation_id)
    if isinstance(agreed, Refusal):
        return agreed
    if agreed.status_at(now) is Status.CANCELLED:
        return agreed
    hit = _find_hit(write, reservation_id, now=now)
    if hit is None or hit.line.status not in PREVIEWED:
        return NOT_HIT
    if not is_home(write, hit.line.space):
        return CHANGED_ELSEWHERE
    others = [line.reservation for line in given_back_with(write, agreed, now=now)]
    for each in (agreed, *others):
        by_staff = not is_theirs(actor, each)
        write_cancellation(write, each, by_staff=by_staff, now=now, is_free=True)
        projected(write, each.id)
    return projected(write, reservation_id)


def why_shut(read: Read, reservation_id: bytes, *, now: datetime) -> str:
    """What all read of the closure that hits a reservation; empty where none does."""
    hit = _find_hit(read, reservation_id, now=now)
    return hit.closure.reason.de if hit is not None else ""


def _find_hit(read: Read, reservation_id: bytes, *, now: datetime) -> Hit | None:
    line = next(iter(lines_of(read, [reservation_id], now=now)), None)
    return hit_of(read, line, now=now) if line is not None else None


NOT_HIT = Refusal(
    "spaces.not_hit",
    N_("Diese Buchung ist von keiner Schließung betroffen."),
    N_("Vielleicht ist sie schon verlegt. Ändern können Sie sie auf ihrer Seite."),
    status=409,
)
NOT_OFFERED = Refusal(
    "spaces.not_offered_instead",
    N_("Dorthin können Sie nicht ohne Mehrkosten umziehen."),
    N_("Bitte wählen Sie etwas von dem, was hier steht."),
)
