"""Asking a peer, one question ahead of its turn at most.

While the store takes a page the line would lie idle, and the peer too: what will be asked for next
is known by then, and what came of it can be read for the store. An answer that nobody turns out to
want is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from node.sync.wire import Reply, Request

AskPeer = Callable[[Request], Awaitable[Reply]]


class AskAhead:
    """The questions of one round."""

    def __init__(self, ask: AskPeer, prepare: Callable[[Reply], Awaitable[None]]) -> None:
        self._ask = ask
        self._prepare = prepare
        self._request: Request | None = None
        self._task: asyncio.Task[Reply] | None = None

    def begin(self, request: Request) -> None:
        """Ask already; what came of it is told when its turn comes."""
        self._request = request
        self._task = asyncio.ensure_future(self._ask_and_prepare(request))

    async def _ask_and_prepare(self, request: Request) -> Reply:
        reply = await self._ask(request)
        await self._prepare(reply)
        return reply

    async def ask(self, request: Request) -> Reply:
        """The peer's reply; raises what `ask` raises."""
        if self._task is not None and request is self._request:
            task, self._task = self._task, None
            return await task
        await self.close()
        return await self._ask(request)

    async def close(self) -> None:
        """Drop the question that was asked ahead, if there is one."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
