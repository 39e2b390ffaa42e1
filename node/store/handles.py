"""What a function that is run by the store gets to hold: reading, or reading and writing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Set
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from node.store.connection import Row
from node.store.regardless import Regardless
from node.store.roles import NodeRole
from node.store.saying import said_before
from node.store.schema import Scope
from node.store.statements import written_table

T = TypeVar("T")


class Read:
    """A consistent view of the database for the time of one function."""

    __slots__ = (
        "_asked",
        "_connection",
        "_cursor",
        "clock_trusted",
        "now",
        "quarter_id",
        "site_id",
    )

    def __init__(
        self,
        connection: Any,
        *,
        site_id: bytes,
        quarter_id: bytes,
        now: datetime,
        clock_trusted: bool = True,
    ) -> None:
        self._connection = connection
        # One for all that is read to its end: making one takes longer than a small look.
        self._cursor = connection.cursor()
        self._asked: set[str] = set()
        self.site_id = site_id
        self.quarter_id = quarter_id
        self.clock_trusted = clock_trusted
        self.now = now
        """When the view was opened, by the box's clock. What is `kept` must not depend on it."""

    @property
    def asked(self) -> Set[str]:
        """The statements that were run so far."""
        return self._asked

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """All rows of a query."""
        self._asked.add(sql)
        found: list[Row] = self._cursor.execute(sql, params).fetchall()
        return found

    def row(self, sql: str, **params: Any) -> Row | None:
        """The first row of a query, or None."""
        self._asked.add(sql)
        found: Row | None = self._connection.execute(sql, params).fetchone()
        return found

    def value(self, sql: str, **params: Any) -> Any:
        """The first column of the first row, or None."""
        self._asked.add(sql)
        found = self._connection.execute(sql, params).fetchone()
        return None if found is None else found[0]

    def sites_behind(self, table: str, row_id: bytes) -> frozenset[bytes]:
        """Whose word a row is, cell by cell: the nodes that this one heard it of first."""
        sites = self._connection.execute(
            f'select distinct s.site_id from "{table}__crsql_clock" c join crsql_site_id s'
            f" on s.ordinal = c.site_id where c.key = (select __crsql_key from"
            f' "{table}__crsql_pks" where id = ?)',
            (row_id,),
        )
        return frozenset(site for (site,) in sites)

    def kept(self, key: Hashable, find: Callable[[Read], T]) -> T:  # noqa: ARG002 - see `kept.py`
        """What `find` finds, from memory while the tables that it asked have not changed.

        `key` names `find` and everything else that its result depends on (a person, a day); the
        result is shared, so nobody may change it. Within a write what was kept of tables that it
        wrote to does not count; on a bare view it is found anew.
        """
        return find(self)


class Write(Read):
    """A view in a transaction that can also change it."""

    __slots__ = ("_inserted", "_regardless", "_roles")

    def __init__(
        self,
        connection: Any,
        *,
        roles: Mapping[bytes, NodeRole],
        regardless: Regardless | None = None,
        **about: Any,
    ) -> None:
        super().__init__(connection, **about)
        self._inserted: set[str] = set()
        self._regardless = regardless
        self._roles = roles

    def regardless(self, fn: Callable[[Write], object]) -> None:
        """Should all of this be refused, do so much of it in a transaction of its own: what was due
        before somebody asked and does not depend on the answer."""
        if self._regardless is not None:
            self._regardless.add(fn)

    @property
    def role(self) -> NodeRole:
        """What this node is itself: only some may write every table."""
        return self._roles.get(self.site_id, NodeRole.HOME)

    def roles_behind(self, table: str, row_id: bytes) -> frozenset[NodeRole | None]:
        """What the nodes are that wrote what stands in a row, cell by cell; None for one that the
        roster does not name.

        A merge goes by cells, so a row may be of several hands, and is worth what the least is.
        """
        return frozenset(map(self._role_of, self.sites_behind(table, row_id)))

    def roles_over(self, table: str, column: str) -> frozenset[NodeRole | None]:
        """What the nodes are that wrote over this column in any row, or deleted a row."""
        sites = self._connection.execute(
            f'select distinct s.site_id from "{table}__crsql_clock" c join crsql_site_id s'
            " on s.ordinal = c.site_id where (c.col_name = ? and c.col_version > 1)"
            " or (c.col_name = '-1' and c.col_version % 2 = 0)",
            (column,),
        )
        return frozenset(self._role_of(site) for (site,) in sites)

    def _role_of(self, site: bytes) -> NodeRole | None:
        return self.role if site == self.site_id else self._roles.get(site)

    def said_before(
        self, table: str, row_id: bytes, *, scope: Scope, now: datetime
    ) -> datetime | None:
        """The latest instant that those who wrote a row elsewhere had told before in their chains:
        the row was written after that, whenever it claims to be.
        """
        now_ms = int(now.timestamp() * 1000)
        told = [
            said_before(self._connection, site, scope, table, row_id, now_ms=now_ms)
            for site in self.sites_behind(table, row_id) - {self.site_id}
        ]
        latest = max((each for each in told if each is not None), default=None)
        return None if latest is None else datetime.fromtimestamp(latest / 1000, UTC)

    @property
    def written(self) -> Set[str]:
        """The tables that were written to so far, replicated or not."""
        return self._inserted | {table for table in map(written_table, self._asked) if table}

    def execute(self, sql: str, **params: Any) -> int:
        """Run a statement; the number of rows it changed."""
        self._asked.add(sql)
        changed: int = self._connection.execute(sql, params).rowcount
        return changed

    def insert(self, table: str, **columns: Any) -> None:
        """Add a row. An existing key is an error: facts are not written twice."""
        self._inserted.add(table)
        self._connection.execute(_insert_sql(table, *columns), columns)

    def insert_new(self, table: str, **columns: Any) -> bool:
        """Add a row unless its key is there; whether it was added.

        For facts with derived ids, which several nodes and several tries may notice.
        """
        self._inserted.add(table)
        sql = _insert_sql(table, *columns) + " on conflict do nothing"
        return bool(self._connection.execute(sql, columns).rowcount)


@cache
def _insert_sql(table: str, *columns: str) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f":{name}" for name in columns)
    return f'insert into "{table}" ({names}) values ({values})'
