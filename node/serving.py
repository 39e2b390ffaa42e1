"""Listening: one process, one event loop, a server for the pages and one for other nodes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from typing import Any

import uvicorn

log = logging.getLogger("quartier")

GRACE_SECONDS = 5
"""How long requests under way may take to end when the node stops."""

SYSTEMD_FIRST_FD = 3


def _nobody_waits() -> None:
    """For applications that answer at once."""


class Listener(uvicorn.Server):
    """A uvicorn server that leaves signals to whoever runs several of them.

    `let_go` is called when it stops: whoever waits for news is answered, for nobody else ends
    these requests before the grace does, with a fault.
    """

    let_go: Callable[[], None]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new callers, let go those that wait, see the others off."""
        # What is woken here runs on when the server has told its connections to close.
        self.let_go()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are handled in `run_until_stopped`."""
        yield


def listener(
    app: Any, *, host: str, port: int, let_go: Callable[[], None] = _nobody_waits, **tls: Any
) -> Listener:
    """A server for an ASGI application; `tls` are uvicorn's own ssl settings."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=75,
        lifespan="off",
        loop="none",
        **tls,
    )
    server = Listener(config)
    server.let_go = let_go
    return server


async def run_until_stopped(
    servers: Sequence[Listener], *, ready: Callable[[], None], sockets: Sequence[Any] = ()
) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called when all listen."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    given = list(sockets) or [None] * len(servers)
    running = [
        asyncio.create_task(server.serve(sockets=[sock] if sock else None))
        for server, sock in zip(servers, given, strict=True)
    ]
    try:
        while not all(server.started for server in servers):
            if any(task.done() for task in running):
                stop()
                break
            await asyncio.sleep(0.02)
        else:
            ready()
            notify_systemd("READY=1")
        await asyncio.gather(*running)
    finally:
        notify_systemd("STOPPING=1")


def systemd_socket() -> socket.socket | None:
    """The socket that systemd holds for us over restarts, if it started us with one."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or not os.environ.get("LISTEN_FDS"):
        return None
    return socket.socket(fileno=SYSTEMD_FIRST_FD)


def notify_systemd(state: str) -> None:
    """Tell systemd how we are (sd_notify(3)); nothing where it does not ask."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        sock.sendall(state.encode())
