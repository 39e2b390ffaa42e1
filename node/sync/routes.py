"""What other nodes may ask of this one: an ASGI application for its own listener, nothing else.

One path, one verb, bytes in and bytes out. Everything that is not a proper request of a node in
good standing gets the same empty answer, whatever was wrong with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Protocol

from node.base.guesses import Guesses
from node.sync.transport import JOIN, PATH, SCHEME, SLOWEST_BYTES_A_SECOND
from node.sync.wire import BODY_BYTES_MAX, GREETING_BYTES_MAX

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_SECONDS = 30.0
"""Whoever needs longer to send a body holds us up; a node in good standing has as much longer as
the slowest line takes for what has come.
"""

JOIN_BYTES_MAX = 1000
GUESSES_PER_ADDRESS = 10
GUESSES_IN_ALL = 600
"""Codes and sheets that nobody knew, in a minute: a new box makes one at most."""

NOTHING = 403


class Called(Protocol):
    """One quarter's store that answers."""

    tag: str

    async def answer(self, token: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and bytes of the answer to a request's bytes."""

    def knows(self, token: bytes) -> bool:
        """Whether the token is that of an open session."""

    async def admit(self, body: bytes) -> bytes | None:
        """Bytes of the answer to a new box that knows an open code of this quarter's."""

    async def note_guess(self, body: bytes) -> None:
        """Nobody here knew the code of this request."""


class SyncApp:
    """Routes requests to the store of the quarter that they name; central has many."""

    def __init__(self, called: Sequence[Called]) -> None:
        self._called = {one.tag: one for one in called}
        self._guesses = Guesses(per_address=GUESSES_PER_ADDRESS, in_all=GUESSES_IN_ALL)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        if scope["type"] != "http":
            return
        status, body = await self._answer(scope, receive)
        headers = [
            (b"content-type", b"application/octet-stream"),
            (b"content-length", str(len(body)).encode()),
        ]
        if status == NOTHING:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Message, receive: Receive) -> tuple[int, bytes]:
        path = str(scope["path"])
        if path == PATH + JOIN and scope["method"] == "POST":
            return await self._admit(receive, _address(scope))
        called = self._called.get(path.removeprefix(PATH)) if path.startswith(PATH) else None
        if scope["method"] != "POST" or called is None:
            return NOTHING, b""
        token = _token(scope["headers"])
        is_member = bool(token) and called.knows(token)
        limit = BODY_BYTES_MAX if is_member else GREETING_BYTES_MAX
        body = await _read(receive, limit, is_patient=is_member)
        if body is None:
            return NOTHING, b""
        return await called.answer(token, body)

    async def _admit(self, receive: Receive, address: str) -> tuple[int, bytes]:
        """A new box cannot name the quarter yet: whose code it knows lets it in.

        Only where no quarter knows it, it was a guess: central has many quarters.
        """
        body = await _read(receive, JOIN_BYTES_MAX)
        if not body or self._guesses.are_too_many(address):
            return NOTHING, b""
        for called in self._called.values():
            answer = await called.admit(body)
            if answer is not None:
                return 200, answer
        self._guesses.note(address)
        for called in self._called.values():
            await called.note_guess(body)
        return NOTHING, b""


class Open(Protocol):
    """Whoever keeps a store in step and opens its door to others."""

    @property
    def door(self) -> Called:
        """Who answers for it."""


def sync_app(*nodes: Open) -> SyncApp:
    """The application for the listener that other nodes call."""
    return SyncApp([node.door for node in nodes])


def _address(scope: Message) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _token(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    given = next((value for name, value in headers if name == b"authorization"), b"")
    scheme, _, text = given.decode("latin-1").partition(" ")
    if scheme.lower() != SCHEME or len(text) != 64:
        return b""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


async def _read(receive: Receive, limit: int, *, is_patient: bool = False) -> bytes | None:
    """The request's body, or None where it is too large, too slow or cut off."""
    body = bytearray()
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(BODY_SECONDS) as patience:
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                body += message.get("body", b"")
                if len(body) > limit:
                    return None
                if is_patient:
                    earned = len(body) / SLOWEST_BYTES_A_SECOND
                    patience.reschedule(began + BODY_SECONDS + earned)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        return None
