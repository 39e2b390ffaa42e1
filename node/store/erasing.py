"""Overwriting what was said of erased persons, as each table's own declaration tells.

The declarations find the rows; nothing here knows what a person is. Blanking is an ordinary write:
it travels, every node that may write the table may do it, and doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from node.store.handles import Write
from node.store.roles import may_write
from node.store.schema import Table, Value

Keys = Mapping[str, set[tuple[Value, ...]]]


def blank_rows(write: Write, tables: Iterable[Table]) -> bool:
    """Overwrite or delete what belongs to erased persons; whether nothing of them is left here.

    What only other nodes may write waits for them.
    """
    is_done = True
    for table in tables:
        if table.erased is None or not table.erased.rows:
            continue
        rows, blanks = _rows(table), _blanks(table)
        # Asked first: whoever only looks makes no kept answer untrue.
        if not write.value(f'select 1 from "{table.name}" where {rows} limit 1', **blanks):
            continue
        if table.replicated and not may_write(write.role, table):
            is_done = False
        else:
            write.execute(_change(table) + f" where {rows}", **blanks)
    return is_done


def find_keys(connection: Any, tables: Iterable[Table]) -> Keys:
    """The keys of erased persons' rows in the tables that travel."""
    return {
        table.name: {tuple(row) for row in connection.execute(_keys_sql(table))}
        for table in tables
        if table.replicated and table.erased is not None and table.erased.rows
    }


def is_blank(table: Table, column: str, value: Any) -> bool:
    """Whether a cell says nothing that an erasure would take away."""
    erased = table.erased
    if erased is None or column not in erased.columns:
        return True
    return bool(value == table.by_name[column].default)


def _rows(table: Table) -> str:
    """The rows of erased persons that still say something."""
    erased = table.erased
    if erased is None or not erased.columns:
        return erased.rows if erased else "false"
    said = " or ".join(f'"{name}" is not :{name}' for name in erased.columns)
    return f"({erased.rows}) and ({said})"


def _change(table: Table) -> str:
    columns = table.erased.columns if table.erased is not None else ()
    sets = ", ".join(f'"{name}" = :{name}' for name in columns)
    return f'update "{table.name}" set {sets}' if sets else f'delete from "{table.name}"'


def _blanks(table: Table) -> Mapping[str, Any]:
    columns = table.erased.columns if table.erased is not None else ()
    return {name: table.by_name[name].default for name in columns}


def _keys_sql(table: Table) -> str:
    keys = ", ".join(f'"{name}"' for name in table.key)
    rows = table.erased.rows if table.erased is not None else "false"
    return f'select {keys} from "{table.name}" where {rows}'
