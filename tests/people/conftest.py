"""Stores that hold the small quarter, one or two nodes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from node import people
from node.base.clock import FrozenClock
from node.quarter.files import QuarterFiles
from node.registry import REGISTRY
from node.store import Core, Founding, Member, NodeRole, Store
from tests.cast import Cast, move_in, settle, small_quarter

FOUNDING = Founding(b"Q" * 16, b"E" * 16)


@pytest.fixture(scope="session")
def files() -> QuarterFiles:
    return small_quarter()


@pytest.fixture
def cast(core: Core, files: QuarterFiles, clock: FrozenClock) -> Cast:
    """The cast in the synchronous core, without secrets."""
    return move_in(core, files, clock.now())


async def open_node(folder: Path, name: str, clock: FrozenClock) -> Store:
    """A node of the quarter that all these tests share."""
    store = await Store.open(folder / f"{name}.db", REGISTRY, clock=clock, founding=FOUNDING)
    store.core.after_merge = lambda write, touched: people.after_merge(
        write, touched, now=clock.now()
    )
    return store


@pytest_asyncio.fixture
async def home(tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Store]:
    store = await open_node(tmp_path, "home", clock)
    yield store
    await store.close()


@pytest_asyncio.fixture
async def kiosk(tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Store]:
    """A second node, still empty: `exchange` fills it."""
    store = await open_node(tmp_path, "kiosk", clock)
    store.core.role = NodeRole.KIOSK
    yield store
    await store.close()


@pytest_asyncio.fixture
async def settled(home: Store, files: QuarterFiles, clock: FrozenClock) -> Cast:
    """The cast at the home node, everybody with their PIN or password."""
    return await settle(home, files, clock.now())


def stored_bytes(store: Store) -> bytes:
    """Everything that lies on the disk."""
    path = store.core.path
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


async def exchange(*stores: Store) -> None:
    """Let every node take what the others wrote."""
    members = {
        store.core.site_id: Member(store.core.identity.public_key, store.core.role)
        for store in stores
    }
    for giver in stores:
        for taker in stores:
            if giver is taker:
                continue
            for chain in sorted(await giver.heads()):
                batch = await giver.changesets(chain, after=0, max_bytes=10**9)
                await taker.receive(batch, members)
