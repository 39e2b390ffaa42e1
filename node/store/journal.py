"""The journal: each node's signed, numbered, chained changesets, its own and everybody's.

A local write is read back from the clock tables of the touched tables (not from `crsql_changes`,
which costs milliseconds with 40 tables) and stored in the same transaction as the data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any, NamedTuple

from node.base.refusals import RefusedError
from node.store.changeset import (
    FORMAT,
    MAX_BODY_BYTES,
    MAX_ROWS,
    NO_HASH,
    Changeset,
    RowChange,
    SignedChangeset,
    TableChange,
    decode,
    sign,
)
from node.store.identity import Identity
from node.store.many import insert_rows, plain_insert
from node.store.refusals import PAST_THE_STORE
from node.store.schema import Registry, Table
from node.store.sealed import SEALED, SealedBody


class BrokenJournalError(RefusedError):
    """The file holds changes that its journal does not know: somebody wrote past the store."""

    def __init__(self, table: str) -> None:
        super().__init__(replace(PAST_THE_STORE, values={"table": table}))


class TooLargeError(Exception):
    """A transaction is larger than one changeset may be; cut the work into pieces."""


class Head(NamedTuple):
    """The highest changeset of a chain that is held without a gap."""

    n: int
    hash: bytes
    applied: int


NO_HEAD = Head(0, NO_HASH, 0)
Chain = tuple[bytes, str]
"""A chain's name: site id and scope."""


class Horizon(NamedTuple):
    """Up to which changeset a chain was dropped here: the next one names its hash."""

    n: int
    hash: bytes


NO_HORIZON = Horizon(0, NO_HASH)


class PrunedError(Exception):
    """Changesets are asked for that this node holds no more: only a snapshot has what they said."""


class Quarantined(NamedTuple):
    """A changeset that broke a law and stops its chain; `at` is seconds UTC."""

    site: bytes
    scope: str
    n: int
    reason: str
    at: int


class Journal:
    """Reads and writes the journal of one database file."""

    def __init__(
        self, registry: Registry, identity: Identity, *, quarter: bytes, epoch: bytes
    ) -> None:
        self._registry = registry
        self._identity = identity
        self._quarter = quarter
        self._epoch = epoch
        self._tables = registry.replicated
        self._touched_sql = " union all ".join(
            f"select {number} where exists"
            f' (select 1 from "{table.name}__crsql_clock" where db_version = :version)'
            for number, table in enumerate(self._tables)
        )
        self._changes_sql = {
            table.name: _changes_sql(table, "c.db_version = :version and c.site_id = 0")
            for table in self._tables
        }

    def record(self, connection: Any, *, at_ms: int, clock_trusted: bool) -> list[Changeset]:
        """Journal what the open transaction wrote: one signed changeset a scope, none if nothing.

        Raises `TooLargeError` beyond the caps of a changeset.
        """
        if not self._tables:
            return []
        version = connection.execute("select crsql_next_db_version()").fetchone()[0]
        by_scope: dict[str, list[TableChange]] = defaultdict(list)
        touched = connection.execute(self._touched_sql, {"version": version}).fetchall()
        for (number,) in touched:
            table = self._tables[number]
            rows = self._changed_rows(connection, table, version)
            if rows:
                by_scope[table.scope].append(TableChange(table.name, rows))
        written = []
        for scope, tables in by_scope.items():
            written.append(
                self._append_own(
                    connection, scope, tables, at_ms=at_ms, clock_trusted=clock_trusted
                )
            )
        if written:
            set_meta(connection, "own_version", version)
        return written

    def restate(
        self, connection: Any, said: Changeset, *, at_ms: int, clock_trusted: bool
    ) -> Changeset | None:
        """Say once more, as they stand now, the rows of a changeset that will be withheld.

        Values, versions and lengths are those of the cells, so whoever has them changes nothing.
        """
        tables = []
        for change in said.tables:
            table = self._registry.tables.get(change.table)
            if table is None:
                continue
            sql = _changes_sql(table, "crsql_pack_columns({keys}) = :key")
            found = [
                row
                for key in dict.fromkeys(row.key for row in change.rows)
                for row in _rows_of(connection.execute(sql, {"key": key}))
            ]
            if found:
                tables.append(TableChange(table.name, found))
        if not tables:
            return None
        return self._append_own(
            connection, said.scope, tables, at_ms=at_ms, clock_trusted=clock_trusted
        )

    def find_unknown(self, connection: Any) -> str | None:
        """A table with own changes beyond what was journalled; None in a sound file."""
        known = get_meta(connection, "own_version") or 0
        for table in self._tables:
            found = connection.execute(
                f'select 1 from "{table.name}__crsql_clock"'
                " where site_id = 0 and db_version > ? limit 1",
                (known,),
            ).fetchone()
            if found is not None:
                return table.name
        return None

    def _changed_rows(self, connection: Any, table: Table, version: int) -> list[RowChange]:
        return _rows_of(connection.execute(self._changes_sql[table.name], {"version": version}))

    def _append_own(
        self,
        connection: Any,
        scope: str,
        tables: list[TableChange],
        *,
        at_ms: int,
        clock_trusted: bool,
    ) -> Changeset:
        if sum(len(table.rows) for table in tables) > MAX_ROWS:
            raise TooLargeError(f"more than {MAX_ROWS} rows in one transaction: cut it in pieces")
        site = self._identity.site_id
        head = read_head(connection, site, scope)
        changeset = Changeset(
            format=FORMAT,
            quarter=self._quarter,
            epoch=self._epoch,
            site=site,
            scope=str(scope),
            n=head.n + 1,
            previous=head.hash,
            schema=self._registry.number,
            at_ms=at_ms,
            clock_trusted=clock_trusted,
            tables=tables,
        )
        signed = sign(changeset, self._identity.key)
        if len(signed.body) > MAX_BODY_BYTES:
            raise TooLargeError(f"a transaction of {len(signed.body)} bytes: cut it in pieces")
        entry = Entry.of(changeset, signed, signed.hash, applied=True)
        append(connection, [entry], {entry.chain: Head(entry.n, entry.hash, entry.n)})
        return changeset


