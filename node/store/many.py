"""Inserting many rows with blobs of any length: a number of them in each statement.

The driver lets other threads run while SQLite works, and wants its turn back after each statement:
one by one the entries of a journal and the event loop's thread would wait for each other all the
time. Rows of a merge go in fewer statements yet, packed (`bulk.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

PARAMETERS_AT_ONCE = 512
"""In a statement about so many: of more the memory for statements grows, and nothing is quicker."""


class Insert(NamedTuple):
    """An insert of rows of so many parameters. `sql` is its text for a number of rows; of one
    number always the same, for the driver keeps what was prepared.
    """

    width: int
    sql: Callable[[int], str]


def insert_rows(connection: Any, insert: Insert, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows."""
    given = list(chain.from_iterable(rows))
    at_once = max(1, PARAMETERS_AT_ONCE // insert.width)
    whole = len(given) - len(given) % (at_once * insert.width)
    for count, some in ((at_once, given[:whole]), (1, given[whole:])):
        if some:
            size = count * insert.width
            each = (some[at : at + size] for at in range(0, len(some), size))
            connection.executemany(insert.sql(count), each)


def plain_insert(into: str, columns: Sequence[str]) -> Insert:
    """An insert of rows as they are given: `into` is all before the columns, quoted as need be."""
    row = f"({', '.join('?' * len(columns))})"

    @cache
    def sql(count: int) -> str:
        return f"{into} ({', '.join(columns)}) values {', '.join([row] * count)}"

    return Insert(len(columns), sql)
