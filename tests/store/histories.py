"""Random histories of several sites, and two receivers that must come to hold the same.

One receiver merges as the store does, the other gives every cell to cr-sqlite, one after the
other, in the same transactions: the oracle that the bulk path is held against.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from node.base.clock import FrozenClock
from node.store import Column, Core, Founding, Member, NodeRole, Registry, Scope, Table, Write
from node.store import intake as intakes
from node.store.changeset import (
    FORMAT,
    MAX_BODY_BYTES,
    NO_HASH,
    Changeset,
    RowChange,
    SignedChangeset,
    TableChange,
    decode,
    sign,
)
from node.store.foreseen import foresee
from node.store.identity import Identity
from node.store.proof import read_offered

T = TypeVar("T")
QUARTER, EPOCH = b"Q" * 16, b"E" * 16
CLOCK = FrozenClock(datetime(2026, 11, 24, tzinfo=UTC))
FAR = 2**62
VALUES = (
    Column("text", "text", default=""),
    Column("maybe", "text", nullable=True),
    Column("count", "integer", default=0, low=-FAR, high=FAR),
    Column("raw", "blob", nullable=True),
)
SIZE = Column("size", "real", nullable=True)
"""Only in `measured`: the bulk path leaves tables with such a column to cr-sqlite."""

KEYS = {
    "measured": (Column("id", "blob"),),
    "by_blob": (Column("id", "blob"),),
    "by_text": (Column("name", "text"),),
    "by_number": (Column("number", "integer", low=-FAR, high=FAR),),
    "by_three": (
        Column("day", "integer", low=-FAR, high=FAR),
        Column("place", "text"),
        Column("part", "blob"),
    ),
}
TABLES = {
    name: Table(
        name,
        key=tuple(column.name for column in key),
        columns=(*key, *VALUES, *([SIZE] if name == "measured" else [])),
        scope=Scope.HOUSE,
        about="A test's table.",
    )
    for name, key in KEYS.items()
}
REGISTRY = Registry(1, tuple(TABLES.values()))
IDENTITIES = tuple(Identity(bytes([number]) * 32) for number in range(1, 6))
MEMBERS = {each.site_id: Member(each.public_key, NodeRole.HOME) for each in IDENTITIES}

SAMPLES: dict[str, tuple[Any, ...]] = {
    "blob": (b"", b"\0", b"\x01\x0c", b"k" * 16, b"\xff" * 200, b"a", b"b"),
    "text": ("", "a", "b", "ü" * 90, "x\0y", "5", "zz"),
    "integer": (0, -1, 128, 255, 2**32 + 1, -(2**40), FAR),
    "real": (0.0, -1.5, 1e300, 5, float("inf"), 6.25, 0.1),
}
# Few keys a table, so that histories meet in one row; picked by number, which Hypothesis does fast.
KEYS_MET = tuple(
    (name, key)
    for name, table in TABLES.items()
    for key in zip(*(SAMPLES[column.type] for column in table.key_columns), strict=True)
)
keys = st.sampled_from(KEYS_MET)
values = st.integers(0, 6)


def value_at(column: Column, at: int) -> Any:
    """A value that the column takes, NULL among them where it may be."""
    return None if column.nullable and at == 0 else SAMPLES[column.type][at]


def told_of(name: str, told: dict[Column, T], size: T) -> dict[Column, T]:
    """What is said of a row's columns, of its size too where the table has one."""
    return {**told, SIZE: size} if name == "measured" else told


