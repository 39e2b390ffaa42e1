"""A node as a process of its own, told by lines on its standard input what to do.

`python -m tests.sync.lone FOLDER HOST PORT [PEER ...]`, with `central=HOST:PORT` among the peers
for that of central; without other peers it looks for them on the network. "wish TEXT" writes what
stays in the house, "plan TEXT" what central may read, and answers "done TEXT" once it is
committed; every text that comes to be here is told as "sees TEXT"; "end" ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from node.base.ids import new_id
from node.serving import bound, listener
from node.store import NodeRole, Store, Write
from node.sync import LineSwitch, Sync, SyncSettings, listener_options, sync_app
from tests.sync.hand import CLOCK, REGISTRY

CENTRAL = "central="
COLUMN = {"wish": "text", "plan": "what"}


async def run(folder: Path, host: str, port: int, given: tuple[str, ...]) -> None:
    store = await Store.open(folder / "quarter.db", REGISTRY, clock=CLOCK)
    peers = tuple(each for each in given if not each.startswith(CENTRAL))
    central = next((each.removeprefix(CENTRAL) for each in given if each not in peers), "")
    looks = not peers and store.core.role is not NodeRole.CENTRAL
    settings = SyncSettings(host=host, port=port, peers=peers, central=central, discovery=looks)
    sync = await Sync.open(store, settings, line=LineSwitch(folder))
    options = listener_options(store.core.identity)
    server = listener(sync_app(sync), let_go=sync.let_go, **options)
    serving = asyncio.create_task(server.serve(sockets=[bound(host, port)]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    await sync.start()
    telling = asyncio.create_task(tell(store))
    print("ready", flush=True)
    try:
        await obey(store)
    finally:
        telling.cancel()
        await sync.stop()
        server.should_exit = True
        await serving
        await store.close()


async def obey(store: Store) -> None:
    """Write what is asked for, until told to end."""
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        if line == "end":
            return
        table, _, text = line.partition(" ")

        def write_it(write: Write, table: str = table, text: str = text) -> None:
            write.insert(table, id=new_id(), **{COLUMN[table]: text})

        await store.write(write_it)
        print(f"done {text}", flush=True)


async def tell(store: Store) -> None:
    """Say each text that is new here, as soon as it is."""
    changed = asyncio.Event()
    store.subscribe(lambda _: changed.set())
    said: set[str] = set()
    while True:
        rows = await store.read(
            lambda read: read.rows("select text from wish union select what from plan")
        )
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
