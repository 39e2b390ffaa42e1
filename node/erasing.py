"""What a node does by itself after an erasure, beside the write in which it overwrote the rows.

The home node names the changesets that carried what was erased; every node keeps their place in
the chain only, writes the list that outlives the file, lets old backups go, and says how far it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from node import people
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import Refusal, RefusedError
from node.people.erasure import BACKUP_DAYS
from node.store import Core, NodeRole, Read, Store, Write
from node.store.backups import Backups
from node.store.erased_list import keep_list
from node.store.withheld import TABLES as WITHHELD_TABLES
from node.store.withheld import has_names
from node.store.withholding import clean_log, count_carrying, name_piece, withhold_named

LOOKS_EVERY_SECONDS = 300.0
SETTLES_SECONDS = 900.0
"""A home node that was off hears first who took an erasure back meanwhile."""

PAUSE_SECONDS = 0.05
"""Between two pieces, in which people's writes get their turn."""

TOUCHING = frozenset(
    {"erasure", "erasure_ruling", "erasure_receipt", "guest_record_end"}
    | {table.name for table in WITHHELD_TABLES}
)
DAY_SECONDS = 86_400
_WITHHELD_AT = "erasing.withheld_at"
Open = tuple[people.Erasure, people.Receipt]
T = TypeVar("T")
log = logging.getLogger("quartier.erasing")


@dataclass(slots=True)
class Sweeper:
    """Brings one node's files to what its erasures ask for."""

    store: Store
    erasing: people.Erasing
    backups: Backups
    settles_seconds: float = SETTLES_SECONDS
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    began: datetime = field(init=False)
    log_holds: bool = True
    """Whether pages as they were may still lie in the write-ahead log."""

    def __post_init__(self) -> None:
        self.began = self.store.core.clock.now()

    async def run(self, *, looks_every_seconds: float = LOOKS_EVERY_SECONDS) -> None:
        """Sweep now, whenever an erasure or a name arrives, and now and then, until cancelled."""
        unsubscribe = self.store.subscribe(self._wake)
        try:
            while True:
                self.woken.clear()
                try:
                    await self.sweep()
                except (RefusedError, OSError) as error:
                    log.warning("what was erased is not gone everywhere here: %s", error)
                except Exception:
                    log.exception("sweeping failed; it is tried again")
                try:
                    async with asyncio.timeout(looks_every_seconds):
                        await self.woken.wait()
                except TimeoutError:
                    pass
        finally:
            unsubscribe()

    def _wake(self, touched: frozenset[str]) -> None:
        if touched & TOUCHING:
            self.woken.set()

    async def sweep(self) -> None:
        """Do all that can be done now; does little where nobody was erased or all is done."""
        now = self.store.core.clock.now()
        await self._carry_out(now)
        # A restored file refuses this until it has met others; it knows them no more all the same.
        has_followed = await self._done(lambda write: self.erasing.follow(write, now=now))
        # Central cannot read what went on its date, and drops all the same what is named.
        if not has_followed and not await self.store.read(has_names):
            return
        known = await self.store.read(people.known_erased)
        await asyncio.to_thread(keep_list, self.backups.folder, known)
        if self.store.core.role is NodeRole.HOME:
            ended = await self.store.read(self.erasing.ended)
            await self._name(people.mark_of({*known, *ended}))
        core = self.store.core
        changed = await self.store.on_writer(withhold_named)
        self.log_holds = self.log_holds or bool(changed)
        if changed:
            await self.store.on_writer(lambda core: _note_withheld(core, now))
        await self._let_backups_go(now)
        open_ones = await self.store.read(lambda read: _open(read, core))
        if not (self.log_holds or open_ones):
            return
        is_clean = await self.store.on_writer(clean_log)
        self.log_holds = not is_clean
        if not open_ones:
            return
        left = await asyncio.to_thread(count_carrying, core.path, core.registry, core.site_id)
        if is_clean and not left:
            await self._tell(open_ones, now)

    async def _carry_out(self, now: datetime) -> None:
        """At the home node: erase whose time to think is over."""
        core = self.store.core
        has_settled = now - self.began >= timedelta(seconds=self.settles_seconds)
        if core.role is NodeRole.HOME and has_settled and not core.must_catch_up:
            await self._done(lambda write: self.erasing.carry_out_due(write, now=now))

    async def _let_backups_go(self, now: datetime) -> None:
        """What a late word left in backups goes as well, however long the erasure is ago; and so
        does what was overwritten on its date."""
        noted = await self.store.on_writer(_withheld_at)
        over = [at for at in noted if now - from_epoch(at) >= timedelta(days=BACKUP_DAYS)]
        if over:
            await asyncio.to_thread(self.backups.forget_before, from_epoch(max(over)), now)

    async def _name(self, mark: bytes) -> None:
        """At the home node: look through all journals, piece by piece, and name what carried it."""
        core = self.store.core
        while await self._done(lambda write: name_piece(core, write, mark)):  # noqa: ASYNC110
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tell(self, open_ones: list[Open], now: datetime) -> None:
        """Note that the journal is clean here and, once the backups of before are, that too.

        Only the home node can see what central holds sealed, so the others wait for its word.
        """
        cleaned = [erasure for erasure, own in open_ones if own.cleaned_at is None]
        await self._note(cleaned, "cleaned_at", now)
        gone = [
            erasure
            for erasure, own in open_ones
            if await asyncio.to_thread(self._is_gone, erasure, own.cleaned_at or now, now)
        ]
        await self._note(gone, "gone_at", now)

    def _is_gone(self, erasure: people.Erasure, cleaned_at: datetime, now: datetime) -> bool:
        """Whether no backup from before the journal was clean is left; when it is time, they go."""
        if now - erasure.at >= timedelta(days=BACKUP_DAYS):
            self.backups.forget_before(cleaned_at, now)
        return self.backups.count_before(cleaned_at, now) == 0

    async def _note(self, erasures: list[people.Erasure], column: str, now: datetime) -> None:
        def note(write: Write) -> None:
            for erasure in erasures:
                people.note_progress(write, erasure.id, column, now=now)

        if erasures:
            await self._done(note)

    async def _done(self, work: Callable[[Write], T]) -> T:
        found = await self.store.write(work)
        if isinstance(found, Refusal):
            raise RefusedError(found)
        return found


