"""Screens that are alive, in memory only: a lobby screen posts a beat while its page draws, a door
display asks for its page again and again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

SILENT_AFTER = timedelta(seconds=60)
"""A page beats every 15 seconds; four missed ones are no accident."""
SCREENS_MAX = 32


@dataclass(frozen=True, slots=True)
class Screen:
    """A lobby screen: its address, when it last beat, and how many pictures a second it drew."""

    address: str
    seen_at: datetime
    frames: int


@dataclass(slots=True)
class Screens:
    """The lobby screens of this node."""

    _seen: dict[str, Screen] = field(default_factory=dict)

    def note(self, screen: Screen) -> None:
        """A screen has beaten."""
        if screen.address in self._seen or len(self._seen) < SCREENS_MAX:
            self._seen[screen.address] = screen

    def all(self) -> list[Screen]:
        """Every screen that has beaten since this node started, by address."""
        return sorted(self._seen.values(), key=lambda screen: screen.address)

    def silent(self, *, now: datetime) -> list[Screen]:
        """Those that should beat and do not."""
        return [screen for screen in self.all() if now - screen.seen_at > SILENT_AFTER]


@dataclass(slots=True)
class DoorDisplaysSeen:
    """When this node last showed a door display its place."""

    _seen: dict[bytes, datetime] = field(default_factory=dict)

    def note(self, display_id: bytes, now: datetime) -> None:
        """A display has asked; only those that count ever do, so there are no more than doors."""
        self._seen[display_id] = now

    def when(self, display_id: bytes) -> datetime | None:
        """When it last asked here; None: not since this node started."""
        return self._seen.get(display_id)
