"""More for the same time: other rooms, and equipment, booked with a room at once or not at all.

What is booked together are reservations like any other with one id in common, as in a series
(`series.py`, which looks at them and books them): docs/decisions/0017.
"""

from __future__ import annotations

from dataclasses import replace

from node.spaces import place_tables
from node.spaces.model import Space, Wish
from node.store import Read


def beside(read: Read, wish: Wish) -> list[tuple[Space, Wish]]:
    """What can be asked for with a room: other rooms, then equipment, each with its wish.

    Nobody needs as many seats in the kitchen as at the tables: a smaller place is full.
    """
    others = (
        space
        for space in place_tables.select_spaces(read)
        if space.id != wish.space_id and not space.is_by_night and not space.ended
    )
    ordered = sorted(others, key=lambda space: space.is_equipment)
    return [(space, _wish_for(space, wish)) for space in ordered]


def _wish_for(space: Space, wish: Wish) -> Wish:
    row = space.at(wish.period.starts_at).row
    most = max(row.seats, row.standing)
    return replace(
        wish,
        space_id=space.id,
        people=min(wish.people, most) if most else wish.people,
        purpose=wish.purpose if wish.purpose in row.purposes else row.usual_purpose,
        note="",
    )
