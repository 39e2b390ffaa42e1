"""Rows that are not as their writers signed them, put right from the journals where these tell.

Looked at are only the key ranges in which two nodes differ, so memory is bounded by them. What a
chain has dropped, it cannot tell: then nothing is done, and the next comparison shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from node.store import journal as journals
from node.store.bulk import MERGE_SQL
from node.store.changeset import SignedChangeset, decode
from node.store.connection import open_reader
from node.store.core import Core
from node.store.digests import cells_of, range_of
from node.store.law import SENTINEL
from node.store.migration import MADE
from node.store.packing import unpack
from node.store.schema import Registry, Table, Value

Key = tuple[Value, ...]


class _Signed(NamedTuple):
    """A cell as somebody signed it."""

    version: int
    value: Value
    site: bytes


@dataclass(slots=True)
class _Row:
    """A row as the journals have it: of its newest causal length, all that was signed."""

    packed: bytes
    length: int = 0
    cells: dict[str, list[_Signed]] = field(default_factory=dict)

    def hear(self, length: int, column: str, cell: _Signed) -> None:
        if length > self.length:
            self.length, self.cells = length, {}
        if length == self.length:
            known = self.cells.setdefault(column, [])
            if not known or cell.version > known[0].version:
                known[:] = [cell]
            elif cell.version == known[0].version:
                known.append(cell)


@dataclass(slots=True)
class _Live:
    """A row as it stands in the table."""

    there: bool
    cells: dict[str, tuple[int, Value]] = field(default_factory=dict)
    """Version and value by column, as the clocks have them."""

    @property
    def length(self) -> int:
        return self.cells.get(SENTINEL, (1, None))[0]


class Fault(NamedTuple):
    """What is to be done about one row: `cells` to set as they are, `merge` to hear of again."""

    key: Key
    row: _Row | None
    cells: dict[str, _Signed]
    merge: bool = False
    is_missing: bool = False


def find_faults(path: Path, registry: Registry, name: str, ranges: Collection[int]) -> list[Fault]:
    """What in these ranges of a table is not as it was signed, as far as the journals here tell.

    Reads the whole journal of the table's scope; for a thread of its own.
    """
    table = registry.tables[name]
    connection = open_reader(path)
    try:
        connection.execute("begin")
        live = _live_rows(connection, table, ranges)
        signed = _signed_rows(connection, table, ranges)
        faults = [
            fault
            for key in live.keys() | signed.keys()
            if (fault := _judge(table, key, live.get(key), signed.get(key))) is not None
        ]
    finally:
        connection.close()
    return faults


def _live_rows(connection: Any, table: Table, ranges: Collection[int]) -> dict[Key, _Live]:
    rows: dict[Key, _Live] = {}
    for key, column, version, value, there in cells_of(connection, table):
        if range_of(key) in ranges:
            row = rows.setdefault(key, _Live(bool(there)))
            if column is not None:
                row.cells[column] = (version, value)
    return rows


def _signed_rows(connection: Any, table: Table, ranges: Collection[int]) -> dict[Key, _Row]:
    rows: dict[Key, _Row] = {}
    for site, key, packed, length, cells in _said(connection, table):
        if range_of(key) in ranges:
            row = rows.setdefault(key, _Row(packed))
            for column, version, value in cells:
                row.hear(length, column, _Signed(version, value, site))
    return rows


def _said(connection: Any, table: Table) -> Iterator[tuple[bytes, Key, bytes, int, Any]]:
    found = connection.execute(
        "select j.body, j.signature from journal j join head h on h.site = j.site"
        " and h.scope = j.scope where j.scope = ? and j.n <= h.applied and j.applied != ?",
        (table.scope, journals.SET_ASIDE),
    )
    for body, signature in found:
        changeset = decode(SignedChangeset(body, signature))
        for change in changeset.tables:
            if change.table == table.name:
                for row in change.rows:
                    yield changeset.site, unpack(row.key), row.key, row.length, row.cells


def _judge(table: Table, key: Key, live: _Live | None, row: _Row | None) -> Fault | None:
    if live is not None and not live.cells:
        # No clock knows it: it was put there past the store.
        return Fault(key, None, {})
    if row is None:
        return None
    if live is None or _is_behind(live, row):
        return Fault(key, row, {}, merge=True)
    if live.length > row.length or row.length % 2 == 0:
        return None
    return _judge_cells(key, live, row) if live.there else _judge_missing(table, key, live, row)


def _is_behind(live: _Live, row: _Row) -> bool:
    """Whether something signed was never heard of here."""
    return live.length < row.length or (
        live.length == row.length
        and any(
            cells[0].version > live.cells.get(column, (0, None))[0]
            for column, cells in row.cells.items()
        )
    )


def _judge_cells(key: Key, live: _Live, row: _Row) -> Fault | None:
    wrong = {
        column: _greatest(cells)
        for column, cells in row.cells.items()
        if column != SENTINEL and cells[0].version == live.cells[column][0]
        if live.cells[column][1] not in [cell.value for cell in cells]
    }
    return Fault(key, row, wrong) if wrong else None


def _judge_missing(table: Table, key: Key, live: _Live, row: _Row) -> Fault | None:
    """A row that is gone from the table is put back only if all its cells are known."""
    known = {
        column: _greatest(cells)
        for column, cells in row.cells.items()
        if column in table.by_name and cells[0].version == live.cells[column][0]
    }
    told = live.cells.keys() - {SENTINEL}
    return Fault(key, row, known, is_missing=True) if told <= known.keys() else None


_RANK = {type(None): 0, int: 1, float: 1, str: 2, bytes: 3}


def _greatest(cells: list[_Signed]) -> _Signed:
    """Of several at one version the greatest counts, in SQLite's order."""
    return max(cells, key=lambda cell: (_RANK[type(cell.value)], cell.value))


