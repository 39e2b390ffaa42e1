"""The tables of guests as declarations. Nothing of them leaves the house.

What a guest says of themselves is one cell (`said`), so that it can be overwritten whole: when the
person who booked is erased, or when its own time is over (`guest_record_end`).
"""

from __future__ import annotations

import functools

from node.store import Column, Erased, Scope, Table, Writers

_ID = functools.partial(Column, type="blob", default=b"", max_bytes=16)
_FACT = Column("fact", default="{}", max_bytes=1000)
_IDS = Erased.nothing("random ids and instants")
_OF_ERASED = (
    "select reservation_id from reservation_state"
    " where person_id in (select person_id from erased_person)"
)
_OVER = (
    f"(kind = 'guests' and reservation_id in ({_OF_ERASED}))"  # noqa: S608 - constants
    " or id in (select record_id from guest_record_end)"
)
"""A registration form is another person's than who booked, and the law keeps it to its date."""
SAID_BYTES_MAX = 16_000

GUEST_LINK = Table(
    "guest_link",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("reservation_id"),
        Column("digest", "blob", default=b"", max_bytes=32),
        _FACT,
    ),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("reservation_id",), ("digest",)),
    erased=Erased.blank(
        "digest",
        rows=f"reservation_id in ({_OF_ERASED})",
        why="the link opens nothing any more",
    ),
    about="A guest's own link to one stay: the digest of its token.",
)
GUEST_LINK_END = Table(
    "guest_link_end",
    key=("id",),
    columns=(Column("id", "blob", max_bytes=16), _ID("link_id"), _FACT),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("link_id",),),
    erased=_IDS,
    about="A guest's link counts no more: ended or replaced.",
)
GUEST_RECORD = Table(
    "guest_record",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("reservation_id"),
        Column("kind", default="", max_bytes=20),
        _ID("of_id"),
        _FACT,
        Column("said", default="", max_bytes=SAID_BYTES_MAX),
    ),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("reservation_id",),),
    erased=Erased.blank(
        "said",
        rows=_OVER,
        why="names of guests; a registration form stays until its date and is overwritten then",
    ),
    about="What guests said: who comes and when, registration forms, signatures.",
)
GUEST_RECORD_END = Table(
    "guest_record_end",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("record_id"),
        _ID("reservation_id"),
        Column("kind", default="", max_bytes=20),
        _FACT,
    ),
    scope=Scope.HOUSE,
    # What is overwritten never comes back, so only the home node says that it shall be.
    writers=Writers.HOME,
    indexes=(("record_id",),),
    erased=_IDS,
    about="The time of something that guests said is over: every node overwrites it.",
)
TABLES = (GUEST_LINK, GUEST_LINK_END, GUEST_RECORD, GUEST_RECORD_END)
