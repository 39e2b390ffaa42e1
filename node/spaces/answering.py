"""The desk answers a request that needs it: yes or no, and whoever asked is told (`telling.py`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from node.base.actors import Actor, Permission, may
from node.base.periods import kept_instant
from node.base.refusals import Refusal
from node.spaces import tables
from node.spaces.actions import DECIDED_ELSEWHERE, NOT_YOURS
from node.spaces.cases import Case, case_again, case_believed
from node.spaces.deciding import (
    DECLINED_BY_DESK,
    TOO_LATE,
    UNKNOWN,
    decline_note_id,
    is_home,
    projected,
    settle,
    write_decision,
)
from node.spaces.folding import find_reservation
from node.spaces.model import Reservation, Status, Verdict
from node.spaces.offering import offer_free
from node.spaces.passes import Signer
from node.store import Read, Write


def approve(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime, signer: Signer
) -> Reservation | Refusal:
    """The desk agrees to a request that needed it."""
    found = _to_judge(write, actor, reservation_id, partial(case_believed, write, now=now))
    if isinstance(found, Refusal):
        return found
    reservation, case = found
    if case.barred:
        return case.barred
    if case.wish.period.ends_at <= now:
        return TOO_LATE
    # Who waits for this time comes first, as with every booking.
    offer_free(write, now=now, signer=signer, space_id=case.space.id)
    return settle(write, reservation, case, now=now, signer=signer, approved=True)


def decline(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    *,
    reason: str,
    now: datetime,
    signer: Signer,
) -> Reservation | Refusal:
    """The desk does not agree; the reason is told to whoever asked (`why_not`).

    The words stay in the building: they may say something about people.
    """
    found = _to_judge(write, actor, reservation_id, partial(case_again, write))
    if isinstance(found, Refusal):
        return found
    (reservation, case), code = found, DECLINED_BY_DESK.code
    write_decision(
        write,
        reservation.request,
        case,
        Verdict.DECLINED,
        reason=code,
        signer=signer,
        by_team_at=kept_instant(now),
    )
    if reason:
        note = tables.encoded({"note": reason, "guests": ""})
        tables.insert_note(write, decline_note_id(write, reservation_id), reservation_id, note)
    return projected(write, reservation_id)


def _to_judge(
    read: Read,
    actor: Actor,
    reservation_id: bytes,
    find_case: Callable[[Reservation], Case | Refusal],
) -> tuple[Reservation, Case] | Refusal:
    if not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    reservation = find_reservation(read, reservation_id)
    if reservation is None or reservation.base_status is not Status.REQUESTED:
        return UNKNOWN
    case = find_case(reservation)
    if isinstance(case, Refusal):
        return case
    return (reservation, case) if is_home(read, case.space) else DECIDED_ELSEWHERE
