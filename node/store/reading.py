"""A reader connection: consistent views that never wait for the writer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from node.base.clock import Clock
from node.store import journal as journals
from node.store.changeset import SignedChangeset
from node.store.commits import Basis
from node.store.connection import open_reader
from node.store.handles import Read
from node.store.kept import Kept, WatchedRead
from node.store.statements import Statements

T = TypeVar("T")


class FileValues:
    """What a file keeps for other rooms, read beside whoever writes it; see `Core.kept`."""

    def __init__(self, path: Path) -> None:
        self._connection = open_reader(path)
        self.quarter: bytes = journals.get_meta(self._connection, "quarter")

    def kept(self, name: str) -> Any:
        """A value that another room keeps, or None."""
        return journals.get_meta(self._connection, name)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


class ReadCore:
    """A reader connection, for one of the store's reading threads."""

    def __init__(
        self, path: Path, kept: Kept, *, site_id: bytes, quarter: bytes, clock: Clock
    ) -> None:
        self._connection = open_reader(path)
        self._statements = Statements(self._connection)
        self._kept = kept
        self._site_id = site_id
        self._quarter = quarter
        self._clock = clock

    def read(self, fn: Callable[[Read], T], basis: Basis | None = None) -> T:
        """Run `fn` on one consistent view; `basis` is told what that rests on."""
        connection, commits = self._connection, self._kept.commits
        read = WatchedRead(
            connection,
            self._statements,
            self._kept,
            since=commits.count,
            site_id=self._site_id,
            quarter_id=self._quarter,
            now=self._clock.now(),
            clock_trusted=self._clock.trusted,
        )
        connection.execute("begin")
        try:
            return fn(read)
        finally:
            connection.execute("rollback")
            if basis is not None:
                basis.add(commits, read.tables, since=read.since)

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
