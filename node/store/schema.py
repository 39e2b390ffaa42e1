"""How a table is declared, and the law that every declaration must keep.

cr-sqlite merges cell by cell, in any order, for ever: a constraint that meets a merge blocks it,
a changed key loses data. So the law forbids what cannot be merged, and each breach is an error
that names the remedy. The manner is corrosion's schema check (corro-types/src/schema.rs).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from types import NoneType
from typing import Any

Value = None | int | float | str | bytes

MAX_CELL_BYTES = 256 * 1024
"""No text or blob cell is longer; pictures live in the blob store, not in rows."""


class Scope(StrEnum):
    """Who may hold a table's rows. A table never changes its scope."""

    LOCAL = "local"
    HOUSE = "house"
    QUARTER = "quarter"
    FLEET = "fleet"


REPLICATED_SCOPES = (Scope.HOUSE, Scope.QUARTER, Scope.FLEET)


class Writers(StrEnum):
    """Which nodes may write a table's rows; `HOUSE` is every node in the building, `OFFICE` those
    of them that stand behind a door: the home node and its reserve."""

    ANY = "any"
    HOUSE = "house"
    OFFICE = "office"
    HOME = "home"
    CENTRAL = "central"


class SchemaError(Exception):
    """A declaration breaks the schema law; the text names the remedy."""


