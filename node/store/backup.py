"""Online backup of a node, and restore onto an empty or living place.

A backup is one file: a consistent copy made by SQLite while everything goes on, checked, then
compressed (zstd) and sealed (age) in one stream; `age -d -i KEY FILE | zstd -d` opens it without
us. It counts only when what lies on the target was read back and is what was written. It holds
the node's identity. A restored node reads at once and writes again when it has met a peer that
knows its journal: numbers that it may have used after the backup must not be used twice.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import zstandard

from node.base.clock import Clock
from node.base.refusals import N_, Refusal, RefusedError
from node.store.age import SPOILT, seal, unseal
from node.store.connection import DatabaseError, driver, open_reader
from node.store.core import Core
from node.store.erased_list import keep_list, read_list
from node.store.figures import FIGURES, Figures, keep_figures, kept_figures, read_figures
from node.store.files import (
    create_private,
    forget_database,
    put_in_place,
    sync_folder,
    sync_handle,
)
from node.store.identity import site_id_of, stored_identity
from node.store.journal import set_meta
from node.store.rotation import next_name
from node.store.schema import Registry

PACKED_LEVEL = 6
WINDOW_BYTES_MAX = 8 * 1024 * 1024
"""What a backup may make us hold in memory; ours need less, whatever their size."""

ROOM_LEFT_BYTES = 64 * 1024 * 1024
"""No backup is worth that the node itself cannot write any more."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that counts."""

    path: Path
    size: int
    sha256: bytes
    figures: Figures


def write_backup(
    database: Path, folder: Path, *, recipients: Sequence[str], now: datetime
) -> Backup:
    """Write a checked, sealed backup into `folder`, which must be there.

    Only reads the database, so the node may run meanwhile, in this process or another. Needs room
    for a copy beside the database: what is not sealed never lies anywhere else. Raises
    `RefusedError` where the copy is not sound or the folder doesn't take it.
    """
    copy = database.with_name(database.name + ".copy")
    forget_database(copy)
    try:
        _check_room(database)
        _copy(database, copy)
        site, figures = _check_and_count(copy)
        return _write_sealed(copy, folder, site, figures, recipients=recipients, now=now)
    except OSError as error:
        raise RefusedError(_disk_refusal(error, folder)) from error
    finally:
        forget_database(copy)


def open_backup(backup: Path, target: Path, *, secrets: Sequence[str]) -> Figures | None:
    """Open a backup into a database file that is sound; the figures that it came with.

    Raises `RefusedError` where no secret fits or it is no sound backup.
    """
    forget_database(target)
    try:
        with backup.open("rb") as sealed, create_private(target) as writing:
            unpacker = zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)
            with unpacker.stream_writer(writing, closefd=False) as plain:
                unseal(sealed, plain, secrets)
            sync_handle(writing)
        check_database(target)
        return _figures_in(target)
    except OSError as error:
        raise RefusedError(_disk_refusal(error, backup)) from error
    except zstandard.ZstdError as error:
        raise RefusedError(SPOILT) from error
    except RefusedError as error:
        raise RefusedError(replace(error.refusal, values={"name": backup.name})) from error


def restore_backup(
    backup: Path,
    database: Path,
    registry: Registry,
    *,
    clock: Clock,
    secrets: Sequence[str],
    finish: Callable[[Core], object] | None = None,
) -> Path | None:
    """Put a backup in a database's place; the old file is kept beside it and answered.

    `finish` is done with the restored file before it takes the place.
    Raises `RefusedError` where the backup cannot be opened, is not sound or is of a newer release;
    then nothing has changed. Whoever calls holds the node's lock.
    """
    fresh = database.with_name(database.name + ".restoring")
    try:
        open_backup(backup, fresh, secrets=secrets)
        # A backup doesn't know who was erased after it; the list beside it does.
        keep_list(database.parent, read_list(backup.parent))
        make_restored(fresh, registry, clock=clock, finish=finish)
        return put_in_place(fresh, database)
    finally:
        forget_database(fresh)


def make_restored(
    fresh: Path,
    registry: Registry,
    *,
    clock: Clock,
    finish: Callable[[Core], object] | None = None,
) -> None:
    """Bring an opened backup to this release and mark that it must catch up before it writes."""
    connection = driver.connect(str(fresh), isolation_level=None)
    try:
        connection.execute("delete from meta where name = ?", (FIGURES,))
        # SQLite doesn't promise that copying keeps the hidden row numbers that projections use.
        set_meta(connection, "made", "all")
        set_meta(connection, "restored", 1)
    finally:
        connection.close()
    core = Core.open(fresh, registry, clock=clock)
    try:
        if finish is not None:
            finish(core)
    finally:
        core.close()


def check_database(path: Path) -> None:
    """Raise `RefusedError` unless SQLite finds the file sound and it is a node's."""
    try:
        with closing(driver.connect(str(path))) as connection:
            said = connection.execute("pragma integrity_check(1)").fetchone()[0]
            known = connection.execute("select 1 from meta where name = 'identity'").fetchone()
    except DatabaseError as error:
        raise RefusedError(SPOILT) from error
    if said != "ok" or not known:
        raise RefusedError(SPOILT)


