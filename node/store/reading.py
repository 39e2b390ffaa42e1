"""A reader connection: consistent views that never wait for the writer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from node.base.clock import Clock
from node.store import journal as journals
from node.store.changeset import SignedChangeset
from node.store.connection import open_reader
from node.store.handles import Read

T = TypeVar("T")


class ReadCore:
    """A reader connection, for one of the store's reading threads."""

    def __init__(self, path: Path, *, site_id: bytes, quarter: bytes, clock: Clock) -> None:
        self._connection = open_reader(path)
        self._site_id = site_id
        self._quarter = quarter
        self._clock = clock

    def read(self, fn: Callable[[Read], T]) -> T:
        """Run `fn` on one consistent view."""
        connection = self._connection
        connection.execute("begin")
        try:
            return fn(
                Read(
                    connection,
                    site_id=self._site_id,
                    quarter_id=self._quarter,
                    clock_trusted=self._clock.trusted,
                )
            )
        finally:
            connection.execute("rollback")

    def heads(self) -> dict[journals.Chain, journals.Head]:
        """The heads of all chains held."""
        return journals.read_heads(self._connection)

    def changesets(
        self, chain: journals.Chain, *, after: int, max_bytes: int
    ) -> list[SignedChangeset]:
        """Held changesets of a chain; see `journal.read_range`."""
        return journals.read_range(self._connection, chain, after=after, max_bytes=max_bytes)

    def quarantined(self) -> list[journals.Quarantined]:
        """What waits in quarantine, with its reasons."""
        return journals.read_quarantine(self._connection)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
