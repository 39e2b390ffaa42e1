"""The snapshot: a copy of the quarter's data for another node, signed by its giver.

It is made by copying what may travel, never by deleting what may not: rows of the given scopes
with their clocks, the journals of these scopes and their heads. Nothing of the box itself (its
key, its sessions, its projections) and no byte of another scope is ever in the file. The file
travels in parts, each with a hash in the signed manifest, so that it can be resumed anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import msgspec
import zstandard

from node.base.refusals import N_, Refusal, RefusedError
from node.store.connection import driver
from node.store.files import create_private, forget_database, sync_handle
from node.store.foreign import decoded
from node.store.identity import Identity, is_signed
from node.store.roles import Members, scopes_of
from node.store.schema import Registry, Table

FORMAT = 1
PURPOSE = "quartier snapshot 1"
PART_BYTES = 1024 * 1024
PIECE_BYTES = 256 * 1024
PARTS_MAX = 64 * 1024
HEADS_MAX = 3000
PACKED_LEVEL = 1
"""Ids and signatures do not shrink at any level; a higher one only makes the joining node wait."""


class SnapshotHead(msgspec.Struct, array_like=True, frozen=True):
    """Up to where the snapshot holds a chain."""

    site: bytes
    scope: str
    n: int
    hash: bytes
    applied: int


class Manifest(msgspec.Struct, array_like=True, frozen=True):
    """What a snapshot is. `size` and `parts` (SHA-256 of each) are of the packed file.

    `plain_size` is what it grows to, `at_ms` the giver's wall clock, for people.
    """

    format: int
    quarter: bytes
    epoch: bytes
    giver: bytes
    scopes: tuple[str, ...]
    schema: int
    heads: tuple[SnapshotHead, ...]
    at_ms: int
    size: int
    part_bytes: int
    parts: tuple[bytes, ...]
    plain_size: int

    @property
    def digest(self) -> bytes:
        """By what a part is asked for: SHA-256 of the parts' own."""
        return hashlib.sha256(b"".join(self.parts)).digest()


_manifests = msgspec.msgpack.Decoder(Manifest)


class SignedManifest(msgspec.Struct, array_like=True, frozen=True):
    """A manifest as it travels: the exact signed bytes."""

    body: bytes
    signature: bytes


class Snapshot(msgspec.Struct, frozen=True):
    """A snapshot that this node can give."""

    path: Path
    manifest: Manifest
    signed: SignedManifest


