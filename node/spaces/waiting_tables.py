"""The SQL of the waiting list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from node.base.periods import to_epoch
from node.spaces.in_line import LeftFact, end_id
from node.spaces.model import RequestFact
from node.spaces.projections import party_of
from node.spaces.tables import decoded, encoded, read_asked, written_asked
from node.store import Read, Write


def insert_entry(write: Write, request: RequestFact) -> bool:
    """Add somebody to the waiting list; False if the entry is there already."""
    return write.insert_new(
        "waiting_entry",
        id=request.id,
        space_id=request.space_id,
        party=party_of(request.household_id, request.person_id),
        ends_at=to_epoch(request.period.ends_at),
        fact=written_asked(request),
    )


def insert_end(write: Write, entry_id: bytes, fact: LeftFact) -> bool:
    """Note that an entry was given up; whether that is new."""
    return write.insert_new(
        "waiting_end", id=end_id(entry_id), entry_id=entry_id, fact=encoded(fact)
    )


def select_entry(read: Read, entry_id: bytes) -> RequestFact | None:
    """What somebody waits for, by the entry's id."""
    row = read.row("select * from waiting_entry where id = :id", id=entry_id)
    return None if row is None else _asked(row)


def select_end(read: Read, entry_id: bytes) -> LeftFact | None:
    """That an entry was given up, where it was."""
    text = read.value("select fact from waiting_end where id = :id", id=end_id(entry_id))
    return decoded(text, LeftFact) if text else None


def select_spaces_waited_for(read: Read, *, now: datetime) -> list[bytes]:
    """The places for which somebody was entered for a time that is not over."""
    rows = read.rows(
        "select distinct space_id from waiting_entry where ends_at > :now", now=to_epoch(now)
    )
    return [row[0] for row in rows]


def select_of_space(read: Read, space_id: bytes, *, now: datetime) -> list[RequestFact]:
    """Everybody who was entered for a place and a time that is not over."""
    rows = read.rows(
        "select * from waiting_entry where space_id = :space and ends_at > :now",
        space=space_id,
        now=to_epoch(now),
    )
    return list(_all_asked(rows))


def select_of_party(read: Read, party: bytes, *, since: datetime) -> list[RequestFact]:
    """What a household was entered for, of times that end after `since`."""
    rows = read.rows(
        "select * from waiting_entry where party = :party and ends_at > :since",
        party=party,
        since=to_epoch(since),
    )
    return list(_all_asked(rows))


def _all_asked(rows: Any) -> Iterator[RequestFact]:
    return (found for found in map(_asked, rows) if found is not None)


def _asked(row: Any) -> RequestFact | None:
    """What an entry says, unless the columns beside the fact are not the fact's."""
    said = read_asked(row["fact"], row["id"])
    if said is None:
        return None
    beside = (row["space_id"], row["party"], row["ends_at"])
    party = party_of(said.household_id, said.person_id)
    return said if beside == (said.space_id, party, to_epoch(said.period.ends_at)) else None
