"""A network that loses, doubles, delays, reorders and parts, by seeded chance, in virtual time."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field

Event = Callable[[], None]


class Timeline:
    """Virtual time: events in the order of their instants, ties in the order they were made."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Event]] = []
        self._count = 0

    def after(self, seconds: float, event: Event) -> None:
        self._count += 1
        heapq.heappush(self._events, (self.now + seconds, self._count, event))

    def run_until(self, end: float) -> None:
        while self._events and self._events[0][0] <= end:
            self.now, _, event = heapq.heappop(self._events)
            event()
        self.now = end


@dataclass
class Weather:
    """How bad a network is: chances of loss and doubling, and the longest delay in seconds."""

    loss: float
    doubling: float
    delay: float


FAIR = Weather(0.0, 0.0, 0.01)


@dataclass
class Network:
    """Carries messages between named nodes."""

    timeline: Timeline
    weather: Weather
    parted: set[frozenset[str]] = field(default_factory=set)
    sent: int = 0
    lost: int = 0

    def carry(self, origin: str, target: str, arrive: Event, chance: random.Random) -> None:
        """Deliver once, twice or never, some time later."""
        self.sent += 1
        copies = 2 if chance.random() < self.weather.doubling else 1
        for _ in range(copies):
            if chance.random() < self.weather.loss:
                self.lost += 1
                continue
            delay = chance.expovariate(4) * self.weather.delay
            self.timeline.after(0.0005 + delay, lambda: self._deliver(origin, target, arrive))

    def _deliver(self, origin: str, target: str, arrive: Event) -> None:
        # A line that parts while a message is on its way loses it.
        if frozenset({origin, target}) in self.parted:
            self.lost += 1
            return
        arrive()

    def part(self, one: str, other: str) -> None:
        self.parted.add(frozenset({one, other}))

    def heal(self) -> None:
        self.parted.clear()
        self.weather = FAIR
