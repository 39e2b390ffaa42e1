"""How long a waiting request waits: long enough that an idle line is quiet, where the line lets it.

Proxies tend to cut what is silent for 30 seconds. So a request waits for less at first, for longer
where that came back unbroken a few times, and less again where a long one was cut: after that it
takes more quiet before the next attempt, so that such a line is not cut again and again.
"""

from __future__ import annotations

SHORT_SECONDS = 25
LONG_SECONDS = 55
FIRST_PROOFS = 3
MOST_PROOFS = 96


class Patience:
    """What one line has shown so far."""

    def __init__(self) -> None:
        self._quiet = 0
        self._needed = FIRST_PROOFS

    @property
    def seconds(self) -> int:
        """How long the next request may wait."""
        return LONG_SECONDS if self._quiet >= self._needed else SHORT_SECONDS

    def came_back(self) -> None:
        """A request waited its time and was answered."""
        if self._quiet >= self._needed:
            self._needed = FIRST_PROOFS
        self._quiet += 1

    def was_cut(self) -> None:
        """A request was not answered."""
        if self._quiet >= self._needed:
            self._needed = min(self._needed * 2, MOST_PROOFS)
        self._quiet = 0
