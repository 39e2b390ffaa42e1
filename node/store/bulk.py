"""Merging checked rows: by cr-sqlite, or past it where there is nothing to merge with.

For a row that was never seen here no cell can win or lose, so the row, its key and its clock are
written as cr-sqlite would have left them, several times faster. It leans on the tables of the
pinned version: tests/store/test_bulk.py holds both paths equal, cell by cell and clock by clock.
Whatever goes wrong, the caller must give up the transaction and the connection.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress, repeat
from operator import itemgetter, not_
from typing import Any, NamedTuple

from node.store.law import SENTINEL, Rows
from node.store.many import Insert, insert_rows, plain_insert
from node.store.schema import Table, Value

MERGE_SQL = (
    'insert into crsql_changes ("table", pk, cid, val, col_version, db_version, site_id, cl, seq)'
    " values (?, ?, ?, ?, ?, 1, ?, ?, ?)"
)
"""The receiver stamps its own `db_version`, so an absurd one cannot spread."""


def merge(connection: Any, said: Sequence[Rows]) -> None:
    """Merge what was said of rows into the open transaction, as if cell by cell, by place.

    Rows of different keys don't touch each other. Of one key only what was said first can find it
    new here: the rest, in this transaction too, is left to cr-sqlite, and in its turn.
    """
    maybe_new: dict[tuple[str, tuple[str, ...]], list[Rows]] = defaultdict(list)
    cells: list[tuple[Any, ...]] = []
    for rows, is_candidate in _candidates(said):
        if any(is_candidate):
            maybe_new[rows.table.name, rows.names].append(rows.where(is_candidate))
        cells += _cells_of(rows.where(map(not_, is_candidate)))
    for alike in maybe_new.values():
        for rows in _insert_new(connection, alike):
            cells += _cells_of(rows)
    cells.sort(key=itemgetter(-1))
    connection.executemany(MERGE_SQL, cells)


def _candidates(said: Sequence[Rows]) -> Iterator[tuple[Rows, Sequence[bool]]]:
    """Which rows may be new here: what follows from the causal length of deleted and restored
    rows, and from a key that was met before, cr-sqlite knows.
    """
    by_table: dict[str, list[Rows]] = defaultdict(list)
    for rows in said:
        by_table[rows.table.name].append(rows)
    for of_table in by_table.values():
        first = _first_places(of_table)
        for rows in of_table:
            if SENTINEL in rows.names or _are_edits(rows):
                yield rows, [False] * len(rows.places)
            else:
                met = zip(rows.packed, rows.places, rows.lengths, strict=True)
                yield rows, [length == 1 and first[key] == place for key, place, length in met]


def _are_edits(rows: Rows) -> bool:
    """Whether no cell is in its first version, so that looking for new rows would be in vain."""
    return all(1 not in versions for versions in rows.versions)


def _first_places(of_table: Sequence[Rows]) -> dict[bytes, int]:
    """By packed key: where it is met first."""
    first: dict[bytes, int] = {}
    for rows in of_table:
        first.update(zip(rows.packed, rows.places, strict=True))
    if len(first) == sum(len(rows.places) for rows in of_table):
        return first
    first.clear()
    for rows in of_table:
        for packed, place in zip(rows.packed, rows.places, strict=True):
            if place < first.get(packed, place + 1):
                first[packed] = place
    return first


def _cells_of(rows: Rows) -> Iterator[tuple[Any, ...]]:
    """The rows as `crsql_changes` takes them, cell by cell, column after column."""
    table, site = repeat(rows.table.name), repeat(rows.site)
    for number, name in enumerate(rows.names):
        places = [place + number for place in rows.places]
        values, versions = rows.values[number], rows.versions[number]
        yield from zip(
            *(table, rows.packed, repeat(name), values, versions, site, rows.lengths, places),
            strict=False,
        )


def _insert_new(connection: Any, alike: Sequence[Rows]) -> list[Rows]:
    """Write the rows that were never seen here, all of one table and with the same cells;
    answers the others.
    """
    table = alike[0].table
    sql = _statements(table, alike[0].names)
    known = []
    for rows in alike:
        last = connection.execute(
            f'select coalesce(max(__crsql_key), 0) from "{table.name}__crsql_pks"'
        ).fetchone()[0]
        numbers: Sequence[int] = range(last + 1, last + 1 + len(rows.places))
        keys = zip(numbers, *zip(*rows.keys, strict=True), strict=True)
        new = rows
        if insert_rows(connection, sql.keys, keys) != len(rows.places):
            is_new = _are_there(connection, table, numbers)
            new, numbers = rows.where(is_new), list(compress(numbers, is_new))
            known.append(rows.where(map(not_, is_new)))
        if numbers:
            values = zip(*zip(*new.keys, strict=True), *new.values, strict=True)
            _insert_past_triggers(connection, sql.rows, values)
            version = connection.execute("select crsql_next_db_version()").fetchone()[0]
            about = (version, ordinal_of(connection, new.site))
            clocks = zip(numbers, new.places, *new.versions, strict=True)
            insert_rows(connection, sql.clocks, clocks, alike=about)
    return known


def _are_there(connection: Any, table: Table, numbers: Sequence[int]) -> list[bool]:
    """Which of the numbers just given to keys were taken, because the key was new."""
    found = connection.execute(
        f'select __crsql_key from "{table.name}__crsql_pks" where __crsql_key >= ?', (numbers[0],)
    ).fetchall()
    there = {row[0] for row in found}
    return [number in there for number in numbers]


def _insert_past_triggers(connection: Any, sql: Insert, rows: Iterable[tuple[Value, ...]]) -> None:
    """Insert without cr-sqlite noticing, which would take the rows for our own writing."""
    connection.execute("select crsql_internal_sync_bit(1)")
    try:
        insert_rows(connection, sql, rows)
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


class _Statements(NamedTuple):
    """How keys, rows and their clocks are written."""

    keys: Insert
    rows: Insert
    clocks: Insert


@lru_cache(maxsize=500)
def _statements(table: Table, names: tuple[str, ...]) -> _Statements:
    keys = [f'"{name}"' for name in table.key]
    columns = [*keys, *(f'"{name}"' for name in names)]
    return _Statements(
        plain_insert(f'insert or ignore into "{table.name}__crsql_pks"', ("__crsql_key", *keys)),
        # "or fail": who gives up the transaction needs no statement undone, nor what that takes.
        plain_insert(f'insert or fail into "{table.name}"', columns),
        Insert(2 + len(names), lambda count: _clock_sql(table, names, count)),
    )


@lru_cache(maxsize=500)
def _clock_sql(table: Table, names: tuple[str, ...], count: int) -> str:
    """The clocks of so many rows: db_version and site, then for each row key, place, versions."""
    # In the order of the clock's own key, so that its tree grows at one end.
    in_order = sorted(enumerate(names), key=lambda each: each[1])
    cells = [
        f"(?{at}, '{name}', ?{at + 2 + place}, ?1, ?2, ?{at + 1} + {place})"
        for at in range(3, 3 + count * (2 + len(names)), 2 + len(names))
        for place, name in in_order
    ]
    return (
        f'insert or fail into "{table.name}__crsql_clock"'
        f" (key, col_name, col_version, db_version, site_id, seq) values {', '.join(cells)}"
    )
