"""The table and the SQL of photos taken at a hand-over.

The picture is a cell like any other, so that whatever keeps the rest keeps it: the transaction that
says that it is there, replication to the other box, backup, restore and erasure. A file beside the
database would need each of these again. See docs/decisions/0015.
"""

from __future__ import annotations

from typing import Any

from node.spaces.hand_over import Photo
from node.spaces.schema import ERASED_PERSONS, OF_ERASED_PERSONS, id_column
from node.store import Column, Erased, Read, Scope, Table, Write, Writers

IMAGE_BYTES_MAX = 150_000
"""A picture of the longer side 1,280 that shows a stain or a meter; the journal holds it twice."""

HAND_OVER_PHOTO = Table(
    "hand_over_photo",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=16),
        id_column("reservation_id"),
        id_column("person_id"),
        Column("phase", default="", max_bytes=10),
        Column("row_key", default="", max_bytes=64),
        Column("at", "integer", default=0, low=0),
        Column("digest", "blob", default=b"", max_bytes=32),
        Column("image", "blob", default=b"", max_bytes=IMAGE_BYTES_MAX),
    ),
    scope=Scope.HOUSE,
    writers=Writers.HOUSE,
    indexes=(("reservation_id",), ("at",)),
    erased=Erased.blank(
        "person_id",
        "image",
        # What was let go because of its age goes out of the journals in the same way. All of it
        # must be blank then, or what is said once more of it would have to be withheld again.
        rows=f"person_id in ({ERASED_PERSONS}) or reservation_id in ({OF_ERASED_PERSONS})"
        " or (image = x'' and person_id = x'')",
        why="a picture of what somebody left, and who took it",
    ),
    about="A photo taken at a hand-over, without where and with what it was taken; stays in the"
    " building, and is blank after half a year.",
)


def insert_photo(write: Write, photo: Photo, image: bytes) -> bool:
    """Add a photo; False if the same one is there already."""
    return write.insert_new(
        "hand_over_photo",
        id=photo.id,
        reservation_id=photo.reservation_id,
        person_id=photo.person_id,
        phase=photo.phase,
        row_key=photo.row_key,
        at=photo.at,
        digest=photo.digest,
        image=image,
    )


_COLUMNS = "id, reservation_id, person_id, phase, row_key, at, digest"


def select_photos(read: Read, reservation_id: bytes) -> list[Photo]:
    """The photos of a reservation that are still there, in their order, without the pictures."""
    rows = read.rows(
        f"select {_COLUMNS} from hand_over_photo where reservation_id = :id and image != x''"
        " order by at, id",
        id=reservation_id,
    )
    return [_photo(row) for row in rows]


def _photo(row: Any) -> Photo:
    return Photo(**{name: row[name] for name in _COLUMNS.split(", ")})


def select_image(read: Read, reservation_id: bytes, photo_id: bytes) -> bytes:
    """A picture of this reservation; empty where there is none."""
    found = read.value(
        "select image from hand_over_photo where id = :id and reservation_id = :reservation",
        id=photo_id,
        reservation=reservation_id,
    )
    return found or b""


def blank_photo(write: Write, photo_id: bytes) -> None:
    """Take a picture away, and who took it; that there was one stays."""
    write.execute(
        "update hand_over_photo set image = x'', person_id = x'' where id = :id", id=photo_id
    )


def select_blank(read: Read) -> list[bytes]:
    """The photos that were taken away."""
    rows = read.rows("select id from hand_over_photo where image = x'' and person_id = x''")
    return [row[0] for row in rows]


def blank_older(write: Write, at: int) -> int:
    """Take away the pictures taken before an instant; how many that were."""
    # One without an instant has not wholly arrived.
    old = "image != x'' and at > 0 and at < :at"
    # Asked first: whoever only looks makes no kept answer untrue.
    found = write.value(f"select count(*) from hand_over_photo where {old}", at=at) or 0
    if found:
        write.execute(f"update hand_over_photo set image = x'', person_id = x'' where {old}", at=at)
    return int(found)
