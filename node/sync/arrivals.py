"""Who let a box in, and how: a fact of the house, for whoever asks later how it came there.

The roster says since when a box belongs to the quarter and goes everywhere, central included; who
of the house let it in is written beside it and stays in the building.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from node.base.ids import derived_id
from node.store import Read, Write, site_id_of
from node.store.roles import may_write
from node.sync.tables import BOX_ARRIVAL


class Way(StrEnum):
    """How a box was let in: by a code of the house or of central, by the sheet, or with a shell."""

    CODE = "code"
    CENTRAL_CODE = "central_code"
    SHEET = "sheet"
    SHELL = "shell"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a box came to belong to the quarter; `at` is seconds UTC, `staff_id` who let it in."""

    way: Way
    at: int
    staff_id: bytes | None


def note_arrival(
    write: Write, public_key: bytes, *, way: Way, staff_id: bytes | None, now: int
) -> None:
    """Write down that the box of this key was let in, once.

    A lobby's box that keeps the list does not: anybody may stand before it.
    """
    if not may_write(write.role, BOX_ARRIVAL):
        return
    site = site_id_of(public_key)
    write.insert_new(
        BOX_ARRIVAL.name,
        id=derived_id(BOX_ARRIVAL.name, site),
        site=site,
        way=str(way),
        staff_id=staff_id,
        at=now,
    )


def read_arrivals(read: Read) -> dict[bytes, Arrival]:
    """How each box was let in, by site, as far as that was written down."""
    ways = {str(way): way for way in Way}
    rows = read.rows("select site, way, at, staff_id from box_arrival")
    return {
        row["site"]: Arrival(ways[row["way"]], row["at"], row["staff_id"])
        for row in rows
        if row["way"] in ways
    }
