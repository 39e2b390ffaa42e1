"""Bringing tables to what files say: new rows in, changed ones updated, missing ones ended.

`plan` compares, reading; each `Batch` it returns is one transaction of at most `BATCH_ROWS` rows.
Nothing to do means no batch, so importing the same files twice writes nothing. Any room whose
tables have an `id` and an `ended_at` may use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from node.quarter import tables
from node.store import Read, Table, Write

BATCH_ROWS = 400
"""The store caps a transaction, and people wait while one runs."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a table shall hold: by id, the columns of each row without `ended_at`.

    Rows that differ from `fixed` are none of its business and stay as they are.
    """

    table: Table
    rows: Mapping[bytes, Mapping[str, Any]]
    fixed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row to add (`is_new`) or columns of one to change."""

    table: Table
    id: bytes
    values: Mapping[str, Any]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes of one transaction."""

    changes: tuple[RowChange, ...]

    def apply(self, write: Write) -> int:
        """Make the changes; how many rows it were."""
        for change in self.changes:
            how = tables.insert_row if change.is_new else tables.update_row
            how(write, change.table, change.id, change.values)
        return len(self.changes)


def plan(read: Read, wanted: Iterable[Wanted], *, at: int) -> list[Batch]:
    """The transactions that bring all tables to what is wanted; `at` (seconds) is the end of
    what is no longer."""
    changes = (change for each in wanted for change in _changes(read, each, at))
    return list(_batches(changes))


def _changes(read: Read, wanted: Wanted, at: int) -> Iterator[RowChange]:
    held = tables.select_all(read, wanted.table, wanted.fixed)
    for row_id, values in wanted.rows.items():
        if row_id not in held:
            yield RowChange(wanted.table, row_id, {**wanted.fixed, **values}, is_new=True)
            continue
        now = {**values, "ended_at": None}
        different = {name: now[name] for name in now if held[row_id][name] != now[name]}
        if different:
            yield RowChange(wanted.table, row_id, different, is_new=False)
    for row_id, values in held.items():
        if row_id not in wanted.rows and values["ended_at"] is None:
            yield RowChange(wanted.table, row_id, {"ended_at": at}, is_new=False)


def _batches(changes: Iterator[RowChange]) -> Iterator[Batch]:
    while batch := tuple(islice(changes, BATCH_ROWS)):
        yield Batch(batch)
