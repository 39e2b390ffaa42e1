"""Files of the data directory: private, durable, and put in place whole.

A database is swapped in two renames. The first, to `quarter.db.incoming`, decides: whoever opens
the database afterwards finishes the swap. So a death at any moment leaves the old file or the
new one, and never a new file beside the old one's log, which SQLite would play into it.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

INCOMING = ".incoming"
LOGS = ("-wal", "-shm")


def create_private(path: Path) -> BinaryIO:
    """A new file that only its owner may read, open for reading and writing."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def write_durably(path: Path, content: bytes) -> None:
    """Replace a small file whole: after a power cut it holds the old content or the new."""
    part = path.with_name(path.name + ".part")
    with create_private(part) as writing:
        writing.write(content)
        sync_handle(writing)
    part.replace(path)
    sync_folder(path.parent)


def sync_handle(handle: BinaryIO) -> None:
    """Bring what was written to the disk itself."""
    handle.flush()
    os.fsync(handle.fileno())


def sync_file(path: Path) -> None:
    """Bring a file that somebody else wrote to the disk itself."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk itself."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def forget_database(path: Path) -> None:
    """Remove a scratch database with its logs."""
    for each in (path, *_logs(path), path.with_name(path.name + "-journal")):
        each.unlink(missing_ok=True)


def put_in_place(fresh: Path, database: Path) -> Path | None:
    """Make a complete, closed file the database; what was there is set aside and answered.

    Whoever calls holds the node's lock and has nothing open.
    """
    sync_file(fresh)
    fresh.replace(_incoming(database))
    sync_folder(database.parent)
    return finish_swap(database)


def finish_swap(database: Path) -> Path | None:
    """Finish a swap that was decided, where there is one; what was there before."""
    incoming = _incoming(database)
    if not incoming.exists():
        return None
    # The time of the incoming file names the old one alike, however often this is begun anew.
    aside = set_aside(database, "before", _instant(incoming))
    incoming.replace(database)
    sync_folder(database.parent)
    return aside


def is_expected(database: Path) -> bool:
    """Whether there is a database, or one that only waits to be put in place."""
    return database.exists() or _incoming(database).exists()


def set_aside(database: Path, why: str, now: datetime) -> Path | None:
    """Give a database and its logs another name, never deleting anything; the new name."""
    aside = _free_name(database, f"{database.name}.{why}-{now:%Y%m%dT%H%M%SZ}")
    for log, log_aside in zip(_logs(database), _logs(aside), strict=True):
        if log.exists():
            log.replace(log_aside)
    if not database.exists():
        return None
    database.replace(aside)
    sync_folder(database.parent)
    return aside


_ASIDE = re.compile(r"\.[a-z]+-(\d{8}T\d{6}Z)(-\d+)?(-wal|-shm)?$")


def aside_at(database: Path, name: str) -> datetime | None:
    """When a file of this name was set aside; None for what is no such file."""
    found = _ASIDE.fullmatch(name.removeprefix(database.name))
    if found is None:
        return None
    return datetime.strptime(found[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _free_name(database: Path, name: str) -> Path:
    aside = database.with_name(name)
    number = 1
    while aside.exists() and database.exists():
        number += 1
        aside = database.with_name(f"{name}-{number}")
    return aside


def _logs(database: Path) -> tuple[Path, ...]:
    return tuple(database.with_name(database.name + end) for end in LOGS)


def _incoming(database: Path) -> Path:
    return database.with_name(database.name + INCOMING)


def _instant(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
