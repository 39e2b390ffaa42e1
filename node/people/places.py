"""Where a household lives, in the words of the quarter: for lists, the search and letters."""

from __future__ import annotations

from node import quarter
from node.people.model import Household
from node.store import Read


def address_lines(read: Read, household: Household) -> tuple[str, ...]:
    """Street and town, as they stand on an envelope."""
    address = household.profile.address
    flat = quarter.find_flat(read, household.flat_id)
    building = quarter.find_building(read, flat.building_id) if flat is not None else None
    if building is not None:
        address = building.address
    return tuple(part.strip() for part in address.split(",") if part.strip())


def place_name(read: Read, household: Household) -> str:
    """Where a household lives, as people in the quarter say it: house, entrance and flat."""
    flat = quarter.find_flat(read, household.flat_id)
    if flat is None:
        return household.profile.address
    building = quarter.find_building(read, flat.building_id)
    return _place(building.name if building is not None else "", flat.entrance, flat.number)


def place_names(read: Read) -> dict[bytes, str]:
    """The places of all flats of the quarter, by flat."""
    return {
        flat.id: _place(building.name, flat.entrance, flat.number)
        for building in quarter.list_buildings(read)
        for flat in quarter.list_flats(read, building.id)
    }


def _place(building: str, entrance: str, number: str) -> str:
    door = f"{entrance} {number}".strip()
    return ", ".join(part for part in (building, door) if part)