class Template:
    """A migrated file a site, made once and copied for each history."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        for identity in IDENTITIES:
            founding = Founding(QUARTER, EPOCH, identity.seed)
            Core.open(self._path(identity), REGISTRY, clock=CLOCK, founding=founding).close()

    def _path(self, identity: Identity) -> Path:
        return self._folder / f"{identity.site_id.hex()}.db"

    def core(self, identity: Identity) -> Core:
        """A fresh node of this identity."""
        self._made += 1
        path = self._folder / f"copy-{self._made}.db"
        shutil.copyfile(self._path(identity), path)
        core = Core.open(path, REGISTRY, clock=CLOCK)
        core._connection.execute("pragma synchronous=off")
        return core

    def close(self, *cores: Core) -> None:
        """Close and forget copies."""
        for core in cores:
            core.close()
            for file in self._folder.glob(f"{core.path.name}*"):
                file.unlink()


def merge_by_crsqlite(connection: Any, batch: Sequence[SignedChangeset]) -> None:
    """The oracle: every cell of a batch through `crsql_changes`, one after the other."""
    cells = [
        (change.table, row.key, name, value, version, changeset.site, row.length)
        for changeset in map(decode, batch)
        for change in changeset.tables
        for row in change.rows
        for name, version, value in row.cells
    ]
    for seq, cell in enumerate(cells):
        connection.execute(
            'insert into crsql_changes ("table", pk, cid, val, col_version, db_version,'
            " site_id, cl, seq) values (?, ?, ?, ?, ?, 1, ?, ?, ?)",
            (*cell, seq),
        )


class Twins:
    """Two receivers under one identity: the store's own merge, and the oracle's."""

    def __init__(self, template: Template, identity: Identity) -> None:
        self.bulk, self.reference = template.core(identity), template.core(identity)
        self._received = 0

    def receive(self, batch: Sequence[SignedChangeset]) -> None:
        """Take a batch of which all can be applied, in one transaction, at both."""
        ours = intakes.merge
        # By turns as it came, and read before its turn.
        self._received += 1
        told = batch if self._received % 2 else [*map(read_offered, batch)]
        foreseen = foresee(told, REGISTRY, MEMBERS, piece_bytes=MAX_BODY_BYTES)
        report = self.bulk.receive_part(told, MEMBERS, foreseen)
        assert report.applied == len(batch), report.reasons
        intakes.merge = lambda connection, _: merge_by_crsqlite(connection, batch)
        try:
            assert self.reference.receive_part(batch, MEMBERS).applied == len(batch)
        finally:
            intakes.merge = ours

    def write(self, fn: Callable[[Write], object]) -> None:
        """Write the same at both."""
        for core in (self.bulk, self.reference):
            core.write(fn)

    def check(self) -> None:
        """Both hold the same, to the last clock, in sound files."""
        assert everything(self.bulk) == everything(self.reference)
        for core in (self.bulk, self.reference):
            assert core._connection.execute("pragma integrity_check").fetchone()[0] == "ok"


def everything(core: Core) -> dict[str, list[tuple[Any, ...]]]:
    """Rows, changes, keys and clocks, to be compared as they are.

    Of a row's number within `__crsql_pks` only the order of arrival is left out, and of a site's
    ordinal likewise: nothing but the file itself refers to them.
    """
    found = {"changes": _rows(core, CHANGES_SQL), "heads": sorted(core.heads().items())}
    for name, table in TABLES.items():
        names = ", ".join(f'p."{key}"' for key in table.key)
        found[name] = _rows(core, f'select * from "{name}"')
        found[f"{name} keys"] = _rows(core, f'select {names} from "{name}__crsql_pks" p')
        found[f"{name} clocks"] = _rows(
            core,
            f"select {names}, c.col_name, c.col_version, c.db_version, s.site_id, c.seq"
            f' from "{name}__crsql_clock" c'
            f' left join "{name}__crsql_pks" p on p.__crsql_key = c.key'
            " left join crsql_site_id s on s.ordinal = c.site_id",
        )
    return found


CHANGES_SQL = (
    'select "table", pk, cid, val, col_version, cl, site_id, db_version, seq from crsql_changes'
)


def _rows(core: Core, sql: str) -> list[tuple[Any, ...]]:
    found = core._connection.execute(sql).fetchall()
    return sorted((tuple(row) for row in found), key=repr)


class Author:
    """Signs whatever it is told to, as the next of its chain: a site without a database."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._n, self._hash = 0, NO_HASH

    def sign(self, tables: list[TableChange]) -> SignedChangeset:
        self._n += 1
        changeset = Changeset(
            FORMAT, QUARTER, EPOCH, self._identity.site_id, "house", self._n, self._hash,
            1, 1_764_000_000_000, True, tables,
        )  # fmt: skip
        signed = sign(changeset, self._identity.key)
        self._hash = signed.hash
        return signed


def tables_of(rows: dict[tuple[str, bytes], RowChange]) -> list[TableChange]:
    """Rows by table and packed key, as a changeset groups them."""
    by_table: dict[str, list[RowChange]] = {}
    for (name, _), row in rows.items():
        by_table.setdefault(name, []).append(row)
    return [TableChange(name, listed) for name, listed in by_table.items()]
