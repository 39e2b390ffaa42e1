"""`closures.ics` and `waste/<building>.ics`: when something is shut, when which bin is emptied."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from node.base.periods import Period
from node.base.refusals import N_
from node.quarter.files.ics import Occurrence, read_occurrences
from node.quarter.files.source import Source
from node.quarter.files.values import ClosureRow, WasteRow
from node.quarter.model import LocalText, TargetKind, WasteKind

CLOSURES_FILE = "closures.ics"
WASTE_FOLDER = "waste"
DESK = "desk"
WHOLE_QUARTER = "quarter"

RHYTHM_DATES_MIN = 4
"""From fewer plain dates one can't tell which weekday is the usual one."""

RHYTHM_PERCENT_MIN = 60

_WORDS = (
    (WasteKind.PACKAGING, r"verpackung|gelbe|lvp|leichtstoff|wertstoff|packaging|recycling"),
    (WasteKind.PAPER, r"papier|pappe|paper|blaue"),
    (WasteKind.BIO, r"bio|organic|braune"),
    (WasteKind.GLASS, r"glas"),
    (WasteKind.BULKY, r"sperr|bulky"),
    (WasteKind.TREES, r"weihnachtsb|tannenb|christmas tree"),
    (WasteKind.HAZARDOUS, r"schadstoff|hazardous"),
    (WasteKind.RESIDUAL, r"rest|grau|residual|hausm"),
)


def read_closures(
    source: Source, zone: ZoneInfo, buildings: Iterable[str], spaces: Iterable[str]
) -> list[ClosureRow]:
    """The closures; LOCATION names what is shut: desk, the key of a house or space, or nothing
    for the whole quarter."""
    if not source.has(CLOSURES_FILE):
        return []
    kinds = {WHOLE_QUARTER: TargetKind.QUARTER, "": TargetKind.QUARTER, DESK: TargetKind.DESK}
    kinds |= dict.fromkeys(spaces, TargetKind.SPACE) | dict.fromkeys(buildings, TargetKind.BUILDING)
    found: dict[str, ClosureRow] = {}
    for occurrence in read_occurrences(source, CLOSURES_FILE, zone):
        row = _closure(source, occurrence, kinds)
        if row is not None and row.key in found:
            message = N_("Dieser Termin steht zweimal da (gleiche UID).")
            source.findings.error(
                CLOSURES_FILE, occurrence.line, message, N_("Geben Sie jedem Termin seine UID.")
            )
        if row is not None:
            found[row.key] = row
    return list(found.values())


def _closure(
    source: Source, occurrence: Occurrence, kinds: dict[str, TargetKind]
) -> ClosureRow | None:
    def refuse(message: str, remedy: str) -> None:
        source.findings.error(
            CLOSURES_FILE, occurrence.line, message, remedy, value=occurrence.location
        )

    kind = kinds.get(occurrence.location)
    if kind is None:
        refuse(
            N_("„{value}“ ist weder ein Haus noch ein Raum des Quartiers."),
            N_("LOCATION nennt den Schlüssel eines Hauses oder Raums, desk oder nichts."),
        )
    elif not occurrence.uid:
        refuse(N_("Dem Termin fehlt die UID."), N_("Geben Sie jedem Termin seine UID."))
    elif occurrence.ends_at <= occurrence.starts_at:
        refuse(N_("Der Termin endet nicht nach seinem Anfang."), N_("Prüfen Sie DTEND."))
    else:
        key = occurrence.uid
        return ClosureRow(
            key=key if occurrence.is_single else f"{key}/{occurrence.starts_at:%Y%m%dT%H%M}",
            target_kind=kind,
            target="" if kind in {TargetKind.QUARTER, TargetKind.DESK} else occurrence.location,
            period=Period(occurrence.starts_at, occurrence.ends_at),
            reason=LocalText(occurrence.summary),
        )
    return None


def read_waste(source: Source, zone: ZoneInfo, buildings: Iterable[str]) -> list[WasteRow]:
    """The collections of all houses that have a calendar."""
    known = set(buildings)
    names = source.names(WASTE_FOLDER, ".ics")
    source.warn_of_others(
        WASTE_FOLDER,
        [name.split("/", 1)[1] for name in names],
        N_("In diesem Ordner liegen nur Dateien mit der Endung .ics."),
    )
    rows: list[WasteRow] = []
    for name in names:
        building = name.split("/", 1)[1].removesuffix(".ics")
        if building not in known:
            message = N_("Ein Haus „{key}“ gibt es nicht.")
            remedy = N_("Die Datei heißt wie der Schlüssel des Hauses.")
            source.findings.error(name, 0, message, remedy, key=building)
            continue
        rows += _waste_of(source, name, building, zone)
    return rows


def _waste_of(source: Source, name: str, building: str, zone: ZoneInfo) -> list[WasteRow]:
    by_kind: dict[WasteKind, dict[date, WasteRow]] = defaultdict(dict)
    plain: set[WasteKind] = set()
    for occurrence in read_occurrences(source, name, zone):
        kind = _kind(source, name, occurrence)
        row = WasteRow(
            building=building,
            kind=kind,
            day=occurrence.day,
            moved_from=occurrence.moved_from,
            note=occurrence.summary if kind is WasteKind.OTHER else occurrence.description,
        )
        if row.moved_from or occurrence.day not in by_kind[kind]:
            by_kind[kind][occurrence.day] = row
        if occurrence.is_single:
            plain.add(kind)
    for kind in plain:
        by_kind[kind] = _with_moves(by_kind[kind])
    return sorted((r for rows in by_kind.values() for r in rows.values()), key=lambda r: r.key)


def _kind(source: Source, name: str, occurrence: Occurrence) -> WasteKind:
    if occurrence.category.lower() in set(WasteKind):
        return WasteKind(occurrence.category.lower())
    for kind, words in _WORDS:
        if re.search(words, occurrence.summary, re.IGNORECASE):
            return kind
    message = N_("Welche Tonne „{summary}“ meint, ist nicht zu erkennen.")
    remedy = N_("Schreiben Sie z. B. Restmüll, Bio, Papier oder Verpackung.")
    source.findings.warn(name, occurrence.line, message, remedy, summary=occurrence.summary)
    return WasteKind.OTHER


def _with_moves(rows: dict[date, WasteRow]) -> dict[date, WasteRow]:
    """Mark dates off the usual weekday as moved: a city's list of plain dates doesn't say so."""
    weekdays = Counter(day.weekday() for day in rows)
    usual, count = max(weekdays.items(), key=lambda item: item[1])
    if len(rows) < RHYTHM_DATES_MIN or count * 100 < RHYTHM_PERCENT_MIN * len(rows):
        return rows
    marked = {}
    for day, row in rows.items():
        was = day + timedelta(days=usual - day.weekday())
        is_moved = row.moved_from is None and was != day and was not in rows
        marked[day] = replace(row, moved_from=was) if is_moved else row
    return marked
