"""Online backup of a node, and restore onto an empty or living place.

A backup is one compressed file: a consistent copy made by SQLite while everything goes on, checked
before it counts. It holds the node's identity, so it is as secret as the box itself. A restored
node reads at once and writes again when it has met a peer that knows its journal: numbers that
it may have used after the backup was made must not be used twice.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import zstandard

from node.base.clock import Clock
from node.store.connection import DatabaseError, driver, open_reader
from node.store.core import Core
from node.store.schema import Registry

SUFFIX = ".quartier.zst"
_CHUNK_BYTES = 1024 * 1024
_HEAD_BYTES = 18
"""The longest head of a zstd frame (RFC 8878)."""


class BackupError(Exception):
    """The backup cannot be made or used; the text says what to do."""


def write_backup(database: Path, folder: Path, *, now: datetime) -> Path:
    """Write a checked backup into `folder`, readable by the owner only; answers its path.

    Only reads the database, so the node may run meanwhile, in this process or another. Raises
    `BackupError` where the folder cannot be written or the copy is not sound.
    """
    name = f"{database.parent.name}-{now:%Y%m%dT%H%M%SZ}{SUFFIX}"
    copy = folder / f".{name}.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        _copy(database, copy)
        copy.chmod(0o600)
        check_database(copy)
        return _compress(copy, folder / name)
    except OSError as error:
        raise BackupError(f"{folder}: {error.strerror}. Choose another folder.") from error
    finally:
        copy.unlink(missing_ok=True)


def restore_backup(
    backup: Path, database: Path, registry: Registry, *, clock: Clock, replace: bool
) -> Path | None:
    """Put a backup in a database's place; the old file is kept beside it and answered.

    Raises `BackupError` where the backup is not sound, or a database is there and `replace` is
    not wanted. Whoever calls holds the node's lock.
    """
    if database.exists() and not replace:
        raise BackupError(
            f"{database} exists. Use --replace to set it aside and put the backup in its place."
        )
    fresh = database.with_name(database.name + ".restoring")
    try:
        _decompress(backup, fresh)
        check_database(fresh)
        core = Core.open(fresh, registry, clock=clock)
        core.note_restored()
        core.close()
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    aside = _set_aside(database, now=clock.now()) if database.exists() else None
    fresh.replace(database)
    _sync_folder(database.parent)
    return aside


def _copy(database: Path, target: Path) -> None:
    connection = open_reader(database)
    try:
        connection.execute("pragma query_only=off")
        connection.execute("vacuum into ?", (str(target),))
    finally:
        connection.close()


def check_database(path: Path) -> None:
    """Raise `BackupError` unless SQLite finds the file sound and it is a node's."""
    try:
        connection = driver.connect(str(path))
        said: Any = connection.execute("pragma integrity_check").fetchone()[0]
        known = connection.execute("select count(*) from meta where name = 'identity'").fetchone()
        connection.close()
    except DatabaseError as error:
        raise BackupError(f"{path.name} is not a node's database: {error}") from error
    if said != "ok" or not known[0]:
        raise BackupError(f"{path.name} is damaged: {said}. Use an older backup.")


def _compress(source: Path, target: Path) -> Path:
    part = target.with_name(target.name + ".part")
    with source.open("rb") as reading, os.fdopen(_private_file(part), "wb") as writing:
        # With the size in its head, a file that was cut short is known by it.
        size = source.stat().st_size
        zstandard.ZstdCompressor(level=6).copy_stream(reading, writing, size=size)
        writing.flush()
        os.fsync(writing.fileno())
    part.replace(target)
    _sync_folder(target.parent)
    return target


def _decompress(source: Path, target: Path) -> None:
    try:
        with source.open("rb") as reading, os.fdopen(_private_file(target), "wb") as writing:
            whole = zstandard.frame_content_size(reading.read(_HEAD_BYTES))
            reading.seek(0)
            decompressor = zstandard.ZstdDecompressor()
            _, size = decompressor.copy_stream(reading, writing, write_size=_CHUNK_BYTES)
            writing.flush()
            os.fsync(writing.fileno())
    except FileNotFoundError as error:
        raise BackupError(f"{source} does not exist.") from error
    except zstandard.ZstdError as error:
        raise BackupError(f"{source.name} is no backup. Use another file.") from error
    if whole not in {size, -1}:
        raise BackupError(f"{source.name} is cut short. Use an older backup.")


def _private_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _set_aside(database: Path, *, now: datetime) -> Path:
    aside = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}")
    for suffix in ("-wal", "-shm"):
        side = database.with_name(database.name + suffix)
        if side.exists():
            shutil.move(side, aside.with_name(aside.name + suffix))
    database.replace(aside)
    return aside


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
