"""The door at which other nodes knock: who is let in, who is answered, who is told nothing."""

from __future__ import annotations

import asyncio
import contextlib

from node.base.periods import to_epoch
from node.store import NodeRole
from node.sync.answering import Answering
from node.sync.arrivals import Way, note_arrival
from node.sync.central_wire import AskCopies, AskCopyPart, Waits
from node.sync.greeting import Greeter
from node.sync.handing import propose
from node.sync.heads import still_forked
from node.sync.line import LineSwitch
from node.sync.offsite import is_holder
from node.sync.own import Own
from node.sync.pairing import accept, invited_by, note_guess
from node.sync.peers import Peers
from node.sync.recovery import tell_holder
from node.sync.roster import Roster, RosterNode
from node.sync.routes import NOTHING
from node.sync.trouble import TroubleError
from node.sync.waiting import admit_at_central
from node.sync.wire import (
    LARGE_BYTES,
    Challenge,
    Give,
    Hello,
    Join,
    Joined,
    Recover,
    Reply,
    Sorry,
    WireError,
    pack,
    unpack_request,
)

HEARD_RETRY_SECONDS = 10.0
"""A peer that calls may be reachable again too; where only it can call, that is enough."""


class Door:
    """Answers for one store, whose quarter has the mark `tag`."""

    def __init__(
        self, own: Own, peers: Peers, greeter: Greeter, *, tag: str, line: LineSwitch | None
    ) -> None:
        self.tag = tag
        self._own = own
        self._peers = peers
        self._greeter = greeter
        self._line = line

    def knows(self, token: bytes) -> bool:
        """Whether the token is that of an open session."""
        now = asyncio.get_running_loop().time()
        return self._greeter.session(self._own.here, token, now) is not None

    async def admit(self, body: bytes) -> bytes | None:
        """Let a new box in that knows an open code or the sheet; None for anybody else."""
        try:
            request = unpack_request(body)
        except WireError:
            return None
        store = self._own.store
        reply: Reply | None = None
        if isinstance(request, Join):
            reply = await self._join(request)
        elif isinstance(request, Recover):
            reply = await store.on_writer(lambda core: tell_holder(core, request))
        elif isinstance(request, AskCopies | AskCopyPart):
            reply = await self._copies(request)
        return None if reply is None else pack(reply)

    async def note_guess(self, body: bytes) -> None:
        """A new box asked with a code that nobody here knows."""
        with contextlib.suppress(WireError):
            request = unpack_request(body)
            if isinstance(request, Join):
                await self._own.store.on_writer(lambda core: note_guess(core, request))

    async def _join(self, request: Join) -> Reply | None:
        """Let a box in by a code; where central keeps the list, it is listed there first."""
        store = self._own.store
        if store.core.role is NodeRole.CENTRAL:
            return await self._join_at_central(request)
        found = await store.on_writer(lambda core: accept(core, request))
        if isinstance(found, RosterNode):
            central = next((p for p in self._peers if p.node.role is NodeRole.CENTRAL), None)
            if central is None:
                return None
            try:
                await propose(self._own, central, self.tag, found)
            except TroubleError as error:
                return Sorry(error.trouble)
            found = await store.on_writer(lambda core: accept(core, request))
        await self._own.refresh_roster()
        if not isinstance(found, Joined):
            return None
        await self._note_arrival(request.public_key)
        return found

    async def _note_arrival(self, public_key: bytes) -> None:
        store = self._own.store
        used = await store.on_writer(lambda core: invited_by(core, public_key))
        if used is not None:
            way, now = Way.CODE if used.staff_id else Way.SHELL, to_epoch(store.core.clock.now())
            await store.write(
                lambda write: note_arrival(
                    write, public_key, way=way, staff_id=used.staff_id, now=now
                )
            )

    async def _join_at_central(self, request: Join) -> Reply | None:
        found = await admit_at_central(self._own, request)
        await self._own.refresh_roster()
        return found if isinstance(found, Joined | Waits) else None

    async def _copies(self, request: AskCopies | AskCopyPart) -> Reply | None:
        """Copies of backups, for whoever holds the sheet."""
        if not await self._own.store.on_writer(lambda core: is_holder(core, request)):
            return None
        copies = self._own.copies
        if isinstance(request, AskCopies):
            return await asyncio.to_thread(copies.listed)
        return await asyncio.to_thread(copies.part, request.name, request.offset, request.most)

    async def answer(self, token: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and bytes of the answer to another node's request."""
        try:
            reply, site = await self._reply(token, body)
        except (WireError, TroubleError):
            return NOTHING, b""
        if self._line is not None and self._line.is_cut(site):
            return 503, b""
        return (NOTHING, b"") if reply is None else (200, pack(reply))

    async def _reply(self, token: bytes, body: bytes) -> tuple[Reply | None, bytes | None]:
        request = unpack_request(body)
        now = asyncio.get_running_loop().time()
        answering = Answering(self._own.here, self._greeter)
        if isinstance(request, Challenge):
            return self._greeter.nonce(now), None
        if isinstance(request, Hello):
            return await self._welcome(answering, request, now)
        session = self._greeter.session(self._own.here, token, now)
        if session is None:
            return None, None
        if self._line is not None and self._line.is_cut(session.site):
            return None, session.site
        if isinstance(request, Give) and len(body) >= LARGE_BYTES:
            await asyncio.to_thread(request.read)
        reply = await self._own.drive(answering.answer(session, request))
        peer = self._peers.get(session.site)
        if peer is not None:
            peer.tell(session.said)
            peer.forked_there = session.forked
            if peer.forked:
                view = await self._own.look()
                peer.forked = still_forked(view.heads, peer.said, peer.forked)
            self._heard_from(session.site)
        return reply, session.site

    async def _welcome(
        self, answering: Answering, hello: Hello, now: float
    ) -> tuple[Reply | None, bytes | None]:
        node = _node_of(self._own.roster, hello.public_key)
        site = node.site_id if node is not None else None
        if self._line is not None and self._line.is_cut(site):
            return None, site
        return await self._own.drive(answering.hello(hello, now)), site

    def _heard_from(self, site: bytes) -> None:
        """The peer has called: it is there, whatever our own calls met."""
        peer = self._peers.get(site)
        if peer is None:
            return
        peer.last_success_at = to_epoch(self._own.store.core.clock.now())
        if peer.failures:
            soon = asyncio.get_running_loop().time() + HEARD_RETRY_SECONDS
            peer.due_at = min(peer.due_at, soon)
            peer.wake.set()


def _node_of(roster: Roster, public_key: bytes) -> RosterNode | None:
    return next((node for node in roster.body.nodes if node.public_key == public_key), None)
