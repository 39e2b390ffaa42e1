"""When a restored box may write again: once all others have told it what they know of its journal.

One that heard only of some would go on from too low a number, and part from its own history as a
copy does; a home node that does so decides nothing more. So it waits for every box of the roster,
but not for ever for one that is away.
"""

from __future__ import annotations

from collections.abc import Collection

WAITS_SECONDS = 600.0
"""From the first on: rounds go by the minute, so whoever can be reached has been heard by then."""


class Returning:
    """Whom a restored box has heard since it started."""

    def __init__(self) -> None:
        self._heard: set[bytes] = set()
        self._since: float | None = None

    def hears(self, peer: bytes, others: Collection[bytes], now: float) -> bool:
        """Note that a peer has told all; whether that is enough to write again."""
        self._heard.add(peer)
        if self._since is None:
            self._since = now
        return self._heard.issuperset(others) or now - self._since >= WAITS_SECONDS