def mend(core: Core, name: str, faults: Collection[Fault]) -> int:
    """Put faults of a table right in one transaction, then let the rooms follow; how many rows.

    Clocks that changed since the look are respected: such a row is left as it is. Raises
    `RefusedError` where the disk takes nothing.
    """
    if not faults:
        return 0
    table = core.registry.tables[name]
    with core._writing.transaction() as touched:  # noqa: SLF001 - of the store's own room
        connection = core._connection  # noqa: SLF001 - likewise
        mended = sum(_mend(connection, table, fault) for fault in faults)
        if any(fault.merge for fault in faults):
            # Some of it may be our own, and is in the journal: so it is known.
            version = connection.execute("select crsql_next_db_version()").fetchone()[0]
            journals.set_meta(connection, "own_version", version)
        # What was folded from the rows that were wrong is folded anew.
        made = " ".join(sorted(core.made_tables | {name}))
        journals.set_meta(connection, MADE, made)
        touched.add(name)
    core.finish_merge()
    return mended


def _mend(connection: Any, table: Table, fault: Fault) -> int:
    if fault.merge and fault.row is not None:
        row = fault.row
        connection.executemany(
            MERGE_SQL,
            [
                (
                    table.name,
                    row.packed,
                    column,
                    cell.value,
                    cell.version,
                    cell.site,
                    row.length,
                    at,
                )
                for at, (column, cells) in enumerate(sorted(row.cells.items()))
                for cell in cells
            ],
        )
        return 1
    connection.execute("select crsql_internal_sync_bit(1)")
    try:
        return _set_past_triggers(connection, table, fault)
    finally:
        connection.execute("select crsql_internal_sync_bit(0)")


def _set_past_triggers(connection: Any, table: Table, fault: Fault) -> int:
    where = " and ".join(f'"{name}" = ?' for name in table.key)
    if fault.row is None:
        connection.execute(f'delete from "{table.name}" where {where}', fault.key)
        return 1
    if fault.is_missing:
        names = ", ".join(f'"{name}"' for name in table.key)
        marks = ", ".join("?" * len(table.key))
        sql = f'insert or ignore into "{table.name}" ({names}) values ({marks})'
        connection.execute(sql, fault.key)
    of_key = f'(select __crsql_key from "{table.name}__crsql_pks" where {where})'
    changed = 0
    for column, cell in fault.cells.items():
        changed += connection.execute(
            f'update "{table.name}" set "{column}" = ? where {where} and exists (select 1 from'
            f' "{table.name}__crsql_clock" where key = {of_key} and col_name = ?'
            " and col_version = ?)",
            (cell.value, *fault.key, *fault.key, column, cell.version),
        ).rowcount
    return int(changed > 0)
