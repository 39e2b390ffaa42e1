"""The tables of the quarter, and all their SQL.

What an operator's files say is kept one row per thing: a changed thing updates its one column of
details, a thing that is gone from the files gets `ended_at` and stays, for others refer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from node.store import Column, Erased, Read, Scope, Table, Write, Writers

_ENDED = Column("ended_at", "integer", nullable=True)

_PLACE = Erased.nothing("about the place, not a person")

QUARTER_PROFILE = Table(
    "quarter_profile",
    key=("id",),
    columns=(
        Column("id", "blob"),
        Column("profile", default="{}"),
        Column("desk", default="{}"),
        Column("rules", default="{}"),
        _ENDED,
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    erased=_PLACE,
    about="The quarter's name, place and taxes, its desk's hours and its rules; one row.",
)
BUILDING = Table(
    "building",
    key=("id",),
    columns=(Column("id", "blob"), Column("details", default="{}"), _ENDED),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    erased=_PLACE,
    about="A house with its entrances.",
)
FLAT = Table(
    "flat",
    key=("id",),
    columns=(
        Column("id", "blob"),
        Column("building_id", "blob", default=b""),
        Column("details", default="{}"),
        _ENDED,
    ),
    scope=Scope.HOUSE,
    writers=Writers.HOME,
    indexes=(("building_id",),),
    erased=_PLACE,
    about="A flat of a house.",
)
CLOSURE = Table(
    "closure",
    key=("id",),
    columns=(
        Column("id", "blob"),
        Column("target_kind", default="quarter", max_bytes=20),
        Column("target_id", "blob", default=b"", max_bytes=16),
        Column("starts_at", "integer", default=0),
        Column("ends_at", "integer", default=0),
        Column("reason", default="{}"),
        Column("origin", default="files", max_bytes=20),
        Column("staff_id", "blob", default=b"", max_bytes=16),
        _ENDED,
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    indexes=(("ends_at",),),
    erased=_PLACE,
    about="A time when the quarter, the desk, a house or a space is shut, and why.",
)
WASTE_COLLECTION = Table(
    "waste_collection",
    key=("id",),
    columns=(
        Column("id", "blob"),
        Column("building_id", "blob", default=b"", max_bytes=16),
        Column("day", default="", max_bytes=10),
        Column("kind", default="other", max_bytes=20),
        Column("moved_from", nullable=True, max_bytes=10),
        Column("note", default="", max_bytes=2000),
        _ENDED,
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    indexes=(("building_id", "day"),),
    erased=_PLACE,
    about="A date on which a bin of a house is emptied, and the usual day where it was moved.",
)
TAX_RATE = Table(
    "tax_rate",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        Column("number", "integer", default=0, low=0),
        Column("fact", default="{}", max_bytes=4000),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    erased=_PLACE,
    about="The team said what levy or value-added tax holds from a day on, or took that back.",
)
TABLES = (QUARTER_PROFILE, BUILDING, FLAT, CLOSURE, WASTE_COLLECTION, TAX_RATE)

Row = Any
Values = Mapping[str, Any]


def select_profile(read: Read) -> str | None:
    """What the quarter is, as JSON; None before an import."""
    return _of_quarter(read, "select profile from quarter_profile where ended_at is null")


def select_desk(read: Read) -> str | None:
    """What its desk is, likewise."""
    return _of_quarter(read, "select desk from quarter_profile where ended_at is null")


def select_rules(read: Read) -> str | None:
    """Its book of rules, likewise."""
    return _of_quarter(read, "select rules from quarter_profile where ended_at is null")


def _of_quarter(read: Read, sql: str) -> str | None:
    found: str | None = read.value(sql)
    return found


def select_buildings(read: Read) -> list[Row]:
    """The houses that still belong to the quarter."""
    return read.rows("select id, details from building where ended_at is null")


def select_building(read: Read, building_id: bytes) -> Row | None:
    """A house by id, also one that is gone."""
    return read.row("select id, details from building where id = :id", id=building_id)


def select_flats(read: Read, building_id: bytes) -> list[Row]:
    """The flats of a house."""
    return read.rows(
        """
        select id, building_id, details from flat
        where building_id = :building_id and ended_at is null
        """,
        building_id=building_id,
    )


def select_all_flats(read: Read) -> list[Row]:
    """The flats of all houses."""
    return read.rows("select id, building_id, details from flat where ended_at is null")


def select_all_closures(read: Read) -> list[Row]:
    """What every closure that was not ended shuts, and why."""
    return read.rows("select id, target_kind, reason from closure where ended_at is null")


def select_flat(read: Read, flat_id: bytes) -> Row | None:
    """A flat by id, also one that is gone."""
    return read.row("select id, building_id, details from flat where id = :id", id=flat_id)


def select_closures(read: Read, starts_at: int, ends_at: int) -> list[Row]:
    """All closures that share an instant with the seconds from `starts_at` to `ends_at`."""
    return read.rows(
        """
        select id, target_kind, target_id, starts_at, ends_at, reason, origin, staff_id
        from closure where ends_at > :starts_at and starts_at < :ends_at and ended_at is null
        order by starts_at, id
        """,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def select_closure(read: Read, closure_id: bytes) -> Row | None:
    """A closure that was not ended."""
    return read.row("select origin from closure where id = :id and ended_at is null", id=closure_id)


def select_collections(read: Read, building_id: bytes, first_day: str, last_day: str) -> list[Row]:
    """The collections at a house from `first_day` through `last_day` (ISO dates)."""
    return read.rows(
        """
        select day, kind, moved_from, note from waste_collection
        where building_id = :building_id and day between :first_day and :last_day
          and ended_at is null
        order by day, kind
        """,
        building_id=building_id,
        first_day=first_day,
        last_day=last_day,
    )


def select_all(read: Read, table: Table, fixed: Values) -> dict[bytes, dict[str, Any]]:
    """Every row of a table by id, ended or not, where the columns of `fixed` have its values."""
    names = ", ".join(column.name for column in table.value_columns)
    condition = " and ".join(f"{name} = :{name}" for name in fixed) or "true"
    rows = read.rows(f"select id, {names} from {table.name} where {condition}", **fixed)
    return {
        bytes(row["id"]): {column.name: row[column.name] for column in table.value_columns}
        for row in rows
    }


def select_tax_facts(read: Read) -> list[str]:
    """What the team said of taxes as JSON, the earliest first."""
    return [row[0] for row in read.rows("select fact from tax_rate order by number, id")]


def insert_row(write: Write, table: Table, row_id: bytes, values: Values) -> None:
    """Add a row."""
    write.insert(table.name, id=row_id, **values)


def update_row(write: Write, table: Table, row_id: bytes, values: Values) -> None:
    """Change some columns of a row, and only those: each change of a cell travels."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    write.execute(f"update {table.name} set {assignments} where id = :id", id=row_id, **values)
