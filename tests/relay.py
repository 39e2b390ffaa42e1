"""Somebody on the way: a proxy or a NAT that carries bytes, slowly or only for a while.

It carries TCP, not packets: what is between two nodes here is another machine that ends one
connection and opens the next, as proxies do. For packets that are lost see `badline.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

_PIECE_BYTES = 4096


@dataclass
class Relay:
    """Cuts what is older than `lifetime` or silent for `silence` seconds; None: never."""

    target: int
    lifetime: float | None = None
    silence: float | None = None
    bytes_a_second: float | None = None
    port: int = 0
    opened: int = 0
    cut: int = 0
    carried: int = 0
    left: int | None = None
    """So many bytes more go through, then every connection is cut; None: no end."""
    kept: bytearray | None = None
    """What went by, where somebody wants to look at it."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it is cut or ends."""
        self.opened += 1
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        heard = asyncio.Event()
        ways = [(reader, far_writer), (far_reader, writer)]
        tasks = [asyncio.ensure_future(self._pour(*way, heard)) for way in ways]
        tasks.append(asyncio.ensure_future(self._watch(heard)))
        try:
            async with asyncio.timeout(self.lifetime):
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            self.cut += 1
        for task in tasks:
            task.cancel()
        for each in (writer, far_writer):
            each.transport.abort()

    async def _pour(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: asyncio.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE_BYTES):
                if self.left is not None:
                    if self.left < len(piece):
                        return
                    self.left -= len(piece)
                self.carried += len(piece)
                if self.kept is not None:
                    self.kept += piece
                heard.set()
                if self.bytes_a_second is not None:
                    await asyncio.sleep(len(piece) / self.bytes_a_second)
                writer.write(piece)
                await writer.drain()

    async def _watch(self, heard: asyncio.Event) -> None:
        """Ends when nothing was said for too long."""
        with contextlib.suppress(TimeoutError):
            while True:
                async with asyncio.timeout(self.silence):
                    await heard.wait()
                heard.clear()
        self.cut += 1


@contextlib.asynccontextmanager
async def relay(made: Relay) -> AsyncIterator[Relay]:
    """The relay at its port, a free one if it has none, for a while."""
    tasks: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await made.carry(reader, writer)

    server = await asyncio.start_server(carry, "127.0.0.1", made.port)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