def _figures_in(path: Path) -> Figures | None:
    with closing(driver.connect(str(path))) as connection:
        return kept_figures(connection)


def _check_room(database: Path) -> None:
    files = (database, database.with_name(database.name + "-wal"))
    needed = ROOM_LEFT_BYTES + sum(path.stat().st_size for path in files if path.exists())
    if shutil.disk_usage(database.parent).free < needed:
        raise RefusedError(replace(NO_ROOM, values={"place": str(database.parent)}))


def _copy(database: Path, target: Path) -> None:
    create_private(target).close()
    connection = open_reader(database)
    try:
        connection.execute("pragma query_only=off")
        connection.execute("vacuum into ?", (str(target),))
    except DatabaseError as error:
        if "full" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise RefusedError(replace(DAMAGED, values={"reason": str(error)})) from error
    finally:
        connection.close()


def _check_and_count(copy: Path) -> tuple[bytes, Figures]:
    """Read the whole copy once as SQLite and once row by row, before it is sealed."""
    try:
        check_database(copy)
    except RefusedError as error:
        raise RefusedError(replace(DAMAGED, values={"reason": "integrity_check"})) from error
    connection = driver.connect(str(copy), isolation_level=None)
    try:
        identity = stored_identity(connection)
        if identity is None:
            raise RefusedError(replace(DAMAGED, values={"reason": "identity"}))
        figures = read_figures(connection)
        keep_figures(connection, figures)
    finally:
        connection.close()
    return site_id_of(identity.public_key), figures


def _write_sealed(
    copy: Path,
    folder: Path,
    site: bytes,
    figures: Figures,
    *,
    recipients: Sequence[str],
    now: datetime,
) -> Backup:
    path = folder / next_name(site, now, [each.name for each in folder.iterdir()])
    part = path.with_name(path.name + ".part")
    try:
        with create_private(part) as writing, copy.open("rb") as reading:
            hashed = _Hashed(writing)
            packer = zstandard.ZstdCompressor(level=PACKED_LEVEL, write_checksum=True)
            seal(packer.stream_reader(reading), hashed, recipients)
            sync_handle(writing)
            # Otherwise it would be read back out of memory, whatever the stick has made of it.
            os.posix_fadvise(writing.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if _sha256_of(part) != hashed.digest:
            raise RefusedError(replace(NOT_AS_WRITTEN, values={"place": str(folder)}))
        part.replace(path)
        sync_folder(folder)
    finally:
        part.unlink(missing_ok=True)
    return Backup(path, hashed.size, hashed.digest, figures)


def _sha256_of(path: Path) -> bytes:
    with path.open("rb") as reading:
        return hashlib.file_digest(reading, "sha256").digest()


class _Hashed:
    """Writes through and knows length and hash of what was written."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Write the next bytes."""
        self._target.write(data)
        self._hash.update(data)
        self.size += len(data)
        return len(data)

    @property
    def digest(self) -> bytes:
        """SHA-256 of all that was written."""
        return self._hash.digest()


def _disk_refusal(error: OSError, place: Path) -> Refusal:
    known = {errno.ENOSPC: NO_ROOM, errno.EDQUOT: NO_ROOM, errno.ENOENT: NOT_THERE}
    refusal = known.get(error.errno or 0, NOT_USABLE)
    return replace(refusal, values={"place": str(place), "reason": error.strerror or str(error)})


NO_ROOM = Refusal(
    "backup.no_room",
    N_("Für die Sicherung ist in {place} kein Platz mehr."),
    N_("Bitte schaffen Sie dort Platz oder stecken Sie einen größeren Stick ein."),
    status=507,
)
NOT_THERE = Refusal(
    "backup.not_there",
    N_("{place} ist nicht da."),
    N_("Bitte stecken Sie den Stick ein oder stellen Sie einen anderen Ort ein."),
    status=404,
)
NONE_YET = Refusal(
    "backup.none_yet",
    N_("In {place} liegt noch keine Sicherung."),
    N_(
        "Bitte machen Sie erst eine: `quartier backup`, oder lassen Sie den Knoten eine Weile"
        " laufen."
    ),
    status=404,
)
NOT_USABLE = Refusal(
    "backup.not_usable",
    N_("{place} lässt sich nicht benutzen: {reason}."),
    N_("Bitte prüfen Sie den Stick und seine Rechte oder stellen Sie einen anderen Ort ein."),
    status=503,
)
DAMAGED = Refusal(
    "backup.damaged",
    N_("Die Datenbank ist beschädigt und wurde nicht gesichert: {reason}."),
    N_(
        "Bitte starten Sie den Knoten neu. Er prüft sie dabei und stellt sie aus der letzten "
        "guten Sicherung wieder her."
    ),
    status=500,
)
NOT_AS_WRITTEN = Refusal(
    "backup.not_as_written",
    N_("Was auf {place} steht, ist nicht, was geschrieben wurde."),
    N_("Der Stick ist vermutlich defekt. Bitte nehmen Sie einen anderen."),
    status=500,
)
