"""What only shows when all files are read: doubles, references that lead nowhere, overlaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Protocol

from node.base.refusals import N_
from node.quarter.files.found import Found
from node.quarter.files.space_values import SpaceKind, SpaceRow
from node.quarter.files.values import (
    BuildingRow,
    ContractRow,
    FlatRow,
    HouseholdRow,
    OutsideNeighbourRow,
    PastStatus,
    PersonRow,
    ReservationRow,
    StaffRow,
)


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


@dataclass(slots=True, kw_only=True)
class Everything:
    """All rows with their places."""

    buildings: list[Found[BuildingRow]]
    flats: list[Found[FlatRow]]
    households: list[Found[HouseholdRow]]
    people: list[Found[PersonRow]]
    contracts: list[Found[ContractRow]]
    staff: list[Found[StaffRow]]
    outside_neighbours: list[Found[OutsideNeighbourRow]]
    spaces: list[Found[SpaceRow]]
    reservations: list[Found[ReservationRow]]


def check_references(found: Everything) -> None:
    """Note every double key, dangling reference and overlap."""
    for rows in (
        found.buildings + found.spaces,
        found.flats,
        found.households,
        found.people + found.staff + found.outside_neighbours,
        found.contracts,
        found.reservations,
    ):
        _check_unique(rows, "key", lambda row: row.key)
    _check_unique(found.staff, "sign_in", lambda row: row.sign_in)
    buildings = _keys(found.buildings)
    _check_leads(found.flats, "building", buildings)
    _check_leads(found.households, "flat", _keys(found.flats))
    _check_leads(found.people, "household", _keys(found.households))
    _check_leads(found.contracts, "household", _keys(found.households))
    _check_leads(found.outside_neighbours, "sponsor", _keys(found.people))
    _check_leads(found.spaces, "building", buildings)
    _check_leads(found.reservations, "space", _keys(found.spaces))
    people = _keys(found.people) | _keys(found.outside_neighbours) | _keys(found.staff)
    _check_leads(found.reservations, "person", people)
    _check_leads(found.reservations, "by_staff", _keys(found.staff))
    _check_entrances(found)
    _check_contracts(found.contracts)
    _check_purposes(found)
    _check_overlaps(found.reservations)


def _keys(rows: Iterable[Found[_Keyed]]) -> set[str]:
    return {found.row.key for found in rows}


def _check_unique(rows: Sequence[Found[Any]], name: str, value_of: Callable[[Any], str]) -> None:
    first: dict[str, Found[Any]] = {}
    for found in rows:
        value = value_of(found.row)
        if not value:
            continue
        before = first.setdefault(value, found)
        if before is not found:
            message = N_("„{value}“ steht schon in {place}.")
            remedy = N_("Jeder Schlüssel kommt nur einmal vor.")
            found.fields.error(name, message, remedy, place=before.place)


def _check_leads(rows: Iterable[Found[Any]], name: str, known: set[str]) -> None:
    for found in rows:
        value = getattr(found.row, name)
        if value and value not in known:
            message = N_("„{field}“ nennt „{value}“; das gibt es nicht.")
            remedy = N_("Prüfen Sie die Schreibweise, auch groß und klein.")
            found.fields.error(name, message, remedy)


def _check_entrances(found: Everything) -> None:
    entrances = {house.row.key: house.row.entrances for house in found.buildings}
    for flat in found.flats:
        known = entrances.get(flat.row.building, ())
        if flat.row.entrance and flat.row.entrance not in known:
            message = N_("Das Haus hat keinen Aufgang „{value}“.")
            remedy = N_("Ergänzen Sie ihn in buildings.csv unter entrances.")
            flat.fields.error("entrance", message, remedy)


def _check_contracts(rows: list[Found[ContractRow]]) -> None:
    by_household: dict[str, list[Found[ContractRow]]] = defaultdict(list)
    for found in rows:
        by_household[found.row.household].append(found)
    for contracts in by_household.values():
        contracts.sort(key=lambda found: found.row.starts_on)
        for before, after in pairwise(contracts):
            if after.row.starts_on <= (before.row.ends_on or date.max):
                message = N_("Der Haushalt hat in dieser Zeit schon einen Vertrag ({place}).")
                remedy = N_("Tragen Sie beim älteren Vertrag ends_on ein.")
                after.fields.error("starts_on", message, remedy, place=before.place)


def _check_purposes(found: Everything) -> None:
    spaces = {space.row.key: space.row for space in found.spaces}
    for reservation in found.reservations:
        space = spaces.get(reservation.row.space)
        purpose = reservation.row.purpose
        if space is None or space.kind is SpaceKind.GUEST_APARTMENT:
            continue
        if purpose and space.purposes and purpose not in space.purposes:
            message = N_("Für „{value}“ wird dieser Raum nicht vergeben.")
            remedy = N_("Ergänzen Sie den Zweck beim Raum unter purposes.")
            reservation.fields.error("purpose", message, remedy)


def _check_overlaps(rows: list[Found[ReservationRow]]) -> None:
    """Two confirmed reservations of one space never share an instant; no-shows were confirmed."""
    held = {PastStatus.CONFIRMED, PastStatus.NO_SHOW}
    by_space: dict[str, list[Found[ReservationRow]]] = defaultdict(list)
    for found in rows:
        if found.row.status in held:
            by_space[found.row.space].append(found)
    for reservations in by_space.values():
        reservations.sort(key=lambda found: found.row.period)
        last = None
        for found in reservations:
            if last is not None and found.row.period.starts_at < last.row.period.ends_at:
                message = N_("Zur selben Zeit ist der Ort schon vergeben ({place}).")
                remedy = N_("Eine der beiden Reservierungen ist abgesagt oder falsch.")
                found.fields.error("starts_at", message, remedy, place=last.place)
            if last is None or found.row.period.ends_at > last.row.period.ends_at:
                last = found