def make_snapshot(
    database: Path, registry: Registry, *, scopes: Collection[str], folder: Path, at_ms: int
) -> Snapshot:
    """Make a snapshot of these scopes in `folder`; whoever asked for it deletes it.

    Only reads the database, so the node may run meanwhile; memory does not grow with it. Needs
    room for one copy of what is given. Raises `OSError` where the disk doesn't take it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    plain, packed = folder / "making.db", folder / "making.packed"
    forget_database(plain)
    create_private(plain).close()
    try:
        giver, heads = _copy(database, plain, registry, frozenset(scopes))
        with plain.open("rb") as reading, create_private(packed) as writing:
            packing = _Packing(writing)
            packing.pack(reading)
        plain_size = plain.stat().st_size
    finally:
        forget_database(plain)
    manifest = Manifest(
        format=FORMAT,
        quarter=giver.quarter,
        epoch=giver.epoch,
        giver=giver.identity.site_id,
        scopes=tuple(sorted(scopes)),
        schema=giver.schema,
        heads=heads,
        at_ms=at_ms,
        size=packing.size,
        part_bytes=PART_BYTES,
        parts=tuple(packing.parts),
        plain_size=plain_size,
    )
    body = msgspec.msgpack.encode(manifest)
    path = folder / f"{manifest.digest.hex()[:16]}.snapshot"
    packed.replace(path)
    return Snapshot(path, manifest, SignedManifest(body, giver.identity.sign(PURPOSE, body)))


def read_part(path: Path, offset: int, max_bytes: int) -> bytes:
    """Bytes of a packed snapshot from `offset` on, for a peer; none at the end."""
    with path.open("rb") as reading:
        reading.seek(offset)
        return reading.read(max_bytes)


def check_manifest(
    signed: SignedManifest, members: Members, *, quarter: bytes, scopes: Collection[str]
) -> Manifest:
    """The manifest, if a member in good standing gives just what was asked for.

    Raises `RefusedError`. Whether this program understands the snapshot, `check_schema` says.
    """
    try:
        manifest = decoded(_manifests, signed.body)
    except msgspec.DecodeError as error:
        raise RefusedError(SNAPSHOT_SPOILT) from error
    giver = members.get(manifest.giver)
    if (
        giver is None
        or giver.revoked_after is not None
        or not is_signed(giver.public_key, PURPOSE, signed.body, signed.signature)
    ):
        raise RefusedError(SNAPSHOT_NOT_BELIEVED)
    asked = frozenset(scopes)
    if manifest.quarter != quarter or not asked <= scopes_of(giver.role):
        raise RefusedError(SNAPSHOT_NOT_BELIEVED)
    if not _is_consistent(manifest) or frozenset(manifest.scopes) != asked:
        raise RefusedError(SNAPSHOT_SPOILT)
    return manifest


def check_schema(manifest: Manifest, registry: Registry) -> None:
    """Raise `RefusedError` for a snapshot of a newer release; an older one is migrated."""
    if manifest.schema > registry.number:
        raise RefusedError(SNAPSHOT_NEWER)


def _is_consistent(manifest: Manifest) -> bool:
    count = -(-manifest.size // PART_BYTES)
    return (
        manifest.format == FORMAT
        and manifest.part_bytes == PART_BYTES
        and 0 < count == len(manifest.parts) <= PARTS_MAX
        and manifest.plain_size > 0
        and manifest.schema > 0
        and len(manifest.heads) <= HEADS_MAX
        and all(head.scope in manifest.scopes for head in manifest.heads)
    )


class _Giver(msgspec.Struct, frozen=True):
    identity: Identity
    quarter: bytes
    epoch: bytes
    schema: int


def _copy(
    database: Path, target: Path, registry: Registry, scopes: frozenset[str]
) -> tuple[_Giver, tuple[SnapshotHead, ...]]:
    """Copy what may travel into an empty file, out of one consistent view of the database."""
    tables = [table for table in registry.replicated if table.scope in scopes]
    connection = driver.connect(f"file:{quote(str(target))}", isolation_level=None, uri=True)
    try:
        # Nobody else knows this file yet: a log or a sync before the end would only cost.
        connection.execute("pragma journal_mode=off")
        connection.execute("pragma synchronous=off")
        connection.execute("attach ? as giver", (f"file:{quote(str(database))}?mode=ro",))
        connection.execute("begin")
        giver = _read_giver(connection)
        for name in _SHARED:
            _make_table(connection, name, "index")
            _copy_rows(connection, name, scopes)
        for name in (name for table in tables for name in tables_of(table)):
            _make_table(connection, name)
            _copy_rows(connection, name, scopes)
        found = connection.execute("select site, scope, held, hash, applied from main.head")
        heads = tuple(SnapshotHead(*row) for row in found.fetchall())
        connection.execute("commit")
    finally:
        connection.close()
    return giver, heads


def _read_giver(connection: Any) -> _Giver:
    meta = dict(connection.execute("select name, value from giver.meta").fetchall())
    return _Giver(Identity(meta["identity"]), meta["quarter"], meta["epoch"], int(meta["schema"]))


def tables_of(table: Table) -> tuple[str, ...]:
    """A replicated table with the two that cr-sqlite keeps beside it."""
    return (table.name, f"{table.name}__crsql_clock", f"{table.name}__crsql_pks")


_SHARED = ("crsql_master", "crsql_site_id", "meta", "journal", "head", "horizon")
_WHICH_ROWS = {
    "crsql_master": "where key = 'crsqlite_version'",
    "meta": "where name in ('quarter', 'epoch', 'schema')",
    "journal": "where scope in (select value from json_each(:scopes))",
    "head": "where scope in (select value from json_each(:scopes))",
    "horizon": "where scope in (select value from json_each(:scopes))",
}


def _make_table(connection: Any, name: str, *also: str) -> None:
    """A table as it stands. Indexes and triggers the receiver makes itself: what need not travel
    need not be checked."""
    made = connection.execute(
        "select sql from giver.sqlite_master where tbl_name = ?"
        " and type in (select value from json_each(?)) and sql is not null order by type desc",
        (name, msgspec.json.encode(("table", *also)).decode()),
    )
    for (sql,) in made.fetchall():
        connection.execute(sql)


def _copy_rows(connection: Any, name: str, scopes: frozenset[str]) -> None:
    connection.execute(
        f'insert into main."{name}" select * from giver."{name}" {_WHICH_ROWS.get(name, "")}',
        {"scopes": msgspec.json.encode(sorted(scopes)).decode()},
    )


class _Packing:
    """Compresses a file and hashes what comes of it, part by part."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._part = hashlib.sha256()
        self._room = PART_BYTES
        self.size = 0
        self.parts: list[bytes] = []

    def pack(self, source: BinaryIO) -> None:
        """Compress a file to the disk."""
        packer = zstandard.ZstdCompressor(level=PACKED_LEVEL).compressobj()
        while piece := source.read(PIECE_BYTES):
            self._write(packer.compress(piece))
        self._write(packer.flush())
        if self._room < PART_BYTES:
            self._end_part()
        sync_handle(self._target)

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self.size += len(data)
        view = memoryview(data)
        while view.nbytes:
            piece, view = view[: self._room], view[self._room :]
            self._part.update(piece)
            self._room -= len(piece)
            if not self._room:
                self._end_part()

    def _end_part(self) -> None:
        self.parts.append(self._part.digest())
        self._part, self._room = hashlib.sha256(), PART_BYTES


SNAPSHOT_NEWER = Refusal(
    "snapshot.newer",
    N_("Der andere Knoten hat eine neuere Version des Programms als dieser."),
    N_("Bitte bringen Sie diesen Knoten auf dieselbe Version und versuchen Sie es noch einmal."),
)
SNAPSHOT_NOT_BELIEVED = Refusal(
    "snapshot.not_believed",
    N_("Der Datenstand kam von einem Knoten, der ihn nicht geben darf."),
    N_("Bitte nehmen Sie einen anderen Knoten des Quartiers."),
    status=403,
)
SNAPSHOT_SPOILT = Refusal(
    "snapshot.spoilt",
    N_("Der Datenstand des anderen Knotens kam beschädigt an und wurde nicht übernommen."),
    N_("Bitte versuchen Sie es noch einmal oder nehmen Sie einen anderen Knoten."),
    status=400,
)
