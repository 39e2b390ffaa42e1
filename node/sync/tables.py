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
BOX_WAITING = Table(
    "box_waiting",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        Column("public_key", "blob", default=b"", max_bytes=32),
        Column("sealing_key", "blob", default=b"", max_bytes=32),
        Column("mark", "blob", default=b"", max_bytes=32),
        Column("name", default="", max_bytes=320),
        Column("role", default="kiosk", max_bytes=20),
        Column("asked_at", "integer", default=0, low=0),
        Column("ends_at", "integer", default=0, low=0),
        Column("withdrawn_at", "integer", nullable=True, low=0),
    ),
    scope=Scope.QUARTER,
    writers=Writers.CENTRAL,
    erased=Erased.nothing("a box, no person"),
    about="A new box that came to central with a code, and waits until the house lets it in.",
)
BOX_ADMISSION = Table(
    "box_admission",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        Column("answer", "blob", default=b"", max_bytes=32),
        Column("decided_at", "integer", default=0, low=0),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOUSE,
    erased=Erased.nothing("a box, no person"),
    about="The house's word on a box that waits: its answer, or none where it is turned away.",
)
BOX_ARRIVAL = Table(
    "box_arrival",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        Column("site", "blob", default=b"", max_bytes=16),
        Column("way", default="", max_bytes=20),
        Column("staff_id", "blob", nullable=True, max_bytes=16),
        Column("at", "integer", default=0, low=0),
    ),
    # Who of the team it was is none of central's.
    scope=Scope.HOUSE,
    writers=Writers.OFFICE,
    erased=Erased.nothing("ids, a word and an instant"),
    about="A box was let in: how, by whom of the team, and when.",
)
TABLES = (HOUSE_KEY_GRANT, BOX_WAITING, BOX_ADMISSION, BOX_ARRIVAL)
