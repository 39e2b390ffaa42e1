"""Nodes with real listeners on loopback, all in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from node.base.ids import new_id
from node.serving import Listener, listener
from node.store import Founding, NodeRole, Store
from node.sync import (
    LineSwitch,
    Root,
    Sync,
    SyncSettings,
    add_node,
    found_roster,
    join_roster,
    listener_options,
    sealing_public_key,
    sync_app,
)
from tests.sync.hand import CLOCK, EPOCH, QUARTER, REGISTRY

ROLES = {"home": NodeRole.HOME, "kiosk": NodeRole.KIOSK, "central": NodeRole.CENTRAL}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Wired:
    """A running node."""

    def __init__(self, folder: Path, store: Store, port: int) -> None:
        self.folder = folder
        self.store = store
        self.port = port
        self.sync: Sync
        self.server: Listener
        self._serving: asyncio.Task[None]

    @property
    def site(self) -> bytes:
        return self.store.core.site_id

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self, *, peers: tuple[str, ...] = (), **settings: Any) -> None:
        options = SyncSettings(
            port=self.port, peers=peers, **{"discovery": False, "central": "", **settings}
        )
        self.sync = await Sync.open(self.store, options, line=LineSwitch(self.folder))
        tls = listener_options(self.store.core.identity)
        self.server = listener(sync_app(self.sync), host="127.0.0.1", port=self.port, **tls)
        self._serving = asyncio.create_task(self.server.serve())
        while not self.server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        await self.sync.start()

    async def stop(self) -> None:
        """Once; a second time there is nothing left to stop."""
        if self._serving.done():
            return
        await self.sync.stop()
        self.server.should_exit = True
        await self._serving
        await self.store.close()

    async def wish(self, text: str) -> None:
        await self.store.write(lambda write: write.insert("wish", id=new_id(), text=text))

    async def plan(self, what: str) -> None:
        await self.store.write(lambda write: write.insert("plan", id=new_id(), what=what))

    async def texts(self, table: str = "wish", column: str = "text") -> set[str]:
        rows = await self.store.read(lambda read: read.rows(f"select {column} from {table}"))
        return {row[0] for row in rows}

    async def sees(
        self, text: str, table: str = "wish", column: str = "text", *, seconds: float = 30.0
    ) -> float:
        """Wait until the row is here; how long it took."""
        began = time.perf_counter()
        await until(lambda: _has(self, text, table, column), seconds)
        return time.perf_counter() - began


async def _has(node: Wired, text: str, table: str, column: str) -> bool:
    return text in await node.texts(table, column)


async def until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait until an (async or plain) condition holds."""
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if asyncio.iscoroutine(result):
                result = await result
            if result:
                return
            await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def quarter(
    path: Path, *names: str, start: bool = True, **settings: Any
) -> AsyncIterator[dict[str, Wired]]:
    """The named nodes of one quarter (home first), each told where home and central are."""
    nodes: dict[str, Wired] = {}
    for name in names:
        folder = path / name
        folder.mkdir()
        store = await Store.open(
            folder / "quarter.db", REGISTRY, clock=CLOCK, founding=Founding(QUARTER, EPOCH)
        )
        nodes[name] = Wired(folder, store, free_port())
    home = nodes[names[0]].store
    roster = await home.on_writer(lambda core: found_roster(core, name=names[0]))
    for name in names[1:]:
        identity = nodes[name].store.core.identity
        role = ROLES.get(name, NodeRole.KIOSK)
        roster = await home.on_writer(
            lambda core, identity=identity, name=name, role=role: add_node(
                core,
                identity.public_key,
                name=name,
                role=role,
                sealing_key=sealing_public_key(identity),
            )
        )
    authority = home.core.identity.public_key
    for name in names[1:]:
        await nodes[name].store.on_writer(
            lambda core: join_roster(core, roster.signed, root=Root(authority))
        )
    central = nodes["central"].address if "central" in nodes else ""
    try:
        if start:
            for name, node in nodes.items():
                known = () if name == "central" else tuple(
                    other.address for n, other in nodes.items() if n not in {name, "central"}
                )  # fmt: skip
                out = central if name != "central" else ""
                await node.start(**{"peers": known, "central": out, **settings})
        yield nodes
    finally:
        for node in nodes.values():
            if hasattr(node, "sync"):
                await node.stop()
            else:
                await node.store.close()
