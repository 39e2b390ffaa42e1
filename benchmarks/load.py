"""A small load generator: connections that are kept and asked again as soon as they answered."""

from __future__ import annotations

import asyncio
import functools
import itertools
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar, cast

import uvloop

T = TypeVar("T")
CONNECTIONS = 16
PAUSE_SECONDS = (0.1, 0.5)
"""How long somebody looks at a page who only turns pages."""


class LoadError(Exception):
    """The server did not answer as it should."""


class Asker:
    """Who asks for what; `is_fresh` asks in words that were never said before."""

    def __init__(self, port: int, path: str, *, cookie: str = "", is_fresh: bool = False) -> None:
        lines = [f"Host: 127.0.0.1:{port}", "Accept: text/html"]
        lines += [f"Cookie: {cookie}"] if cookie else []
        self.port = port
        self._path = f"GET {path}".encode()
        self._rest = "\r\n".join([" HTTP/1.1", *lines, "", ""]).encode()
        self._numbers = itertools.count() if is_fresh else None

    def request(self) -> bytes:
        """The next request."""
        if self._numbers is None:
            return self._path + self._rest
        return b"%s?n=%d%s" % (self._path, next(self._numbers), self._rest)


class Asking(asyncio.Protocol):
    """One connection that asks, and again as soon as it was answered or after a `pause`."""

    def __init__(self, asker: Asker, pause: Callable[[], float] | None = None) -> None:
        self.asker = asker
        self.pause = pause
        self.answered = 0
        self.times: list[float] = []
        self.trouble = ""
        self.closed = asyncio.get_running_loop().create_future()
        self._buffer = b""
        self._asked_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        # uvloop's transports are streams without being of asyncio's class.
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def _ask(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._asked_at = time.perf_counter()
            self._transport.write(self.asker.request())

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
            if self.pause is None:
                self._ask()
            else:
                self.times.append(time.perf_counter() - self._asked_at)
                asyncio.get_running_loop().call_later(self.pause(), self._ask)

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


def requests_a_second(asker: Asker, *, seconds: float = 2.0) -> float:
    """How many answers a second 16 kept connections get. Raises `LoadError` for any but 200."""
    return _run(_ask_without_pause(asker, seconds))


async def _ask_without_pause(asker: Asker, seconds: float) -> float:
    asking = [await _connected(Asking(asker)) for _ in range(CONNECTIONS)]
    await asyncio.sleep(0.2)
    before, started = sum(each.answered for each in asking), time.perf_counter()
    await asyncio.sleep(seconds)
    answered = sum(each.answered for each in asking) - before
    took = time.perf_counter() - started
    await _stop(asking)
    return answered / took


def answer_times(askers: Sequence[Asker], *, seconds: float = 10.0) -> list[float]:
    """How long each answer took, in seconds, for people who each pause a little in between."""
    return _run(_ask_with_pauses(askers, seconds))


async def _ask_with_pauses(askers: Sequence[Asker], seconds: float) -> list[float]:
    chance = random.Random(1)
    pause = functools.partial(chance.uniform, *PAUSE_SECONDS)
    asking = [await _connected(Asking(asker, pause)) for asker in askers]
    await asyncio.sleep(seconds)
    await _stop(asking)
    return [taken for each in asking for taken in each.times]


async def _connected(asking: Asking) -> Asking:
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: asking, "127.0.0.1", asking.asker.port)
    return asking


async def _stop(asking: Sequence[Asking]) -> None:
    for each in asking:
        each.stop()
    await asyncio.wait_for(asyncio.gather(*(each.closed for each in asking)), timeout=10)
    troubles = {each.trouble for each in asking if each.trouble}
    if troubles or not all(each.answered for each in asking):
        raise LoadError(f"not answered as it should: {sorted(troubles)}")


def _run(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
