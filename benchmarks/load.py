"""A small load generator: connections that are kept and asked again as soon as they answered."""

from __future__ import annotations

import asyncio
import time
from typing import cast

import uvloop

CONNECTIONS = 16


class LoadError(Exception):
    """The server did not answer as it should."""


class Asking(asyncio.Protocol):
    """One connection that asks the same again and again until it is told to stop."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.answered = 0
        self.trouble = ""
        self.closed = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        # uvloop's transports are streams without being of asyncio's class.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Count whole answers, each by its own length; ask again after each."""
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            self.trouble = head.decode("latin-1").splitlines()[0]
            self.stop()
            return
        if len(rest) >= length_of(head) and self._transport is not None:
            self._buffer = rest[length_of(head) :]
            self.answered += 1
            self._transport.write(self.request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self.trouble = self.trouble or (str(exc) if exc else "")
        self.closed.set_result(None)

    def stop(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()


def length_of(head: bytes) -> int:
    """The length of an answer's body by its head."""
    lowered = head.lower()
    start = lowered.index(b"content-length:") + 15
    return int(lowered[start:].split(b"\r\n", 1)[0])


def requests_a_second(port: int, path: str, *, cookie: str = "", seconds: float = 2.0) -> float:
    """How many answers a second 16 kept connections get. Raises `LoadError` for any but 200."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    request = "\r\n".join([*lines, "", ""]).encode()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_ask(port, request, seconds))


async def _ask(port: int, request: bytes, seconds: float) -> float:
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Asking(request), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    asking = [protocol for _, protocol in made]
    await asyncio.sleep(0.2)
    before, started = sum(each.answered for each in asking), time.perf_counter()
    await asyncio.sleep(seconds)
    answered = sum(each.answered for each in asking) - before
    took = time.perf_counter() - started
    for each in asking:
        each.stop()
    await asyncio.wait_for(asyncio.gather(*(each.closed for each in asking)), timeout=10)
    troubles = {each.trouble for each in asking if each.trouble}
    if troubles or answered == 0:
        raise LoadError(f"not answered as it should: {sorted(troubles)}")
    return answered / took
