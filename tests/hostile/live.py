"""A node that listens on a real socket, and visitors who send it what no browser would.

The node runs on a thread of its own with the listener of `quartier serve`; a test is plain
synchronous code. Every visitor has an address of their own within loopback, so that limits and
the lobby's guard see them apart.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import shutil
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from node.app import Node, open_node
from node.base.clock import FrozenClock
from node.logs import choose_levels
from node.serving import Listener, listener
from node.settings import Settings
from node.store import Read
from node.web.listening import page_listener_options
from node.web.visit import _csrf, face_of
from tests.cast import Cast, small_quarter
from tests.hostile.town import Town, sign_everybody_in, token_of

T = TypeVar("T")
LOBBY = "127.0.0.1"
PHONE = "127.0.0.2"
VOLATILE = frozenset({"guess"})
"""What a refused attempt may change: how many there were."""


class Log(logging.Handler):
    """Everything that the node's process logs, at every level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.partition(".")[0] in {"quartier", "uvicorn", "litestar", "asyncio"}:
            self.lines.append(self.format(record))


@dataclass
class LiveNode:
    """A listening node and what a test asks of it."""

    node: Node
    clock: FrozenClock
    cast: Cast
    town: Town
    port: int
    loop: asyncio.AbstractEventLoop
    log: Log = field(default_factory=Log)
    visitors: dict[tuple[str, str], Visitor] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the node's own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)

    def read(self, fn: Callable[[Read], T]) -> T:
        return self.run(self.node.store.read(fn))

    def sign_everybody_in(self) -> None:
        """Begin all sessions anew, for an attack may have ended one."""
        self.run(self.node.store.write(lambda write: sign_everybody_in(write, self.cast)))

    def contents(self) -> dict[str, str]:
        """A digest of every table that a refused request must leave as it is."""
        return self.read(_digests)

    def visitor(self, name: str = "nobody", *, at: str = PHONE) -> Visitor:
        """Somebody of the cast, at an address of their own; the same browser each time."""
        if (name, at) not in self.visitors:
            self.visitors[name, at] = Visitor(self, name, at)
        return self.visitors[name, at]


def _digests(read: Read) -> dict[str, str]:
    from node.registry import REGISTRY

    found = {}
    for table in sorted(REGISTRY.tables.keys() - VOLATILE):
        digest = hashlib.sha256()
        for row in read.rows(f'select * from "{table}"'):
            digest.update(repr(tuple(row)).encode())
        found[table] = digest.hexdigest()
    return found


class Visitor:
    """Somebody at a browser or with a program, signed in by name at all faces that let them."""

    def __init__(self, live: LiveNode, name: str, at: str) -> None:
        self.live = live
        self.name = name
        self.http = httpx.Client(
            base_url=live.address,
            # No certificates are read: there is no TLS here, and reading them takes longest.
            transport=httpx.HTTPTransport(local_address=at, verify=False),
            headers={"accept": "text/html", "accept-language": "de"},
            trust_env=False,
            timeout=20,
        )

    def token(self, path: str) -> str:
        """The session that counts at the face of an address; "" for none."""
        if path.startswith("/door"):
            # A door display knows its own person only, whoever the browser knows elsewhere.
            return ""
        return token_of(self.name, face_of(path))

    def csrf(self, path: str) -> str:
        """What this visitor's own forms carry there."""
        return _csrf(self.live.node.store.core.secret, self.token(path))

    def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """One request as this visitor, with the cookie of the face that is asked."""
        headers = dict(given.pop("headers", {}))
        # What one request leaves behind must not colour the next.
        self.http.cookies.clear()
        if token := self.token(path):
            headers.setdefault("authorization", f"Bearer {token}")
        return self.http.request(method, path, headers=headers, **given)

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.send("GET", path, **given)

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Submit a form as this visitor's own page would."""
        return self.send("POST", path, data={"csrf": self.csrf(path), **fields})


def raw(live: LiveNode, data: bytes, *, at: str = PHONE, seconds: float = 5) -> bytes:
    """Send bytes over a fresh connection and read until it is closed or nothing more comes."""
    with socket.create_connection(
        ("127.0.0.1", live.port), timeout=seconds, source_address=(at, 0)
    ) as sock:
        sock.sendall(data)
        return drained(sock)


def drained(sock: socket.socket) -> bytes:
    """What comes until the other side closes, or falls silent for the socket's time."""
    parts = []
    with contextlib.suppress(TimeoutError, ConnectionError):
        while part := sock.recv(65536):
            parts.append(part)
    return b"".join(parts)


@contextlib.contextmanager
def listening(town: Town, folder: Path, clock: FrozenClock, **more: Any) -> Iterator[LiveNode]:
    """Serve a copy of the town's directory on a free port of loopback."""
    shutil.copytree(town.folder, folder)
    ready: list[LiveNode] = []
    server: list[Listener] = []
    is_up = threading.Event()

    async def serve() -> None:
        settings = Settings(data=folder, discovery=False, **more)
        node = await open_node(settings, clock=clock)
        # asyncio sends at once only where it is told the protocol by name.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
            server.append(
                listener(node.pages, let_go=node.streams.let_go, **page_listener_options())
            )
            cast = Cast(small_quarter(), clock.now())
            ready.append(LiveNode(node, clock, cast, town, port, asyncio.get_running_loop()))
            serving = asyncio.create_task(server[0].serve(sockets=[sock]))
            while not server[0].started and not serving.done():  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
            is_up.set()
            await serving
        await node.sync.stop()
        await node.store.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert is_up.wait(30)
    live = ready[0]
    choose_levels("debug")
    logging.getLogger().addHandler(live.log)
    try:
        yield live
    finally:
        for visitor in live.visitors.values():
            visitor.http.close()
        server[0].should_exit = True
        thread.join(30)
        logging.getLogger().removeHandler(live.log)
        assert not thread.is_alive()