class Entry(NamedTuple):
    """A changeset as the journal holds it."""

    site: bytes
    scope: str
    n: int
    hash: bytes
    schema: int
    applied: int
    body: bytes
    signature: bytes

    @property
    def chain(self) -> Chain:
        """The chain that it is of."""
        return (self.site, self.scope)

    @classmethod
    def of(
        cls, changeset: Changeset, signed: SignedChangeset, digest: bytes, *, applied: bool
    ) -> Entry:
        """The entry of a changeset; `digest` is its hash."""
        site, scope, n, schema = changeset.site, changeset.scope, changeset.n, changeset.schema
        return cls(site, scope, n, digest, schema, int(applied), signed.body, signed.signature)

    @classmethod
    def of_sealed(cls, body: SealedBody, signed: SignedChangeset) -> Entry:
        """The entry of a sealed changeset, which is never applied, so never waits for it."""
        return cls(body.site, SEALED, body.n, body.hash, 0, 1, signed.body, signed.signature)


_INSERT_ENTRIES = plain_insert("insert into journal", Entry._fields)


def append(connection: Any, entries: Sequence[Entry], heads: Mapping[Chain, Head]) -> None:
    """Hold changesets, each the next of its chain, and the heads that they make.

    The caller has checked that they join.
    """
    insert_rows(connection, _INSERT_ENTRIES, entries)
    grown = set(map(itemgetter(0, 1), entries))
    connection.executemany(
        "insert into head (site, scope, held, hash, applied) values (?, ?, ?, ?, ?)"
        " on conflict (site, scope) do update set held = excluded.held, hash = excluded.hash,"
        " applied = excluded.applied",
        [(*chain, *heads[chain]) for chain in sorted(grown)],
    )


SET_ASIDE = 2
"""Of a changeset that counts as applied, for its chain goes on, but of which no row was taken."""


def mark_set_aside(connection: Any, chain: Chain, n: int) -> None:
    """Note that a held changeset will never be applied."""
    mark_applied(connection, chain, n)
    connection.execute(
        "update journal set applied = ? where site = ? and scope = ? and n = ?",
        (SET_ASIDE, *chain, n),
    )


def mark_applied(connection: Any, chain: Chain, n: int) -> None:
    """Note that a held changeset has been applied."""
    site, scope = chain
    connection.execute(
        "update journal set applied = 1 where site = ? and scope = ? and n = ?", (site, scope, n)
    )
    connection.execute("update head set applied = ? where site = ? and scope = ?", (n, site, scope))


