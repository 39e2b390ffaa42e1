"""Which changesets are withheld: those that carried what was erased, named by the home node.

A withheld changeset keeps its place in the chain (number, hash, signature) and nothing else, so
chains join everywhere and whoever comes late is not stopped. The name is a replicated fact of
scope quarter: central follows it without being able to read what it drops.
"""

from __future__ import annotations

from typing import Any

from node.store.schema import Column, Erased, Scope, Table, Writers

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
TABLES = (WITHHELD,)


def is_named(connection: Any, site: bytes, n: int) -> bool:
    """Whether the home node has said that this changeset of the house is withheld."""
    found = connection.execute(
        "select 1 from withheld_changeset where site = ? and n = ?", (site, n)
    ).fetchone()
    return found is not None
