"""A copied card: what the copy wrote under the key of both becomes its own, under a new key.

Two different changesets of one site and number prove that two files go on under one key. Whoever
finds the other history at its peers gives way: it keeps the chain up to where both are one, takes a
new identity, and signs everything after that once more as the new one's. Rows, versions and clocks
stay; only the writer of these cells changes. Others that hold the other history drop it, once the
copy has said it again (`drop_branch`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from node.store import journal as journals
from node.store.bulk import ordinal_of
from node.store.changeset import NO_HASH, Changeset, SignedChangeset, decode, sign
from node.store.core import Core
from node.store.identity import Identity, replace_identity
from node.store.journal import Chain, Entry, Head
from node.store.packing import unpack
from node.store.sealed import SEALED, SealedBody


def leave_clone(core: Core, forks: Mapping[str, int], fresh: Identity) -> int:
    """Go on as `fresh`. `forks` says by scope up to which number the old chain is common; how many
    changesets were signed anew.

    The roster must name the new identity before peers meet it; whoever read the old one here must
    be opened anew. Raises `ValueError` where the common part is not here any more.
    """
    connection, old = core._connection, core.site_id  # noqa: SLF001 - the store's own care
    with core._writing.transaction():  # noqa: SLF001 - likewise
        branches = {scope: _cut(connection, (old, scope), n) for scope, n in forks.items()}
        connection.execute("delete from quarantine where site = ?", (old,))
        replace_identity(connection, fresh)
        ordinal = ordinal_of(connection, old)
        for branch in branches.values():
            _sign_anew(connection, branch, fresh)
            for changeset in branch:
                _pass_cells(core, changeset, ordinal, 0)
        version = connection.execute("select crsql_next_db_version()").fetchone()[0]
        journals.set_meta(connection, "own_version", version)
        connection.execute("delete from meta where name = 'restored'")
    # The extension has read the old site id: only another connection writes under the new.
    core._writing.reopen()  # noqa: SLF001 - likewise
    core._use(fresh)  # noqa: SLF001 - likewise
    core._must_catch_up = False  # noqa: SLF001 - likewise
    core.finish_merge()
    return sum(map(len, branches.values()))


def drop_branch(core: Core, chain: Chain, upto: int, heir: bytes) -> None:
    """Give up what is held of a chain after a number, which the site `heir` has said again here.

    Rows, versions and clocks stay; these cells are the heir's. Raises `ValueError` where the common
    part is not here any more.
    """
    connection = core._connection  # noqa: SLF001 - the store's own care
    with core._writing.transaction():  # noqa: SLF001 - likewise
        connection.execute("delete from quarantine where site = ? and scope = ?", chain)
        if chain[1] == SEALED:
            _cut_off(connection, chain, upto, _link_at(connection, chain, upto))
            return
        branch = _cut(connection, chain, upto)
        before, after = (ordinal_of(connection, site) for site in (chain[0], heir))
        for changeset in branch:
            _pass_cells(core, changeset, before, after)


def _cut(connection: Any, chain: Chain, upto: int) -> list[Changeset]:
    """Cut a chain off after a number; what was after it."""
    rows = connection.execute(
        "select body, signature from journal where site = ? and scope = ? and n > ? order by n",
        (*chain, upto),
    ).fetchall()
    branch = [decode(SignedChangeset(*row)) for row in rows]
    if branch and branch[0].n != upto + 1:
        raise ValueError("the histories parted before what is still held")
    if branch:
        _cut_off(connection, chain, upto, branch[0].previous)
    # One that was withheld says nothing any more: there is nothing to sign anew.
    return [changeset for changeset in branch if changeset.tables]


def _cut_off(connection: Any, chain: Chain, upto: int, digest: bytes) -> None:
    """Let a chain end at a number, with the hash that it had there."""
    connection.execute("delete from journal where site = ? and scope = ? and n > ?", (*chain, upto))
    if upto == 0:
        connection.execute("delete from head where site = ? and scope = ?", chain)
    else:
        connection.execute(
            "update head set held = ?, hash = ?, applied = min(applied, ?)"
            " where site = ? and scope = ?",
            (upto, digest, upto, *chain),
        )


def _link_at(connection: Any, chain: Chain, n: int) -> bytes:
    """The hash of a sealed chain at a number, as the next one names it."""
    found = connection.execute(
        "select body, signature from journal where site = ? and scope = ? and n = ?",
        (*chain, n + 1),
    ).fetchone()
    return SealedBody.read(SignedChangeset(*found)).previous


def _sign_anew(connection: Any, branch: Sequence[Changeset], fresh: Identity) -> None:
    entries: list[Entry] = []
    previous = NO_HASH
    for n, changeset in enumerate(branch, 1):
        said = msgspec.structs.replace(changeset, site=fresh.site_id, n=n, previous=previous)
        signed = sign(said, fresh.key)
        previous = signed.hash
        entries.append(Entry.of(said, signed, previous, applied=True))
    if entries:
        last = entries[-1]
        journals.append(connection, entries, {last.chain: Head(last.n, last.hash, last.n)})


def _pass_cells(core: Core, changeset: Changeset, before: int, after: int) -> None:
    """The cells that a changeset wrote are another site's from now on, where they still stand."""
    for change in changeset.tables:
        where = " and ".join(f'"{name}" = ?' for name in core.registry.tables[change.table].key)
        core._connection.executemany(  # noqa: SLF001 - see `leave_clone`
            f'update "{change.table}__crsql_clock" set site_id = ? where col_name = ?'
            " and col_version = ? and site_id = ? and key ="
            f' (select __crsql_key from "{change.table}__crsql_pks" where {where})',
            [
                (after, column, version, before, *unpack(row.key))
                for row in change.rows
                for column, version, _ in row.cells
            ],
        )
