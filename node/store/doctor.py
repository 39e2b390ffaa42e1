"""The doctor: whether journal, clocks and rows of a file agree, cell by cell.

Every cell in the tables must be one that some node signed, with that value and version, and no
signed cell may be newer than what the tables hold. Works on a scratch file, so that its memory
does not grow with the history.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node.base.refusals import N_
from node.store.changeset import (
    WITHHELD_MARK,
    Changeset,
    SignedChangeset,
    decode,
    is_hash_signed,
)
from node.store.connection import driver
from node.store.core import Core
from node.store.journal import (
    NO_HORIZON,
    SET_ASIDE,
    Chain,
    Head,
    Horizon,
    read_heads,
    read_horizons,
)
from node.store.roles import Members
from node.store.schema import Registry, Table
from node.store.sealed import SEALED, SealedBody

SHOWN_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be, and what to do: German sentences with `values`."""

    what: str
    remedy: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """What is wrong, in German."""
        return self.what.format_map(self.values)


RESTORE = N_(
    "Holen Sie die neueste Sicherung zurück (`quartier restore`), und lassen Sie den Knoten"
    " aufholen."
)
DAMAGED = N_("Die Datei der Datenbank ist beschädigt: {what}.")
CHAIN = N_("Im Journal von {site} ({scope}) passt Nummer {number} nicht zu dem, was davor steht.")
HEAD = N_("Das Journal von {site} ({scope}) endet bei {number}, vermerkt ist {head}.")
SIGNATURE = N_("Im Journal von {site} ({scope}) ist die Unterschrift von Nummer {number} falsch.")
UNSIGNED = N_("{cell} ist in Zeile {row} nicht, was unterschrieben wurde.")
STALE = N_("{cell} fehlt in Zeile {row} ein neuerer unterschriebener Wert.")


def examine(core: Core, members: Members | None = None) -> list[Finding]:
    """All that is wrong with the file, at most `SHOWN_AT_MOST` findings of a kind; [] if sound.

    With `members`, every signature is verified too.
    """
    findings = []
    connection = core._connection  # noqa: SLF001 - the doctor is of the store's own room
    said = connection.execute("pragma quick_check").fetchone()[0]
    if said != "ok":
        findings.append(Finding(DAMAGED, RESTORE, {"what": str(said)}))
    findings += _examine_chains(core, members)
    with tempfile.TemporaryDirectory() as folder:
        findings += _examine_cells(connection, core.registry, Path(folder))
    return findings


def _examine_chains(core: Core, members: Members | None) -> list[Finding]:
    findings = []
    connection = core._connection  # noqa: SLF001 - see `examine`
    horizons = read_horizons(connection)
    for chain, head in read_heads(connection).items():
        member = members.get(chain[0]) if members else None
        key = member.public_key if member else None
        # Of others' chains intake checks the last signature of each run, which covers the rest.
        each = chain[0] == core.site_id or chain[1] == SEALED
        begins = horizons.get(chain, NO_HORIZON)
        problem = _chain_problem(connection, chain, (begins, head), key, each=each)
        if problem:
            what, values = problem
            named = {"site": chain[0].hex()[:8], "scope": chain[1]}
            findings.append(Finding(what, RESTORE, named | values))
    return findings


def _chain_problem(
    connection: Any,
    chain: Chain,
    span: tuple[Horizon, Head],
    key: bytes | None,
    *,
    each: bool,
) -> tuple[str, dict[str, str]] | None:
    """What is wrong with a chain between where it begins and its head; None where nothing is."""
    (number, previous), head = span
    doubtful = 0
    for signed in _signed(connection, chain):
        link = SealedBody.read(signed) if chain[1] == SEALED else decode(signed)
        digest = link.hash if isinstance(link, SealedBody) else signed.hash
        number += 1
        if link.n != number or link.previous != previous:
            return CHAIN, {"number": str(number)}
        if key and not is_hash_signed(digest, signed.signature, key):
            doubtful = doubtful or number
        elif not each:
            doubtful = 0
        previous = digest
    if (number, previous) != (head.n, head.hash):
        return HEAD, {"number": str(number), "head": str(head.n)}
    return (SIGNATURE, {"number": str(doubtful)}) if doubtful else None


