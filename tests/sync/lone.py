"""A node as a process of its own, told by lines on its standard input what to do.

`python -m tests.sync.lone FOLDER HOST PORT [PEER ...]`; "wish TEXT" writes a row and answers
"done TEXT" once it is committed; every text that comes to be here is told as "sees TEXT"; "end"
ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from node.base.ids import new_id
from node.serving import listener
from node.store import Store
from node.sync import LineSwitch, Sync, SyncSettings, listener_options, sync_app
from tests.sync.hand import CLOCK, REGISTRY


async def run(folder: Path, host: str, port: int, peers: tuple[str, ...]) -> None:
    store = await Store.open(folder / "quarter.db", REGISTRY, clock=CLOCK)
    settings = SyncSettings(host=host, port=port, peers=peers, discovery=not peers)
    sync = await Sync.open(store, settings, line=LineSwitch(folder))
    options = listener_options(store.core.identity)
    server = listener(sync_app(sync), host=host, port=port, **options)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    await sync.start()
    telling = asyncio.create_task(tell(store))
    print("ready", flush=True)
    try:
        while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
            if line == "end":
                break
            text = line.removeprefix("wish ")
            await store.write(lambda write, text=text: write.insert("wish", id=new_id(), text=text))
            print(f"done {text}", flush=True)
    finally:
        telling.cancel()
        await sync.stop()
        server.should_exit = True
        await serving
        await store.close()


async def tell(store: Store) -> None:
    """Say each text that is new here, as soon as it is."""
    changed = asyncio.Event()
    store.subscribe(lambda _: changed.set())
    said: set[str] = set()
    while True:
        rows = await store.read(lambda read: read.rows("select text from wish"))
        new = {row[0] for row in rows} - said
        for text in sorted(new):
            print(f"sees {text}", flush=True)
        said |= new
        await changed.wait()
        changed.clear()


if __name__ == "__main__":
    asyncio.run(
        run(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), tuple(sys.argv[4:])),
    )
