"""What nodes of a quarter tell each other about themselves, as replicated facts."""

from __future__ import annotations

from node.store import Column, Erased, Scope, Table, Writers

HOUSE_KEY_GRANT = Table(
    "house_key_grant",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        Column("holder", "blob", default=b"", max_bytes=32),
        Column("generation", "integer", default=0, low=0, high=65535),
        Column("envelope", "blob", default=b"", max_bytes=200),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    indexes=(("holder",),),
    erased=Erased.nothing("keys of boxes"),
    about="A generation of the house key, sealed to one node of the house or to the sheet.",
)
TABLES = (HOUSE_KEY_GRANT,)