def _signed(connection: Any, chain: Chain) -> Iterator[SignedChangeset]:
    found = connection.execute(
        "select body, signature from journal where site = ? and scope = ? order by n", chain
    )
    for body, signature in found:
        yield SignedChangeset(body, signature)


def _examine_cells(connection: Any, registry: Registry, folder: Path) -> list[Finding]:
    scratch = driver.connect(str(folder / "cells.db"), isolation_level=None)
    scratch.execute("pragma synchronous=off")
    scratch.execute("begin")
    scratch.execute(
        "create table cell (tbl text, pk blob, col text, site blob, version integer,"
        " length integer, value, primary key (tbl, pk, col, site, version, length))"
        " without rowid"
    )
    for chain, head in read_heads(connection).items():
        if chain[1] == SEALED:
            continue
        aside = _set_aside(connection, chain)
        for changeset in map(decode, _signed(connection, chain)):
            if changeset.n <= head.applied and changeset.n not in aside:
                scratch.executemany(
                    "insert or replace into cell values (?, ?, ?, ?, ?, ?, ?)",
                    _cells(changeset),
                )
    findings = []
    pruned = {site for site, scope in read_horizons(connection) if scope != SEALED}
    pruned |= _withheld_sites(connection)
    for table in registry.replicated:
        findings += _compare(connection, scratch, table, pruned)
    scratch.close()
    return findings


def _withheld_sites(connection: Any) -> set[bytes]:
    """Whose changesets were partly withheld: their cells may have been said again by the home."""
    found = connection.execute(
        "select distinct site from journal where substr(body, 1, 2) = ?", (WITHHELD_MARK,)
    )
    return {site for (site,) in found}


def _set_aside(connection: Any, chain: Chain) -> set[int]:
    """The numbers of a chain whose rows were taken nowhere, because somebody said so."""
    found = connection.execute(
        "select n from journal where site = ? and scope = ? and applied = ?", (*chain, SET_ASIDE)
    )
    return {n for (n,) in found}


def _cells(changeset: Changeset) -> list[tuple[Any, ...]]:
    return [
        (change.table, row.key, column, changeset.site, version, row.length, value)
        for change in changeset.tables
        for row in change.rows
        for column, version, value in row.cells
    ]


def _compare(
    connection: Any, scratch: Any, table: Table, pruned: Collection[bytes]
) -> list[Finding]:
    """Every live cell against what its writer signed, and the newest signed against the cell.

    What a `pruned` site signed long ago is not here any more; the nightly audit compares that.
    """
    findings: list[Finding] = []
    for pk, column, version, length, site, value in connection.execute(_live_cells_sql(table)):
        signed = scratch.execute(
            "select value from cell where tbl = ? and pk = ? and col = ? and site = ?"
            " and version = ? and length = ?",
            (table.name, pk, column, site, version, length),
        ).fetchone()
        if signed is None and site in pruned:
            continue
        if signed is None or signed[0] != value:
            findings.append(Finding(UNSIGNED, RESTORE, _cell(table, column, pk)))
        newest = scratch.execute(
            "select max(version) from cell where tbl = ? and pk = ? and col = ? and length = ?",
            (table.name, pk, column, length),
        ).fetchone()[0]
        if newest is not None and newest > version:
            findings.append(Finding(STALE, RESTORE, _cell(table, column, pk)))
        if len(findings) >= SHOWN_AT_MOST:
            break
    return findings


def _cell(table: Table, column: str, pk: bytes) -> dict[str, str]:
    return {"cell": f"{table.name}.{column}", "row": pk.hex()}


def _live_cells_sql(table: Table) -> str:
    keys = ", ".join(f'p."{name}"' for name in table.key)
    joined = " and ".join(f't."{name}" = p."{name}"' for name in table.key)
    values = " ".join(f"when '{c.name}' then t.\"{c.name}\"" for c in table.value_columns)
    clock = f'"{table.name}__crsql_clock"'
    return (
        f"select crsql_pack_columns({keys}), c.col_name, c.col_version,"
        f" coalesce(s.col_version, 1), i.site_id, case c.col_name {values} end"
        f' from {clock} c join "{table.name}__crsql_pks" p on p.__crsql_key = c.key'
        f' join "{table.name}" t on {joined}'
        " join crsql_site_id i on i.ordinal = c.site_id"
        f" left join {clock} s on s.key = c.key and s.col_name = '-1'"
        " where c.col_name != '-1'"
    )
