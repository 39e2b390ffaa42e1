"""Touchscreens that feel a finger where none is: a drop, a crumb, a crack in the glass.

The screen's own page notices, leaves that spot out and says so every half minute. Kept in the file
so that it is known after a restart, which is what people try first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from node.base.periods import from_epoch, to_epoch
from node.devices import tables
from node.store import Read, Write

QUIET_AFTER = timedelta(minutes=2)
"""A page says it every 30 seconds; after four missed ones it is over, or nobody can tell."""


@dataclass(frozen=True, slots=True)
class StuckTouch:
    """A screen's address, and since when it reports a touch that does not end."""

    address: str
    since: datetime


def note_touch(write: Write, address: str, *, is_stuck: bool, now: datetime) -> None:
    """What a screen says of its touch."""
    if is_stuck:
        quiet = to_epoch(now - QUIET_AFTER)
        tables.upsert_touch(write, address, now=to_epoch(now), quiet_before=quiet)
    else:
        tables.delete_touch(write, address)


def stuck_touches(
    read: Read, *, now: datetime, within: timedelta = QUIET_AFTER
) -> list[StuckTouch]:
    """The screens in trouble now."""
    rows = tables.select_touches(read, since=to_epoch(now - within))
    return [StuckTouch(row["address"], from_epoch(row["since"])) for row in rows]
