"""A storm: people use three nodes while somebody kills these at random moments, again and again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.crash import oracle
from tests.crash.clients import Act, Client
from tests.crash.memory import Memory
from tests.crash.processes import NodeProcess, run_verb
from tests.crash.quarter import NODES, Furnished, Hall

ROOMS = tuple(f"stube{number}" for number in range(40))
HALLS = (Hall("saal"), *(Hall(room, step=5, before=0, after=5) for room in ROOMS))
CLIENTS = ("home", "home", "home", "home", "kiosk", "kiosk", "central")
"""At which node each client is; the first one uses pages, the others the API."""

CONVERGE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Until:
    """When a storm has raged enough: after so many kills, or after so many seconds."""

    kills: int = 0
    seconds: float = 0.0

    def is_reached(self, kills: int, seconds: float) -> bool:
        return kills >= self.kills if self.kills else seconds >= self.seconds


class Storm:
    """Three processes, their people, and whoever pulls the plugs. `seed` decides about all."""

    def __init__(self, quarter: Furnished, seed: int) -> None:
        self.quarter = quarter
        self.seed = seed
        self.memory = Memory()
        self.over = asyncio.Event()
        self.nodes = {
            name: NodeProcess(name, quarter.folder(name), quarter.port_of(name)) for name in NODES
        }
        self.clients = [
            Client(
                self.nodes[name],
                quarter,
                quarter.residents[number],
                self.memory,
                chance=random.Random(f"{seed}-client-{number}"),
                over=self.over,
                by_page=number == 0,
            )
            for number, name in enumerate(CLIENTS)
        ]

    @property
    def kills(self) -> int:
        return sum(node.kills for node in self.nodes.values())

    async def rage(self, until: Until) -> None:
        """Start all, let people live, kill until it is enough; then all settle and end."""
        try:
            await self._begin()
            async with asyncio.timeout(120 + until.kills * 20 + until.seconds):
                async with asyncio.TaskGroup() as tasks:
                    for client in self.clients:
                        tasks.create_task(client.live(acts_of(client)))
                    await self._kill(until)
                    # Everybody still does some things on nodes that stay up.
                    await asyncio.sleep(1)
                    self.over.set()
                await self._settle()
                for node in self.nodes.values():
                    assert await node.end() == 0, node.said()
        except TimeoutError as error:
            error.add_note("\n".join(f"{each.node.name}: {each.doing}" for each in self.clients))
            raise
        finally:
            for node in self.nodes.values():
                if node.runs:
                    await node.kill()

    async def _begin(self) -> None:
        """Start all and let the news of who lives here arrive everywhere."""
        for node in self.nodes.values():
            await node.start()
        for node in self.nodes.values():
            await node.until_ready()
        await self._settle()

    async def _kill(self, until: Until) -> None:
        chance = random.Random(f"{self.seed}-kills")
        began = asyncio.get_running_loop().time()
        while not until.is_reached(self.kills, asyncio.get_running_loop().time() - began):
            await asyncio.sleep(chance.expovariate(2.5))
            victims = chance.choices(NODES, (5, 3, 2), k=chance.choice((1, 1, 2)))
            # Mostly one that works; sometimes one that is just starting.
            patient = chance.random() < 0.8
            for name in dict.fromkeys(victims):
                node = self.nodes[name]
                if patient:
                    await node.until_ready()
                    await asyncio.sleep(chance.random() * 0.7)
                await node.kill()
            for name in dict.fromkeys(victims):
                await self.nodes[name].start()
        for node in self.nodes.values():
            await node.until_ready()

    async def _settle(self) -> None:
        """Wait until all hold the same heads of what they share."""
        async with asyncio.timeout(CONVERGE_SECONDS):
            while not self._are_equal():  # noqa: ASYNC110 - asked of files, not of tasks
                await asyncio.sleep(0.1)

    def _are_equal(self) -> bool:
        home, kiosk, central = (self.nodes[name].heads() for name in NODES)
        shared = {chain: n for chain, n in home.items() if chain[1] == "quarter"}
        at_central = {chain: n for chain, n in central.items() if chain[1] == "quarter"}
        return _plain(home) == _plain(kiosk) and shared == at_central


def _plain(heads: dict[tuple[bytes, str], int]) -> dict[tuple[bytes, str], int]:
    return {chain: n for chain, n in heads.items() if chain[1] in {"house", "quarter", "fleet"}}


def acts_of(client: Client) -> dict[Act, float]:
    """What somebody at this node does, and how often."""
    if client.by_page:
        return {client.book_by_page: 8, client.check_in: 1, client.sign_out_and_in: 0.2}
    acts: dict[Act, float] = {client.reserve: 6, client.cancel: 1, client.sign_out_and_in: 0.1}
    if client.node.name != "central":
        acts |= {client.check_in: 3, client.check_out: 2}
    if client.node.name == "home":
        acts[client.reserve_now] = 2
    return acts


async def check(storm: Storm, scratch: Path, say: Callable[[str], object]) -> None:
    """All that must hold when it is over; `say` is told what was found."""
    memory, quarter = storm.memory, storm.quarter
    say(f"{storm.kills} kills; {memory.summary()}")
    assert not memory.troubles, "\n".join(memory.troubles)
    for node in storm.nodes.values():
        assert "Traceback" not in node.said(), node.said()
    files = [oracle.NodeFile(name, node.database) for name, node in storm.nodes.items()]
    home = files[0]
    halls = {quarter.files.id_of("space", hall.key): hall for hall in HALLS}
    programs = {each.resident.person_id for each in storm.clients if not each.by_page}
    oracle.nodes_hold_the_same(files)
    oracle.nothing_was_written_twice(home, memory, programs)
    oracle.nothing_is_given_twice(home, halls)
    oracle.everything_is_decided(home)
    for file in files:
        oracle.file_is_sound(file)
        oracle.nothing_acknowledged_is_lost(file, memory)
        oracle.nobody_came_twice(file, memory)
        oracle.projections_follow(file, scratch)
        file.close()
    for name, node in storm.nodes.items():
        status, said = await run_verb("doctor", "--data", str(node.folder))
        assert status == 0, f"{name}: {said}"


async def sessions_hold(storm: Storm) -> None:
    """Who was signed in still is, who signed out is out: asked after one more start of all."""
    for node in storm.nodes.values():
        await node.start()
    for node in storm.nodes.values():
        await node.until_ready()
    try:
        for client in storm.clients:
            client.http = type(client.http)(base_url=client.node.address, timeout=30)
        by_node = {client.node.name: client for client in storm.clients}
        for (name, token), counts in storm.memory.sessions.items():
            client = by_node[name]
            headers = {"authorization": f"Bearer {token}"}
            answer = await client.http.get("/api/me", headers=headers)
            assert answer.status_code == (200 if counts else 401), (name, counts, answer.text)
    finally:
        for node in storm.nodes.values():
            await node.end()
