"""Inserting many rows: a number of them in each statement.

The driver lets other threads run while SQLite works, and wants its turn back after each statement:
one by one the rows of a merge and the event loop's thread would wait for each other all the time.
It is a third less work besides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Any

PARAMETERS_AT_ONCE = 512
"""In a statement about so many: of more the memory for statements grows, and nothing is quicker."""

Statement = Callable[[int], str]
"""The text of a statement for so many rows; it must be the same text for the same number."""


def insert_rows(
    connection: Any,
    statement: Statement,
    rows: Sequence[Sequence[Any]],
    *,
    alike: tuple[Any, ...] = (),
) -> int:
    """Insert rows; how many were. `alike` are parameters before those of the rows."""
    if not rows:
        return 0
    at_once = max(1, PARAMETERS_AT_ONCE // len(rows[0]))
    whole = len(rows) - len(rows) % at_once
    inserted = 0
    for size, some in ((at_once, rows[:whole]), (1, rows[whole:])):
        if some:
            given = (
                (*alike, *chain.from_iterable(some[start : start + size]))
                for start in range(0, len(some), size)
            )
            inserted += connection.executemany(statement(size), given).rowcount
    return inserted


def plain_insert(into: str, columns: Sequence[str]) -> Statement:
    """An insert of rows as they are given: `into` is all before the columns, quoted as need be."""
    row = f"({', '.join('?' * len(columns))})"

    @cache
    def sql(count: int) -> str:
        return f"{into} ({', '.join(columns)}) values {', '.join([row] * count)}"

    return sql
