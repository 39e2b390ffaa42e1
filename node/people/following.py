"""What the people room does after a merge, at a rebuild and once an hour: its tables follow."""

from __future__ import annotations

from datetime import datetime

from node.base.periods import to_epoch
from node.people import tables
from node.people.adopting import adopt_team
from node.people.rules import DEVICE_SECONDS, GUESS_SECONDS
from node.people.search import INDEXED, refresh_words
from node.store import Write


def after_merge(
    write: Write,
    touched: frozenset[str],
    *,
    now: datetime,  # noqa: ARG001 - every room is called alike
) -> None:
    """Follow what other nodes wrote. Sessions need nothing: each asks the facts itself."""
    if touched & INDEXED:
        refresh_words(write)


def rebuild(write: Write) -> None:
    """Make the search index anew from the facts, and take over what an older release wrote."""
    adopt_team(write)
    tables.delete_all_words(write)
    refresh_words(write)


def purge(write: Write, *, now: datetime) -> int:
    """Forget sessions that ended, guesses long past and devices long unused; how many rows."""
    at = to_epoch(now)
    return tables.delete_old(
        write, now=at, guesses_before=at - GUESS_SECONDS, devices_before=at - DEVICE_SECONDS
    )
