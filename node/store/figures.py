"""What a database holds, table by table, as a few numbers: to compare a copy with what was copied.

A table's mark is the sum of its rows' hashes, so that neither order nor memory matters.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from node.store.journal import read_heads

FIGURES = "figures"
"""Where a backup keeps the figures of what it was made from, among the file's own values."""

_MARK_BYTES = 16
_PASSING = ("figures", "made", "merged", "restored", "seen_at")
"""Values of the file that a restore changes by right."""


class TableFigures(msgspec.Struct, array_like=True, frozen=True):
    """How many rows a table has, and their mark."""

    rows: int
    mark: bytes


class Figures(msgspec.Struct, frozen=True):
    """All tables by name, and the heads of all chains."""

    tables: dict[str, TableFigures]
    heads: list[tuple[bytes, str, int, bytes]]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables.values())


def read_figures(connection: Any) -> Figures:
    """Read every row of the database once."""
    names = connection.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite!_%'"
        " escape '!' order by name"
    ).fetchall()
    tables = {name: _table_figures(connection, name) for (name,) in names}
    return Figures(tables, heads_figures(connection))


def heads_figures(connection: Any) -> list[tuple[bytes, str, int, bytes]]:
    """The heads of all chains, in order."""
    return sorted(
        (site, scope, head.n, head.hash) for (site, scope), head in read_heads(connection).items()
    )


def keep_figures(connection: Any, figures: Figures) -> None:
    """Put the figures into the copy itself, so that they travel with it."""
    connection.execute(
        "insert into meta (name, value) values (?, ?)", (FIGURES, msgspec.msgpack.encode(figures))
    )


def kept_figures(connection: Any) -> Figures | None:
    """The figures that came with a copy, if any did."""
    row = connection.execute("select value from meta where name = ?", (FIGURES,)).fetchone()
    return msgspec.msgpack.decode(row[0], type=Figures) if row else None


def find_differences(before: Figures, after: Figures) -> list[str]:
    """The names of tables that are not alike, and "heads" where these aren't."""
    names = sorted(before.tables.keys() | after.tables.keys())
    different = [name for name in names if before.tables.get(name) != after.tables.get(name)]
    return different if before.heads == after.heads else ["heads", *different]


def _table_figures(connection: Any, name: str) -> TableFigures:
    rows, total = 0, 0
    passing = f" where name not in {_PASSING}" if name == "meta" else ""
    for row in connection.execute(f'select * from "{name}"{passing}'):
        digest = hashlib.blake2b(msgspec.msgpack.encode(row), digest_size=_MARK_BYTES).digest()
        total += int.from_bytes(digest, "big")
        rows += 1
    return TableFigures(rows, (total % 2 ** (8 * _MARK_BYTES)).to_bytes(_MARK_BYTES, "big"))
