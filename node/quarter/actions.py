"""Importing the quarter's own part of an operator's files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from node.base.periods import to_epoch
from node.base.refusals import N_, granted
from node.quarter import tables
from node.quarter.files import (
    BuildingRow,
    ClosureRow,
    FileError,
    FlatRow,
    QuarterFiles,
    WasteRow,
)
from node.quarter.files.place import QUARTER_FILE
from node.quarter.mirroring import Batch, Wanted, plan
from node.quarter.model import BookOfRules, TargetKind
from node.store import Core, Read

OF_ANOTHER_QUARTER = N_("Dieser Knoten gehört zu einem anderen Quartier.")
FOUND_ANOTHER = N_(
    "Prüfen Sie „key“ unter [quarter], oder gründen Sie einen eigenen Knoten (quartier init)."
)
KNOWS_NO_HOUSE = N_("Keines der Häuser dieses Knotens steht in diesen Dateien.")
KEEP_KEYS = N_(
    "Schlüssel und „id_seed“ bleiben immer gleich: nehmen Sie die vom ersten Mal, sonst wäre alles "
    "Bisherige zu Ende."
)

Progress = Callable[[int, int], object]
"""Called with the rows done and the rows to do in all."""


def plan_import(read: Read, files: QuarterFiles, *, now: datetime) -> list[Batch]:
    """The transactions that bring the store to what the files say, in order; none if it is so.

    Run each batch's `apply` in a write of its own. A run that was cut short is finished by
    planning and running again.
    """
    return plan(read, _wanted(files), at=to_epoch(now))


def check_belonging(read: Read, files: QuarterFiles) -> list[FileError]:
    """Whether these files are of the quarter that the store holds.

    Others would end all that is there: nothing of theirs has an id that is known here.
    """
    held = tables.select_all(read, tables.QUARTER_PROFILE, {})
    if held and files.quarter_id not in held:
        return [FileError(QUARTER_FILE, 0, OF_ANOTHER_QUARTER, FOUND_ANOTHER)]
    houses = tables.select_all(read, tables.BUILDING, {})
    known = {files.id_of("building", row.key) for row in files.buildings}
    if houses and not known & houses.keys():
        return [FileError(QUARTER_FILE, 0, KNOWS_NO_HOUSE, KEEP_KEYS)]
    return []


def import_quarter(
    core: Core, files: QuarterFiles, *, progress: Progress | None = None, now: datetime
) -> int:
    """Plan and run an import on a store without threads; how many rows were written."""
    batches = core.read(lambda read: plan_import(read, files, now=now))
    rows = sum(len(batch.changes) for batch in batches)
    done = 0
    for batch in batches:
        granted(core.write(batch.apply))
        done += len(batch.changes)
        if progress is not None:
            progress(done, rows)
    return done


def _wanted(files: QuarterFiles) -> list[Wanted]:
    rules = BookOfRules(files.house_rules, files.quiet_hours)
    profile = {
        "profile": _json(files.profile),
        "desk": _json(files.desk),
        "rules": _json(rules),
    }
    return [
        Wanted(tables.QUARTER_PROFILE, {files.quarter_id: profile}),
        Wanted(
            tables.BUILDING,
            {files.id_of("building", row.key): _building(row) for row in files.buildings},
        ),
        Wanted(
            tables.FLAT, {files.id_of("flat", row.key): _flat(files, row) for row in files.flats}
        ),
        Wanted(
            tables.CLOSURE,
            {files.id_of("closure", row.key): _closure(files, row) for row in files.closures},
            fixed={"origin": "files"},
        ),
        Wanted(
            tables.WASTE_COLLECTION,
            {files.id_of("waste_collection", r.key): _waste(files, r) for r in files.waste},
        ),
    ]


def _json(value: object) -> str:
    # NB: in a fixed order, or a set would make the same file look changed at the next import.
    return msgspec.json.encode(value, order="deterministic").decode()


def _building(row: BuildingRow) -> dict[str, Any]:
    place = " ".join(part for part in (row.postcode, row.city) if part)
    details = {
        "key": row.key,
        "name": row.name,
        "address": ", ".join(part for part in (row.street, place) if part),
        "storeys": row.storeys,
        "mark": row.mark,
        "entrances": row.entrances,
    }
    return {"details": _json(details)}


def _flat(files: QuarterFiles, row: FlatRow) -> dict[str, Any]:
    details = {
        "key": row.key,
        "entrance": row.entrance,
        "number": row.number,
        "floor": row.floor,
        "size_m2": row.size_m2,
        "rooms": row.rooms,
    }
    return {"building_id": files.id_of("building", row.building), "details": _json(details)}


def _closure(files: QuarterFiles, row: ClosureRow) -> dict[str, Any]:
    has_target = row.target_kind in {TargetKind.BUILDING, TargetKind.SPACE}
    return {
        "target_kind": str(row.target_kind),
        "target_id": files.id_of(row.target_kind, row.target) if has_target else b"",
        "starts_at": to_epoch(row.period.starts_at),
        "ends_at": to_epoch(row.period.ends_at),
        "reason": _json(row.reason),
    }


def _waste(files: QuarterFiles, row: WasteRow) -> dict[str, Any]:
    return {
        "building_id": files.id_of("building", row.building),
        "day": row.day.isoformat(),
        "kind": str(row.kind),
        "moved_from": row.moved_from.isoformat() if row.moved_from else None,
        "note": row.note,
    }
