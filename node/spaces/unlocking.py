"""Opening a place's door for who may come in: a resident, a guest with a link, the desk.

A touch is noted before anything is sent to a lock, with an id that follows from the page on which
it was made: the same form sent twice is one touch and opens once. What became of it is a fact of
its own; a box that dies in between leaves a touch without one, and nothing is ever sent again for
it. Talking to the lock is not done here (`devices.Locks`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from node.base.actors import Actor, Permission, may
from node.base.ids import derived_id, id_text
from node.base.periods import kept_instant, to_epoch
from node.base.refusals import N_, Refusal
from node.spaces import place_tables, unlock_tables
from node.spaces.actions import NOT_YOURS, is_theirs
from node.spaces.cases import UNKNOWN_SPACE
from node.spaces.check_in import CLOCK_UNSURE, NOT_AT_THE_DOOR, admit
from node.spaces.handing_over import HandOver, find_hand_over
from node.spaces.model import Line, Space, Status
from node.spaces.presence import check_presence
from node.spaces.reads import lines_of
from node.spaces.unlock import UnlockFact, Unlocking, UnlockKind
from node.store import NodeRole, Read, Write

KNOWN_WITHIN = timedelta(seconds=15)
"""So long after a touch its outcome is still to come; later nobody will know it any more."""
SHOWN_MAX = 30
AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DoorView:
    """What a reservation's people see of its door: that they can open it, or why not."""

    found: HandOver
    refusal: Refusal | None
    checks_in: bool


@dataclass(frozen=True, slots=True)
class Touched:
    """A touch as it is noted; only a new one is sent to the lock."""

    unlocking: Unlocking
    space: Space
    is_new: bool


