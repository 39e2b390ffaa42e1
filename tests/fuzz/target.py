"""A live node to throw bytes at: its door, a member's open session, and what must not change.

The first byte says how the rest is meant: 0 a stranger's request, 1 a member's, 2 a changeset that
the member signs and hands over, so that what is behind the signature is reached too.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from node.store import SignedChangeset
from node.store.changeset import _SIGNED_AS
from node.sync.greeting import make_hello
from node.sync.wire import Challenge, Give, Nonce, Welcome, pack, pack_greeting, unpack_reply
from tests.sync.wired import Wired

ANSWER_SECONDS = 20.0
"""No node in good standing waits for longer; what takes as long as that hangs."""

MEMORY_BYTES_MAX = 64 * 1024 * 1024
PLAIN = b"\x00"
STRANGER, MEMBER, SIGNED = range(3)
STATUSES = {200, 403}
Ask = Callable[[bytes, bytes], Awaitable[tuple[int, bytes]]]
"""Asks with a token and a body, and is told status and bytes of the answer."""


class Target:
    """The home node, as a lobby's box sees it that somebody else has got."""

    def __init__(self, home: Wired, kiosk: Wired, ask: Ask | None = None) -> None:
        self.home, self.kiosk = home, kiosk
        self._answer = ask or home.sync.door.answer
        self._door = home.sync.door
        self._token = b""
        self._errors = _Errors()
        logging.getLogger("quartier").addHandler(self._errors)

    async def throw(self, data: bytes) -> int:
        """One message; the status that it got. Raises where the node is not what it should be."""
        how, body = (data[0] % 3 if data else STRANGER), data[1:]
        if how == SIGNED:
            body = pack(Give((self._signed(body),)))
        token = await self.token() if how != STRANGER else b""
        async with asyncio.timeout(ANSWER_SECONDS):
            status, answer = await self._answer(token, body)
        assert status in STATUSES, status
        assert (status == 200) == bool(answer)
        assert not self._errors.seen, "a fault of ours: see the log"
        return status

    def _signed(self, body: bytes) -> SignedChangeset:
        key = self.kiosk.store.core.identity.key
        return SignedChangeset(body, key.sign(_SIGNED_AS + hashlib.sha256(body).digest()))

    async def token(self) -> bytes:
        """That of the member's session, which a message may have ended."""
        if not (self._token and self._door.knows(self._token)):
            here = self.kiosk.sync._own.here
            nonce = await self._ask(pack(Challenge()))
            assert isinstance(nonce, Nonce)
            greeting, fresh = pack_greeting(here.greeting(())), secrets.token_bytes(32)
            server = self.home.store.core.identity.public_key
            welcome = await self._ask(pack(make_hello(here, server, nonce.nonce, fresh, greeting)))
            assert isinstance(welcome, Welcome)
            self._token = welcome.token
        return self._token

    async def _ask(self, body: bytes) -> Any:
        status, answer = await self._answer(b"", body)
        assert status == 200
        return unpack_reply(answer)

    async def forgive(self) -> None:
        """Take what was stopped out of quarantine, so that the next signed one is looked at."""

        def forget(core: Any) -> None:
            core._connection.execute("delete from quarantine")

        await self.home.store.on_writer(forget)

    async def state(self) -> tuple[object, ...]:
        """What nobody but the home node itself may change: every row, and its own chains."""
        heads, _ = await self.home.store.standing()
        own = {chain: head for chain, head in heads.items() if chain[0] == self.home.site}
        roster = self.home.sync._own.roster.rank
        return own, roster, await self.rows()

    async def rows(self) -> tuple[frozenset[str], ...]:
        columns = {"wish": "text", "plan": "what", "rule": "text"}
        found = [frozenset(await self.home.texts(*each)) for each in columns.items()]
        return tuple(found)


class _Errors(logging.Handler):
    """Notes what the node itself holds for a fault."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


def memory_bytes() -> int:
    """What this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096
