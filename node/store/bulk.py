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

import msgspec

from node.store.law import SENTINEL, Rows
from node.store.schema import Column, Table, Value

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
        if not all(is_candidate):
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
            if SENTINEL in rows.names or _are_edits(rows) or not _travels_packed(rows.table):
                yield rows, [False] * len(rows.places)
            elif first is None:
                yield rows, [length == 1 for length in rows.lengths]
            else:
                met = zip(rows.packed, rows.places, rows.lengths, strict=True)
                yield rows, [length == 1 and first[key] == place for key, place, length in met]


def _are_edits(rows: Rows) -> bool:
    """Whether no cell is in its first version, so that looking for new rows would be in vain."""
    return all(1 not in versions for versions in rows.versions)


def _first_places(of_table: Sequence[Rows]) -> dict[bytes, int] | None:
    """By packed key: where it is met first; None where each is met once, as nearly always."""
    first: dict[bytes, int] = {}
    for rows in of_table:
        first.update(zip(rows.packed, rows.places, strict=True))
    if len(first) == sum(len(rows.places) for rows in of_table):
        return None
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
        keys = _packed(numbers, table.key_columns, zip(*rows.keys, strict=True))
        new = rows
        if connection.execute(sql.keys, (keys,)).rowcount != len(rows.places):
            is_new = _are_there(connection, table, numbers)
            new, numbers = rows.where(is_new), list(compress(numbers, is_new))
            known.append(rows.where(map(not_, is_new)))
        if numbers:
            columns = [table.by_name[name] for name in new.names]
            _past_triggers(connection, sql.rows, _packed(numbers, columns, new.values))
            version = connection.execute("select crsql_next_db_version()").fetchone()[0]
            about = (version, ordinal_of(connection, new.site))
            if _are_first(new, numbers):
                span = (numbers[0], numbers[-1], new.places[0])
                connection.execute(sql.first_clocks, (*about, *span))
            else:
                clocks = zip(numbers, new.places, *new.versions, strict=True)
                connection.execute(sql.clocks, (*about, _as_json(clocks)))
    return known


def _are_first(rows: Rows, numbers: Sequence[int]) -> bool:
    """Whether rows and their numbers follow each other without a gap, each cell in its first
    version: then SQLite can count the clocks out by itself.
    """
    count, width, first = len(numbers), len(rows.names), rows.places[0]
    return (
        numbers[-1] - numbers[0] + 1 == count
        and list(rows.places) == list(range(first, first + count * width, width))
        and all(set(versions) == {1} for versions in rows.versions)
    )


def _travels_packed(table: Table) -> bool:
    """Whether JSON holds every value of a table's rows to the last bit."""
    return all(column.type != "real" for column in table.columns)


def _packed(
    numbers: Sequence[int], columns: Sequence[Column], values: Iterable[Sequence[Value]]
) -> str:
    """Rows for a statement, as one value: JSON, in which blobs are hex."""
    told = [
        [None if value is None else value.hex() for value in of_one]  # type: ignore[union-attr]
        if column.type == "blob"
        else of_one
        for column, of_one in zip(columns, values, strict=True)
    ]
    return _as_json(zip(numbers, *told, strict=True))


def _as_json(rows: Iterable[tuple[Any, ...]]) -> str:
    return msgspec.json.encode(list(rows)).decode()


def _are_there(connection: Any, table: Table, numbers: Sequence[int]) -> list[bool]:
    """Which of the numbers just given to keys were taken, because the key was new."""
    found = connection.execute(
        f'select __crsql_key from "{table.name}__crsql_pks" where __crsql_key >= ?', (numbers[0],)
    ).fetchall()
    there = {row[0] for row in found}
    return [number in there for number in numbers]


def _past_triggers(connection: Any, sql: str, packed: str) -> None:
    """Insert without cr-sqlite noticing, which would take the rows for our own writing."""
    connection.execute("select crsql_internal_sync_bit(1)")
    try:
        connection.execute(sql, (packed,))
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
    """How keys, rows and their clocks are written, each from rows packed into one value.

    The driver lets other threads run while SQLite works, and wants its turn back after each
    statement: so there are few, and what they write is bound all at once.
    """

    keys: str
    rows: str
    clocks: str
    first_clocks: str


@lru_cache(maxsize=500)
def _statements(table: Table, names: tuple[str, ...]) -> _Statements:
    pks, clock = f'"{table.name}__crsql_pks"', f'"{table.name}__crsql_clock"'
    keys = [f'"{name}"' for name in table.key]
    cells = [f'"{name}"' for name in names]
    # In the order of the clock's own key, so that its tree grows at one end.
    in_order = sorted(enumerate(names), key=lambda each: each[1])
    places = ", ".join(f"('{name}', {place})" for place, name in in_order)
    # "or fail": who gives up the transaction needs no statement undone, nor what that takes.
    into_clock = (
        f"insert or fail into {clock} (key, col_name, col_version, db_version, site_id, seq)"
    )
    return _Statements(
        f"insert or ignore into {pks} (__crsql_key, {', '.join(keys)})"
        f" select value ->> 0, {_unpacked(table.key_columns)} from jsonb_each(?1)",
        f'insert or fail into "{table.name}" ({", ".join((*keys, *cells))})'
        f" select {', '.join(f'pks.{key}' for key in keys)},"
        f" {_unpacked([table.by_name[name] for name in names])}"
        f" from jsonb_each(?1) cross join {pks} pks on pks.__crsql_key = value ->> 0",
        f"{into_clock} select value ->> 0, cells.column1, value ->> (cells.column2 + 2), ?1, ?2,"
        " (value ->> 1) + cells.column2"
        f" from jsonb_each(?3) cross join (values {places}) cells",
        f"{into_clock} select pks.__crsql_key, cells.column1, 1, ?1, ?2,"
        f" ?5 + (pks.__crsql_key - ?3) * {len(names)} + cells.column2"
        f" from {pks} pks cross join (values {places}) cells"
        " where pks.__crsql_key between ?3 and ?4",
    )


def _unpacked(columns: Sequence[Column]) -> str:
    """The values of packed rows, after the number with which each begins."""
    found = [
        f"unhex(value ->> {at})" if column.type == "blob" else f"value ->> {at}"
        for at, column in enumerate(columns, 1)
    ]
    return ", ".join(found)
