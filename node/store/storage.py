"""What the disk will not take, as a no in words: before it is tried, and when it happens.

A little space stays spare, because a file system that is full to the last byte can neither be
cleaned up nor started from; a very little of it lies in a file that is given up for a start. The
trap: SQLite says "I/O error" where a quota or a limit on the size of files is reached, so both
count as the disk's no.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

from node.base.refusals import Refusal, RefusedError
from node.store.refusals import FULL, UNWRITABLE

SPARE_BYTES = 32 * 1024 * 1024
"""Below this writes are refused: a write-ahead log and a restart need about so much."""

GIVEN_UP_BYTES = 128 * 1024
"""What opening a database takes: an index of the write-ahead log and its first pages."""

_FULL_CODE = 13
_NO_CODES = frozenset({5, 8, 10, 14})
"""SQLITE_BUSY, READONLY, IOERR and CANTOPEN: the disk or another program is in the way."""
_MASKED = "unable to reset cached trigger stmt"
"""All that cr-sqlite says where the disk takes nothing while it notes a changed cell."""
_PRIMARY = 0xFF
"""Extended result codes keep the primary one in their lowest byte."""

log = logging.getLogger("quartier.store")


class Storage:
    """The disk below one database file."""

    def __init__(self, path: Path, *, spare_bytes: int = SPARE_BYTES) -> None:
        self.spare_bytes = spare_bytes
        self._folder = path.parent
        self._given_up = path.with_name(path.name + ".spare")
        self._last: Refusal | None = None

    @property
    def free_bytes(self) -> int:
        """What ordinary programs may still write."""
        found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize

    @property
    def refusal(self) -> Refusal | None:
        """Why nothing can be written, as far as is known without trying; None where all is well."""
        return FULL if self.free_bytes < self.spare_bytes else self._last

    def check(self) -> None:
        """Raise `RefusedError` where too little space is left; called before each write."""
        if self.free_bytes < self.spare_bytes:
            raise RefusedError(self._noted(FULL))

    def refusal_of(self, error: Exception) -> Refusal | None:
        """The no that an error of the driver stands for; None where it is a fault of ours."""
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
        if code == _FULL_CODE:
            return self._noted(FULL, error)
        is_no = code in _NO_CODES or _MASKED in str(error)
        return self._noted(UNWRITABLE, error) if is_no else None

    def worked(self) -> None:
        """A write went through: whatever was in the way is gone."""
        if self._last is not None:
            self._last = None
            self.hold_back()
            log.warning("the disk takes writes again")

    def hold_back(self) -> None:
        """Keep room for a start on a disk that others have filled, where it can be spared."""
        if self._given_up.exists() or self.free_bytes < self.spare_bytes:
            return
        with suppress(OSError):
            handle = os.open(self._given_up, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(handle, 0, GIVEN_UP_BYTES)
            finally:
                os.close(handle)

    def give_up(self) -> bool:
        """Give the room up that was held back; whether there was any."""
        try:
            self._given_up.unlink()
        except OSError:
            return False
        return True

    def _noted(self, refusal: Refusal, error: Exception | None = None) -> Refusal:
        if self._last is None:
            said = error or f"only {self.free_bytes} bytes are left"
            log.error("writes are refused: %s. Make room on %s.", said, self._folder)
        self._last = refusal
        return refusal
