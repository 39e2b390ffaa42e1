"""What guests said is overwritten on its date, everywhere.

The home node says which records' time is over; every node that hears it overwrites them, and what
journals and backups hold of them goes as after an erasure (`node/erasing.py`). An older file that
is restored has the same dates in it, and says so again.
"""

from __future__ import annotations

from datetime import datetime

from node.base.periods import kept_instant
from node.quarter import zone_of
from node.spaces.guests import rules, tables
from node.spaces.guests.links import stay_of
from node.spaces.guests.model import EndFact, Stay, Why
from node.spaces.reads import lines_of
from node.store import NodeRole, Read, Write


def end_on_date(write: Write, *, now: datetime) -> int:
    """At the home node: say of each record whose date has come that it is over; how many.

    Never by a clock that may be wrong: what is overwritten does not come back.
    """
    if write.role is not NodeRole.HOME or not write.clock_trusted:
        return 0
    today = now.astimezone(zone_of(write)).date()
    stays: dict[bytes, Stay | None] = {}
    ended = 0
    for record in tables.select_lasting(write):
        if record.reservation_id not in stays:
            stays[record.reservation_id] = _stay(write, record.reservation_id, now)
        stay = stays[record.reservation_id]
        if stay is None:
            continue
        day, why = rules.ends_on(record.kind, stay, now=now)
        if today >= day:
            tables.insert_end(write, record, EndFact(kept_instant(now), str(why)))
            ended += 1
    return ended


def _stay(read: Read, reservation_id: bytes, now: datetime) -> Stay | None:
    line = next(iter(lines_of(read, [reservation_id], now=now)), None)
    return stay_of(read, line, now=now) if line is not None else None


def whose_time_is_over(read: Read) -> frozenset[bytes]:
    """The records that are overwritten, for who looks through journals for them."""
    return tables.select_ended(read)


__all__ = ["Why", "end_on_date", "whose_time_is_over"]
