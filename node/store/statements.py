"""Which tables a statement reads or writes: asked of SQLite once a statement, never guessed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from node.store.connection import ALLOW, READS

KNOWN_MAX = 1024
"""Statements are texts of the code, a few hundred; composed ones may be more."""


class Statements:
    """The tables that the statements of one reader connection read."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._known: dict[str, frozenset[str]] = {}
        self._found: set[str] = set()
        connection.set_authorizer(self._note)

    def tables(self, sql: str) -> frozenset[str]:
        """The tables that a statement reads, those of its subqueries included."""
        known = self._known.get(sql)
        if known is None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            known = self._known[sql] = self._ask(sql)
        return known

    def _ask(self, sql: str) -> frozenset[str]:
        # A statement of its own, so that it is prepared here and now and not found prepared.
        self._found = set()
        self._connection.execute(f"explain {sql}", _Nulls()).close()
        return frozenset(self._found)

    def _note(self, action: int, table: str | None, *_: object) -> int:
        if action == READS and table is not None:
            self._found.add(table)
        return ALLOW


class _Nulls(dict[str, None]):
    """A value for any parameter: what is only explained needs no real one."""

    def __missing__(self, _: str) -> None:
        return None


_WRITES = re.compile(
    r"\s*(?:insert(?:\s+or\s+\w+)?\s+into|replace\s+into|update(?:\s+or\s+\w+)?|delete\s+from)"
    r"\s+\"?(\w+)\"?",
    re.IGNORECASE,
)
_MAY_WRITE = re.compile(r"\b(?:insert|replace|update|delete)\b", re.IGNORECASE)


class UnclearStatementError(Exception):
    """A statement may write, and its text does not begin with where."""


@lru_cache(maxsize=KNOWN_MAX)
def written_table(sql: str) -> str | None:
    """The table that a statement writes, or None where it only reads.

    No table has triggers that write another (schema law), so the text tells. Raises
    `UnclearStatementError` where it does not.
    """
    found = _WRITES.match(sql)
    if found is not None:
        return found[1]
    if not sql.lstrip().lower().startswith("select") and _MAY_WRITE.search(sql):
        raise UnclearStatementError(
            f"{sql!r} does not begin with insert, update or delete: write it so that it does"
        )
    return None
