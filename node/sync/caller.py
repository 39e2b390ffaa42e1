"""Calling one peer: rounds when there is a reason, and one waiting request in between."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping

from node.base.periods import to_epoch
from node.store import HOUSE_ROLES, SEALED, Members, NodeRole, Scope
from node.store.replaying import dropped
from node.sync.anew import lacking_there
from node.sync.audits import audit, is_due
from node.sync.behind import snapshot_helps
from node.sync.heads import beyond_count, by_chain, count_waiting, say_heads, still_forked
from node.sync.line import LineSwitch
from node.sync.own import Own
from node.sync.paging import Paging
from node.sync.patience import Patience
from node.sync.peers import REST_SECONDS, Peer
from node.sync.round import Round
from node.sync.transport import Address, Link, quarter_tag
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Fetch, Give, Listen, News, Reply, Request

_LISTEN_GRACE_SECONDS = 10.0
_QUICK_SECONDS = 5.0
_FRUITLESS_PAUSE_SECONDS = 1.0
_FRUITLESS_PAUSE_MAX_SECONDS = 60.0
"""News that could not be turned into anything held must not make the two run in circles."""

AUDIT_LOOKS_EVERY_SECONDS = 120.0
AUDIT_RETRY_SECONDS = 1800.0

_ELSEWHERE = frozenset({Trouble.UNREACHABLE, Trouble.WRONG_KEY})
"""Troubles of an address rather than of the peer: another address may do."""

log = logging.getLogger("quartier.sync")


class Caller:
    """Keeps one peer up to date, for as long as its task runs."""

    def __init__(self, own: Own, peer: Peer, line: LineSwitch | None) -> None:
        self.peer = peer
        self._own = own
        self._line = line
        self._tag = quarter_tag(own.store.core.quarter)
        self._link: Link | None = None
        self._token = b""
        self._patience = Patience()
        self._paging = Paging()
        self._no_audit_before = 0.0
        self._random: Callable[[], float] = secrets.SystemRandom().random

    async def run(self) -> None:
        """Until cancelled. A fault of ours ends a round, not the keeping in step."""
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._keep())
                    tasks.create_task(self._listen())
            except* Exception:
                log.exception("calling %s failed", self.peer.node.name)
            finally:
                await self.hang_up()
            await asyncio.sleep(REST_SECONDS)

    async def hang_up(self) -> None:
        """End the connections; requests under way fail."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    async def leave_old_place(self) -> None:
        """End connections to where the peer is no more, by all that is told of it."""
        told = [address for found in self.peer.addresses.values() for address in found]
        if self._link is not None and self._link.address not in told:
            await self.hang_up()

    @property
    def _is_cut(self) -> bool:
        return self._line is not None and self._line.is_cut(self.peer.site_id)

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._until_due(loop)
            if self._is_cut:
                self._fail(Trouble.CUT)
            elif not self.peer.known_addresses():
                self.peer.due_at = loop.time() + REST_SECONDS
            elif loop.time() >= self.peer.due_at or await self._is_needed():
                await self._meet()
                if self.peer.is_spared:
                    await self.hang_up()
            else:
                self._rest()

    async def _until_due(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            async with asyncio.timeout_at(max(self.peer.due_at, loop.time())):
                await self.peer.wake.wait()
        except TimeoutError:
            pass
        self.peer.wake.clear()

    def _rest(self) -> None:
        if self.peer.failures == 0 and not self.peer.is_spared:
            self.peer.rested.set()

    async def _is_needed(self) -> bool:
        """Whether, by what the peer last told, a round would move anything before it is due."""
        if self.peer.failures or self.peer.is_spared:
            return False
        if self.peer.forked:
            # What came meanwhile may be what the cure waits for: see `forks.give_way`.
            return True
        view = await self._own.look()
        scopes = self._own.here.shared_scopes(self.peer.node)
        return any(count_waiting(view.heads, self.peer.said, scopes=scopes))

    async def _meet(self) -> None:
        """One round, at the first address that answers."""
        trouble = Trouble.UNREACHABLE
        for address in self.peer.known_addresses():
            try:
                await self._meet_at(address)
            except TroubleError as error:
                trouble = error.trouble
                log.debug("round with %s at %s: %s", self.peer.node.name, address, error)
                await self.hang_up()
                if trouble not in _ELSEWHERE:
                    break
            else:
                return
        self._fail(Trouble.CUT if self._is_cut else trouble)

    async def _meet_at(self, address: Address) -> None:
        link = await self._link_to(address)
        meeting = Round(
            *(self._own.here, self.peer.node, secrets.token_bytes(32), self._token),
            page_bytes=self._paging.size,
            sealed_bytes=self._sealed_bytes,
        )
        self.peer.meeting = meeting

        async def ask(request: Request) -> Reply:
            if self._is_cut:
                raise TroubleError(Trouble.CUT)
            reply = await self._ask_paged(link, request, meeting.token)
            meeting.page_bytes = self._paging.size
            return reply

        try:
            await self._own.drive(meeting.steps(), ask)
        finally:
            self.peer.meeting = None
            self.peer.stage = meeting.stage
        self._token = meeting.token
        self.peer.good_address = address
        self.peer.tell(meeting.said)
        self.peer.trouble = meeting.trouble
        self.peer.forked = frozenset(meeting.forked)
        loop_now = asyncio.get_running_loop().time()
        self.peer.succeed(self._now(), loop_now=loop_now, jitter=self._random())
        if meeting.forks:
            await self._own.introduce(meeting.forks, ask)
        await self._note_need(meeting, address)
        self.peer.is_asked_for = False

    @property
    def _sealed_bytes(self) -> int | None:
        """So much of the house's sealed chains a round carries each way now; None: all. One who has
        yet to hear of its own journal waits for no night.
        """
        is_asked = self.peer.is_asked_for or self._own.store.core.must_catch_up
        return None if is_asked else self.peer.day_bytes

    async def _ask_paged(self, link: Link, request: Request, token: bytes) -> Reply:
        """Ask, and learn from what carries pages how large they may be on this line."""
        if not isinstance(request, Fetch | Give):
            return await link.ask(request, token=token)
        try:
            with self._paging.timed():
                return await link.ask(request, token=token)
        except TroubleError:
            self._paging.was_cut()
            raise

    async def _note_need(self, meeting: Round, address: Address) -> None:
        """See whether this box must begin anew: it lacks what the peer has dropped, or holds more
        of a box that was let go than counts, and a merge cannot be undone.
        """
        own, behind = self._own, self._own.behind
        scopes, members = own.here.shared_scopes(self.peer.node), own.here.members
        is_somebody_let_go = any(each.revoked_after is not None for each in members.values())
        if own.here.role not in HOUSE_ROLES or not (meeting.is_behind or is_somebody_let_go):
            return
        heads = {c: head for c, head in (await own.look()).heads.items() if c[1] != SEALED}
        beyond = beyond_count(heads, members)
        if (
            Scope.HOUSE in scopes
            and (meeting.is_behind or beyond)
            and snapshot_helps(heads, beyond, meeting.said, members)
        ):
            behind.notice(address)
        elif beyond and not meeting.forked:
            await self._note_journals(members, meeting, address)

    async def _note_journals(self, members: Members, meeting: Round, address: Address) -> None:
        """Whether the own journal helps, by what the peer says where something was dropped here."""
        own, peer = self._own, self.peer
        gone = await own.store.on_writer(dropped)
        if not gone:
            own.behind.notice_journals(None)
        elif peer.node.role is NodeRole.CENTRAL:
            lost = lacking_there(gone, members, meeting.said, own.here.house_key)
            is_held_back = peer.holds_large and not peer.is_asked_for
            own.behind.hinder(lost, is_held_back=is_held_back)
            if not lost and not is_held_back:
                own.behind.notice_journals(address)

    async def audit(self) -> bool:
        """Compare all with the peer, if it can be asked now; whether the two came to an answer."""
        link, own, loop = self._link, self._own, asyncio.get_running_loop()
        if link is None or self._is_cut or loop.time() < self._no_audit_before:
            return False

        async def ask(request: Request) -> Reply:
            return await link.ask(request, token=self._token)

        scopes = own.here.shared_scopes(self.peer.node)
        try:
            outcome = await audit(own.auditor, scopes, ask)
        except (TroubleError, TimeoutError) as error:
            log.debug("audit with %s: %s", self.peer.node.name, error)
            return False
        if outcome is None:
            # People write: counting all again and again would only cost.
            self._no_audit_before = loop.time() + AUDIT_RETRY_SECONDS
            return False
        await own.auditor.record(self.peer.site_id, outcome)
        return True

    async def _link_to(self, address: Address) -> Link:
        if self._link is not None and self._link.address == address:
            return self._link
        await self.hang_up()
        key = self.peer.node.public_key
        is_far = self.peer.node.role is NodeRole.CENTRAL
        self._link = Link(address, self._tag, lambda shown: shown == key, is_far=is_far)
        return self._link

    def _fail(self, trouble: Trouble) -> None:
        if self.peer.trouble is not trouble:
            log.info("%s: %s", self.peer.node.name, trouble)
        self.peer.rested.clear()
        loop_now = asyncio.get_running_loop().time()
        self.peer.fail(trouble, loop_now=loop_now, jitter=self._random())

    async def _listen(self) -> None:
        pause, loop = 0.0, asyncio.get_running_loop()
        while True:
            await self.peer.rested.wait()
            began, before = loop.time(), await self._standing()
            has_news = await self._ask_for_news()
            if has_news is not False:
                # Something is there, or the line broke: a round finds out which.
                self.peer.rested.clear()
                if has_news is None:
                    self.peer.due_at = 0.0
                self.peer.wake.set()
                await self.peer.rested.wait()
            is_in_turn = has_news is None or loop.time() - began > _QUICK_SECONDS
            is_fruitful = is_in_turn or await self._standing() != before
            pause = 0.0 if is_fruitful else self._longer(pause)
            await asyncio.sleep(pause)

    async def _standing(self) -> tuple[object, object]:
        """What we and the peer hold, as far as it has told."""
        return (await self._own.look()).heads, self.peer.said

    @staticmethod
    def _longer(pause: float) -> float:
        return min(pause * 2 or _FRUITLESS_PAUSE_SECONDS, _FRUITLESS_PAUSE_MAX_SECONDS)

    async def _ask_for_news(self) -> bool | None:
        """Whether the peer has something for us; None where it could not be asked."""
        link, own = self._link, self._own
        if link is None or self._is_cut:
            return None
        here = own.here
        scopes = here.shared_scopes(self.peer.node)
        view = await own.look()
        heads = say_heads(view.heads, scopes=scopes, blocked=view.blocked)
        seconds = self._patience.seconds
        try:
            reply = await link.ask(
                Listen(heads, here.roster.rank, seconds),
                token=self._token,
                seconds=seconds + _LISTEN_GRACE_SECONDS,
            )
        except TroubleError:
            self._patience.was_cut()
            return None
        if not isinstance(reply, News) or self._cut_meanwhile():
            return None
        self.peer.tell(by_chain(reply.heads))
        self.peer.forked = still_forked(view.heads, self.peer.said, self.peer.forked)
        self.peer.last_success_at = self._now()
        if reply.roster_rank > own.roster.rank:
            self.peer.due_at = 0.0
            return True
        if await self._is_needed():
            return True
        self._patience.came_back()
        # Both have told their heads: as good as a round that moved nothing.
        loop_now = asyncio.get_running_loop().time()
        self.peer.succeed(self._now(), loop_now=loop_now, jitter=self._random())
        return False

    def _cut_meanwhile(self) -> bool:
        return self._is_cut

    def _now(self) -> int:
        return to_epoch(self._own.store.core.clock.now())


async def keep_audited(own: Own, callers: Mapping[bytes, tuple[Caller, object]]) -> None:
    """Compare with each peer once a night, and soon where that was never done; until cancelled."""
    while True:
        await asyncio.sleep(AUDIT_LOOKS_EVERY_SECONDS)
        try:
            audits = await own.auditor.known()
            for site, (caller, _) in list(callers.items()):
                if is_due(audits.get(site), own.store.core.clock.now()):
                    await caller.audit()
        except Exception:
            log.exception("an audit failed; it is tried again")
