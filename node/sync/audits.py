"""The nightly audit: two peers compare all, put right what the journals tell, and say so.

A difference is never expected; this is the alarm for everything that nobody thought of. Compared
are the checksums of tables and key ranges in the scopes that both may read, while both have applied
the same. Of sealed chains every round compares the heads already, and more cannot be compared.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from node.base.periods import to_epoch
from node.base.refusals import N_
from node.store import SEALED, Chain, Core, Head, Store
from node.store.digests import Digests, applied_of, take_digests, unpack_ranges
from node.store.doctor import Finding
from node.store.mending import find_faults
from node.sync.ahead import AskPeer
from node.sync.asking import insist
from node.sync.audit_messages import (
    AskDigests,
    AskRanges,
    Mend,
    Mended,
    Noted,
    Outcome,
    Ranges,
    TableDigests,
)
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Reply, Sorry

T = TypeVar("T")

KEPT = "sync.audits"
FRESH_SECONDS = 60.0
TRIES = 5
"""While people write, two nodes are seldom at the same place: then another night must do."""

_AGAIN_SECONDS = 0.5
_READY_SECONDS = 600.0
NIGHT_HOURS = range(1, 5)
"""By UTC: when the house sleeps and nothing else is timed."""

_HOUR = 3600
log = logging.getLogger("quartier.sync")


class Audited(msgspec.Struct, array_like=True, frozen=True):
    """The last audit with a peer, and the last difference that was found with it.

    Instants are seconds UTC. `unsure` are the tables that still differed when it ended.
    """

    site: bytes
    at: int
    found_at: int = 0
    tables: tuple[str, ...] = ()
    mended: int = 0
    unsure: tuple[str, ...] = ()


_decoder = msgspec.msgpack.Decoder(list[Audited])


def read_audits(core: Core) -> dict[bytes, Audited]:
    """What is recorded of audits, by peer."""
    return {one.site: one for one in _decoder.decode(core.kept(KEPT) or b"\x90")}


def find_differences(core: Core) -> list[Finding]:
    """What the doctor says of audits: where this node and a peer still hold different things."""
    return [
        Finding(
            UNSURE,
            JOIN_ANEW,
            {"tables": ", ".join(done.unsure), "site": done.site.hex()[:8]},
        )
        for done in read_audits(core).values()
        if done.unsure
    ]


UNSURE = N_(
    "Beim nächtlichen Vergleich war {tables} anders als bei der Box {site}, und die Journale sagen"
    " nicht, was stimmt."
)
JOIN_ANEW = N_(
    "Fragen Sie die Betreuung, welche Box recht hat, und lassen Sie die andere neu beitreten."
)


def keep_audit(core: Core, done: Audited) -> dict[bytes, Audited]:
    """Record an audit; an earlier difference stays until a newer one is found."""
    known = read_audits(core)
    before = known.get(done.site)
    if before is not None and not done.found_at:
        done = msgspec.structs.replace(
            done, found_at=before.found_at, tables=before.tables, mended=before.mended
        )
    known[done.site] = done
    core.keep(KEPT, msgspec.msgpack.encode(list(known.values())))
    return known


def is_due(done: Audited | None, now: datetime) -> bool:
    """Once a night; where the box sleeps at night, once a day; at once where there was none."""
    if done is None:
        return True
    hours = (to_epoch(now) - done.at) / _HOUR
    return hours >= (20 if now.hour in NIGHT_HOURS else 26) or hours < 0


class Auditor:
    """The own half: its checksums at hand, and the mending of its own rows."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._made: tuple[frozenset[str], float, Digests] | None = None
        self._working: asyncio.Task[None] | None = None
        self._mended: dict[tuple[str, frozenset[int]], int] = {}
        self._known: dict[bytes, Audited] | None = None

    async def known(self) -> Mapping[bytes, Audited]:
        """What is recorded of audits, by peer."""
        if self._known is None:
            self._known = await self._store.on_writer(read_audits)
        return self._known

    async def record(self, peer: bytes, outcome: Outcome) -> None:
        """Record how an audit with a peer ended, whoever began it."""
        at = to_epoch(self._store.core.clock.now())
        found_at = at if outcome.tables else 0
        done = Audited(peer, at, found_at, outcome.tables, outcome.mended, outcome.unsure)
        self._known = await self._store.on_writer(lambda core: keep_audit(core, done))

    async def forget(self) -> None:
        """After a recovery an audit with everybody is due at once."""
        await self._store.on_writer(lambda core: core.keep(KEPT, b"\x90"))
        self._known = {}

    def close(self) -> None:
        """Begin nothing more."""
        if self._working is not None:
            self._working.cancel()

    async def offer(self, scopes: Collection[str]) -> Digests | None:
        """Checksums of what is here now; None while they are made: ask again in a moment."""
        asked, now = frozenset(scopes), asyncio.get_running_loop().time()
        if self._made is not None and self._made[0] == asked and now < self._made[1]:
            heads: Mapping[Chain, Head] = await self._store.heads()
            if applied_of(heads, asked) == self._made[2].applied:
                return self._made[2]
        self._begin(self._take(asked))
        return None

    def mend(self, name: str, ranges: Collection[int], *, scopes: Collection[str]) -> int | None:
        """How many rows were put right here in these ranges; None while that is done."""
        asked = (name, frozenset(ranges))
        table = self._store.core.registry.tables.get(name)
        if table is None or table.scope not in scopes:
            return 0
        if asked in self._mended:
            return self._mended.pop(asked)
        self._begin(self._mend(asked))
        return None

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(work)
        else:
            # One thing at a time: whoever asked asks again.
            work.close()

    async def _take(self, scopes: frozenset[str]) -> None:
        core = self._store.core
        made = await asyncio.to_thread(take_digests, core.path, core.registry, scopes)
        self._made = (scopes, asyncio.get_running_loop().time() + FRESH_SECONDS, made)

    async def _mend(self, asked: tuple[str, frozenset[int]]) -> None:
        table, ranges = asked
        core = self._store.core
        log.error("audit: %s differs from what a peer holds, in %s ranges", table, len(ranges))
        faults = await asyncio.to_thread(find_faults, core.path, core.registry, table, ranges)
        mended = await self._store.mend(table, faults)
        self._made = None
        self._mended[asked] = mended


