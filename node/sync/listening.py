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
        host = self.client[0] if self.client else ""
        near = sum(1 for other in others if other.client and other.client[0] == host)
        if len(others) >= CONNECTIONS_MAX or near >= CONNECTIONS_MAX_PER_ADDRESS:
            self.transport.abort()
            return
        self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer with the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins: its head must be there soon, however slowly it drips."""
        super().on_message_begin()
        self._wait_for_request()

    def on_headers_complete(self) -> None:
        """The head is there; the body has its own limit in the application."""
        self._stop_waiting()
        super().on_headers_complete()

    def _wait_for_request(self) -> None:
        self._stop_waiting()
        self._patience = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


def listener_options(identity: Identity) -> dict[str, Any]:
    """Further settings of the uvicorn server that carries `sync_app`."""
    context = server_context(identity)
    return {"ssl_context_factory": lambda _config, _default: context, "http": BoundedProtocol}
