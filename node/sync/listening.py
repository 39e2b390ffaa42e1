"""What the listener for other nodes needs of uvicorn: our key, and no patience for dawdlers."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from node.store import Identity
from node.sync.tls import server_context

HEADER_SECONDS = 10.0
"""A node sends its request at once; who only holds a connection open is shown the door."""

CONNECTIONS_MAX = 256
CONNECTIONS_MAX_PER_ADDRESS = 48
"""A peer needs four; a demonstration runs several nodes on one address."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, with limits to connections and to the time until a request is there."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accept, unless there are too many already."""
        super().connection_made(transport)  # type: ignore[arg-type]
        others = [o for o in self.connections if isinstance(o, BoundedProtocol) and o is not self]
        if self.is_crowded(others):
            self.transport.abort()
            return
        self.wait(self.head_seconds())

    def head_seconds(self) -> float:
        """How long the head of a request may take."""
        return HEADER_SECONDS

    def is_crowded(self, others: list[BoundedProtocol]) -> bool:
        """Whether one more connection is too many."""
        host = self.client[0] if self.client else ""
        near = sum(1 for other in others if other.client and other.client[0] == host)
        return len(others) >= CONNECTIONS_MAX or near >= CONNECTIONS_MAX_PER_ADDRESS

    def is_idle(self) -> bool:
        """Whether nothing is asked at the moment."""
        cycle: Any = self.cycle
        return cycle is None or bool(cycle.response_complete)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer with the connection."""
        self.wait(None)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins: its head must be there soon, however slowly it drips."""
        super().on_message_begin()
        self.wait(self.head_seconds())

    def on_headers_complete(self) -> None:
        """The head is there; the body has its own limit in the application."""
        self.wait(None)
        super().on_headers_complete()

    def wait(self, seconds: float | None) -> None:
        """Give up after so long, unless something else is waited for before; None: not at all."""
        if self._patience is not None:
            self._patience.cancel()
        self._patience = None if seconds is None else self.loop.call_later(seconds, self.give_up)

    def give_up(self) -> None:
        """Close without a word."""
        if not self.transport.is_closing():
            self.transport.abort()


def listener_options(identity: Identity) -> dict[str, Any]:
    """Further settings of the uvicorn server that carries `sync_app`."""
    context = server_context(identity)
    return {"ssl_context_factory": lambda _config, _default: context, "http": BoundedProtocol}