def read_head(connection: Any, site: bytes, scope: str) -> Head:
    """The head of one chain; `NO_HEAD` where nothing of it is held."""
    row = connection.execute(
        "select held, hash, applied from head where site = ? and scope = ?", (site, scope)
    ).fetchone()
    return Head(row[0], row[1], row[2]) if row else NO_HEAD


def read_heads(connection: Any) -> dict[Chain, Head]:
    """The heads of all chains held."""
    found = connection.execute("select site, scope, held, hash, applied from head")
    return {(row[0], row[1]): Head(row[2], row[3], row[4]) for row in found}


def read_latest_times(connection: Any, site: bytes) -> list[int]:
    """The times (milliseconds UTC) that the newest changesets of a site's chains say."""
    found = connection.execute(
        "select j.body, j.signature from head h join journal j"
        " on j.site = h.site and j.scope = h.scope and j.n = h.held where h.site = ?",
        (site,),
    )
    return [decode(SignedChangeset(*row)).at_ms for row in found]


def read_range(
    connection: Any, chain: Chain, *, after: int, max_bytes: int
) -> list[SignedChangeset]:
    """The held changesets of a chain after number `after`, in order, at most about `max_bytes`.

    At least one is given where there is one, however large. Raises `PrunedError` where the first
    of them was dropped.
    """
    site, scope = chain
    result: list[SignedChangeset] = []
    size = 0
    found = connection.execute(
        "select n, body, signature from journal where site = ? and scope = ? and n > ? order by n",
        (site, scope, after),
    )
    for n, body, signature in found:
        if not result and n != after + 1:
            raise PrunedError(f"the chain begins at number {n}")
        size += len(body) + len(signature)
        if result and size > max_bytes:
            break
        result.append(SignedChangeset(body, signature))
    return result


def read_horizons(connection: Any) -> dict[Chain, Horizon]:
    """Where chains begin of which something was dropped."""
    found = connection.execute("select site, scope, n, hash from horizon")
    return {(row[0], row[1]): Horizon(row[2], row[3]) for row in found}


def drop(connection: Any, chain: Chain, *, upto: int) -> None:
    """Drop a chain's changesets up to this number, which is held and not the newest."""
    connection.execute(
        "insert into horizon (site, scope, n, hash) select site, scope, n, hash from journal"
        " where site = ? and scope = ? and n = ? on conflict (site, scope) do update"
        " set n = excluded.n, hash = excluded.hash",
        (*chain, upto),
    )
    connection.execute(
        "delete from journal where site = ? and scope = ? and n <= ?", (*chain, upto)
    )


def read_quarantine(connection: Any) -> list[Quarantined]:
    """All changesets in quarantine, without their bodies."""
    found = connection.execute("select site, scope, n, reason, at from quarantine order by at")
    return [Quarantined(*row) for row in found]


def set_meta(connection: Any, name: str, value: Any) -> None:
    """Keep a value of the file itself."""
    connection.execute(
        "insert into meta (name, value) values (?, ?)"
        " on conflict (name) do update set value = excluded.value",
        (name, value),
    )


def get_meta(connection: Any, name: str) -> Any:
    """A value of the file itself, or None."""
    row = connection.execute("select value from meta where name = ?", (name,)).fetchone()
    return None if row is None else row[0]


def _rows_of(found: Any) -> list[RowChange]:
    rows: list[RowChange] = []
    last = None
    for number, key, length, column, column_version, value in found:
        if number != last:
            rows.append(RowChange(key, length, []))
            last = number
        rows[-1].cells.append((column, column_version, value))
    return rows


def _changes_sql(table: Table, which: str) -> str:
    """The statement that reads the chosen cells of a table, in the order they were made."""
    keys = ", ".join(f'p."{name}"' for name in table.key)
    joined = " and ".join(f't."{name}" = p."{name}"' for name in table.key)
    values = " ".join(
        f"when '{column.name}' then t.\"{column.name}\"" for column in table.value_columns
    )
    clock = f'"{table.name}__crsql_clock"'
    return (
        f"select c.key, crsql_pack_columns({keys}), coalesce(s.col_version, 1), c.col_name,"
        f" c.col_version, case c.col_name {values} end"
        f' from {clock} c join "{table.name}__crsql_pks" p on p.__crsql_key = c.key'
        f" left join {clock} s on s.key = c.key and s.col_name = '-1'"
        f' left join "{table.name}" t on {joined}'
        f" where {which.format(keys=keys)} order by c.key, c.seq"
    )
