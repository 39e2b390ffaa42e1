"""Giving a box that begins the quarter as a whole: one snapshot at a time, made when asked for.

Making one takes a while, so whoever asks is told to come back; when it is there it is given in
parts to every box with the same rights that asks soon enough, then deleted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from pathlib import Path

from node.base.periods import to_epoch
from node.store import Snapshot, Store, make_snapshot, read_part

FOLDER = "giving"
KEPT_SECONDS = 15 * 60
"""A snapshot that nobody asked for so long is deleted: the disk is small."""

PART_BYTES = 512 * 1024
"""A part travels as one reply, so it stays below what a reply may be."""

log = logging.getLogger("quartier.sync")


class Giving:
    """The snapshots that this node has at hand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._folder = store.core.path.with_name(FOLDER)
        self._made: tuple[frozenset[str], Snapshot] | None = None
        self._making: asyncio.Task[None] | None = None
        self._ends: asyncio.TimerHandle | None = None

    def offer(self, scopes: Collection[str]) -> Snapshot | None:
        """A snapshot of these scopes; None while it is being made: ask again in a moment."""
        asked = frozenset(scopes)
        if self._made is not None and self._made[0] == asked:
            self._keep_a_while()
            return self._made[1]
        if self._making is None:
            self._forget()
            self._making = asyncio.create_task(self._make(asked))
        return None

    async def part(self, digest: bytes, offset: int) -> bytes | None:
        """Bytes of the snapshot with this digest; None where it is not at hand any more."""
        made = self._made
        if made is None or made[1].manifest.digest != digest:
            return None
        self._keep_a_while()
        return await asyncio.to_thread(read_part, made[1].path, offset, PART_BYTES)

    def close(self) -> None:
        """Make no more and delete what was made."""
        if self._making is not None:
            self._making.cancel()
        self._forget()

    async def _make(self, scopes: frozenset[str]) -> None:
        core = self._store.core
        at_ms = to_epoch(core.clock.now()) * 1000
        try:
            made = await asyncio.to_thread(
                make_snapshot,
                core.path,
                core.registry,
                scopes=scopes,
                folder=self._folder,
                at_ms=at_ms,
            )
        except OSError as error:
            log.warning("no snapshot can be made: %s", error)
            return
        finally:
            self._making = None
        self._made = (scopes, made)
        self._keep_a_while()

    def _keep_a_while(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
        self._ends = asyncio.get_running_loop().call_later(KEPT_SECONDS, self._forget)

    def _forget(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
        made, self._made, self._ends = self._made, None, None
        if made is not None:
            Path(made[1].path).unlink(missing_ok=True)
