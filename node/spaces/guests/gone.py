"""A stay that nobody will come to any more: what its guests still read behind their link.

They may be on their way. So the link goes on opening until the evening on which they would have
left, and says that there is no stay and since when: not who gave it up, nor what it costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from node.base.periods import local_day
from node.base.refusals import N_, Refusal
from node.people.hashing import read_short_token, token_digest
from node.quarter import zone_of
from node.spaces.deciding import SHUT
from node.spaces.folding import find_reservation
from node.spaces.guests import tables
from node.spaces.guests.links import PART
from node.spaces.model import Line, Status
from node.spaces.reads import lines_of
from node.spaces.splitting import all_parts_of
from node.store import Read

GONE = frozenset({Status.CANCELLED, Status.DISPLACED})


@dataclass(frozen=True, slots=True)
class GoneStay:
    """All parts of a stay that is cancelled."""

    lines: tuple[Line, ...]
    since: datetime | None
    """When the last part of it was; None where an older release did not write it down."""
    is_shut: bool
    """It had to be taken back because the place is shut."""
    forgotten_on: date | None
    """When what its guests said is overwritten; None where they said nothing."""


def find_gone(read: Read, token: str, *, now: datetime) -> GoneStay | None:
    """The cancelled stay that a token led to; None where it leads nowhere, no more, or to a stay
    that there is."""
    link = tables.select_link(read, token_digest(read_short_token(token.partition(PART)[0])))
    linked = find_reservation(read, link.reservation_id) if link else None
    parts = all_parts_of(read, linked) if linked else []
    lines = tuple(lines_of(read, [part.id for part in parts], now=now))
    if not lines or not all(_is_gone(line) for line in lines):
        return None
    zone = zone_of(read)
    last = max(line.reservation.period.ends_at for line in lines).astimezone(zone).date()
    if now >= local_day(last, zone).ends_at:
        return None
    ended = [_ended_at(line) for line in lines]
    records = (tables.select_records(read, line.reservation.id) for line in lines)
    said = any(record.said for found in records for record in found)
    return GoneStay(
        lines=lines,
        since=max((at for at in ended if at is not None), default=None),
        is_shut=any(_reason(line) == SHUT.code for line in lines),
        # As `rules.ends_on` has it of a stay that came to nothing.
        forgotten_on=last if said else None,
    )


def _is_gone(line: Line) -> bool:
    return line.space.is_by_night and line.status in GONE


def _ended_at(line: Line) -> datetime | None:
    gone, decision = line.reservation.cancellation, line.reservation.decision
    if line.status is Status.CANCELLED:
        return gone.at if gone is not None else None
    return decision.by_team_at if decision is not None else None


def _reason(line: Line) -> str:
    decision = line.reservation.decision
    return decision.reason if line.status is Status.DISPLACED and decision is not None else ""


STAY_GONE = Refusal(
    "guests.stay_gone",
    N_("Ihr Aufenthalt ist abgesagt."),
    N_("Fragen Sie, wer für Sie gebucht hat, oder den Service-Point."),
    status=410,
)
