"""When a node said something: what its own chain tells, which nobody can write anew.

A fact bears the instant that its writer claims. Whoever dates it back still signed it after
everything that stands before it in the chain, and the numbers there are without gaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from node.store.changeset import Changeset, SignedChangeset, decode
from node.store.packing import unpack

LOOKS_BACK = 2_000
"""So many changesets are looked through; what is older was ruled on long ago."""


def said_before(
    connection: Any, site: bytes, scope: str, table: str, row_id: bytes, *, now_ms: int
) -> int | None:
    """The latest instant (milliseconds UTC) that a node's chain bore before it last spoke of a row;
    None where the chain tells nothing. Times of a clock that was not trusted do not count, nor what
    lies ahead of `now_ms`: that clock was wrong.
    """
    is_found = False
    latest: int | None = None
    for said in _backwards(connection, site, scope):
        if not is_found:
            is_found = _speaks_of(said, table, row_id)
        elif said.clock_trusted and said.at_ms <= now_ms:
            latest = max(latest or 0, said.at_ms)
    return latest


def _backwards(connection: Any, site: bytes, scope: str) -> Iterator[Changeset]:
    found = connection.execute(
        "select body, signature from journal where site = ? and scope = ? order by n desc limit ?",
        (site, scope, LOOKS_BACK),
    )
    signed = (SignedChangeset(*row) for row in found)
    return (decode(each) for each in signed if not each.is_withheld)


def _speaks_of(said: Changeset, table: str, row_id: bytes) -> bool:
    return any(
        unpack(row.key) == (row_id,)
        for change in said.tables
        if change.table == table
        for row in change.rows
    )
