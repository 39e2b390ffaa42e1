"""Listening: one process, one event loop, a server for the pages and one for other nodes."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import signal
import socket
from collections.abc import Callable, Generator, Sequence
from typing import Any

import uvicorn

from node.base.refusals import N_, SaidError

GRACE_SECONDS = 5
"""How long requests under way may take to end when the node stops."""

KEPT_SECONDS = 75
"""How long a connection that asks nothing is kept, where a listener does not say otherwise."""

HEAR_OUT_SECONDS = 0.1
"""Whose connection was taken just before the end has not been read yet."""


class ListenError(SaidError):
    """An address cannot be listened on; the text says which and what to do."""


def _nobody_waits() -> None:
    """For applications that answer at once."""


class Listener(uvicorn.Server):
    """A uvicorn server that leaves signals to whoever runs several of them.

    `let_go` is called when it stops: whoever waits for news is answered, for nobody else ends
    these requests before the grace does, with a fault.
    """

    let_go: Callable[[], None]

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are handled in `run_until_stopped`."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new callers, hear those just let in, let go those that wait, see all off."""
        for server in self.servers:
            server.close()
        await asyncio.sleep(HEAR_OUT_SECONDS)
        # What is woken here runs on when the server has told its connections to close.
        self.let_go()
        await super().shutdown(sockets)


NO_LISTENING = N_("An {host}, Port {port}, lässt sich nichts anbieten.")
HELPS = {
    errno.EADDRINUSE: N_(
        "Ein anderes Programm ist dort. Beenden Sie es, oder stellen Sie einen anderen {prefix}port"
        " ein."
    ),
    errno.EACCES: N_(
        "Stellen Sie einen {prefix}port über 1023 ein, oder lassen Sie ihn eine Socket-Unit von"
        " systemd halten."
    ),
}
ENDED = N_("Ein Dienst endete, bevor er begann. Das Protokoll sagt mehr.")
OTHER_HOST = N_("Stellen Sie in {prefix}host eine Adresse dieses Rechners ein.")


def bound(host: str, port: int, *, prefix: str = "") -> socket.socket:
    """A socket at this address that does not listen yet, so that nobody waits for a node that
    may not start. `prefix` is that of the settings to change. Raises `ListenError`.
    """
    sock = None
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        sock = socket.socket(family, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and host == "::":
            # Every address of the machine, whatever its default is.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(address)
    except OSError as error:
        if sock is not None:
            sock.close()
        helps = HELPS.get(error.errno or 0, OTHER_HOST)
        raise ListenError(NO_LISTENING, helps, host=host, port=port, prefix=prefix) from error
    return sock


def listener(app: Any, *, let_go: Callable[[], None] = _nobody_waits, **options: Any) -> Listener:
    """A server for an ASGI application; `options` are uvicorn's own, those of TLS for example."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="off",
        loop="none",
        **{"timeout_keep_alive": KEPT_SECONDS, **options},
    )
    server = Listener(config)
    server.let_go = let_go
    return server


def told_to_stop() -> asyncio.Event:
    """Set by SIGTERM or SIGINT from now on."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    return told


async def run_until_stopped(
    servers: Sequence[tuple[Listener, socket.socket]],
    *,
    ready: Callable[[], None],
    stopping: Callable[[], None] = lambda: None,
    told: asyncio.Event | None = None,
    ending: Sequence[asyncio.Event] = (),
) -> None:
    """Serve until `told` to stop, by a signal where nothing else is given, or until one of `ending`
    is set. `ready` is called when all listen, `stopping` when told to stop.
    """
    told = told or told_to_stop()
    running = [asyncio.create_task(server.serve(sockets=[sock])) for server, sock in servers]
    waiting = [asyncio.create_task(event.wait()) for event in (told, *ending)]
    try:
        await _until_all_listen([server for server, _ in servers], running)
        ready()
        await asyncio.wait([*waiting, *running], return_when=asyncio.FIRST_COMPLETED)
        if told.is_set() or not any(event.is_set() for event in ending):
            stopping()
    finally:
        for task in waiting:
            task.cancel()
        for server, _ in servers:
            server.should_exit = True
        await asyncio.gather(*running)


async def _until_all_listen(
    servers: Sequence[Listener], running: Sequence[asyncio.Task[None]]
) -> None:
    while not all(server.started for server in servers):
        if any(task.done() for task in running):
            raise ListenError(ENDED)
        await asyncio.sleep(0.02)


def settle() -> None:
    """Called once when all is made that stays: no collection of garbage looks at it again.

    Nor often at what comes: a merge makes many small objects for a moment, none of them in circles,
    and looking through them at Python's own pace took a third of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)
