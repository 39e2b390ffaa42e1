"""Taking a snapshot in: part by part from the line, then into the place of the database.

A giver may be broken or hostile. So each part must have the hash that a member signed for it; the
file may hold only tables and indexes that this release would have made itself, letter for letter;
triggers and most indexes are made here. The file becomes the receiver's own before it takes the
database's place: what the giver wrote gets another ordinal, ordinal 0 is the receiver. Its journal
continues, its projections are made anew at the next start.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from node.base.clock import Clock
from node.base.refusals import RefusedError
from node.store.changeset import SignedChangeset, is_hash_signed
from node.store.connection import DatabaseError, close_writer, driver, open_writer
from node.store.core import Core
from node.store.files import create_private, forget_database, put_in_place, sync_handle
from node.store.identity import Identity, clock_tables, replace_identity
from node.store.journal import read_heads, set_meta
from node.store.migration import INTERNAL_SQL, migrate
from node.store.roles import Members
from node.store.schema import Registry, Table
from node.store.sealed import SEALED, SealedBody
from node.store.snapshot import (
    PART_BYTES,
    SNAPSHOT_SPOILT,
    Manifest,
    SnapshotHead,
    check_schema,
    tables_of,
)

WINDOW_BYTES_MAX = 8 * 1024 * 1024
"""What a packed file may make us hold in memory; ours need less, whatever their size."""


class Arriving:
    """A snapshot on its way in, in a file of the data directory; goes on where it was cut off.

    Ask the giver for bytes from `offset` on and `add` them, until it is `complete`.
    """

    def __init__(self, manifest: Manifest, folder: Path) -> None:
        self.manifest = manifest
        self.path = folder / f"{manifest.digest.hex()[:16]}.arriving"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = self.path.open("r+b") if self.path.exists() else create_private(self.path)
        self._parts = self._count_good_parts()
        self._begun = b""

    @property
    def offset(self) -> int:
        """How many bytes are here."""
        return self._parts * PART_BYTES + len(self._begun) if not self.complete else self.size

    @property
    def size(self) -> int:
        """How many bytes it will be."""
        return self.manifest.size

    @property
    def complete(self) -> bool:
        """Whether all parts are here."""
        return self._parts == len(self.manifest.parts)

    def add(self, data: bytes) -> None:
        """Take the next bytes. Raises `RefusedError` where a part is not what the giver signed.

        Then the part is forgotten and can be asked for again, of this giver or another.
        """
        self._begun += data
        while not self.complete and len(self._begun) >= self._next_length():
            length = self._next_length()
            part, self._begun = self._begun[:length], self._begun[length:]
            if hashlib.sha256(part).digest() != self.manifest.parts[self._parts]:
                self._begun = b""
                raise RefusedError(SNAPSHOT_SPOILT)
            self._file.write(part)
            self._parts += 1
        if self.complete:
            sync_handle(self._file)

    def close(self) -> None:
        """Let go of the file; what is here stays for the next try."""
        self._file.close()

    def _next_length(self) -> int:
        return min(PART_BYTES, self.size - self._parts * PART_BYTES)

    def _count_good_parts(self) -> int:
        """A process that died may have left the last part half written."""
        good = 0
        for digest in self.manifest.parts:
            if hashlib.sha256(self._file.read(PART_BYTES)).digest() != digest:
                break
            good += 1
        self._file.seek(good * PART_BYTES)
        self._file.truncate()
        return good


def install_snapshot(
    packed: Path,
    manifest: Manifest,
    database: Path,
    registry: Registry,
    members: Members,
    *,
    identity: Identity,
    clock: Clock,
    kept: Mapping[str, bytes | str | int] | None = None,
) -> Path | None:
    """Put a complete snapshot in the database's place; what was there is set aside and answered.

    The receiver writes as `identity`; one that has written before catches up first. `kept` are
    values of other rooms that must be in the file from the first moment, such as the roster (see
    `Core.keep`). Raises `RefusedError`, and `OSError` where the disk is full; then nothing has
    changed. Whoever calls holds the node's lock.
    """
    check_schema(manifest, registry)
    fresh = database.with_name(database.name + ".arriving")
    forget_database(fresh)
    try:
        _unpack(packed, manifest, fresh)
        _make_own(fresh, manifest, registry, members, identity=identity, kept=kept or {})
        Core.open(fresh, registry, clock=clock).close()
        return put_in_place(fresh, database)
    except (DatabaseError, msgspec.MsgspecError) as error:
        if "full" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise RefusedError(SNAPSHOT_SPOILT) from error
    finally:
        forget_database(fresh)


def _unpack(packed: Path, manifest: Manifest, target: Path) -> None:
    """Decompress; never writes more than the manifest says, whatever the packed file holds."""
    size = 0
    with packed.open("rb") as reading, create_private(target) as writing:
        try:
            for piece in _decompressor().read_to_iter(reading):
                size += len(piece)
                if size > manifest.plain_size:
                    break
                writing.write(piece)
        except zstandard.ZstdError as error:
            raise RefusedError(SNAPSHOT_SPOILT) from error
    if size != manifest.plain_size:
        raise RefusedError(SNAPSHOT_SPOILT)


def _decompressor() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)


def _make_own(
    path: Path,
    manifest: Manifest,
    registry: Registry,
    members: Members,
    *,
    identity: Identity,
    kept: Mapping[str, bytes | str | int],
) -> None:
    """Check the file as SQLite and as ours, then make it the receiver's."""
    connection = driver.connect(str(path), isolation_level=None)
    try:
        # For files from others: https://sqlite.org/security.html
        connection.execute("pragma trusted_schema=off")
        connection.execute("pragma cell_size_check=on")
        connection.execute("pragma temp_store=memory")
        measure = _measure(connection, manifest, registry)
        if connection.execute("pragma integrity_check(1)").fetchone()[0] != "ok":
            raise RefusedError(SNAPSHOT_SPOILT)
        _check_content(connection, manifest)
        _check_signatures(connection, members)
        connection.execute("pragma journal_mode=off")
        connection.execute("pragma synchronous=off")
        connection.execute("begin")
        for statement in filter(str.strip, INTERNAL_SQL.split(";")):
            connection.execute(statement)
        _check_beginnings(connection)
        replace_identity(connection, identity)
        _complete(connection, measure)
        set_meta(connection, "secret", secrets.token_bytes(32))
        set_meta(connection, "own_version", _newest_version(connection))
        if any(head.site == identity.site_id for head in manifest.heads):
            # It has written before: peers may know more of that than the giver did.
            set_meta(connection, "restored", 1)
        for name, value in kept.items():
            set_meta(connection, name, value)
        connection.execute("commit")
    finally:
        connection.close()


