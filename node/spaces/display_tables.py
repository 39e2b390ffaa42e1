"""The tables of door displays as declarations, and their SQL.

Of a code and of a device's token only digests are kept. None of it leaves the house: at a door
nobody asks central, and central must not be able to name a device that reads a place's day.
"""

from __future__ import annotations

import functools
from typing import Any

from node.base.ids import derived_id
from node.store import Column, Erased, Read, Scope, Table, Write, Writers

Row = Any

_ID = functools.partial(Column, type="blob", default=b"", max_bytes=16)
_DIGEST = Column("digest", "blob", default=b"", max_bytes=32)
_AT = Column("at", "integer", default=0, low=0)
_STAFF_ID = _ID("staff_id")
_NOBODYS = Erased.nothing("about a place and a device on its wall; of the team a random id")

DOOR_DISPLAY = Table(
    "door_display",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        _ID("space_id"),
        _DIGEST,
        _AT,
        Column("ends_at", "integer", default=0, low=0),
        _STAFF_ID,
    ),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("space_id",), ("digest",)),
    erased=_NOBODYS,
    about="The team wants a door display at a place: the digest of the code that a device gives.",
)
DOOR_DISPLAY_DEVICE = Table(
    "door_display_device",
    key=("id",),
    columns=(Column("id", "blob", max_bytes=16), _ID("display_id"), _DIGEST, _AT),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("display_id",), ("digest",)),
    erased=_NOBODYS,
    about="A device gave the code and is the door display now: the digest of its token.",
)
DOOR_DISPLAY_END = Table(
    "door_display_end",
    key=("id",),
    columns=(Column("id", "blob", max_bytes=16), _ID("display_id"), _AT, _STAFF_ID),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("display_id",),),
    erased=_NOBODYS,
    about="A door display that counts no more: taken back by the team.",
)
TABLES = (DOOR_DISPLAY, DOOR_DISPLAY_DEVICE, DOOR_DISPLAY_END)

_DISPLAYS = (
    "select display.id, display.space_id, display.at, display.ends_at, display.staff_id,"
    " device.at as taken_at, device.digest as device_digest"
    " from door_display as display"
    " left join door_display_device as device on device.display_id = display.id"
    " where not exists"
    " (select 1 from door_display_end as gone where gone.display_id = display.id)"
)


def select_by_code(read: Read, digest: bytes) -> Row | None:
    """The display that a code with this digest was made for."""
    return read.row(f"{_DISPLAYS} and display.digest = :digest", digest=digest)


def select_by_token(read: Read, digest: bytes) -> Row | None:
    """The display whose device has a token with this digest."""
    return read.row(f"{_DISPLAYS} and device.digest = :digest", digest=digest)


def select_by_id(read: Read, display_id: bytes) -> Row | None:
    """A display that was not taken back."""
    return read.row(f"{_DISPLAYS} and display.id = :id", id=display_id)


def select_displays(read: Read) -> list[Row]:
    """All displays that were not taken back, the oldest first."""
    return read.rows(f"{_DISPLAYS} order by display.at, display.id")


def select_of_space(read: Read, space_id: bytes) -> list[Row]:
    """The displays of a place at which a device hangs."""
    return read.rows(f"{_DISPLAYS} and display.space_id = :space and device.at > 0", space=space_id)


def insert_display(write: Write, display_id: bytes, **columns: Any) -> None:
    """Note that a display is wanted."""
    write.insert("door_display", id=display_id, **columns)


def insert_device(write: Write, display_id: bytes, *, digest: bytes, at: int) -> bool:
    """Note that a device has become the display; False if another one has."""
    row_id = derived_id("door_display_device", display_id)
    return write.insert_new(
        "door_display_device", id=row_id, display_id=display_id, digest=digest, at=at
    )


def insert_end(write: Write, display_id: bytes, *, at: int, staff_id: bytes) -> None:
    """Note that a display counts no more."""
    row_id = derived_id("door_display_end", display_id)
    write.insert_new("door_display_end", id=row_id, display_id=display_id, at=at, staff_id=staff_id)
