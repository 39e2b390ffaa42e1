"""Intake: nothing from a peer reaches cr-sqlite before every byte of it was checked.

cr-sqlite trusts its input: a bad cell fails a batch for ever, an absurd version freezes a cell,
foreign site ids are believed. So a changeset is taken only if its chain joins, its origin signed
it and was entitled, and every row is one that this schema could have written. One that breaks a
law is quarantined whole with its reason and stops only its own chain; nothing is half applied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from node.store.changeset import (
    FORMAT,
    MAX_BODY_BYTES,
    Changeset,
    RowChange,
    SignedChangeset,
    TableChange,
    decode,
    is_signed_by,
)
from node.store.identity import site_id_of
from node.store.journal import (
    Chain,
    Head,
    append,
    append_sealed,
    mark_applied,
    read_head,
    read_waiting,
    set_meta,
)
from node.store.packing import PackingError, unpack
from node.store.roles import HOUSE_ROLES, Member, Members, NodeRole, may_write, scopes_of
from node.store.schema import Registry, Scope, Table
from node.store.sealed import SEALED, SealedBody, is_sealed

SENTINEL = "-1"
ORDINARY_VERSION = 1000
"""Cells edited more often than this are compared with the local version before they count."""

MAX_VERSION_JUMP = 10_000
"""A version this far beyond the local one is no history but an attack: it would freeze the cell."""

MAX_LENGTH = 10_000
"""A row deleted and restored more often than half of this is no row of ours."""

MAX_SCHEMA = 1_000_000
"""A schema number beyond this is no release: it would be held for ever, waiting for an update."""


class Verdict(StrEnum):
    """What became of a changeset offered."""

    APPLIED = "applied"
    HELD = "held"
    KNOWN = "known"
    GAP = "gap"
    STOPPED = "stopped"
    UNKNOWN_SITE = "unknown_site"
    QUARANTINED = "quarantined"
    NOT_FOR_US = "not_for_us"


@dataclass(slots=True)
class IntakeReport:
    """The outcome of one batch."""

    verdicts: list[Verdict] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    reasons: dict[Chain, str] = field(default_factory=dict)

    @property
    def applied(self) -> int:
        """How many changesets came to count."""
        return self.verdicts.count(Verdict.APPLIED)

    @property
    def advanced(self) -> bool:
        """Whether any chain is longer than before."""
        return bool({Verdict.APPLIED, Verdict.HELD} & {*self.verdicts})

    def add(self, verdict: Verdict) -> None:
        """Note one outcome."""
        self.verdicts.append(verdict)

    def add_all(self, other: IntakeReport) -> None:
        """Note the outcomes of a further piece of the batch."""
        self.verdicts += other.verdicts
        self.touched |= other.touched
        self.reasons |= other.reasons


class LawBrokenError(Exception):
    """A changeset breaks a law; the text is the reason that the health page shows."""


@dataclass(frozen=True)
class Place:
    """Where intake happens: which quarter, history and schema, and what this node may hold."""

    registry: Registry
    quarter: bytes
    epoch: bytes
    site: bytes
    scopes: frozenset[str] = scopes_of(NodeRole.HOME)

    @property
    def history(self) -> tuple[bytes, bytes]:
        """Quarter and epoch."""
        return (self.quarter, self.epoch)


def check_origin(changeset: Changeset, place: Place, who: Member) -> None:
    """Raise `LawBrokenError` unless its signer may have written this, in this quarter."""
    if changeset.format != FORMAT:
        raise LawBrokenError(f"unknown changeset format {changeset.format}")
    if (changeset.quarter, changeset.epoch) != place.history:
        raise LawBrokenError("the changeset belongs to another quarter or another history")
    if not 0 <= changeset.schema <= MAX_SCHEMA:
        raise LawBrokenError(f"schema number {changeset.schema} is out of bounds")
    if changeset.scope not in scopes_of(who.role):
        raise LawBrokenError(f"a {who.role} node may not write scope {changeset.scope!r}")
    if site_id_of(who.public_key) != changeset.site:
        raise LawBrokenError("the site id does not belong to the key")
    if who.revoked_after is not None and changeset.n > who.revoked_after.get(changeset.scope, 0):
        raise LawBrokenError("the node was revoked before it wrote this")


def check_rows(changeset: Changeset, registry: Registry, role: NodeRole) -> None:
    """Raise `LawBrokenError` unless every row could have been written under this schema."""
    if not changeset.tables:
        raise LawBrokenError("an empty changeset")
    for change in changeset.tables:
        table = registry.tables.get(change.table)
        if table is None or not table.replicated:
            raise LawBrokenError(f"table {change.table!r} is not replicated")
        if table.scope != changeset.scope:
            raise LawBrokenError(f"table {table.name} is not in scope {changeset.scope}")
        if not may_write(role, table):
            raise LawBrokenError(f"a {role} node may not write {table.name}")
        if not change.rows:
            raise LawBrokenError(f"no rows for {table.name}")
        for row in change.rows:
            _check_row(table, row)


def _check_row(table: Table, row: RowChange) -> None:
    try:
        key = unpack(row.key)
    except PackingError as error:
        raise LawBrokenError(f"{table.name}: {error}") from error
    if len(key) != len(table.key) or not all(
        column.accepts(value) for column, value in zip(table.key_columns, key, strict=True)
    ):
        raise LawBrokenError(f"{table.name}: the key has other columns than declared")
    if not 1 <= row.length <= MAX_LENGTH:
        raise LawBrokenError(f"{table.name}: causal length {row.length} is out of bounds")
    if not row.cells:
        raise LawBrokenError(f"{table.name}: a row without cells")
    names = [name for name, _, _ in row.cells]
    if len(set(names)) != len(names):
        raise LawBrokenError(f"{table.name}: a cell occurs twice")
    for name, version, value in row.cells:
        _check_cell(table, row, name, version, value)


def _check_cell(table: Table, row: RowChange, name: str, version: int, value: Any) -> None:
    if name == SENTINEL:
        if version != row.length or value is not None:
            raise LawBrokenError(f"{table.name}: a false sentinel")
        return
    column = table.by_name.get(name)
    if column is None or name in table.key:
        raise LawBrokenError(f"{table.name}.{name} is not a declared column")
    if row.length % 2 == 0:
        raise LawBrokenError(f"{table.name}: a deleted row with cells")
    if not 1 <= version < 2**31:
        raise LawBrokenError(f"{table.name}.{name}: version {version} is out of bounds")
    if not column.accepts(value):
        raise LawBrokenError(f"{table.name}.{name}: the value breaks the column's law")


def check_versions(connection: Any, changeset: Changeset, registry: Registry) -> None:
    """Raise `LawBrokenError` where a version jumps far beyond the local one."""
    for change in changeset.tables:
        table = registry.tables[change.table]
        for row in change.rows:
            for name, version, _ in row.cells:
                if version > ORDINARY_VERSION:
                    _check_jump(connection, table, row, name, version)


def _check_jump(connection: Any, table: Table, row: RowChange, name: str, version: int) -> None:
    keys = " and ".join(f'"{column}" = ?' for column in table.key)
    local = connection.execute(
        f'select col_version from "{table.name}__crsql_clock" where col_name = ? and key ='
        f' (select __crsql_key from "{table.name}__crsql_pks" where {keys})',
        (name, *unpack(row.key)),
    ).fetchone()
    if version - (local[0] if local else 0) > MAX_VERSION_JUMP:
        raise LawBrokenError(f"{table.name}.{name}: version {version} jumps ahead")


class Intake:
    """Takes batches of foreign changesets into one open database, each batch one transaction."""

    def __init__(self, connection: Any, place: Place, *, now: Callable[[], int]) -> None:
        self._connection = connection
        self._place = place
        self._now = now
        self._report = IntakeReport()

    def take(self, batch: Sequence[SignedChangeset], members: Members) -> IntakeReport:
        """Check and apply a batch in the caller's transaction.

        An error of the database itself leaves as an exception: then the caller rolls back,
        reopens the connection and gives the changesets one by one.
        """
        for signed in batch:
            self._report.add(self._take_one(signed, members))
        return self._report

    def apply_waiting(self, members: Members) -> IntakeReport:
        """Apply what was held for a newer schema and can be understood now."""
        number = self._place.registry.number
        for signed in read_waiting(self._connection, known_schema=number):
            changeset = decode(signed)
            chain = (changeset.site, changeset.scope)
            who = members.get(changeset.site)
            is_next = read_head(self._connection, *chain).applied == changeset.n - 1
            if who is None or not is_next or self._is_quarantined(chain):
                continue
            try:
                check_rows(changeset, self._place.registry, who.role)
                check_versions(self._connection, changeset, self._place.registry)
            except LawBrokenError as broken:
                self._quarantine(changeset, signed, str(broken))
                continue
            self._apply(changeset)
            mark_applied(self._connection, chain, changeset.n)
            self._report.add(Verdict.APPLIED)
        return self._report

    def _take_one(self, signed: SignedChangeset, members: Members) -> Verdict:
        if SEALED in self._place.scopes and is_sealed(signed):
            return self._take_sealed(signed, members)
        told = self._origin(signed, members)
        if isinstance(told, Verdict):
            return told
        changeset, who = told
        chain = (changeset.site, changeset.scope)
        if self._is_quarantined(chain):
            return Verdict.STOPPED
        head = read_head(self._connection, *chain)
        if changeset.n != head.n + 1:
            return Verdict.KNOWN if changeset.n <= head.n else Verdict.GAP
        try:
            return self._judge(changeset, signed, who, head)
        except LawBrokenError as broken:
            self._quarantine(changeset, signed, str(broken))
            return Verdict.QUARANTINED

    def _origin(
        self, signed: SignedChangeset, members: Members
    ) -> tuple[Changeset, Member] | Verdict:
        """The content and its writer, if the writer named in it really signed it.

        Anybody can send rubbish or forge: neither may stop the chain of the node it names.
        """
        if len(signed.body) > MAX_BODY_BYTES:
            return Verdict.STOPPED
        try:
            changeset = decode(signed)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return Verdict.STOPPED
        if changeset.scope not in self._place.scopes:
            # Not even into quarantine: central must not hold what belongs to the house.
            return Verdict.NOT_FOR_US
        who = members.get(changeset.site)
        if who is None or (changeset.scope == Scope.HOUSE and not who.of_house):
            return Verdict.UNKNOWN_SITE
        if not is_signed_by(signed, who.public_key):
            chain = (changeset.site, changeset.scope)
            self._report.reasons[chain] = "a changeset without its origin's signature was offered"
            return Verdict.STOPPED
        return changeset, who

    def _take_sealed(self, signed: SignedChangeset, members: Members) -> Verdict:
        """At central: keep what cannot be read, if its origin vouches for the hash inside."""
        body = SealedBody.read(signed)
        who = members.get(body.site)
        if who is None or who.role not in HOUSE_ROLES:
            return Verdict.UNKNOWN_SITE
        counts = None if who.revoked_after is None else who.revoked_after.get(Scope.HOUSE, 0)
        head = read_head(self._connection, body.site, SEALED)
        if body.n != head.n + 1:
            return Verdict.KNOWN if body.n <= head.n else Verdict.GAP
        joins = body.previous == head.hash and body.history == self._place.history
        in_time = counts is None or body.n <= counts
        if not (joins and in_time and body.is_signed(signed.signature, who.public_key)):
            self._report.reasons[(body.site, SEALED)] = "a sealed changeset that its origin denies"
            return Verdict.STOPPED
        append_sealed(self._connection, body, signed)
        return Verdict.APPLIED

    def _judge(
        self, changeset: Changeset, signed: SignedChangeset, who: Member, head: Head
    ) -> Verdict:
        check_origin(changeset, self._place, who)
        if changeset.previous != head.hash:
            raise LawBrokenError("the chain does not join: two histories under one number")
        if changeset.schema > self._place.registry.number or head.applied != head.n:
            append(self._connection, changeset, signed, applied=False)
            return Verdict.HELD
        check_rows(changeset, self._place.registry, who.role)
        check_versions(self._connection, changeset, self._place.registry)
        self._apply(changeset)
        append(self._connection, changeset, signed, applied=True)
        return Verdict.APPLIED

    def _apply(self, changeset: Changeset) -> None:
        sql = (
            'insert into crsql_changes ("table", pk, cid, val, col_version, db_version,'
            " site_id, cl, seq) values (?, ?, ?, ?, ?, 1, ?, ?, ?)"
        )
        cells: list[tuple[Any, ...]] = []
        for change in changeset.tables:
            cells.extend(_cells(change, changeset.site, start=len(cells)))
            self._report.touched.add(change.table)
        self._connection.executemany(sql, cells)
        if changeset.site == self._place.site:
            # Our own history, brought back after a restore: it is in the journal, so it is known.
            version = self._connection.execute("select crsql_next_db_version()").fetchone()[0]
            set_meta(self._connection, "own_version", version)

    def _is_quarantined(self, chain: Chain) -> bool:
        found = self._connection.execute(
            "select 1 from quarantine where site = ? and scope = ?", chain
        ).fetchone()
        return found is not None

    def _quarantine(self, changeset: Changeset, signed: SignedChangeset, reason: str) -> None:
        self._report.reasons[(changeset.site, changeset.scope)] = reason
        self._connection.execute(
            "insert into quarantine (site, scope, n, reason, at, body, signature)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                changeset.site,
                changeset.scope,
                changeset.n,
                reason,
                self._now(),
                signed.body,
                signed.signature,
            ),
        )


def _cells(change: TableChange, site: bytes, *, start: int) -> list[tuple[Any, ...]]:
    """The changes as `crsql_changes` takes them; the receiver stamps its own `db_version`."""
    rows: list[tuple[Any, ...]] = []
    for row in change.rows:
        for name, version, value in row.cells:
            rows.append(
                (
                    change.table,
                    row.key,
                    name,
                    value,
                    version,
                    site,
                    row.length,
                    start + len(rows),
                )
            )
    return rows
