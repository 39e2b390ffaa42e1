"""The own side of every round: what this node is, and effects carried out on its store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

from node.base.refusals import RefusedError
from node.store import Core, PrunedError, Store
from node.store.backups import COPIES_FOLDER as COPIES
from node.sync.ahead import AskAhead, AskPeer
from node.sync.answering import (
    Assume,
    AwaitNews,
    KeepCopy,
    MendRows,
    NameCopy,
    OfferDigests,
    OfferSnapshot,
    ReadPart,
    RecordAudit,
    Work,
)
from node.sync.asking import insist
from node.sync.audits import Auditor
from node.sync.authority import list_candidate, take_authority
from node.sync.behind import Behind
from node.sync.central_wire import ListBox, TakeOver
from node.sync.clone_messages import Introduce, Introduced
from node.sync.clones import make_plan, name_copy, name_own
from node.sync.copies import CopyKeeper
from node.sync.effects import Ask, CaughtUp, Effect, GiveWay, Learn, Look, ReadRange, Take, View
from node.sync.forks import give_way
from node.sync.giving import Giving
from node.sync.granting import give_house_key, refresh_house_key
from node.sync.greeting import Here
from node.sync.house_key import HouseKey
from node.sync.returning import Returning
from node.sync.roster import (
    Roster,
    RosterError,
    SignedRoster,
    adopt_role,
    take_roster,
)
from node.sync.sealing import held_as, opened, sealed_for, view_told
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Page, Reply

R = TypeVar("R")

log = logging.getLogger("quartier.sync")


class Pulse:
    """Beats when something changed; who waits is woken, who looks away misses nothing."""

    def __init__(self) -> None:
        self.count = 0
        self._beat = asyncio.Event()

    def beat(self) -> None:
        """Wake everybody who waits."""
        self.count += 1
        self._beat.set()
        self._beat = asyncio.Event()

    async def after(self, count: int, seconds: float) -> bool:
        """Wait until there were more beats than `count`; false after so many seconds."""
        if self.count != count:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._beat.wait()
        except TimeoutError:
            return False
        return True


class Own:
    """Store, roster and pulse of the node, as rounds and answers use them."""

    def __init__(self, store: Store, roster: Roster, house_key: HouseKey | None) -> None:
        self.store = store
        self.house_key = house_key
        self.giving = Giving(store)
        self.auditor = Auditor(store)
        self.copies = CopyKeeper(store.core.path.with_name(COPIES), store.core.clock.now)
        self.pulse = Pulse()
        self.is_stopping = False
        self.on_roster: Callable[[Roster], None] = lambda _: None
        self.behind = Behind()
        self._returning = Returning()
        self._roster = roster

    @property
    def here(self) -> Here:
        """What this node is at this moment."""
        core = self.store.core
        return Here(
            core.identity,
            core.quarter,
            core.epoch,
            core.registry.number,
            self._roster,
            self.house_key,
        )

    @property
    def roster(self) -> Roster:
        """The roster that counts."""
        return self._roster

    async def refresh_roster(self) -> Roster | None:
        """Read the roster from the file again, after it was changed there."""
        roster = await self.store.on_writer(adopt_role)
        if roster is not None and roster.rank != self._roster.rank:
            self._adopt(roster)
        return roster

    async def refresh_house_key(self) -> None:
        """Give and take up the house key, after the roster or the grants changed."""
        found, holders = await self.store.on_writer(refresh_house_key)
        if found is not None and holders:
            await self.store.write(lambda write: give_house_key(write, found, holders))
        if found != self.house_key:
            self.house_key = found
            self.on_roster(self._roster)
            self.pulse.beat()

    async def drive(self, steps: Generator[Any, Any, R], ask: AskPeer | None = None) -> R:
        """Carry out a round's or an answer's effects until it is done."""
        looked_at = self.pulse.count
        peer = None if ask is None else AskAhead(ask, self._foresee)
        try:
            effect = next(steps)
            while True:
                if isinstance(effect, Look):
                    looked_at = self.pulse.count
                try:
                    result = await self._perform(effect, peer, looked_at)
                except TroubleError as error:
                    effect = steps.throw(error)
                except RefusedError as error:
                    # The disk takes nothing; the store's own log says why.
                    effect = steps.throw(TroubleError(Trouble.STORE, str(error)))
                else:
                    effect = steps.send(result)
        except StopIteration as stop:
            answer: R = stop.value
            return answer
        finally:
            steps.close()
            if peer is not None:
                await peer.close()

    async def _perform(
        self,
        effect: Effect | Work,
        peer: AskAhead | None,
        looked_at: int,
    ) -> object:
        if isinstance(effect, Ask):
            if peer is None:
                raise TypeError("an answer asks nobody")
            return await peer.ask(effect.request)
        if isinstance(effect, Take) and effect.ahead is not None and peer is not None:
            peer.begin(effect.ahead)
        if isinstance(effect, Learn):
            return await self.learn(effect.signed)
        if isinstance(effect, GiveWay):
            return await self._give_way(effect)
        if isinstance(effect, Work):
            return await self._work(effect, looked_at)
        return await self._on_store(effect)

    async def _foresee(self, reply: Reply) -> None:
        """Let the store read what it will be given next."""
        if isinstance(reply, Page):
            await self.store.foresee(reply.offered, self.here.members)

    async def _work(self, effect: Work, looked_at: int) -> object:
        """What only an answer asks for."""
        result: object = None
        match effect:
            case AwaitNews():
                result = await self._await_news(effect, looked_at)
            case OfferSnapshot(scopes):
                made = self.giving.offer(scopes)
                result = None if made is None else made.signed
            case ReadPart(digest, offset):
                result = await self.giving.part(digest, offset)
            case KeepCopy() | Assume():
                result = await self._as_central(effect)
            case NameCopy(peer, request):
                result = await self._name_copy(peer, request)
            case OfferDigests() | MendRows() | RecordAudit():
                result = await self._audit(effect)
        return result

    async def _as_central(self, effect: KeepCopy | Assume) -> object:
        if isinstance(effect, Assume):
            return await self._assume(effect.request)
        return await asyncio.to_thread(self.copies.answer, effect.site, effect.request)

    async def _audit(self, effect: OfferDigests | MendRows | RecordAudit) -> object:
        result: object = None
        match effect:
            case OfferDigests(scopes):
                result = await self.auditor.offer(scopes)
            case MendRows(table, ranges, scopes):
                result = self.auditor.mend(table, ranges, scopes=scopes)
            case RecordAudit(peer, outcome):
                await self.auditor.record(peer, outcome)
        return result

    async def _name_copy(self, peer: bytes, request: Introduce) -> Roster | None:
        try:
            named = await self.store.on_writer(lambda core: name_copy(core, peer, request))
        except RosterError as error:
            log.warning("a copy of a box was not named: %s", error)
            return None
        if named is not None:
            await self.refresh_roster()
        return named

    async def introduce(self, forks: Mapping[str, int], ask: AskPeer) -> None:
        """Being a copy, have the authority name a new key, then go on under it."""
        plan, request = await self.store.on_writer(lambda core: make_plan(core, forks))
        here = self.here
        if here.roster.body.authority == here.identity.public_key:
            is_named = await self.store.on_writer(lambda core: name_own(core, request)) is not None
            await self.refresh_roster()
        else:
            reply = insist(await ask(request), Introduced)
            is_named = await self.learn(reply.roster) is not None or self._names(request)
        if is_named:
            self.behind.notice_copy(plan)

    def _names(self, request: Introduce) -> bool:
        return any(node.public_key == request.public_key for node in self._roster.body.nodes)

    async def _on_store(self, effect: Look | ReadRange | Take | CaughtUp) -> object:
        key = self.house_key
        match effect:
            case Look():
                return await self.look()
            case ReadRange(chain, after, max_bytes):
                held = held_as(chain, key)
                try:
                    page = await self.store.changesets(held, after=after, max_bytes=max_bytes)
                except PrunedError:
                    return None
                return sealed_for(chain, page, key)
            case Take(batch):
                try:
                    return await self.store.receive(opened(batch, key), self.here.members)
                except RefusedError:
                    raise
                except Exception as error:
                    log.exception("changesets could not be taken")
                    raise TroubleError(Trouble.STORE, repr(error)) from error
            case CaughtUp(peer):
                await self._hear(peer)
                return None

    async def _give_way(self, effect: GiveWay) -> bool:
        roster, key = self._roster, self.house_key
        return await self.store.on_writer(lambda core: give_way(core, roster, key, effect.counting))

    async def _hear(self, peer: bytes) -> None:
        """Write again once enough of the others have told what they know of our journal."""
        others = {node.site_id for node in self._roster.peers_of(self.here.site_id)}
        now = asyncio.get_running_loop().time()
        if self._returning.hears(peer, others, now):
            self._returning = Returning()
            await self.store.on_writer(_write_again)
            await self.auditor.forget()

    async def look(self) -> View:
        """What the store holds, read without waiting for the writer."""
        heads, quarantined = await self.store.standing()
        waits = self.store.core.must_catch_up
        return view_told(heads, quarantined, self.house_key, must_catch_up=waits)

    async def _await_news(self, waiting: AwaitNews, looked_at: int) -> Here | None:
        now = asyncio.get_running_loop().time()
        waiting.ends_at = waiting.ends_at or now + waiting.seconds
        left = 0 if self.is_stopping else max(waiting.ends_at - now, 0)
        woken = await self.pulse.after(looked_at, left)
        return self.here if woken and not self.is_stopping else None

    async def _assume(self, request: TakeOver | ListBox) -> Here | None:
        """Be the authority from now on, or list a box as one, if that may be."""

        def assume(core: Core) -> Roster:
            if isinstance(request, TakeOver):
                return take_authority(core, request.handover)
            return list_candidate(core, request.node)

        try:
            self._adopt(await self.store.on_writer(assume))
        except RosterError as error:
            log.warning("the roster was not changed: %s", error)
            return None
        return self.here

    async def learn(self, signed: SignedRoster) -> Roster | None:
        """Believe a roster that outranks ours; None where it does not."""
        try:
            learnt = await self.store.on_writer(lambda core: take_roster(core, signed))
        except RosterError as error:
            log.warning("a roster was not believed: %s", error)
            return None
        if learnt is not None:
            self._adopt(learnt)
        return learnt

    def _adopt(self, roster: Roster) -> None:
        self._roster = roster
        self.on_roster(roster)
        self.pulse.beat()


def _write_again(core: Core) -> None:
    core.note_caught_up()
    core.finish_merge()