def view_door(
    read: Read, actor: Actor, reservation_id: bytes, *, now: datetime
) -> DoorView | Refusal:
    """Whether its people may open a reservation's door now; others' don't exist, for the team
    neither: they open it at the place."""
    found = find_hand_over(read, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    if actor.is_away or not is_theirs(actor, found.line.reservation):
        return NOT_YOURS
    return DoorView(found, _why_not(found, now=now), found.line.status is Status.CONFIRMED)


def _why_not(found: HandOver, *, now: datetime) -> Refusal | None:
    line = found.line
    is_asked = found.rules.lock_after_handover and bool(found.listed)
    if line.status is Status.CHECKED_IN:
        if now >= line.reservation.period.ends_at:
            return NO_MORE
        return SIGN_FIRST if is_asked and found.arrival.signed is None else None
    if line.status is not Status.CONFIRMED:
        return NO_MORE if line.status is Status.CHECKED_OUT else NOT_YET
    # Whether their time has come `admit` says; here only what comes before it.
    return CHECK_IN_FIRST if is_asked else None


def touch(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    page_id: bytes,
    figures: str,
    *,
    now: datetime,
) -> Touched | Refusal:
    """Somebody touches "open": who is not checked in yet is with it. Noted once for each page."""
    if write.role is NodeRole.CENTRAL:
        return NOT_AT_THE_DOOR
    view = view_door(write, actor, reservation_id, now=now)
    if isinstance(view, Refusal):
        return view
    line = view.found.line
    known = _known(write, _touch_id(page_id, reservation_id), line.space)
    if known is not None:
        return known
    refusal = view.refusal or _not_here(write, line.space, figures, now=now)
    if refusal is not None:
        return refusal
    if view.checks_in:
        let_in = admit(write, actor, line, now=now)
        if isinstance(let_in, Refusal):
            return let_in
    return _note(write, actor, line.space, line, page_id, now=now)


def _not_here(write: Write, space: Space, figures: str, *, now: datetime) -> Refusal | None:
    """Why it is not sure that it is their time, or that they stand there."""
    if not write.clock_trusted:
        return CLOCK_UNSURE
    return check_presence(write, space.id, figures, now=now)


def touch_at_desk(
    write: Write, actor: Actor, space_id: bytes, page_id: bytes, *, now: datetime
) -> Touched | Refusal:
    """The team opens a place's door, for whom they let in; who of them it was is noted."""
    if not may(actor, Permission.CHECK_IN_OTHERS) or write.role is NodeRole.CENTRAL:
        return NOT_YOURS
    space = place_tables.select_space(write, space_id)
    if space is None:
        return UNKNOWN_SPACE
    known = _known(write, _touch_id(page_id, space_id), space)
    return known or _note(write, actor, space, None, page_id, now=now)


def _known(read: Read, asked_id: bytes, space: Space) -> Touched | None:
    found = find_unlocking(read, asked_id)
    return None if found is None else Touched(found, space, is_new=False)


def _note(
    write: Write, actor: Actor, space: Space, line: Line | None, page_id: bytes, *, now: datetime
) -> Touched:
    reservation_id = line.reservation.id if line else b""
    by_staff = "" if line else id_text(actor.person_id)
    asked = Unlocking(
        _touch_id(page_id, reservation_id or space.id),
        space.id,
        reservation_id,
        actor.person_id if line else b"",
        UnlockFact(at=kept_instant(now), face=str(actor.face), staff_id=by_staff),
    )
    is_new = unlock_tables.insert_unlocking(write, asked)
    return Touched(asked, space, is_new=is_new)


def _touch_id(page_id: bytes, about: bytes) -> bytes:
    """The id of the one touch that a page is good for."""
    return derived_id(about, "touch", page_id)


def note_outcome(write: Write, asked_id: bytes, kind: UnlockKind, *, now: datetime) -> bool:
    """What the lock did of a touch, once."""
    asked = find_unlocking(write, asked_id)
    if asked is None:
        return False
    fact = UnlockFact(at=kept_instant(now), asked_id=asked_id.hex())
    return unlock_tables.insert_outcome(write, _outcome_id(asked_id), asked, kind, fact)


def _outcome_id(asked_id: bytes) -> bytes:
    return derived_id(asked_id, "outcome")


def find_touch(read: Read, about: bytes, page_id: bytes) -> Unlocking | None:
    """The touch that was made on a page about a reservation, or at the desk about a place."""
    return find_unlocking(read, _touch_id(page_id, about))


def find_unlocking(read: Read, asked_id: bytes) -> Unlocking | None:
    """One touch, with what became of it if that is known."""
    return unlock_tables.select_unlocking(read, asked_id, _outcome_id(asked_id))


def coming_in(read: Read, space_id: bytes, *, now: datetime) -> list[Line]:
    """For whom a place's door should be open now and in the next days, by start."""
    ids = unlock_tables.select_coming_in(
        read, space_id, since=to_epoch(now), until=to_epoch(now + AHEAD)
    )
    alive = {Status.CONFIRMED, Status.CHECKED_IN}
    return [line for line in lines_of(read, ids, now=now) if line.status in alive]


def openings_since(read: Read, since: datetime) -> list[Unlocking]:
    """All touches at all places since an instant, the oldest first."""
    return unlock_tables.select_since(read, to_epoch(since))


def list_unlockings(read: Read, space_id: bytes) -> list[Unlocking]:
    """The latest touches at a place, for the team."""
    return unlock_tables.select_of_space(read, space_id, most=SHOWN_MAX)


NOT_YET = Refusal(
    "lock.not_yet",
    N_("Diese Tür öffnet sich, sobald Ihre Buchung bestätigt ist und Ihre Zeit beginnt."),
    N_("Bei Fragen hilft der Service-Point."),
    status=409,
)
CHECK_IN_FIRST = Refusal(
    "lock.check_in_first",
    N_("Bitte checken Sie zuerst ein und bestätigen Sie die Übergabe."),
    N_("Danach öffnen Sie hier die Tür."),
    status=409,
)
SIGN_FIRST = Refusal(
    "lock.sign_first",
    N_("Bitte bestätigen Sie zuerst die Übergabe bei der Ankunft."),
    N_("Danach öffnen Sie hier die Tür."),
    status=409,
)
NO_MORE = Refusal(
    "lock.no_more",
    N_("Ihre Zeit hier ist vorbei, die Tür öffnet sich nicht mehr."),
    N_("Ist noch etwas von Ihnen im Raum, lässt Sie der Service-Point hinein."),
    status=409,
)
