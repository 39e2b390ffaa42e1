"""Server-sent events: a browser is told which tables changed and asks for what it shows again.

One stream a browser (HTTP/1.1 gives it six connections), closed by the page when hidden. Nothing
of the data travels here, so no right has to be checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from litestar import get
from litestar.response import ServerSentEvent

from node.web.visit import Visit

HEARTBEAT_SECONDS = 20.0


@get("/live", include_in_schema=False)
async def live(visit: Visit) -> ServerSentEvent:
    """The stream of changes."""
    return ServerSentEvent(_changes(visit))


async def _changes(visit: Visit) -> AsyncIterator[dict[str, str]]:
    changed: set[str] = set()
    woken = asyncio.Event()
    loop = asyncio.get_running_loop()

    def note(touched: frozenset[str]) -> None:
        changed.update(touched)
        loop.call_soon_threadsafe(woken.set)

    forget = visit.store.subscribe(note)
    try:
        while True:
            try:
                await asyncio.wait_for(woken.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield {"event": "still", "data": ""}
                continue
            woken.clear()
            tables = sorted(changed)
            changed.clear()
            yield {"event": "changed", "data": " ".join(tables)}
    finally:
        forget()