def _check_content(connection: Any, manifest: Manifest) -> None:
    """The file holds what the manifest says, and of no scope more than that."""
    values = dict(connection.execute("select name, value from meta").fetchall())
    expected = {"quarter": manifest.quarter, "epoch": manifest.epoch, "schema": manifest.schema}
    found = {
        SnapshotHead(site, scope, head.n, head.hash, head.applied)
        for (site, scope), head in read_heads(connection).items()
    }
    strange = connection.execute(
        "select 1 from journal j left join head h on h.site = j.site and h.scope = j.scope"
        " where h.site is null or j.n > h.held or (j.n = h.held and j.hash is not h.hash) limit 1"
    ).fetchone()
    if values != expected or found != set(manifest.heads) or strange is not None:
        raise RefusedError(SNAPSHOT_SPOILT)


def _check_beginnings(connection: Any) -> None:
    """Each chain begins where the giver says that it dropped what was before."""
    strange = connection.execute(
        "select 1 from head h left join horizon z on z.site = h.site and z.scope = h.scope"
        " where coalesce(z.n, 0) + 1 is not (select min(n) from journal j"
        " where j.site = h.site and j.scope = h.scope)"
    ).fetchone()
    if strange is not None:
        raise RefusedError(SNAPSHOT_SPOILT)


def _check_signatures(connection: Any, members: Members) -> None:
    """The newest changeset of each chain is its writer's own, so the true ones will join it."""
    for (site, scope), head in read_heads(connection).items():
        row = connection.execute(
            "select body, signature from journal where site = ? and scope = ? and n = ?",
            (site, scope, head.n),
        ).fetchone()
        member = members.get(site)
        if row is None or member is None:
            raise RefusedError(SNAPSHOT_SPOILT)
        signed = SignedChangeset(*row)
        inside = SealedBody.read(signed).hash if scope == SEALED else signed.hash
        if inside != head.hash or not is_hash_signed(inside, signed.signature, member.public_key):
            raise RefusedError(SNAPSHOT_SPOILT)


def _measure(connection: Any, manifest: Manifest, registry: Registry) -> dict[tuple[str, str], str]:
    """All that belongs into a database of the file's tables: what an empty one holds. Raises
    `RefusedError` where the file holds anything that is not in it.
    """
    found = _objects(connection)
    held = {name for kind, name in found if kind == "table"}
    tables = [
        _as_found(connection, table)
        for table in registry.replicated
        if table.name in held and table.scope in manifest.scopes
    ]
    measure = _empty_database(Registry(registry.number, tables))
    missing = {name for table in tables for name in tables_of(table)} - held
    if missing or not found.items() <= measure.items():
        raise RefusedError(SNAPSHOT_SPOILT)
    return measure


def _complete(connection: Any, measure: dict[tuple[str, str], str]) -> None:
    """Make the indexes and triggers that do not travel."""
    there = _objects(connection)
    for each, sql in measure.items():
        if each not in there and each[0] != "table":
            connection.execute(sql)


def _as_found(connection: Any, table: Table) -> Table:
    """The declared table with the columns that the file has: an older release had fewer."""
    names = [row[1] for row in connection.execute(f'pragma table_info("{table.name}")').fetchall()]
    if not set(table.key) <= set(names) <= table.by_name.keys():
        raise RefusedError(SNAPSHOT_SPOILT)
    columns = tuple(table.by_name[name] for name in names)
    indexes = tuple(index for index in table.indexes if set(index) <= set(names))
    return replace(table, columns=columns, indexes=indexes)


def _empty_database(registry: Registry) -> dict[tuple[str, str], str]:
    """All that a database of these tables holds before the first row."""
    connection = open_writer(Path(":memory:"))
    try:
        migrate(connection, registry)
        return _objects(connection)
    finally:
        close_writer(connection)


def _objects(connection: Any) -> dict[tuple[str, str], str]:
    found = connection.execute(
        "select type, name, sql from sqlite_master where sql is not null"
    ).fetchall()
    return {(kind, name): " ".join(sql.split()) for kind, name, sql in found}


def _newest_version(connection: Any) -> int:
    newest = [
        connection.execute(f'select max(db_version) from "{clock}"').fetchone()[0]
        for clock in clock_tables(connection)
    ]
    return max((version for version in newest if version is not None), default=0)
