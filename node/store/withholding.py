"""After an erasure: finding the changesets that carried it, naming them, dropping what they say.

The home node looks through the chains, says once more what else stood in each changeset that
carried erased rows, and names it as withheld; every node then keeps its place in the chain only,
central of the house's without knowing what it drops. All of it works in pieces and may be cut
anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from node.base.ids import derived_id
from node.base.periods import to_epoch
from node.store import journal as journals
from node.store.changeset import (
    WITHHELD_MARK,
    Changeset,
    SignedChangeset,
    decode,
    withheld,
)
from node.store.connection import DatabaseError, open_reader
from node.store.core import Core
from node.store.erasing import Keys, find_keys, is_blank
from node.store.handles import Write
from node.store.journal import Chain
from node.store.packing import unpack
from node.store.schema import Registry, Scope
from node.store.sealed import SEALED, SealedBody
from node.store.withheld import NAMES, WITHHELD, WITHHELD_OPEN

PIECE = 500
PIECE_BYTES = 512 * 1024
"""So much is looked through in one turn of the writer, some tens of milliseconds."""

_SCANNED = "erasing.scanned"


def name_piece(core: Core, write: Write, mark: bytes) -> int:
    """At the home node, in a write: look through one piece of the journal and name what carried
    the rows of erased persons; how many changesets were looked at, 0 once all is done.

    `mark` stands for who was erased: another mark begins from the first changeset again.
    """
    connection = core._connection  # noqa: SLF001 - of the store's own room, like the doctor
    seen = _seen(connection, mark)
    keys = find_keys(connection, core.registry.tables.values())
    looked = size = 0
    for chain, n, signed in _unseen(connection, dict(seen)):
        looked, size, seen[chain] = looked + 1, size + len(signed.body), n
        if carries(signed, core.registry, keys):
            _name(core, write, decode(signed))
        if looked >= PIECE or size >= PIECE_BYTES:
            break
    if looked:
        _keep_seen(connection, mark, seen)
    return looked


def carries(signed: SignedChangeset, registry: Registry, keys: Keys) -> bool:
    """Whether a changeset says something of rows with these keys that an erasure takes away."""
    return any(
        not is_blank(registry.tables[change.table], column, value)
        for change in decode(signed).tables
        if change.table in keys
        for row in change.rows
        if unpack(row.key) in keys[change.table]
        for column, _, value in row.cells
    )


def count_carrying(path: Path, registry: Registry, site: bytes) -> int:
    """How many changesets of a node's own chains still carry what was erased.

    A node may have written about somebody before it heard; the home node has that still to name.
    Reads the whole chains; for a thread of its own.
    """
    connection = open_reader(path)
    try:
        keys = find_keys(connection, registry.tables.values())
        found = connection.execute(
            "select body, signature from journal where scope in ('house', 'quarter') and site = ?",
            (site,),
        )
        return sum(carries(SignedChangeset(*row), registry, keys) for row in found)
    finally:
        connection.close()


def withhold_named(core: Core) -> int:
    """Keep of every changeset that was named its place in the chain only; how many that was new."""
    connection = core._connection  # noqa: SLF001 - likewise
    found = connection.execute(
        f"{_NAMED.format(names=WITHHELD.name)} and j.scope in ('house', 'sealed') union all"
        f" {_NAMED.format(names=WITHHELD_OPEN.name)} and j.scope = 'quarter'",
        {"mark": WITHHELD_MARK},
    ).fetchall()
    changed = 0
    for rowid, digest, scope, body, signature in found:
        left = _left_of(scope, digest, SignedChangeset(body, signature))
        if left != body:
            with core._writing.transaction():  # noqa: SLF001 - likewise
                connection.execute("update journal set body = ? where rowid = ?", (left, rowid))
            changed += 1
    return changed + _empty_quarantine(core)


_NAMED = (
    'select j.rowid, j.hash, j.scope, j.body, j.signature from "{names}" w'
    " join journal j on j.site = w.site and j.n = w.n where substr(j.body, 1, 2) is not :mark"
)


def _empty_quarantine(core: Core) -> int:
    """What lies in quarantine and carries erased rows is dropped there too: it stops its chain as
    before, until the home node names it.
    """
    connection = core._connection  # noqa: SLF001 - likewise
    keys = find_keys(connection, core.registry.tables.values())
    rows = connection.execute(
        "select site, scope, body, signature from quarantine where scope in ('house', 'quarter')"
    ).fetchall()
    changed = 0
    for site, scope, body, signature in rows:
        signed = SignedChangeset(body, signature)
        if carries(signed, core.registry, keys):
            with core._writing.transaction():  # noqa: SLF001 - likewise
                connection.execute(
                    "update quarantine set body = ? where site = ? and scope = ?",
                    (_left_of(scope, signed.hash, signed), site, scope),
                )
            changed += 1
    return changed


def clean_log(core: Core) -> bool:
    """Empty the write-ahead log, in which pages lie as they were; False while somebody reads it."""
    connection = core._connection  # noqa: SLF001 - likewise
    try:
        busy, *_ = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
    except DatabaseError:
        return False
    return not busy


def _left_of(scope: str, digest: bytes, signed: SignedChangeset) -> bytes:
    if scope == SEALED:
        return SealedBody.read(signed).holding(b"", signed.signature).body
    said = decode(signed)
    outside = (said.quarter, said.epoch, said.site, said.scope, said.n, said.previous)
    return withheld(outside, digest, signed.signature).body


def _name(core: Core, write: Write, said: Changeset) -> None:
    core._journal.restate(  # noqa: SLF001 - likewise
        core._connection,  # noqa: SLF001 - likewise
        said,
        at_ms=to_epoch(core.clock.now()) * 1000,
        clock_trusted=core.clock.trusted,
    )
    names = NAMES[said.scope].name
    write.insert_new(names, id=derived_id(names, said.site, said.n), site=said.site, n=said.n)


def _unseen(
    connection: Any, seen: Mapping[Chain, int]
) -> Iterator[tuple[Chain, int, SignedChangeset]]:
    for chain, head in journals.read_heads(connection).items():
        if chain[1] not in {Scope.HOUSE, Scope.QUARTER}:
            continue
        numbers = connection.execute(
            "select n from journal where site = ? and scope = ? and n > ? and n <= ?"
            " order by n limit ?",
            (*chain, seen.get(chain, 0), head.applied, PIECE),
        ).fetchall()
        for (n,) in numbers:
            # One by one: an import's changesets are large.
            row = connection.execute(
                "select body, signature from journal where site = ? and scope = ? and n = ?",
                (*chain, n),
            ).fetchone()
            yield chain, n, SignedChangeset(*row)


_Seen = tuple[bytes, list[tuple[bytes, str, int]]]
_decoder = msgspec.msgpack.Decoder(_Seen)


def _seen(connection: Any, mark: bytes) -> dict[Chain, int]:
    kept = journals.get_meta(connection, _SCANNED)
    before, heads = _decoder.decode(kept) if kept else (b"", [])
    return {(site, scope): n for site, scope, n in heads} if before == mark else {}


def _keep_seen(connection: Any, mark: bytes, seen: Mapping[Chain, int]) -> None:
    heads = [(site, scope, n) for (site, scope), n in sorted(seen.items())]
    journals.set_meta(connection, _SCANNED, msgspec.msgpack.encode((mark, heads)))
