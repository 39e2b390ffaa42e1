"""Reading a whole directory: everything is looked at before anything is said."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from node.base.refusals import N_
from node.quarter.files.calendars import (
    CLOSURES_FILE,
    WASTE_FOLDER,
    read_closures,
    read_waste,
)
from node.quarter.files.findings import Findings
from node.quarter.files.found import Found
from node.quarter.files.history import read_reservations
from node.quarter.files.place import QUARTER_FILE, Place, read_place
from node.quarter.files.references import Everything, check_references
from node.quarter.files.residents import (
    read_buildings,
    read_contracts,
    read_flats,
    read_households,
    read_outside_neighbours,
    read_people,
    read_staff,
)
from node.quarter.files.source import Source
from node.quarter.files.spaces import read_spaces
from node.quarter.files.values import FileError, QuarterFiles

R = TypeVar("R")

KNOWN_NAMES = (
    QUARTER_FILE,
    CLOSURES_FILE,
    WASTE_FOLDER,
    "buildings.csv",
    "flats.csv",
    "households.csv",
    "people.csv",
    "contracts.csv",
    "staff.csv",
    "outside_neighbours.csv",
    "spaces",
    "history",
    "README.md",
)


def read_quarter(directory: Path) -> QuarterFiles | list[FileError]:
    """What the files in `directory` say, or every error in them, by file and line.

    Never raises for what is in the files. Two readings of the same files are equal.
    """
    findings = Findings()
    source = Source(directory, findings)
    if not directory.is_dir():
        message = N_("Diesen Ordner gibt es nicht.")
        findings.error(str(directory), 0, message, N_("Nennen Sie den Ordner mit quarter.toml."))
        return findings.in_order()
    source.warn_of_others("", KNOWN_NAMES, N_("Prüfen Sie, ob sie anders heißen soll."))
    place = read_place(source)
    if place is None:
        return findings.in_order()
    files = _read_rest(source, place, findings)
    return findings.in_order() or files


def _read_rest(source: Source, place: Place, findings: Findings) -> QuarterFiles:
    found = Everything(
        buildings=read_buildings(source),
        flats=read_flats(source),
        households=read_households(source),
        people=read_people(source),
        contracts=read_contracts(source),
        staff=read_staff(source),
        outside_neighbours=read_outside_neighbours(source),
        spaces=read_spaces(source, place),
        reservations=read_reservations(source, place.zone),
    )
    check_references(found)
    buildings = [house.row.key for house in found.buildings]
    spaces = [space.row.key for space in found.spaces]
    return QuarterFiles(
        profile=place.profile,
        desk=place.desk,
        id_seed=place.id_seed,
        house_rules=place.house_rules,
        quiet_hours=place.quiet_hours,
        buildings=_rows(found.buildings),
        flats=_rows(found.flats),
        households=_rows(found.households),
        people=_rows(found.people),
        contracts=_rows(found.contracts),
        staff=_rows(found.staff),
        outside_neighbours=_rows(found.outside_neighbours),
        spaces=_rows(found.spaces),
        closures=tuple(read_closures(source, place.zone, buildings, spaces)),
        waste=tuple(read_waste(source, place.zone, buildings)),
        reservations=_rows(found.reservations),
        warnings=tuple(findings.warnings),
    )


def _rows(found: list[Found[R]]) -> tuple[R, ...]:
    return tuple(each.row for each in found)
