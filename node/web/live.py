"""Server-sent events: a browser is told which tables changed and asks for what it shows again.

One stream a browser (HTTP/1.1 gives it six connections), closed by the page when hidden. Nothing
of the data travels here, and only tables that a page lives by are named, so no right has to be
checked: that a place was taken anybody sees who looks for it, that a PIN was changed nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

from litestar import get
from litestar.response import ServerSentEvent

from node.web.visit import Visit

HEARTBEAT_SECONDS = 20.0

RESERVATION_TABLES = (
    "reservation_decision reservation_cancellation cancellation_ruling reservation_undo passage"
    " waiting_entry waiting_end team_act_seen"
)
"""A page of reservations asks for itself again when one of these changes."""

_TOLD = frozenset(
    (
        *RESERVATION_TABLES.split(),
        "reservation_request",
        "turnover_report",
        "hand_over",
        "deposit_step",
        "safe_code",
        "key_move",
        "print_job",
    )
)


class Streams:
    """The open streams of a node, so that they end when it does."""

    def __init__(self) -> None:
        self.are_ending = False
        self._wakers: set[asyncio.Event] = set()

    @contextmanager
    def opened(self) -> Iterator[asyncio.Event]:
        """What wakes one stream, for as long as it is open."""
        woken = asyncio.Event()
        self._wakers.add(woken)
        try:
            yield woken
        finally:
            self._wakers.discard(woken)

    def let_go(self) -> None:
        """End all streams; browsers open theirs again when the node is back."""
        self.are_ending = True
        for woken in self._wakers:
            woken.set()


@get("/live", include_in_schema=False)
async def live(visit: Visit) -> ServerSentEvent:
    """The stream of changes."""
    return ServerSentEvent(_changes(visit))


async def _changes(visit: Visit) -> AsyncIterator[dict[str, str]]:
    changed: set[str] = set()
    loop = asyncio.get_running_loop()
    streams = visit.house.service(Streams)
    with streams.opened() as woken:

        def note(touched: frozenset[str]) -> None:
            if told := touched & _TOLD:
                changed.update(told)
                loop.call_soon_threadsafe(woken.set)

        forget = visit.store.subscribe(note, local=True)
        try:
            while not streams.are_ending:
                yield await _next(woken, changed)
        finally:
            forget()


async def _next(woken: asyncio.Event, changed: set[str]) -> dict[str, str]:
    """The tables that changed since the last time; after a while without one a sign of life."""
    with suppress(TimeoutError):
        await asyncio.wait_for(woken.wait(), HEARTBEAT_SECONDS)
    woken.clear()
    if not changed:
        return {"event": "still", "data": ""}
    tables = sorted(changed)
    changed.clear()
    return {"event": "changed", "data": " ".join(tables)}
