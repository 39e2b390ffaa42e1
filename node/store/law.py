"""The law for rows: what a changeset says, read only if this schema could have written it.

The answer is by column (`Rows`), because whole columns are checked many times faster than cells,
and because the bulk path writes them so. Nothing here looks at the database but `check_versions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, TypeVar

from node.store.changeset import Changeset, RowChange, TableChange
from node.store.packing import PackingError, unpack_all
from node.store.roles import NodeRole, may_write
from node.store.schema import Column, Registry, Table, Value

T = TypeVar("T")

SENTINEL = "-1"
"""cr-sqlite's own column: the row's causal length, where it is more than 1."""

ORDINARY_VERSION = 1000
"""Cells edited more often than this are compared with the local version before they count."""

MAX_VERSION_JUMP = 10_000
"""A version this far beyond the local one is no history but an attack: it would freeze the cell."""

MAX_VERSION = 2**31 - 1
MAX_LENGTH = 10_000
"""A row deleted and restored more often than half of this is no row of ours."""


class LawBrokenError(Exception):
    """A changeset breaks a law; the text is the reason that the health page shows."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table that name the same cells in the same order, proven to keep the law.

    `places` says where each row's first cell stood among all cells read with it; `versions` and
    `values` hold a sequence a cell, in the order of `names`.
    """

    site: bytes
    table: Table
    names: tuple[str, ...]
    places: Sequence[int]
    packed: Sequence[bytes]
    keys: Sequence[tuple[Value, ...]]
    lengths: Sequence[int]
    versions: Sequence[Sequence[int]]
    values: Sequence[Sequence[Value]]

    def where(self, chosen: Iterable[bool]) -> Rows:
        """Those of the rows that are chosen, in their order."""
        flags = list(chosen)
        if all(flags):
            return self

        def of(column: Sequence[T]) -> list[T]:
            return list(compress(column, flags))

        return Rows(
            self.site,
            self.table,
            self.names,
            *(of(self.places), of(self.packed), of(self.keys), of(self.lengths)),
            versions=[of(versions) for versions in self.versions],
            values=[of(values) for values in self.values],
        )


def read_rows(
    run: Sequence[Changeset], registry: Registry, role: NodeRole, *, start: int = 0
) -> list[Rows]:
    """What changesets of one chain say of rows; `start` is the place of their first cell.

    Raises `LawBrokenError` unless all could have been written so. Which of them could not, is
    for the caller to find out, by asking for each alone.
    """
    told: dict[str, _Told] = {}
    for changeset in run:
        _check_tables(changeset)
        for change in changeset.tables:
            rows, places = told.setdefault(change.table, ([], []))
            rows += change.rows
            for row in change.rows:
                places.append(start)
                start += len(row.cells)
    tables = {name: _table_named(name, run[0].scope, registry, role) for name in told}
    if any(_has_twice(rows) for rows, _ in told.values()):
        # In a run that may be, within a changeset never.
        _check_once_each(change for changeset in run for change in changeset.tables)
    return [
        _read_alike(run[0].site, tables[name], *alike)
        for name, found in told.items()
        for alike in _by_shape(*found)
    ]


_Told = tuple[list[RowChange], list[int]]
"""Rows of a table, and their places."""


def _check_tables(changeset: Changeset) -> None:
    tables = changeset.tables
    if not tables:
        raise LawBrokenError("an empty changeset")
    if len(tables) > 1 and len({change.table for change in tables}) != len(tables):
        raise LawBrokenError("a table occurs twice")
    for change in tables:
        if not change.rows:
            raise LawBrokenError(f"no rows for {change.table}")


def _has_twice(rows: Sequence[RowChange]) -> bool:
    return len({row.key for row in rows}) != len(rows)


def _check_once_each(changes: Iterable[TableChange]) -> None:
    for change in changes:
        if _has_twice(change.rows):
            raise LawBrokenError(f"{change.table}: a row occurs twice")


def _by_shape(
    rows: list[RowChange], places: list[int]
) -> Iterator[tuple[_Columns, list[RowChange], list[int]]]:
    """The cells by column, and the rows, of those that name the same cells in the same order."""
    columns = _columns_of(rows)
    if columns is not None:
        # Nearly always: what is written at once is alike.
        yield columns, rows, places
        return
    alike: dict[tuple[str, ...], _Told] = {}
    for row, place in zip(rows, places, strict=True):
        some_rows, some_places = alike.setdefault(_names_of(row), ([], []))
        some_rows.append(row)
        some_places.append(place)
    for some_rows, some_places in alike.values():
        yield _columns_of(some_rows) or [], some_rows, some_places


_Columns = list[list[tuple[Any, ...]]]
"""For each cell of rows that are alike: its name, over and over, its versions and its values."""


def _columns_of(rows: Sequence[RowChange]) -> _Columns | None:
    """None where the rows are not alike."""
    cells = [row.cells for row in rows]
    if len(set(map(len, cells))) > 1:
        return None
    columns = [list(zip(*column, strict=True)) for column in zip(*cells, strict=True)]
    return columns if all(len(set(column[0])) == 1 for column in columns) else None


def _names_of(row: RowChange) -> tuple[str, ...]:
    return tuple([cell[0] for cell in row.cells])


def check_own(changeset: Changeset, registry: Registry, role: NodeRole) -> None:
    """Raise `LawBrokenError` where others could not take what was written here.

    The law of `read_rows`; of the few rows of an ordinary transaction cell by cell, which is
    quicker than by columns.
    """
    if sum(len(change.rows) for change in changeset.tables) > FEW_ROWS:
        read_rows([changeset], registry, role)
        return
    _check_tables(changeset)
    _check_once_each(changeset.tables)
    for change in changeset.tables:
        table = _table_named(change.table, changeset.scope, registry, role)
        for row in change.rows:
            _check_row(table, row)


FEW_ROWS = 8


def _check_row(table: Table, row: RowChange) -> None:
    names = _names_of(row)
    _check_names(table, names)
    _check_lengths(table, names, [row.length])
    _keys(table, [row.key])
    for name, version, value in row.cells:
        if name == SENTINEL:
            _check_sentinel(table, [row.length], [version], [value])
            continue
        if not 1 <= version <= MAX_VERSION:
            raise LawBrokenError(_out_of_bounds(table.name, name, version))
        if not table.by_name[name].accepts(value):
            raise LawBrokenError(_not_accepted(table.name, name))


def _table_named(name: str, scope: str, registry: Registry, role: NodeRole) -> Table:
    table = registry.tables.get(name)
    if table is None or not table.replicated:
        raise LawBrokenError(f"table {name!r} is not replicated")
    if table.scope != scope:
        raise LawBrokenError(f"table {table.name} is not in scope {scope}")
    if not may_write(role, table):
        raise LawBrokenError(f"a {role} node may not write {table.name}")
    return table


def _read_alike(
    site: bytes, table: Table, columns: _Columns, rows: list[RowChange], places: list[int]
) -> Rows:
    names = _names_of(rows[0])
    _check_names(table, names)
    packed = [row.key for row in rows]
    lengths = [row.length for row in rows]
    _check_lengths(table, names, lengths)
    versions = [column[1] for column in columns]
    values = [column[2] for column in columns]
    for name, of_name, said in zip(names, versions, values, strict=True):
        if name == SENTINEL:
            _check_sentinel(table, lengths, of_name, said)
        else:
            _check_column(table.by_name[name], table.name, of_name, said)
    keys = _keys(table, packed)
    return Rows(site, table, names, places, packed, keys, lengths, versions, values)


def _check_sentinel(
    table: Table, lengths: list[int], versions: Sequence[int], said: Sequence[Value]
) -> None:
    if list(versions) != lengths or any(value is not None for value in said):
        raise LawBrokenError(f"{table.name}: a false sentinel")


def _check_names(table: Table, names: tuple[str, ...]) -> None:
    if not names:
        raise LawBrokenError(f"{table.name}: a row without cells")
    if len(set(names)) != len(names):
        raise LawBrokenError(f"{table.name}: a cell occurs twice")
    for name in names:
        if name != SENTINEL and (name not in table.by_name or name in table.key):
            raise LawBrokenError(f"{table.name}.{name} is not a declared column")


def _check_lengths(table: Table, names: tuple[str, ...], lengths: list[int]) -> None:
    low, high = min(lengths), max(lengths)
    if not 1 <= low <= high <= MAX_LENGTH:
        wrong = low if low < 1 else high
        raise LawBrokenError(f"{table.name}: causal length {wrong} is out of bounds")
    if names != (SENTINEL,) and any(length % 2 == 0 for length in set(lengths)):
        raise LawBrokenError(f"{table.name}: a deleted row with cells")


def _check_column(
    column: Column, table: str, versions: Sequence[int], values: Sequence[Value]
) -> None:
    low, high = min(versions), max(versions)
    if not 1 <= low <= high <= MAX_VERSION:
        raise LawBrokenError(_out_of_bounds(table, column.name, low if low < 1 else high))
    if not column.accepts_all(values):
        raise LawBrokenError(_not_accepted(table, column.name))


def _out_of_bounds(table: str, column: str, version: int) -> str:
    return f"{table}.{column}: version {version} is out of bounds"


def _not_accepted(table: str, column: str) -> str:
    return f"{table}.{column}: the value breaks the column's law"


def _keys(table: Table, packed: Sequence[bytes]) -> list[tuple[Value, ...]]:
    try:
        keys = unpack_all(packed)
    except PackingError as error:
        raise LawBrokenError(f"{table.name}: {error}") from error
    if {len(key) for key in keys} != {len(table.key)} or not all(
        column.accepts_all(values)
        for column, values in zip(table.key_columns, zip(*keys, strict=True), strict=True)
    ):
        raise LawBrokenError(f"{table.name}: the key has other columns than declared")
    return keys


def is_ordinary(rows: Rows) -> bool:
    """Whether no cell was edited so often that `check_versions` must look at it."""
    return all(max(versions) <= ORDINARY_VERSION for versions in rows.versions)


def check_versions(connection: Any, rows: Rows) -> None:
    """Raise `LawBrokenError` where a version jumps far beyond the local one."""
    for name, versions in zip(rows.names, rows.versions, strict=True):
        for key, version in zip(rows.keys, versions, strict=True):
            if version > ORDINARY_VERSION:
                _check_jump(connection, rows.table, key, name, version)


def _check_jump(
    connection: Any, table: Table, key: tuple[Value, ...], name: str, version: int
) -> None:
    keys = " and ".join(f'"{column}" = ?' for column in table.key)
    local = connection.execute(
        f'select col_version from "{table.name}__crsql_clock" where col_name = ? and key ='
        f' (select __crsql_key from "{table.name}__crsql_pks" where {keys})',
        (name, *key),
    ).fetchone()
    if version - (local[0] if local else 0) > MAX_VERSION_JUMP:
        raise LawBrokenError(f"{table.name}.{name}: version {version} jumps ahead")
