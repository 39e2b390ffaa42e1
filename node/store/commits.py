"""Which table was committed to when: what tells whether something kept is still true.

The writer's thread notes every commit here, own and merged ones, local tables included, before
anybody hears of it. What was read and kept is true as long as none of its tables was noted since;
which those are nobody lists by hand, for a read tells what it asked (`statements.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field


class Commits:
    """The commits of one open file; written by the writer's thread only, read by all."""

    def __init__(self, tables: Iterable[str]) -> None:
        self.count = 0
        self._last = dict.fromkeys(tables, 0)
        self._under_way: Set[str] = frozenset()

    @property
    def followed(self) -> Set[str]:
        """The declared tables. The store's own are written past the write door: not followed."""
        return self._last.keys()

    @contextmanager
    def commit(self, tables: Iterable[str]) -> Iterator[None]:
        """Note a commit to these tables, which happens inside; one that failed counts too."""
        self._under_way = self.followed & frozenset(tables)
        try:
            yield
        finally:
            if self._under_way:
                # In this order, so that whoever sees the new count sees what came with it.
                self._last.update(dict.fromkeys(self._under_way, self.count + 1))
                self.count += 1
                self._under_way = frozenset()

    def is_quiet(self, tables: Set[str], *, since: int) -> bool:
        """Whether none of these tables was committed to since, nor is at this moment."""
        if self._under_way and not self._under_way.isdisjoint(tables):
            return False
        last = self._last
        return self.count == since or all(last[table] <= since for table in tables)


@dataclass(slots=True)
class Basis:
    """What an answer rests on: all tables that its reads asked, as of which commit."""

    tables: set[str] = field(default_factory=set)
    since: int = 0
    commits: Commits | None = None
    is_followed: bool = True

    def add(self, commits: Commits, tables: Set[str], *, since: int) -> None:
        """Rest on one more read."""
        self.since = since if self.commits is None else min(self.since, since)
        self.commits = commits
        self.tables |= tables
        self.is_followed = self.is_followed and tables <= commits.followed

    def holds(self, commits: Commits) -> bool:
        """Whether a read now, by this store, would find what was found."""
        if self.commits is None:
            return True
        is_same = self.is_followed and self.commits is commits
        return is_same and commits.is_quiet(self.tables, since=self.since)
