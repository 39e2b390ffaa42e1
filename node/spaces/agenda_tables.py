"""The SQL of calendars: what lies in a household's, and when a place is taken."""

from __future__ import annotations

from datetime import datetime

from node.base.periods import Period, from_epoch, to_epoch
from node.spaces.projections import LOOK_BACK
from node.store import Read


def select_agenda_of_party(
    read: Read, party: bytes, *, since: datetime
) -> list[tuple[datetime, bytes, int]]:
    """A household's reservations that end after `since`, by start: each one's end, its id and from
    how many facts it was folded.
    """
    return _agenda(read, "household_id", party, since=since)


def select_agenda_of_space(
    read: Read, space_id: bytes, *, since: datetime
) -> list[tuple[datetime, bytes, int]]:
    """The same of a place."""
    return _agenda(read, "space_id", space_id, since=since)


def _agenda(
    read: Read, column: str, value: bytes, *, since: datetime
) -> list[tuple[datetime, bytes, int]]:
    rows = read.rows(
        f"select ends_at, reservation_id, facts from reservation_state where {column} = :value"
        " and starts_at > :earliest and ends_at > :since order by starts_at",
        value=value,
        earliest=to_epoch(since - LOOK_BACK),
        since=to_epoch(since),
    )
    return [(from_epoch(row[0]), row[1], row[2]) for row in rows]


def count_folded(read: Read, reservation_id: bytes) -> int:
    """From how many facts a reservation was folded."""
    found: int | None = read.value(
        "select facts from reservation_state where reservation_id = :id", id=reservation_id
    )
    return found or 1


def select_taken(
    read: Read, space_id: bytes, *, since: datetime, as_of: datetime
) -> list[tuple[bytes, Period, str, int]]:
    """When a place is taken or asked for, without buffers: id, time, status and number of facts.

    What let go by itself, because nobody came or nobody decided, is not in it.
    """
    rows = read.rows(
        "select s.reservation_id, s.starts_at, s.ends_at, s.status, s.facts"
        " from reservation_state s"
        " left join occupancy o on o.reservation_id = s.reservation_id where s.space_id = :space"
        " and s.starts_at > :earliest and s.ends_at > :since"
        " and (s.status in ('checked_in', 'checked_out')"
        " or (s.status = 'confirmed' and (o.until is null or o.until > :as_of))"
        " or (s.status = 'requested' and s.ends_at > :as_of))"
        " order by s.starts_at",
        space=space_id,
        earliest=to_epoch(since - LOOK_BACK),
        since=to_epoch(since),
        as_of=to_epoch(as_of),
    )
    return [
        (row[0], Period(from_epoch(row[1]), from_epoch(row[2])), row[3], row[4]) for row in rows
    ]
