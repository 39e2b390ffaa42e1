"""Which changesets are withheld: those that carried what was erased, named by the home node.

A withheld changeset keeps its place in the chain (number, hash, signature) and nothing else, so
chains join everywhere and whoever comes late is not stopped. The name is a replicated fact in a
scope that is read beside the one that it speaks of, or a chain could wait for a name that stands
further down in itself: in `quarter` for the house's, so that central follows without being able to
read what it drops, in `fleet` for those of the quarter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from node.store.handles import Read
from node.store.schema import Column, Erased, Scope, Table, Writers
from node.store.sealed import SEALED

WITHHELD = Table(
    "withheld_changeset",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        Column("site", "blob", default=b"", max_bytes=16),
        Column("n", "integer", default=0, low=0),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    indexes=(("site", "n"),),
    about="A changeset of the house that carried what was erased: every node, central too, keeps"
    " its number and hash only.",
    erased=Erased.nothing("numbers of changesets"),
)
WITHHELD_OPEN = replace(
    WITHHELD,
    name="withheld_open_changeset",
    scope=Scope.FLEET,
    about="The same of a changeset that central can read: its number and hash only are kept.",
)
TABLES = (WITHHELD, WITHHELD_OPEN)

NAMES: Mapping[str, Table] = {
    Scope.HOUSE: WITHHELD,
    SEALED: WITHHELD,
    Scope.QUARTER: WITHHELD_OPEN,
}
"""Where the names of a chain's withheld changesets stand, by its scope."""


def has_names(read: Read) -> bool:
    """Whether any changeset was ever withheld."""
    names = (table.name for table in TABLES)
    return any(read.value(f'select 1 from "{name}" limit 1') is not None for name in names)


def is_named(connection: Any, scope: str, site: bytes, n: int) -> bool:
    """Whether the home node has said that this changeset is withheld."""
    names = NAMES.get(scope)
    if names is None:
        return False
    found = connection.execute(
        f'select 1 from "{names.name}" where site = ? and n = ?', (site, n)
    ).fetchone()
    return found is not None
