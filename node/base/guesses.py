"""Guesses at a secret that no store counts: slowed down by address and in all."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

PER_ADDRESS = 5
IN_ALL = 60
SECONDS = 60.0


@dataclass(slots=True)
class Guesses:
    """Wrong tries of the last minute; never more of them than are allowed."""

    tick: Callable[[], float] = time.monotonic
    per_address: int = PER_ADDRESS
    in_all: int = IN_ALL
    _tried: deque[tuple[float, str]] = field(default_factory=deque)

    def are_too_many(self, address: str) -> bool:
        """Whether nobody is heard from there, or from anywhere, for the rest of a minute."""
        now = self.tick()
        while self._tried and now - self._tried[0][0] > SECONDS:
            self._tried.popleft()
        here = sum(1 for _, whose in self._tried if whose == address)
        return here >= self.per_address or len(self._tried) >= self.in_all

    def note(self, address: str) -> None:
        """One more was wrong."""
        self._tried.append((self.tick(), address))

    def __len__(self) -> int:
        return len(self._tried)
