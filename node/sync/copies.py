"""Central's side of copies of backups: sealed files of one quarter, kept, rotated, never read."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from node.store.erased_list import list_text, read_list
from node.store.rotation import Keeping, made_at, names_to_delete, newest_first
from node.sync.central_wire import PART_BYTES, Copies, CopyPart, CopyState, GiveCopy, TellCopy

KEEPING = Keeping(hourly=0, daily=7, weekly=8)
"""Central keeps fewer than the house: one a day of a week, one a week of two months."""

COPY_BYTES_MAX = 8 * 1024**3
ROOM_LEFT_BYTES = 1024**3
"""One house's backups must not take the room of the others' journals."""


class CopyKeeper:
    """Central's side, for one quarter; all of it files below the quarter's own directory."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now
        self._told: dict[bytes, TellCopy] = {}
        self._one_at_a_time = threading.Lock()

    def answer(self, site: bytes, request: TellCopy | GiveCopy) -> CopyState | None:
        """How much is held; None for what is no backup of this node, or has no room."""
        with self._one_at_a_time:
            if isinstance(request, TellCopy):
                return self._tell(site, request)
            return self._take(site, request)

    def _take(self, site: bytes, request: GiveCopy) -> CopyState | None:
        told = self._told.get(site)
        if told is None or told.name != request.name:
            return None
        part = self._part(told.name)
        held = part.stat().st_size if part.exists() else 0
        if request.offset != held or held + len(request.data) > told.size:
            return CopyState(held, is_whole=False)
        with part.open("a+b") as writing:
            writing.write(request.data)
        held += len(request.data)
        return self._finish(told, part) if held == told.size else CopyState(held, is_whole=False)

    def _tell(self, site: bytes, told: TellCopy) -> CopyState | None:
        mine = told.name.startswith(f"quartier-{site.hex()[:8]}-")
        if not mine or made_at(told.name) is None or not 0 < told.size <= COPY_BYTES_MAX:
            return None
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._forget_parts(told.name)
        self._told[site] = told
        whole, part = self._folder / told.name, self._part(told.name)
        if whole.exists():
            return CopyState(told.size, is_whole=whole.stat().st_size == told.size)
        held = part.stat().st_size if part.exists() else 0
        if shutil.disk_usage(self._folder).free < told.size - held + ROOM_LEFT_BYTES:
            return None
        return CopyState(held, is_whole=False)

    def _finish(self, told: TellCopy, part: Path) -> CopyState:
        with part.open("rb") as reading:
            found = hashlib.file_digest(reading, "sha256").digest()
        if found != told.sha256:
            part.unlink()
            return CopyState(0, is_whole=False)
        part.replace(self._folder / told.name)
        names = [path.name for path in self._folder.iterdir()]
        gone = names_to_delete(names, just_made=told.name, now=self._now(), keeping=KEEPING)
        for name in gone:
            with suppress(OSError):
                (self._folder / name).unlink()
        return CopyState(told.size, is_whole=True)

    def _part(self, name: str) -> Path:
        return self._folder / f"{name}.part"

    def _forget_parts(self, name: str) -> None:
        """Of each node one is on its way: what was begun and given up makes room."""
        begins = name[: len("quartier-") + 8]
        for part in self._folder.glob(f"{begins}*.part"):
            if part != self._part(name):
                part.unlink(missing_ok=True)

    def listed(self) -> Copies:
        """What whoever holds the sheet may fetch."""
        with suppress(OSError):
            names = newest_first([path.name for path in self._folder.iterdir()], now=self._now())
            return Copies(tuple((name, (self._folder / name).stat().st_size) for name in names))
        return Copies(())

    def part(self, name: str, offset: int, most: int = PART_BYTES) -> CopyPart:
        """Bytes of a copy, as many as are asked for and fit one reply."""
        if made_at(name) is None:
            return CopyPart(b"")
        try:
            with (self._folder / name).open("rb") as reading:
                reading.seek(offset)
                erased = list_text(read_list(self._folder.parent))
                return CopyPart(reading.read(min(most, PART_BYTES)), erased)
        except OSError:
            return CopyPart(b"")