async def audit(auditor: Auditor, scopes: Collection[str], ask: AskPeer) -> Outcome | None:
    """Compare with a peer and let both put right what they can, and tell it what came of it.

    None where the two never stood at the same place. Raises `TroubleError`.
    """
    readable = frozenset(scopes) - {SEALED}
    found = await _differences(auditor, readable, ask)
    if found is None:
        return None
    mended = 0
    for table, ranges in found.items():
        mended += await _mend_both(auditor, Mend(table, ranges), readable, ask)
    left = await _differences(auditor, readable, ask) if found else {}
    unsure = tuple(sorted(found if left is None else left))
    outcome = Outcome(tuple(sorted(found)), mended, unsure)
    insist(await ask(outcome), Noted)
    return outcome


async def _mend_both(auditor: Auditor, request: Mend, scopes: frozenset[str], ask: AskPeer) -> int:
    async def own() -> int | None:
        return auditor.mend(request.table, request.ranges, scopes=scopes)

    there = await _ready(lambda: ask(request), Mended)
    return there.rows + await _own(own)


async def _differences(
    auditor: Auditor, scopes: frozenset[str], ask: AskPeer
) -> dict[str, tuple[int, ...]] | None:
    """The ranges in which each table differs; None where both never stood at the same place."""
    for _ in range(TRIES):
        theirs = await _ready(lambda: ask(AskDigests()), TableDigests)
        mine = await _own(lambda: auditor.offer(scopes))
        if mine.applied == theirs.applied:
            told = dict(theirs.tables)
            differing = [name for name in mine.tables if mine.of_table(name) != told.get(name)]
            return {name: await _ranges(mine, name, ask) for name in differing}
        await asyncio.sleep(_AGAIN_SECONDS)
    return None


async def _ranges(mine: Digests, table: str, ask: AskPeer) -> tuple[int, ...]:
    reply = await _ready(lambda: ask(AskRanges(table)), Ranges)
    try:
        theirs = unpack_ranges(reply.sums)
    except ValueError as error:
        raise TroubleError(Trouble.GARBLED, str(error)) from error
    pairs = enumerate(zip(mine.tables[table], theirs, strict=True))
    return tuple(number for number, (one, other) in pairs if one != other)


async def _ready(ask: Callable[[], Awaitable[Reply]], kind: type[T]) -> T:
    """The reply of a peer that may have to work for it."""
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            reply = await ask()
            if not isinstance(reply, Sorry) or reply.code != Trouble.BUSY:
                return insist(reply, kind)
            await asyncio.sleep(_AGAIN_SECONDS)


async def _own(find: Callable[[], Awaitable[T | None]]) -> T:
    """The same of this node's own half."""
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            found = await find()
            if found is not None:
                return found
            await asyncio.sleep(_AGAIN_SECONDS / 5)
