"""A crowd: ten thousand attempts for a hundred times, by programs, by pages and at a second node.

Everybody is signed in honestly and tries for whatever time comes up next; nobody waits for anybody.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, cycle, islice
from pathlib import Path

from tests.crash.clients import Client
from tests.crash.memory import Memory
from tests.crash.oracle import NodeFile, Story
from tests.crash.processes import NodeProcess
from tests.crash.quarter import Furnished, Hall, Resident, furnish, write_files

HALL = Hall("saal", before=30, after=60, open_reservations=8)
SLOTS = 100
LENGTH = timedelta(hours=2)
APART = LENGTH + timedelta(minutes=HALL.before + HALL.after)
"""So close that the buffers of each time touch those of the next."""

SEATS = {"program": (48, 30), "page": (4, 4), "elsewhere": (12, 6)}
"""How many ask at once and how many people they are: by the home node's API (some with two windows
open), by its pages, by the API of the kiosk's node."""

EXPECTED = frozenset({"confirmed", "requested", "spaces.taken", "spaces.too_many_open"})
"""What may be answered. Nobody is told to wait: whoever is signed in is not slowed down."""

SETTLE_SECONDS = 120.0


class Crowd:
    """Everybody who wants the hall, and what they were told."""

    def __init__(self, quarter: Furnished, *, seed: int) -> None:
        self.quarter = quarter
        self._chance = random.Random(seed)
        self.told: Counter[str] = Counter()
        self.seconds = 0.0
        self.home, self.kiosk = (
            NodeProcess(name, quarter.folder(name), quarter.port_of(name))
            for name in ("home", "kiosk")
        )
        free = iter(quarter.residents)
        self.people = {
            seat: [self._client(seat, next(free)) for _ in range(people)]
            for seat, (_, people) in SEATS.items()
        }
        self._times = slots(datetime.now(UTC))

    def _client(self, seat: str, resident: Resident) -> Client:
        return Client(
            self.kiosk if seat == "elsewhere" else self.home,
            self.quarter,
            resident,
            Memory(),
            chance=self._chance,
            over=asyncio.Event(),
            by_page=seat == "page",
        )

    async def rush(self, attempts: int) -> None:
        """Start, sign all in, let them loose, wait until everything is decided, end."""
        try:
            for node in (self.home, self.kiosk):
                await node.start()
                await node.until_ready()
            await self._settle()
            for people in self.people.values():
                for person in people:
                    await person.sign_in()
            await self._try_all(self._wanted(attempts))
            await self._settle()
            for node in (self.home, self.kiosk):
                assert await node.end() == 0, node.said()
        finally:
            for node in (self.home, self.kiosk):
                if node.runs:
                    await node.kill()

    def _wanted(self, attempts: int) -> Iterator[datetime]:
        """Each time equally often, in no order; whoever is quickest takes the next."""
        times = (self._times * (attempts // SLOTS + 1))[:attempts]
        self._chance.shuffle(times)
        return iter(times)

    async def _try_all(self, wanted: Iterator[datetime]) -> None:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for seat, (seats, _) in SEATS.items():
                for person in islice(cycle(self.people[seat]), seats):
                    tasks.create_task(self._try_for_all(person, wanted))
        self.seconds = time.perf_counter() - began

    async def _try_for_all(self, person: Client, wanted: Iterator[datetime]) -> None:
        for starts_at in wanted:
            if person.by_page:
                booked = await person.hold_and_book("saal", starts_at, starts_at + LENGTH)
                self.told["confirmed" if booked else "spaces.taken"] += 1
            else:
                answer = await person.wish_for("saal", starts_at, starts_at + LENGTH)
                said = answer.json()
                self.told[said["status"] if answer.is_success else said.get("code", "?")] += 1

    async def _settle(self) -> None:
        async with asyncio.timeout(SETTLE_SECONDS):
            while self.home.heads() != self.kiosk.heads():  # noqa: ASYNC110 - asked of files
                await asyncio.sleep(0.1)

    @property
    def troubles(self) -> list[str]:
        """Answers that nobody should get."""
        everybody = chain.from_iterable(self.people.values())
        return [trouble for person in everybody for trouble in person.memory.troubles]

    def confirmed(self, name: str) -> list[Story]:
        """The confirmed reservations in a node's file, by their start."""
        file = NodeFile(name, self.quarter.folder(name) / "quarter.db")
        found = [each for each in file.stories().values() if each.verdict == "confirmed"]
        file.close()
        return sorted(found, key=lambda story: story.starts_at)


def slots(now: datetime) -> list[datetime]:
    """A hundred beginnings of times that just fit beside each other."""
    first = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    return [first + APART * number for number in range(SLOTS)]


async def make_crowd(folder: Path, *, seed: int) -> Crowd:
    """A quarter with a household for each of the crowd."""
    files = write_files(
        folder / "files", (HALL,), households=sum(people for _, people in SEATS.values())
    )
    return Crowd(await furnish(folder / "data", files), seed=seed)
