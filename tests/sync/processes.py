"""Nodes as real processes, also in network namespaces of their own."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from node.store import Core, Founding, NodeRole
from node.sync.authority import add_node, found_roster
from node.sync.house_key import sealing_public_key
from node.sync.roster import Root, join_roster
from tests.sync.hand import CLOCK, EPOCH, QUARTER, REGISTRY

ROOT = Path(__file__).resolve().parents[2]


class Lone:
    """One process; what it told is kept."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 8443) -> None:
        self.folder = folder
        self.host = host
        self.port = port
        self.done: set[str] = set()
        self.sees: set[str] = set()
        self.is_ready = asyncio.Event()
        self._told = asyncio.Condition()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    async def start(self, *peers: str, within: tuple[str, ...] = ()) -> None:
        """Start; `within` is a command to run it under, such as `ip netns exec NAME`."""
        self.is_ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            *within,
            sys.executable,
            "-m",
            "tests.sync.lone",
            str(self.folder),
            self.host,
            str(self.port),
            *peers,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())
        async with asyncio.timeout(20):
            await self.is_ready.wait()

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := (await self._process.stdout.readline()).decode().strip():
            what, _, text = line.partition(" ")
            if what == "ready":
                self.is_ready.set()
            elif what in {"done", "sees"}:
                getattr(self, what).add(text)
            async with self._told:
                self._told.notify_all()

    async def wish(self, text: str) -> None:
        """Ask for a row of the house; it is there for certain once `done` holds it."""
        await self._ask(f"wish {text}")

    async def plan(self, text: str) -> None:
        """The same for a row that central may read."""
        await self._ask(f"plan {text}")

    async def _ask(self, what: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n".encode())
        with contextlib.suppress(ConnectionError):
            await self._process.stdin.drain()

    async def until_sees(self, *texts: str, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds), self._told:
            await self._told.wait_for(lambda: self.sees.issuperset(texts))

    async def until_done(self, *texts: str, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds), self._told:
            await self._told.wait_for(lambda: self.done.issuperset(texts))

    async def kill(self) -> None:
        """Kill -9."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        if self._reading is not None:
            await self._reading
        self.sees.clear()

    async def end(self) -> int:
        """Ask it to end; its exit status."""
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(b"end\n")
            await self._process.stdin.drain()
        async with asyncio.timeout(20):
            return await self._process.wait()


def make_quarter(
    path: Path,
    *names: str,
    called: Mapping[str, str] = MappingProxyType({}),
    quarter: bytes = QUARTER,
) -> dict[str, Path]:
    """Folders with the files of nodes that know each other; the first one is the home node.

    `called` gives a node another name than its folder's; "central" is a central.
    """
    folders = {name: path / name for name in names}
    cores = {}
    for name, folder in folders.items():
        folder.mkdir()
        cores[name] = Core.open(
            folder / "quarter.db", REGISTRY, clock=CLOCK, founding=Founding(quarter, EPOCH)
        )
    home = cores[names[0]]
    roster = found_roster(home, name=names[0])
    for name in names[1:]:
        identity = cores[name].identity
        roster = add_node(
            home,
            identity.public_key,
            name=called.get(name, name),
            role=NodeRole.CENTRAL if name == "central" else NodeRole.KIOSK,
            sealing_key=sealing_public_key(identity),
        )
    for name in names[1:]:
        join_roster(cores[name], roster.signed, root=Root(home.identity.public_key))
    for core in cores.values():
        core.close()
    return folders
