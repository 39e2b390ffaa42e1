"""Checksums of what a file holds, by table and key range, so that two nodes can compare.

Two nodes that applied the same changesets must hold the same cells: keys, columns, versions and
values; by whom a cell was first heard of may differ. The keys of a table are spread over
`RANGES` by their own checksum, and a range's checksum is a sum, so no order matters and memory is
bounded whatever the table. One consistent view, on a connection of its own, with rests in between.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

from node.store.connection import open_reader
from node.store.journal import Chain, Head, read_heads
from node.store.schema import Registry, Table, Value

RANGES = 256
_SUM_BITS = 64
_ROWS_A_TURN = 500
_REST_SECONDS = 0.002
"""After each turn, so that pages of the same process go on meanwhile."""

_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Digests:
    """What a file held: `applied` stands for the heads, `tables` for the sums of each range."""

    applied: bytes
    tables: dict[str, tuple[int, ...]]

    def of_table(self, name: str) -> bytes:
        """All ranges of a table in one checksum."""
        return _digest(self.packed(name))

    def packed(self, name: str) -> bytes:
        """The ranges of a table as they travel."""
        return b"".join(one.to_bytes(_SUM_BITS // 8, "big") for one in self.tables[name])


def unpack_ranges(packed: bytes) -> tuple[int, ...]:
    """The sums in the bytes; raises `ValueError` for anything else."""
    size = _SUM_BITS // 8
    if len(packed) != RANGES * size:
        raise ValueError("not the ranges of a table")
    return tuple(
        int.from_bytes(packed[at : at + size], "big") for at in range(0, len(packed), size)
    )


def take_digests(path: Path, registry: Registry, scopes: Collection[str]) -> Digests:
    """Read everything of these scopes once; takes its time, for a thread of its own."""
    connection = open_reader(path)
    try:
        connection.execute("begin")
        applied = applied_of(read_heads(connection), scopes)
        tables = [table for table in registry.replicated if table.scope in scopes]
        return Digests(applied, {table.name: _ranges(connection, table) for table in tables})
    finally:
        connection.close()


def applied_of(heads: Mapping[Chain, Head], scopes: Collection[str]) -> bytes:
    """What stands for all that was applied in these scopes."""
    return _digest(
        _encode(
            [(*chain, head.applied) for chain, head in sorted(heads.items()) if chain[1] in scopes]
        )
    )


def range_of(key: Sequence[Value]) -> int:
    """In which range a key lies."""
    return crc32(_encode(list(key))) % RANGES


def cells_of(connection: Any, table: Table) -> Iterator[tuple[Any, ...]]:
    """Key, column, version, value and whether the row is there: of each cell that a clock knows.

    At the end, with neither column nor version, the keys of rows that no clock knows.
    """
    keys = ", ".join(f'p."{name}"' for name in table.key)
    joined = " and ".join(f't."{name}" = p."{name}"' for name in table.key)
    values = " ".join(f"when '{c.name}' then t.\"{c.name}\"" for c in table.value_columns)
    found = connection.execute(
        f"select {keys}, c.col_name, c.col_version, case c.col_name {values} end,"
        f' t."{table.key[0]}" is not null from "{table.name}__crsql_clock" c'
        f' join "{table.name}__crsql_pks" p on p.__crsql_key = c.key'
        f' left join "{table.name}" t on {joined}'
    )
    width = len(table.key)
    yield from _in_turns(found, width)
    strange = connection.execute(
        f'select {keys.replace("p.", "t.")}, null, null, null, 1 from "{table.name}" t'
        f' left join "{table.name}__crsql_pks" p on {joined} where p.__crsql_key is null'
    )
    yield from _in_turns(strange, width)


def _in_turns(found: Any, width: int) -> Iterator[tuple[Any, ...]]:
    while rows := found.fetchmany(_ROWS_A_TURN):
        for row in rows:
            cell = tuple(row)
            yield (cell[:width], *cell[width:])
        time.sleep(_REST_SECONDS)


def _ranges(connection: Any, table: Table) -> tuple[int, ...]:
    sums = [0] * RANGES
    for cell in cells_of(connection, table):
        at = range_of(cell[0])
        sums[at] = (sums[at] + int.from_bytes(_digest(_encode(cell))[:8], "big")) % 2**_SUM_BITS
    return tuple(sums)


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
