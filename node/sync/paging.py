"""How large a page may be on a line, so that each takes a few seconds whatever the line is.

What was sent when a line breaks is sent again from the last whole page, so on a slow line pages
are small: little is lost, and no request takes so long that somebody on the way ends it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from operator import attrgetter

from node.store import SEALED, SignedChangeset
from node.sync.wire import PAGE_BYTES

FIRST_BYTES = 32 * 1024
LEAST_BYTES = 4 * 1024
QUICK_SECONDS = 2.0
SLOW_SECONDS = 8.0


class Paging:
    """What one line has shown so far; never more at once than `most` bytes."""

    def __init__(self, most: int = PAGE_BYTES) -> None:
        self._most = most
        self.size = min(FIRST_BYTES, most)

    def took(self, seconds: float) -> None:
        """A page of this size went over the line, one way or the other."""
        if seconds < QUICK_SECONDS:
            self.size = min(self.size * 2, self._most)
        elif seconds > SLOW_SECONDS:
            self.was_cut()

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around a request that carries a page; one that fails shows no pace."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        yield
        self.took(loop.time() - began)

    def was_cut(self) -> None:
        """A page did not arrive: the next one is smaller."""
        self.size = max(self.size // 2, LEAST_BYTES)


def may_cross(scopes: frozenset[str], sealed_bytes: int | None) -> int:
    """How many bytes of these scopes may cross in one direction, where the house's sealed chains
    are bounded or not.
    """
    return sys.maxsize if sealed_bytes is None or SEALED not in scopes else sealed_bytes


def size_of(page: Iterable[SignedChangeset]) -> int:
    """How many bytes of changesets a page holds."""
    return sum(map(len, chain.from_iterable(map(attrgetter("body", "signature"), page))))
