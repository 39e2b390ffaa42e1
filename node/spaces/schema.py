"""The tables of the spaces room as declarations.

Facts are added and never changed. What a fact says is one cell, so that it arrives whole or not at
all and costs one clock; beside it stand only the columns that are looked up. A reservation's
present state is folded from them and kept in two local projections: `occupancy` (what is taken,
buffers included, for the overlap check) and `reservation_state` (what lists show).
"""

from __future__ import annotations

import functools

from node.store import Column, Erased, Scope, Table, Writers

id_column = functools.partial(Column, type="blob", default=b"", max_bytes=16)
_ID = id_column

_PLACE = Erased.nothing("about the place, not a person")
_IDS = Erased.nothing("random ids, a place and a time: nobody's, once the person is blank")

ERASED_PERSONS = "select person_id from erased_person"
OF_ERASED_PERSONS = (
    f"select reservation_id from reservation_state where person_id in ({ERASED_PERSONS})"  # noqa: S608
)
"""A note with a request has the reservation's own id; the answer to one names it."""

SPACE = Table(
    "space",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("home_site"),
        _ID("building_id"),
        Column("details", default="{}"),
        Column("ended_at", "integer", nullable=True),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    erased=_PLACE,
    about="A place reserved by time, its rules and prices, and the node that decides about it.",
)
RESERVATION_REQUEST = Table(
    "reservation_request",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        Column("fact", default="{}", max_bytes=4000),
    ),
    scope=Scope.QUARTER,
    erased=_IDS,
    about="Somebody asked for a place and a time, and another node or the desk decides; ids only,"
    " never a name.",
)
RESERVATION_DECISION = Table(
    "reservation_decision",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("reservation_id"),
        _ID("space_id"),
        Column("term", "integer", default=0, low=0),
        Column("number", "integer", default=0, low=0),
        Column("fact", default="{}", max_bytes=8000),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    indexes=(("reservation_id",), ("space_id", "number")),
    erased=_IDS,
    about="The home node holds, confirms, declines or displaces a reservation; with its pass and"
    " what was asked.",
)
RESERVATION_CANCELLATION = Table(
    "reservation_cancellation",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("reservation_id"),
        Column("fact", default="{}", max_bytes=1000),
    ),
    scope=Scope.QUARTER,
    indexes=(("reservation_id",),),
    erased=_IDS,
    about="Somebody gave a reservation up, at a node that cannot say what stays due.",
)
CANCELLATION_RULING = Table(
    "cancellation_ruling",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("cancellation_id"),
        _ID("reservation_id"),
        Column("fact", default="{}", max_bytes=1000),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    indexes=(("reservation_id",), ("cancellation_id",)),
    erased=_IDS,
    about="The home node's word on a cancellation: whether it stands, and what stays due.",
)
PASSAGE = Table(
    "passage",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("reservation_id"),
        Column("kind", default="in", max_bytes=10),
        Column("fact", default="{}", max_bytes=1000),
    ),
    scope=Scope.QUARTER,
    # Central has no door at which somebody could hold a pass up.
    writers=Writers.HOUSE,
    indexes=(("reservation_id",),),
    erased=_IDS,
    about="Somebody checked in or out; one row each, however often and wherever it is noticed.",
)
RESERVATION_UNDO = Table(
    "reservation_undo",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("reservation_id"),
        _ID("of_id"),
        Column("kind", default="", max_bytes=20),
        Column("fact", default="{}", max_bytes=1000),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    indexes=(("reservation_id",), ("of_id",)),
    erased=_IDS,
    about="A check-in, a check-out or a cancellation was a mistake and does not count.",
)
RESERVATION_NOTE = Table(
    "reservation_note",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("reservation_id"),
        Column("note", default="{}", max_bytes=8000),
    ),
    scope=Scope.HOUSE,
    indexes=(("reservation_id",),),
    erased=Erased.blank(
        "note",
        rows=f"reservation_id in ({OF_ERASED_PERSONS}) or id in ({OF_ERASED_PERSONS})",
        why="words and guests' names",
    ),
    about="What was said with a request, and guests' names; stays in the building.",
)
TURNOVER_REPORT = Table(
    "turnover_report",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("reservation_id"),
        _ID("person_id"),
        Column("kind", default="", max_bytes=20),
        _ID("of_id"),
        Column("fact", default="{}", max_bytes=1000),
        Column("words", default="", max_bytes=2000),
    ),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("reservation_id",), ("kind",)),
    erased=Erased.blank(
        "person_id",
        "words",
        rows=f"person_id in ({ERASED_PERSONS}) or reservation_id in ({OF_ERASED_PERSONS})",
        why="words about what somebody left, and who wrote them",
    ),
    about="Somebody did what is to be done between two parties, found a problem, solved it or took"
    " it back; stays in the building.",
)
WAITING_ENTRY = Table(
    "waiting_entry",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("space_id"),
        _ID("party"),
        Column("ends_at", "integer", default=0, low=0),
        Column("fact", default="{}", max_bytes=4000),
    ),
    scope=Scope.QUARTER,
    indexes=(("space_id", "ends_at"), ("party", "ends_at")),
    erased=_IDS,
    about="Somebody waits for a place and a time that is taken; ids only, never a name.",
)
WAITING_END = Table(
    "waiting_end",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("entry_id"),
        Column("fact", default="{}", max_bytes=1000),
    ),
    scope=Scope.QUARTER,
    indexes=(("entry_id",),),
    erased=_IDS,
    about="Somebody left a waiting list, or was taken off it by the team.",
)
SPACE_RULES = Table(
    "space_rules",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("space_id"),
        Column("number", "integer", default=0, low=0),
        Column("fact", default="{}", max_bytes=16000),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    indexes=(("space_id", "number"),),
    erased=_PLACE,
    about="The team set rules and prices of a place that count before those of the operator's"
    " files, or took that back; the highest number counts.",
)
SPACE_INSTRUCTION = Table(
    "space_instruction",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("person_id"),
        _ID("space_id"),
        Column("fact", default="{}", max_bytes=1000),
    ),
    scope=Scope.HOUSE,
    writers=Writers.OFFICE,
    indexes=(("person_id",),),
    erased=Erased.blank(
        "person_id",
        "fact",
        rows="person_id in (select person_id from erased_person)",
        why="what somebody was taught",
    ),
    about="Somebody was instructed at a place that asks for it, or no longer; the latest counts.",
)
HOME_TERM = Table(
    "home_term",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("site"),
        Column("term", "integer", default=0, low=0),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    erased=Erased.nothing("about nodes"),
    about="From this term on this node decides about the places whose home it is.",
)
OCCUPANCY = Table(
    "occupancy",
    key=("reservation_id",),
    columns=(
        Column("reservation_id", "blob"),
        Column("space_id", "blob"),
        Column("starts_at", "integer"),
        Column("ends_at", "integer"),
        Column("until", "integer", nullable=True),
    ),
    scope=Scope.LOCAL,
    compact=True,
    indexes=(("space_id", "starts_at"),),
    erased=_IDS,
    about="What is taken, buffers included; `until` is when it lets go by itself. A projection.",
)
RESERVATION_STATE = Table(
    "reservation_state",
    key=("reservation_id",),
    columns=(
        Column("reservation_id", "blob"),
        Column("space_id", "blob"),
        Column("household_id", "blob"),
        Column("person_id", "blob"),
        Column("starts_at", "integer"),
        Column("ends_at", "integer"),
        Column("status", "text"),
        Column("code", "text"),
        Column("facts", "integer", default=0),
        Column("tail", "blob", default=b""),
        Column("by_team", "integer", default=0),
    ),
    scope=Scope.LOCAL,
    compact=True,
    indexes=(
        ("household_id", "starts_at"),
        ("space_id", "starts_at"),
        ("person_id",),
        ("starts_at",),
        ("status",),
        ("code",),
        ("tail",),
        ("by_team", "ends_at"),
    ),
    erased=_IDS,
    about="Each reservation as the facts held here fold it, how many they were, and whether the"
    " team had a hand in it. A projection.",
)
OCCUPANCY_REACH = Table(
    "occupancy_reach",
    key=("space_id",),
    columns=(Column("space_id", "blob"), Column("seconds", "integer", default=0)),
    scope=Scope.LOCAL,
    compact=True,
    erased=_PLACE,
    about="How long the longest taken time of a place ever was: how far a look-up must go back.",
)
PROJECTED = Table(
    "spaces_projected",
    key=("name",),
    columns=(Column("name", "text"), Column("upto", "integer", default=0)),
    scope=Scope.LOCAL,
    compact=True,
    erased=_PLACE,
    about="Up to which row of each fact table the projections have followed.",
)
TABLES = (
    SPACE,
    RESERVATION_REQUEST,
    RESERVATION_DECISION,
    RESERVATION_CANCELLATION,
    CANCELLATION_RULING,
    PASSAGE,
    RESERVATION_UNDO,
    RESERVATION_NOTE,
    TURNOVER_REPORT,
    WAITING_ENTRY,
    WAITING_END,
    SPACE_RULES,
    SPACE_INSTRUCTION,
    HOME_TERM,
    OCCUPANCY,
    OCCUPANCY_REACH,
    RESERVATION_STATE,
    PROJECTED,
)
