"""With whom and when: the part of sync that never ends.

A round with a peer begins when something was committed here, when the peer has news (a waiting
request is answered), when it is found on the network, and at rest every minute. Between rounds
nothing runs. What fails is tried again after a while that grows and is never the same for two.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from node.base.periods import to_epoch
from node.base.refusals import RefusedError
from node.store import NodeRole, Store
from node.sync.authority import add_node, revoke_node
from node.sync.caller import Caller, keep_audited
from node.sync.door import Door
from node.sync.granting import GRANTS
from node.sync.greeting import Greeter
from node.sync.health import Health, describe
from node.sync.horizon import keep_horizon
from node.sync.house_key import HouseKey, read_house_key
from node.sync.line import LOOKED_AT_EVERY_SECONDS, LineSwitch
from node.sync.metering import Metering
from node.sync.misled import notice_misled
from node.sync.offsite import Offsite
from node.sync.own import Own
from node.sync.pairing import invite, open_invitations, withdraw_invitations
from node.sync.peers import REST_SECONDS, Peers
from node.sync.roster import NOT_JOINED, Roster, RosterError, adopt_role
from node.sync.routes import Called
from node.sync.sealing import heads_told
from node.sync.transport import quarter_tag
from node.sync.waiting import Waiting
from node.sync.whereabouts import SyncSettings, Whereabouts

KEPT = "sync.peers"
DEBOUNCE_SECONDS = 0.01
"""Writes of one moment travel together; shorter than anybody notices."""

QUIET_SECONDS = 2.0
"""So long nothing may arrive before a beginning box believes that it holds all."""

_LOOK_SECONDS = 0.1
log = logging.getLogger("quartier.sync")


class Sync:
    """Keeps one store in step with its quarter's other nodes, and answers when they call."""

    def __init__(
        self,
        store: Store,
        roster: Roster,
        settings: SyncSettings,
        line: LineSwitch | None,
        house_key: HouseKey | None,
    ) -> None:
        self.tag = quarter_tag(store.core.quarter)
        self.after_roster: Callable[[Roster], Awaitable[object]] | None = None
        """What the rooms do when a roster begins to count, also the one found at start."""
        self.line = line
        self._own = Own(store, roster, house_key)
        self._own.on_roster = self._follow
        self.behind = self._own.behind
        self._peers = Peers()
        self.metering = Metering(
            *(self._own, self._peers),
            begins_metered=settings.metered,
            every_minutes=settings.metered_every_minutes,
            night=settings.metered_night,
        )
        self.offsite = Offsite(self._own, self._peers, self.tag)
        self.waiting = Waiting(self._own, self._peers, self.tag)
        greeter = Greeter(secrets.token_bytes)
        self.door: Called = Door(self._own, self._peers, greeter, tag=self.tag, line=line)
        self._callers: dict[bytes, tuple[Caller, asyncio.Task[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._whereabouts = Whereabouts(
            self._own, self._peers, self._callers, settings, self._spawn
        )
        self._unsubscribe: Callable[[], None] = lambda: None
        self._bundled: asyncio.TimerHandle | None = None
        self._is_running = False
        self._kept: bytes = b""

    @classmethod
    async def open(
        cls, store: Store, settings: SyncSettings, *, line: LineSwitch | None = None
    ) -> Sync:
        """Take up the roster that the file holds; raises `RosterError` where it has none."""
        roster = await store.on_writer(adopt_role)
        if roster is None:
            raise RosterError(NOT_JOINED)
        house_key = await store.on_writer(read_house_key)
        return cls(store, roster, settings, line, house_key)

    # Start and stop

    async def start(self) -> None:
        """Finish what an earlier process left, then look for the others."""
        store = self._own.store
        self._follow(self._own.roster)
        self._kept = await store.on_writer(lambda core: core.kept(KEPT)) or b""
        self._peers.recall(self._kept)
        await self.metering.recall()
        await self._catch_up()
        self._unsubscribe = store.subscribe(self._committed)
        await self._own.refresh_house_key()
        self._is_running = True
        self._follow(self._own.roster)
        self._spawn(self._housekeep())
        self._spawn(keep_horizon(self._own, self._peers))
        self._spawn(keep_audited(self._own, self._callers))
        self._spawn(self.metering.keep_night())
        if self.line is not None:
            self._spawn(self._watch_line(self.line))
        await self._whereabouts.start()

    def let_go(self) -> None:
        """Answer the waiting requests of others at once, and no later one waits."""
        self._own.is_stopping = True
        self._own.pulse.beat()

    async def stop(self) -> None:
        """End all calls, those of others too."""
        if not self._is_running:
            return
        self._is_running = False
        self._unsubscribe()
        self.let_go()
        if self._bundled is not None:
            self._bundled.cancel()
        await self._whereabouts.stop()
        ending = [*self._tasks, *(task for _, task in self._callers.values())]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        self._callers.clear()
        self._own.giving.close()
        self._own.auditor.close()
        await self._remember()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a part of sync has ended", exc_info=task.exception())

    # The roster and who is called

    @property
    def roster(self) -> Roster:
        """The roster that counts now."""
        return self._own.roster

    async def add_node(
        self, public_key: bytes, *, name: str, role: NodeRole, address: str = ""
    ) -> Roster:
        """At the authority: add a node or change what is said of it; see `roster.add_node`."""
        store = self._own.store
        await store.on_writer(
            lambda core: add_node(core, public_key, name=name, role=role, address=address)
        )
        return await self.refresh_roster()

    async def revoke_node(self, site: bytes) -> Roster:
        """At the authority: let nothing that the node writes from now on count."""
        await self._own.store.on_writer(lambda core: revoke_node(core, site))
        return await self.refresh_roster()

    async def refresh_roster(self) -> Roster:
        """Take up a roster that was changed in the file."""
        await self._own.refresh_roster()
        return self._own.roster

    def _follow(self, roster: Roster) -> None:
        """Call exactly the nodes in good standing of the roster."""
        self._peers.follow(roster.peers_of(self._own.here.site_id))
        self._whereabouts.note_listed()
        self.metering.follow()
        if self._is_running:
            self._hire_callers()
            self.wake(now=True)
            self._spawn(self._roster_counts(roster))

    async def _roster_counts(self, roster: Roster) -> None:
        await self._own.refresh_house_key()
        if self.after_roster is not None:
            await self.after_roster(roster)
        await notice_misled(self._own, self._peers)

    def _hire_callers(self) -> None:
        listed = {peer.site_id: peer for peer in self._peers}
        for site in self._callers.keys() - listed.keys():
            self._callers.pop(site)[1].cancel()
        for site, peer in listed.items():
            if site not in self._callers:
                caller = Caller(self._own, peer, self.line)
                task = asyncio.create_task(caller.run())
                task.add_done_callback(self._ended)
                self._callers[site] = (caller, task)

    def wake(self, *, now: bool = False) -> None:
        """Let every caller see whether there is something to do; `now`: in any case."""
        for peer in self._peers:
            if now:
                peer.call_now()
            peer.wake.set()

    def _committed(self, touched: frozenset[str]) -> None:
        self._own.pulse.beat()
        self.metering.committed(touched)
        if GRANTS in touched:
            self._spawn(self._own.refresh_house_key())
        if self._bundled is None:
            loop = asyncio.get_running_loop()
            self._bundled = loop.call_later(DEBOUNCE_SECONDS, self._wake_bundled)

    def _wake_bundled(self) -> None:
        self._bundled = None
        self.wake()

    async def _housekeep(self) -> None:
        while True:
            await asyncio.sleep(REST_SECONDS)
            await self._catch_up()
            await self._remember()
            await notice_misled(self._own, self._peers)

    async def _catch_up(self) -> None:
        """Do what an update, or a disk that was full, left to be done."""
        store = self._own.store
        try:
            await store.on_writer(lambda core: core.apply_waiting(self._own.here.members))
            await store.finish_merge()
        except RefusedError as refused:
            log.warning("what waits here goes on waiting: %s", refused)

    async def _remember(self) -> None:
        """Keep what the peers told, so that people see it after a restart without a line too."""
        found = self._peers.remembered()
        if found == self._kept:
            return
        # Only a hint: a disk that is full need not take it.
        with contextlib.suppress(RefusedError):
            await self._own.store.on_writer(lambda core: core.keep(KEPT, found))
            self._kept = found

    async def _watch_line(self, line: LineSwitch) -> None:
        """A demonstration's switch may be thrown by another process."""
        known = line.state()
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY_SECONDS)
            state = line.state()
            if state != known:
                known = state
                await self.line_changed()

    async def choose_metered(self, *, metered: bool) -> None:
        """The line to central is paid by volume from now on, or not; see `metering.py`."""
        await self.metering.choose(metered=metered)
        self.wake()

    async def line_changed(self) -> None:
        """Cut at once what is cut now, and call at once what is joined again."""
        self._own.pulse.beat()
        await self._whereabouts.hang_up()

    # Boxes that come and go

    async def withdraw_invitations(self) -> None:
        """Let no open code count any more."""
        await self._own.store.on_writer(withdraw_invitations)

    async def open_codes(self) -> int:
        """How many codes are good that nobody has used yet."""
        known = await self._own.store.on_writer(open_invitations)
        return sum(1 for each in known if not each.used_by)

    @property
    def site_id(self) -> bytes:
        """The id of this node."""
        return self._own.here.site_id

    @property
    def address(self) -> str:
        """Where a new box can call this one: as the roster says, or the first on the network."""
        node = self.roster.nodes.get(self.site_id)
        return (node.address if node else "") or str(self._whereabouts.own_address)

    @property
    def is_authority(self) -> bool:
        """Whether the roster is changed here."""
        return self.roster.body.authority == self._own.here.identity.public_key

    @property
    def holds_house_key(self) -> bool:
        """Whether this node can read what the house seals."""
        return self._own.house_key is not None

    @property
    def is_revoked(self) -> bool:
        """Whether the roster says that this node belongs to the quarter no more."""
        node = self.roster.nodes.get(self._own.here.site_id)
        return node is not None and not node.is_active

    async def invite(
        self, *, name: str, role: NodeRole, address: str = "", staff_id: bytes | None = None
    ) -> str:
        """A code that lets one new box in, or at central lets it wait; see `pairing.invite`."""
        return await self._own.store.on_writer(
            lambda core: invite(core, name=name, role=role, address=address, staff_id=staff_id)
        )

    async def copy_all(self, told: Callable[[Health], object]) -> None:
        """Wait until everything that the reachable nodes hold is here; `told` sees the progress.

        For a box that begins, while nobody else writes much; raises nothing and has no end where
        nobody can be reached.
        """
        quiet_since: tuple[int, float] | None = None
        loop = asyncio.get_running_loop()
        while quiet_since is None or loop.time() - quiet_since[1] < QUIET_SECONDS:
            await asyncio.sleep(_LOOK_SECONDS)
            health = await self.health()
            told(health)
            held = sum(head.n for head in health.heads.values())
            is_there = any(peer.last_success_at is not None for peer in health.peers)
            waits = any(peer.waiting_back for peer in health.peers if peer.is_well)
            if not is_there or waits:
                quiet_since = None
            elif quiet_since is None or quiet_since[0] != held:
                quiet_since = (held, loop.time())

    async def health(self) -> Health:
        """How this node and its lines are, as values for pages, commands and metrics."""
        store = self._own.store
        heads, quarantined = await store.standing()
        return describe(
            self._own.here,
            self._peers,
            heads=heads_told(heads, self._own.house_key),
            quarantined=quarantined,
            line=self.line,
            clock_trusted=store.core.clock.trusted,
            write_refusal=store.core.write_refusal,
            free_bytes=store.core.storage.free_bytes,
            audits=(await self._own.auditor.known()).values(),
            hindered=self.behind.hindered,
            now=to_epoch(store.core.clock.now()),
        )
