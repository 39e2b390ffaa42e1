"""The store with its threads: one writer, a few readers, and news after each commit."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from node.base.clock import Clock
from node.base.refusals import Refusal
from node.store.changeset import SignedChangeset, part_of
from node.store.commits import Basis, Commits
from node.store.connection import DatabaseError, FunctionThread
from node.store.core import Core
from node.store.foreseen import NOTHING, Foreseen, foresee
from node.store.founding import Founding
from node.store.handles import Read, Write
from node.store.intake import IntakeReport
from node.store.journal import Chain, Head, Quarantined
from node.store.mending import Fault, mend
from node.store.pace import Pace
from node.store.proof import Offered
from node.store.reading import ReadCore
from node.store.roles import Members
from node.store.schema import Registry
from node.store.soundness import is_corrupt
from node.store.storage import SPARE_BYTES

T = TypeVar("T")
Listener = Callable[[frozenset[str]], None]
READERS = 2
"""Readers beside the writer: a page reads for under a millisecond, more would only cost memory."""

log = logging.getLogger("quartier.store")


class Store:
    """The only door to the database. Domain functions run whole on one of its threads."""

    def __init__(self, core: Core, writer: FunctionThread, readers: list[FunctionThread]) -> None:
        self.core = core
        self._writer = writer
        self._pace = Pace()
        self._foreseen = NOTHING
        self._all_readers = readers
        self._readers: asyncio.LifoQueue[tuple[FunctionThread, ReadCore]] = asyncio.LifoQueue()
        self._listeners: list[Listener] = []
        self._local_listeners: list[Listener] = []
        self._kept = core.values.kept

    @classmethod
    async def open(
        cls,
        path: Path,
        registry: Registry,
        *,
        clock: Clock,
        founding: Founding | None = None,
        readers: int = READERS,
        spare_bytes: int = SPARE_BYTES,
    ) -> Store:
        """Open or make the database file; see `Core.open` for what it may raise."""
        opened: list[Core] = []

        def open_core() -> Core:
            opened.append(
                Core.open(path, registry, clock=clock, founding=founding, spare_bytes=spare_bytes)
            )
            return opened[0]

        writer = FunctionThread(open_core)
        await writer
        core = opened[0]
        store = cls(core, writer, [])
        try:
            core.storage.hold_back()
            for _ in range(readers):
                await store._add_reader()
        except BaseException:
            # A thread that stays would keep the process from ending.
            await store.close()
            raise
        return store

    async def _add_reader(self) -> None:
        opened: list[ReadCore] = []

        def open_reading() -> ReadCore:
            core = self.core
            opened.append(
                ReadCore(
                    core.path,
                    self._kept,
                    site_id=core.site_id,
                    quarter=core.quarter,
                    clock=core.clock,
                )
            )
            return opened[0]

        thread = FunctionThread(open_reading)
        await thread
        self._all_readers.append(thread)
        self._readers.put_nowait((thread, opened[0]))

    async def close(self) -> None:
        """Finish what runs and close all connections."""
        for thread in self._all_readers:
            await thread.close()
        with suppress(DatabaseError):
            await self._run(self._writer, self.core.note_time)
        await self._writer.close()

    @property
    def commits(self) -> Commits:
        """What was committed when: whether a `Basis` still holds."""
        return self._kept.commits

    async def read(self, fn: Callable[[Read], T], *, basis: Basis | None = None) -> T:
        """Run `fn` on a consistent view of the database, off the event loop.

        `basis` is told what the result rests on.
        """
        return await self._on_reader(lambda reader: reader.read(fn, basis))

    async def _on_reader(self, fn: Callable[[ReadCore], T]) -> T:
        thread, reader = await self._readers.get()
        try:
            return await self._run(thread, lambda: fn(reader))
        finally:
            self._readers.put_nowait((thread, reader))

    async def _run(self, thread: FunctionThread, fn: Callable[[], T]) -> T:
        try:
            return await thread.run(fn)
        except DatabaseError as error:
            self.is_doubted |= is_corrupt(error)
            raise

    is_doubted = False
    """Whether SQLite found the file damaged: it is checked whole and mended at the next start."""

    async def write(self, fn: Callable[[Write], T]) -> T | Refusal:
        """Run `fn` in one transaction; a `Refusal` that it returns or raises rolls it back."""
        result, touched = await self._run(self._writer, lambda: self.core.write_and_tell(fn))
        if touched:
            self._tell(touched)
        return result

    async def foresee(self, batch: Sequence[Offered], members: Members) -> None:
        """Read a batch that will be given to `receive` next, while the writer has other work."""
        size, registry = self._pace.size, self.core.registry
        self._foreseen = await asyncio.to_thread(
            foresee, batch, registry, members, piece_bytes=size
        )

    async def receive(self, batch: Sequence[Offered], members: Members) -> IntakeReport:
        """Take changesets from a peer; see `Core.receive`.

        Piece by piece, so that people's reads and writes get their turn in between. Raises
        `RefusedError` where the disk takes nothing; what was taken before that stays.
        """
        report = IntakeReport()
        foreseen = self._foreseen if self._foreseen.is_of(batch) else NOTHING
        self._foreseen = NOTHING
        try:
            start = 0
            while start < len(batch):
                size = foreseen.piece_bytes or self._pace.size
                end = part_of(batch, start, max_bytes=size)
                take = partial(self._receive_timed, batch[start:end], members, foreseen)
                report.add_all(await self._run(self._writer, take))
                start = end
        finally:
            if report.touched:
                followed = await self._writer.run(self.core.finish_merge)
                self._tell(followed | report.touched)
            elif report.advanced:
                # Sealed, or for a newer schema: of no use here, but others wait for it.
                self._tell(frozenset())
        return report

    def _receive_timed(
        self, part: Sequence[Offered], members: Members, foreseen: Foreseen
    ) -> IntakeReport:
        began = time.perf_counter()
        report = self.core.receive_part(part, members, foreseen)
        size = sum(len(offered.body) for offered in part)
        self._pace.learn(size, time.perf_counter() - began)
        return report

    async def finish_merge(self) -> None:
        """Let the rooms follow what they could not when it was merged, because of a full disk."""
        followed = await self._writer.run(self.core.finish_merge)
        if followed:
            self._tell(followed)

    async def on_writer(self, fn: Callable[[Core], T]) -> T:
        """Run a function of the store's own care (backup, checks) on the writer's thread."""
        return await self._run(self._writer, lambda: fn(self.core))

    async def mend(self, table: str, faults: Collection[Fault]) -> int:
        """Put right what `find_faults` found in a table, and tell who listens; how many rows."""
        mended = await self.on_writer(lambda core: mend(core, table, faults))
        if mended:
            self._tell(frozenset({table}))
        return mended

    async def heads(self) -> dict[Chain, Head]:
        """The heads of all chains held; does not wait for the writer."""
        return await self._on_reader(ReadCore.heads)

    async def changesets(
        self, chain: Chain, *, after: int, max_bytes: int
    ) -> list[SignedChangeset]:
        """Held changesets of a chain, for a peer; does not wait for the writer."""
        return await self._on_reader(
            lambda reader: reader.changesets(chain, after=after, max_bytes=max_bytes)
        )

    async def quarantined(self) -> list[Quarantined]:
        """What waits in quarantine, with its reasons."""
        return await self._on_reader(ReadCore.quarantined)

    async def standing(self) -> tuple[dict[Chain, Head], list[Quarantined]]:
        """Heads and quarantine in one hop, as a round compares them."""
        return await self._on_reader(lambda reader: (reader.heads(), reader.quarantined()))

    def subscribe(self, listener: Listener, *, local: bool = False) -> Callable[[], None]:
        """Call `listener` with the touched replicated tables after each commit; with `local` also
        with what `tell` is given.

        Answers a function that ends the subscription. A listener must not block or raise.
        """
        heard = [self._listeners, self._local_listeners] if local else [self._listeners]
        for listeners in heard:
            listeners.append(listener)

        def end() -> None:
            for listeners in heard:
                listeners.remove(listener)

        return end

    def tell(self, tables: frozenset[str]) -> None:
        """Say that local tables changed that somebody watches. Most nobody does, and the sync
        cellar, which wakes at each commit, has nothing to send of them.
        """
        self._call(self._local_listeners, tables)

    def _tell(self, touched: frozenset[str]) -> None:
        self._call(self._listeners, touched)

    def _call(self, listeners: list[Listener], touched: frozenset[str]) -> None:
        for listener in list(listeners):
            try:
                listener(touched)
            except Exception:
                log.exception("a listener failed; the write itself is safe")
