"""Values found from the database, kept until one of the tables that they came from changes.

For what is asked at every request and changes with an import, or once a day. A read that is given
a kept value gets exactly what it would have found itself, on its own consistent view.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Set
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from node.store.commits import Commits
from node.store.connection import open_reader
from node.store.handles import Read, Write
from node.store.statements import Statements

T = TypeVar("T")
KEPT_MAX = 1024
"""Values held, the longest kept first to go: more than a quarter's households ask in a while."""


@dataclass(frozen=True, slots=True)
class _Value:
    value: Any
    tables: Set[str]
    since: int


class Kept:
    """What all readers of one store keep together."""

    def __init__(self, commits: Commits) -> None:
        self.commits = commits
        self._values: dict[Hashable, _Value] = {}
        self._lock = Lock()

    def find(self, key: Hashable, *, as_of: int) -> _Value | None:
        """A kept value that is true for a view opened when `as_of` commits were noted."""
        found = self._values.get(key)
        if found is None:
            return None
        # Neither the value nor the view may know of a commit that the other does not.
        since = min(found.since, as_of)
        return found if self.commits.is_quiet(found.tables, since=since) else None

    def keep(self, key: Hashable, value: Any, tables: Set[str], *, since: int) -> None:
        """Keep what was found from these tables, if it is true still."""
        if not tables <= self.commits.followed:
            return
        if self.commits.is_quiet(tables, since=since):
            with self._lock:
                self._values.pop(key, None)
                self._values[key] = _Value(value, tables, since)
                while len(self._values) > KEPT_MAX:
                    del self._values[next(iter(self._values))]


class WriterValues:
    """What is kept, as the writer sees it, who alone knows what is not committed yet.

    What its statements ask is found out on a connection of its own, opened when first needed, for
    an authorizer on the writer's would be called for every statement of the extension too.
    """

    def __init__(self, kept: Kept, path: Path) -> None:
        self.kept = kept
        self._path = path
        self._connection: Any = None

    def tables(self, asked: Set[str]) -> Set[str]:
        """All tables that these statements ask."""
        if self._connection is None:
            self._connection = open_reader(self._path)
            self._statements = Statements(self._connection)
        return frozenset().union(*map(self._statements.tables, asked))

    def close(self) -> None:
        """Close the connection; it is opened again when needed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class KeepingWrite(Write):
    """A view in a transaction; what is kept of tables that it wrote to itself does not count."""

    __slots__ = ("_values",)

    def __init__(self, connection: Any, *, values: WriterValues, **about: Any) -> None:
        super().__init__(connection, **about)
        self._values = values

    def kept(self, key: Hashable, find: Callable[[Read], T]) -> T:
        """See `Read.kept`."""
        kept, now = self._values.kept, self._values.kept.commits.count
        found = kept.find(key, as_of=now)
        if found is not None and found.tables.isdisjoint(self.written):
            value: T = found.value
            return value
        apart = Read(
            self._connection,
            site_id=self.site_id,
            quarter_id=self.quarter_id,
            now=self.now,
            clock_trusted=self.clock_trusted,
        )
        value = find(apart)
        tables = self._values.tables(apart.asked)
        if tables.isdisjoint(self.written):
            kept.keep(key, value, tables, since=now)
        return value


class WatchedRead(Read):
    """A reader's view, which knows the tables that it asked and what is kept of them."""

    __slots__ = ("_is_open", "_kept", "_rests_on", "_statements", "since")

    def __init__(
        self, connection: Any, statements: Statements, kept: Kept, *, since: int, **about: Any
    ) -> None:
        super().__init__(connection, **about)
        self.since = since
        self._statements = statements
        self._kept = kept
        self._rests_on: set[str] = set()
        self._is_open = False

    @property
    def tables(self) -> Set[str]:
        """All tables asked so far, through kept values too."""
        return self._rests_on.union(*map(self._statements.tables, self._asked))

    def kept(self, key: Hashable, find: Callable[[Read], T]) -> T:
        """See `Read.kept`."""
        if not self._is_open:
            self._open_view()
        found = self._kept.find(key, as_of=self.since)
        if found is not None:
            self._rests_on |= found.tables
            value: T = found.value
            return value
        apart = self._apart()
        value = find(apart)
        tables = apart.tables
        self._rests_on |= tables
        self._kept.keep(key, value, tables, since=self.since)
        return value

    def _open_view(self) -> None:
        # SQLite opens a view at its first look; one after a kept value could be newer than that.
        self._connection.execute("select 1 from sqlite_schema limit 1").fetchone()
        self._is_open = True

    def _apart(self) -> WatchedRead:
        apart = WatchedRead(
            self._connection,
            self._statements,
            self._kept,
            since=self.since,
            site_id=self.site_id,
            quarter_id=self.quarter_id,
            now=self.now,
            clock_trusted=self.clock_trusted,
        )
        apart._is_open = True
        return apart
