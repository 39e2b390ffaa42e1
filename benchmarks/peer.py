"""A node with nothing but sync: a process of its own, told by lines what to do.

`python -m benchmarks.peer FOLDER PORT [PEER ...]` says "ready"; "write" adds a row and says when
it was committed ("written ID SECONDS", on the machine's steady clock); "end" ends it.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from node.base.clock import SystemClock
from node.base.ids import new_id
from node.serving import listener, settle
from node.store import Column, Registry, Scope, Store, Table
from node.sync import Sync, SyncSettings, listener_options, sync_app
from node.sync.tables import TABLES

FACT = Table(
    "fact",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        Column("place", "integer", default=0),
        Column("at", "integer", default=0),
        Column("word", default=""),
        Column("state", default=""),
    ),
    scope=Scope.HOUSE,
    about="A benchmark's small row.",
)
REGISTRY = Registry(1, (FACT, *TABLES))
CELLS = 4
"""Of a row of `fact`, beside its key."""


async def run(folder: Path, port: int, peers: tuple[str, ...]) -> None:
    """Serve and call until told to end."""
    store = await Store.open(folder / "quarter.db", REGISTRY, clock=SystemClock())
    sync = await Sync.open(store, SyncSettings(port=port, peers=peers, discovery=False))
    server = listener(
        sync_app(sync),
        host="127.0.0.1",
        port=port,
        let_go=sync.let_go,
        **listener_options(store.core.identity),
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    await sync.start()
    settle()
    print("ready", flush=True)
    try:
        while (await asyncio.to_thread(sys.stdin.readline)).strip() == "write":
            row_id = new_id()
            await store.write(
                lambda write, row_id=row_id: write.insert("fact", id=row_id, word="eins")  # type: ignore[misc]
            )
            print("written", row_id.hex(), time.perf_counter(), flush=True)
    finally:
        await sync.stop()
        server.should_exit = True
        await serving
        await store.close()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), tuple(sys.argv[3:])))
