"""Merging checked rows: by cr-sqlite, or past it where there is nothing to merge with.

For a row that was never seen here no cell can win or lose, so the row, its key and its clock are
written as cr-sqlite would have left them, several times faster. It leans on the tables of the
pinned version: tests/store/test_bulk.py holds both paths equal, cell by cell and clock by clock.
Whatever goes wrong, the caller must give up the transaction and the connection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, NamedTuple

from node.store.law import SENTINEL, Rows
from node.store.schema import Table, Value

MERGE_SQL = (
    'insert into crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, cl, seq)'
    " values (?, ?, ?, ?, ?, 1, ?, ?, ?)"
)
"""The receiver stamps its own `db_version`, so an absurd one cannot spread."""


class _Row(NamedTuple):
    """One changed row; `seq` is the place of its first cell in the transaction."""

    seq: int
    site: bytes
    packed: bytes
    key: tuple[Value, ...]
    length: int
    versions: tuple[int, ...]
    values: tuple[Value, ...]


def merge(connection: Any, said: Sequence[Rows]) -> None:
    """Merge what was said of rows into the open transaction, as if cell by cell, by place.

    Rows of different keys don't touch each other. Of one key only what was said first can find it
    new here: the rest, in this transaction too, is left to cr-sqlite, and in its turn.
    """
    first = _first_places(said)
    maybe_new: dict[tuple[str, tuple[str, ...]], tuple[Table, list[_Row]]] = {}
    cells: list[tuple[Any, ...]] = []
    for rows in said:
        table, names, begins = rows.table, rows.names, first[rows.table.name]
        if _are_edits(rows):
            cells += _cells_of(table, names, list(_rows_of(rows)))
            continue
        new = maybe_new.setdefault((table.name, names), (table, []))[1]
        others: list[_Row] = []
        for row in _rows_of(rows):
            # What follows from the causal length of deleted and restored rows, cr-sqlite knows.
            is_candidate = row.length == 1 and begins[row.packed] == row.seq
            (new if is_candidate and SENTINEL not in names else others).append(row)
        cells += _cells_of(table, names, others)
    for (_, names), (table, new) in maybe_new.items():
        known = _insert_new(connection, table, names, new)
        cells += _cells_of(table, names, known)
    cells.sort(key=_seq)
    connection.executemany(MERGE_SQL, cells)


def _are_edits(rows: Rows) -> bool:
    """Whether no cell is in its first version, so that looking for new rows would be in vain."""
    return all(1 not in versions for versions in rows.versions)


def _first_places(said: Sequence[Rows]) -> dict[str, dict[bytes, int]]:
    """By table and packed key: where the key is met first."""
    first: dict[str, dict[bytes, int]] = defaultdict(dict)
    for rows in said:
        begins = first[rows.table.name]
        for packed, place in zip(rows.packed, rows.places, strict=True):
            if place < begins.get(packed, place + 1):
                begins[packed] = place
    return first


def _rows_of(rows: Rows) -> Iterator[_Row]:
    versions, values = zip(*rows.versions, strict=True), zip(*rows.values, strict=True)
    sites = repeat(rows.site, len(rows.places))
    return map(_Row, rows.places, sites, rows.packed, rows.keys, rows.lengths, versions, values)


def _cells_of(table: Table, names: tuple[str, ...], rows: Sequence[_Row]) -> list[tuple[Any, ...]]:
    """The rows as `crsql_changes` takes them, cell by cell."""
    return [
        (table.name, row.packed, name, value, version, row.site, row.length, row.seq + number)
        for row in rows
        for number, (name, version, value) in enumerate(
            zip(names, row.versions, row.values, strict=True)
        )
    ]


def _seq(cell: tuple[Any, ...]) -> int:
    seq: int = cell[-1]
    return seq


def _insert_new(
    connection: Any, table: Table, names: tuple[str, ...], rows: list[_Row]
) -> list[_Row]:
    """Write the rows that were never seen here; answers the others."""
    key_sql, row_sql, clock_sql = _statements(table, names)
    last = connection.execute(
        f'select coalesce(max(__crsql_key), 0) from "{table.name}__crsql_pks"'
    ).fetchone()[0]
    new = list(enumerate(rows, start=last + 1))
    known: list[_Row] = []
    taken = connection.executemany(key_sql, [(number, *row.key) for number, row in new])
    if taken.rowcount != len(rows):
        new, known = _parted(connection, table, new, last)
    if new:
        _insert_past_triggers(connection, row_sql, [row.key + row.values for _, row in new])
        version = connection.execute("select crsql_next_db_version()").fetchone()[0]
        ordinals = {site: ordinal_of(connection, site) for site in {row.site for _, row in new}}
        connection.executemany(
            clock_sql,
            [(number, version, ordinals[row.site], row.seq, *row.versions) for number, row in new],
        )
    return known


def _parted(
    connection: Any, table: Table, rows: list[tuple[int, _Row]], last: int
) -> tuple[list[tuple[int, _Row]], list[_Row]]:
    """The rows whose key was new, and those whose key was there already."""
    found = connection.execute(
        f'select __crsql_key from "{table.name}__crsql_pks" where __crsql_key > ?', (last,)
    ).fetchall()
    new = {row[0] for row in found}
    return (
        [(number, row) for number, row in rows if number in new],
        [row for number, row in rows if number not in new],
    )


def _insert_past_triggers(connection: Any, sql: str, rows: Sequence[tuple[Value, ...]]) -> None:
    """Insert without cr-sqlite noticing, which would take the rows for our own writing."""
    connection.execute("select crsql_internal_sync_bit(1)")
    try:
        connection.executemany(sql, rows)
    finally:
        connection.execute("select crsql_internal_sync_bit(0)")


def ordinal_of(connection: Any, site: bytes) -> int:
    """By what number the clocks name a site."""
    connection.execute(
        "insert into crsql_site_id (site_id) values (?) on conflict do nothing", (site,)
    )
    found: int = connection.execute(
        "select ordinal from crsql_site_id where site_id = ?", (site,)
    ).fetchone()[0]
    return found


@lru_cache(maxsize=500)
def _statements(table: Table, names: tuple[str, ...]) -> tuple[str, str, str]:
    """How a key, a row and its clock are written: each one statement a row."""
    keys = [f'"{name}"' for name in table.key]
    columns = [*keys, *(f'"{name}"' for name in names)]
    key_sql = (
        f'insert or ignore into "{table.name}__crsql_pks" (__crsql_key, {", ".join(keys)})'
        f" values (?{', ?' * len(keys)})"
    )
    # "or fail": who gives up the transaction needs no statement undone, nor what that takes.
    row_sql = (
        f'insert or fail into "{table.name}" ({", ".join(columns)})'
        f" values ({', '.join('?' * len(columns))})"
    )
    # In the order of the clock's own key, so that its tree grows at one end.
    clocks = [
        f"(?1, '{name}', ?{5 + place}, ?2, ?3, ?4 + {place})"
        for place, name in sorted(enumerate(names), key=lambda each: each[1])
    ]
    clock_sql = (
        f'insert or fail into "{table.name}__crsql_clock"'
        f" (key, col_name, col_version, db_version, site_id, seq) values {', '.join(clocks)}"
    )
    return key_sql, row_sql, clock_sql
