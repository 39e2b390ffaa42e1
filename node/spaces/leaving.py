"""What becomes of somebody's reservations when they are erased, and what is told before of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from node.base.ids import id_text
from node.base.periods import from_epoch
from node.spaces import (
    deposit_tables,
    guests,
    hand_over_tables,
    key_tables,
    photo_tables,
    place_tables,
    projections,
    safe_code_tables,
    tables,
    telling,
    turnover_tables,
    undo_tables,
    unlock_tables,
)
from node.spaces.cancelling import write_cancellation
from node.spaces.deciding import decline_note_ids
from node.spaces.deposit import Step
from node.spaces.due import due_cents
from node.spaces.folding import find_reservation, project
from node.spaces.hand_over import Said
from node.spaces.model import Reservation, Status
from node.store import Read, Write


def give_up_ahead(write: Write, person_id: bytes, now: datetime) -> int:
    """Cancel what a person has ahead, on the terms of every cancellation; how many that was."""
    given_up = 0
    for reservation in _of(write, person_id):
        status = reservation.status_at(now)
        if status in {Status.REQUESTED, Status.HELD, Status.CONFIRMED}:
            write_cancellation(write, reservation, by_staff=False, now=now)
            project(write, reservation.id)
            given_up += 1
    return given_up


def told_about(read: Read, person_id: bytes, now: datetime) -> list[dict[str, Any]]:
    """Everything that is held of a person's reservations, each with what became of it."""
    return [_told(read, reservation, now) for reservation in _of(read, person_id)]


def _of(read: Read, person_id: bytes) -> Iterator[Reservation]:
    for reservation_id in projections.select_ids_of_person(read, person_id):
        found = find_reservation(read, reservation_id)
        if found is not None:
            yield found


def _told(read: Read, found: Reservation, now: datetime) -> dict[str, Any]:
    space = place_tables.select_space(read, found.space_id)
    said = tables.select_note(read, found.id)
    answered = (tables.select_note(read, each) for each in decline_note_ids(read, found.id))
    reports = turnover_tables.select_reports(read, found.id)
    cancelled, came, left = found.cancellation, found.check_in, found.check_out
    return {
        "number": id_text(found.id),
        "place": space.row.name.de if space else "",
        "starts_at": found.period.starts_at,
        "ends_at": found.period.ends_at,
        "requested_at": found.requested_at,
        "people": found.details.people,
        "ages": list(found.details.ages),
        "purpose": found.details.purpose,
        "status": str(found.status_at(now)),
        "note": said.get("note", ""),
        "guests": said.get("guests", ""),
        "answer": "; ".join(filter(None, (each.get("note", "") for each in answered))),
        **(guests.told_about(read, found.id) if space and space.is_by_night else {}),
        "found": "; ".join(report.words for report in reports if report.words),
        "hand_over": [_said_words(each) for each in hand_over_tables.select_said(read, found.id)],
        "deposit": [_step_words(each) for each in deposit_tables.select_steps(read, found.id)],
        "keys": [
            f"{move.fact.at:%Y-%m-%d %H:%M}Z {move.kind}, {move.key} {move.copy}"
            for move in key_tables.select_of(read, found.id)
        ],
        "codes": safe_code_tables.select_shown(read, found.id),
        "openings": [each.fact.at for each in unlock_tables.select_of_reservation(read, found.id)],
        "photos": [from_epoch(each.at) for each in photo_tables.select_photos(read, found.id)],
        "cost_cents": found.bill.total_cents,
        "deposit_cents": found.bill.deposit_cents,
        "cancelled_at": cancelled.at if cancelled else None,
        "fee_cents": cancelled.fee_cents if cancelled else 0,
        "due_cents": due_cents(found, found.status_at(now)) or 0,
        "came_at": came.at if came else None,
        "left_at": left.at if left else None,
        "told": telling.told_words(read, found),
        "taken_back": [
            {"what": str(each.what), "at": each.at}
            for each in undo_tables.select_undone(read, found.id)
        ],
    }


def _step_words(step: Step) -> str:
    """What happened to a deposit, in one line."""
    sum_ = f"{step.cents // 100}.{step.cents % 100:02d}"
    parts = (f"{step.fact.at:%Y-%m-%d %H:%M}Z {step.kind}", sum_, step.fact.number, step.words)
    return ", ".join(part for part in parts if part)


def _said_words(said: Said) -> str:
    """Something said at a hand-over, in one line: when, at which, of what, and what."""
    row, number = said.row, said.fact.number
    parts = (
        f"{said.fact.at:%Y-%m-%d %H:%M}Z {said.fact.phase} {said.kind}",
        row.name.de if row is not None else "",
        "" if number is None else str(number),
        said.words,
    )
    return ", ".join(part for part in parts if part)