_TYPES: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "real": (float, int),
    "text": (str,),
    "blob": (bytes,),
}
_NAME = re.compile(r"^[a-z][a-z0-9_]*$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: SQLite type in lower case, and what values the write door and intake accept.

    `low` and `high` bound integers, `max_bytes` texts and blobs. A column is nullable or has a
    default, because a replica may hold the row before it holds the cell.
    """

    name: str
    type: str = "text"
    nullable: bool = False
    default: Value = None
    low: int = -(2**53)
    high: int = 2**53
    max_bytes: int = MAX_CELL_BYTES

    def accepts(self, value: Value) -> bool:
        """Whether a cell of this column may hold `value`."""
        if value is None:
            return self.nullable
        if isinstance(value, bool) or not isinstance(value, _TYPES[self.type]):
            return False
        if isinstance(value, int):
            return self.low <= value <= self.high
        if isinstance(value, str):
            return len(value) * 4 <= self.max_bytes or len(value.encode()) <= self.max_bytes
        if isinstance(value, float):
            return value == value  # noqa: PLR0124 - SQLite stores NaN as null
        return len(value) <= self.max_bytes

    def accepts_all(self, values: Sequence[Any]) -> bool:
        """Whether each of these may be a cell; as `accepts`, but a whole column at once."""
        return self.accepts(values[0]) if len(values) == 1 else self._accept_many(values)

    def _accept_many(self, values: Sequence[Any]) -> bool:
        kinds = set(map(type, values))
        if NoneType in kinds:
            if not self.nullable:
                return False
            kinds.remove(NoneType)
            values = [value for value in values if value is not None]
        if not values or not kinds <= set(_TYPES[self.type]):
            return not values
        if self.type == "integer":
            return bool(self.low <= min(values) and max(values) <= self.high)
        if self.type == "blob":
            return max(map(len, values)) <= self.max_bytes
        if self.type == "text" and max(map(len, values)) * 4 <= self.max_bytes:
            return True
        return all(map(self.accepts, values))

    @property
    def definition(self) -> str:
        """The column as `create table` wants it."""
        text = f'"{self.name}" {self.type}'
        if not self.nullable:
            text += " not null"
        if self.default is not None:
            text += f" default {_literal(self.default)}"
        return text


@dataclass(frozen=True, slots=True)
class Erased:
    """What becomes of a table's rows when a person is erased (see `erasing.py`).

    `rows` is the SQL condition that finds the rows of everybody who was erased; of these the
    columns `blank` go back to their defaults, or, where none is named, the rows go.
    """

    why: str
    rows: str = ""
    columns: tuple[str, ...] = ()

    @classmethod
    def nothing(cls, why: str) -> Erased:
        """Nothing in the table says anything about a person, or it forgets by itself."""
        return cls(why)

    @classmethod
    def blank(cls, *columns: str, rows: str, why: str) -> Erased:
        """These columns are overwritten; keys and ids stay, for they name nobody any more."""
        return cls(why, rows, columns)

    @classmethod
    def delete(cls, *, rows: str, why: str) -> Erased:
        """The rows go; only for tables of this box, for what travels is never deleted."""
        return cls(why, rows)


@dataclass(frozen=True)
class Table:
    """A table: its key, its columns, who may hold it and who may write it, in one place."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    scope: Scope
    writers: Writers = Writers.ANY
    indexes: tuple[tuple[str, ...], ...] = ()
    about: str = ""
    compact: bool = False
    """Local rows that are small and found by their key: one tree instead of two to write to."""
    erased: Erased | None = None
    """What becomes of a person's rows; every table of a release says so (a tidy test holds it)."""
    by_name: Mapping[str, Column] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def replicated(self) -> bool:
        """Whether its rows travel."""
        return self.scope is not Scope.LOCAL

    @cached_property
    def key_columns(self) -> tuple[Column, ...]:
        """The columns of the key, in the key's order."""
        return tuple(self.by_name[name] for name in self.key)

    @cached_property
    def value_columns(self) -> tuple[Column, ...]:
        """All columns that are not part of the key."""
        return tuple(column for column in self.columns if column.name not in self.key)

    @property
    def create_sql(self) -> str:
        """The `create table` statement."""
        parts = [column.definition for column in self.columns]
        keys = ", ".join(f'"{name}"' for name in self.key)
        shape = " without rowid" if self.compact else ""
        return f'create table "{self.name}" ({", ".join(parts)}, primary key ({keys})){shape}'

    def index_name(self, columns: Sequence[str]) -> str:
        """The name of the index over these columns."""
        return f"{self.name}_by_{'_'.join(columns)}"


class Registry:
    """All tables of a release under one schema number, checked against the law.

    Raises `SchemaError` at the first breach. The number rises by one with every change of any
    replicated declaration, so that an older node knows what it cannot yet apply.
    """

    def __init__(self, number: int, tables: Sequence[Table]) -> None:
        self.number = number
        self.tables: Mapping[str, Table] = {table.name: table for table in tables}
        if len(self.tables) != len(tables):
            names = [table.name for table in tables]
            twice = sorted({name for name in names if names.count(name) > 1})
            raise SchemaError(f"tables {twice} are declared twice: rename one of each pair")
        for table in tables:
            check_law(table)

    @property
    def replicated(self) -> tuple[Table, ...]:
        """The tables that travel, in the order of their names."""
        return tuple(sorted((t for t in self.tables.values() if t.replicated), key=_name))


def check_law(table: Table) -> None:
    """Raise `SchemaError` where a declaration could not be merged or migrated safely."""
    if not _NAME.match(table.name) or "crsql" in table.name:
        raise SchemaError(f"table {table.name!r}: use lower-case words joined by _, no crsql")
    if not table.key:
        raise SchemaError(f"{table.name} has no key: add an id column of type blob")
    for name in (*table.key, *(name for index in table.indexes for name in index)):
        if name not in table.by_name:
            raise SchemaError(f"{table.name}.{name} is used but not declared: add the Column")
    for column in table.columns:
        _check_column(table, column)
    _check_erased(table, table.erased or Erased.nothing(""))
    if not table.about:
        raise SchemaError(f"{table.name} lacks `about`: say in a sentence what a row means")
    if table.replicated:
        _check_travelling(table)


def _check_erased(table: Table, erased: Erased) -> None:
    for name in erased.columns:
        if name in table.key or name not in table.by_name:
            raise SchemaError(
                f"{table.name}.{name} cannot be blanked: name a column beside the key"
            )
        column = table.by_name[name]
        if column.default is None and not column.nullable:
            raise SchemaError(f"{table.name}.{name} has nothing to be blanked to: give a default")
    if table.replicated and erased.rows and not erased.columns:
        raise SchemaError(f"{table.name} travels: name the columns to blank, rows are not deleted")


def _check_travelling(table: Table) -> None:
    if table.compact:
        raise SchemaError(f"{table.name} travels: its rowids tell what is new, drop compact")
    if len(table.columns) == len(table.key):
        raise SchemaError(f"{table.name} has only key columns: add the fact as a column")


def _check_column(table: Table, column: Column) -> None:
    where = f"{table.name}.{column.name}"
    if not _NAME.match(column.name):
        raise SchemaError(f"{where}: use lower-case words joined by _")
    if column.type not in _TYPES:
        raise SchemaError(f"{where}: type {column.type!r} is none of {', '.join(_TYPES)}")
    if column.default is not None and not column.accepts(column.default):
        raise SchemaError(f"{where}: the default breaks the column's own bounds")
    if column.name in table.key:
        if column.nullable:
            raise SchemaError(f"{where}: a key is never null: drop nullable")
        if table.replicated and column.type == "real":
            raise SchemaError(f"{where}: a key of type real does not compare: use blob")
    elif table.replicated and not column.nullable and column.default is None:
        raise SchemaError(f"{where}: give a default or make it nullable, for a merge brings cells")


def _name(table: Table) -> str:
    return table.name


def _literal(value: Value) -> str:
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)