def _open(read: Read, core: Core) -> list[Open]:
    """The erasures of which this node may say more than it has, with its own receipt."""
    found = []
    for erasure in people.list_erasures(read):
        if erasure.done_at is None:
            continue
        receipts = people.receipts_of(read, erasure.id)
        own = receipts.get(core.site_id)
        is_named = core.role is NodeRole.HOME or any(
            receipt.cleaned_at and core.roles.get(receipt.site) is NodeRole.HOME
            for receipt in receipts.values()
        )
        if own is not None and own.gone_at is None and is_named:
            found.append((erasure, own))
    return found


def _withheld_at(core: Core) -> list[int]:
    """When journals were last made to hold less, in seconds since 1970, the oldest first."""
    return [int(at) for at in str(core.kept(_WITHHELD_AT) or "").split()]


def _note_withheld(core: Core, now: datetime) -> None:
    """Once a day: the instants whose backups have gone are of no more use than the last of them."""
    noted = _withheld_at(core)
    old = to_epoch(now - timedelta(days=BACKUP_DAYS))
    kept = [*[at for at in noted if at <= old][-1:], *(at for at in noted if at > old)]
    if kept and kept[-1] // DAY_SECONDS == to_epoch(now) // DAY_SECONDS:
        kept.pop()
    kept.append(to_epoch(now))
    core.keep(_WITHHELD_AT, " ".join(map(str, kept)))
