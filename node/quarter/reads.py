"""What pages and other rooms ask about the quarter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from node.base.periods import Period, from_epoch, local_day
from node.base.refusals import N_
from node.quarter import rules, tables
from node.quarter.holidays import holidays_of
from node.quarter.model import (
    BookOfRules,
    Building,
    Closure,
    DeskProfile,
    Flat,
    LocalText,
    QuarterProfile,
    QuietHours,
    TargetKind,
    WasteCollection,
    WasteKind,
)
from node.quarter.tax_facts import tax_facts, with_taxes
from node.store import Read, decoded_cell

T = TypeVar("T")

NO_QUARTER = QuarterProfile(key="", name="Quartier", city="")
"""What a store shows before anything was imported."""


def get_profile(read: Read) -> QuarterProfile:
    """The quarter's name, place, languages and taxes; `NO_QUARTER` before an import."""
    return read.kept("quarter.profile", _find_profile)


def _find_profile(read: Read) -> QuarterProfile:
    text = tables.select_profile(read)
    profile = (text and profile_of(text)) or NO_QUARTER
    return with_taxes(profile, tax_facts(read))


def profile_of(text: str) -> QuarterProfile | None:
    """What a cell says of the quarter; None where that, or the clock it names, cannot be read."""
    profile = decoded_cell(text, QuarterProfile)
    try:
        return profile if profile and ZoneInfo(profile.timezone) else None
    except (ValueError, OSError, KeyError):
        return None


def get_desk(read: Read) -> DeskProfile:
    """The desk's name, place and ordinary hours; for the hours of a day see `desk_hours`."""
    text = tables.select_desk(read)
    return (text and decoded_cell(text, DeskProfile)) or DeskProfile()


def get_rules(read: Read) -> BookOfRules:
    """The rules of the house and the quiet hours."""
    text = tables.select_rules(read)
    return (text and decoded_cell(text, BookOfRules)) or BookOfRules()


def zone_of(read: Read) -> ZoneInfo:
    """The time zone that the quarter lives by."""
    return ZoneInfo(get_profile(read).timezone)


def _row_of(text: str, kind: type[T], **ids: bytes) -> T | None:
    """A row's details with its ids; None where they cannot be read: `unreadable.py` tells of it."""
    details = decoded_cell(text, dict[str, Any])
    try:
        return None if details is None else msgspec.convert({**details, **ids}, kind)
    except msgspec.ValidationError:
        return None


def list_buildings(read: Read) -> list[Building]:
    """The houses by name."""
    read_ = (building_of_row(row) for row in tables.select_buildings(read))
    found = [each for each in read_ if each is not None]
    return sorted(found, key=lambda building: (building.name, building.key))


def find_building(read: Read, building_id: bytes) -> Building | None:
    """A house by id, also one that is no longer part of the quarter."""
    row = tables.select_building(read, building_id)
    return None if row is None else building_of_row(row)


def building_of_row(row: Any) -> Building | None:
    """A row of the houses as a value; None where it cannot be read."""
    return _row_of(row["details"], Building, id=bytes(row["id"]))


def list_flats(read: Read, building_id: bytes) -> list[Flat]:
    """The flats of a house by floor and number."""
    read_ = (flat_of_row(row) for row in tables.select_flats(read, building_id))
    found = [each for each in read_ if each is not None]
    return sorted(found, key=lambda flat: (flat.entrance, flat.floor, _natural(flat.number)))


def find_flat(read: Read, flat_id: bytes) -> Flat | None:
    """A flat by id, also one that is no longer part of the quarter."""
    row = tables.select_flat(read, flat_id)
    return None if row is None else flat_of_row(row)


def flat_of_row(row: Any) -> Flat | None:
    """A row of the flats as a value; None where it cannot be read."""
    ids = {"id": bytes(row["id"]), "building_id": bytes(row["building_id"])}
    return _row_of(row["details"], Flat, **ids)


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part or 0), rest) for part, rest in re.findall(r"(\d{0,9})(\D*)", text))


_LOOK_DAYS = 32
"""Closures are kept by stretches of so many days: more or less a month."""
_FIRST_DAY = date(1970, 1, 1).toordinal()


def closures_for(
    read: Read,
    period: Period,
    *,
    building_id: bytes | None = None,
    space_id: bytes | None = None,
    of_desk: bool = False,
) -> list[Closure]:
    """What shuts a place during `period`, by start.

    A closure of the quarter counts for everything, one of a house for its spaces: so for a space
    name its building and itself, for the desk say `of_desk`.
    """
    first = period.starts_at.toordinal() // _LOOK_DAYS
    last = period.ends_at.toordinal() // _LOOK_DAYS
    found = read.kept(("quarter.closures", first, last), lambda r: _closures_of(r, first, last))
    if not found:
        return []
    chain_ids = {
        TargetKind.BUILDING: building_id,
        TargetKind.SPACE: space_id,
        TargetKind.DESK: b"" if of_desk else None,
        TargetKind.QUARTER: b"",
    }
    starts_at, ends_at = period.starts_at, period.ends_at
    return [
        each
        for each in found
        if each.starts_at < ends_at and each.ends_at > starts_at
        if chain_ids[each.target_kind] == each.target_id
    ]


def _closures_of(read: Read, first: int, last: int) -> list[Closure]:
    """All closures of these stretches of time, of everything; a day more on both sides, so that it
    does not matter by whose clock a day begins."""
    before = _midnight(first * _LOOK_DAYS - 1)
    after = _midnight((last + 1) * _LOOK_DAYS + 1)
    rows = tables.select_closures(read, before, after)
    return [closure for row in rows if (closure := closure_of(row)) is not None]


def _midnight(ordinal: int) -> int:
    """When a day begins (UTC), in seconds since 1970."""
    return (ordinal - _FIRST_DAY) * 24 * 3600


def closure_of(row: Any) -> Closure | None:
    """A row of the closures as a value; None where it shuts what this release does not know. What
    is shut stays shut though nobody can read why."""
    if row["target_kind"] not in set(TargetKind):
        return None
    return Closure(
        id=bytes(row["id"]),
        target_kind=TargetKind(row["target_kind"]),
        target_id=bytes(row["target_id"]),
        starts_at=from_epoch(row["starts_at"]),
        ends_at=from_epoch(row["ends_at"]),
        reason=decoded_cell(row["reason"], LocalText) or NOT_READABLE,
    )


NOT_READABLE = LocalText(N_("Grund nicht lesbar"), "reason not readable")


def holidays_between(read: Read, first_day: date, last_day: date) -> dict[date, str]:
    """The legal holidays of the quarter's land from `first_day` through `last_day`, by name."""
    profile = get_profile(read)
    years = range(first_day.year, last_day.year + 1)
    found = [holidays_of(profile.country, profile.land, year).items() for year in years]
    return {day: name for day, name in chain(*found) if first_day <= day <= last_day}


def desk_hours(read: Read, day: date) -> list[Period]:
    """When the desk is open on a local day, in order: special days, holidays and closures
    counted in; empty when it is closed."""
    return list(_desk_periods(read, day, days=1))


def _desk_periods(read: Read, day: date, *, days: int = rules.SEARCH_DAYS_MAX) -> Iterator[Period]:
    """The desk's opening times from a local day on, lazily, in order."""
    zone, desk = zone_of(read), get_desk(read)
    last = day + timedelta(days=days - 1)
    holidays = holidays_between(read, day, last)
    whole = Period(local_day(day, zone).starts_at, local_day(last, zone).ends_at)
    closures = [
        Period(shut.starts_at, shut.ends_at) for shut in closures_for(read, whole, of_desk=True)
    ]
    for offset in range(days):
        yield from rules.desk_periods(
            desk, day + timedelta(days=offset), zone, holidays=holidays, closures=closures
        )


def _desk_periods_after(read: Read, at: datetime) -> Iterator[Period]:
    first_day = at.astimezone(zone_of(read)).date()
    return (period for period in _desk_periods(read, first_day) if period.ends_at > at)


def desk_is_open(read: Read, at: datetime) -> bool:
    """Whether somebody is at the desk at an instant."""
    return desk_open_until(read, at) is not None


def desk_open_until(read: Read, at: datetime) -> datetime | None:
    """When the desk that is open at `at` closes; None if it is closed."""
    day = at.astimezone(zone_of(read)).date()
    return next((p.ends_at for p in desk_hours(read, day) if p.holds(at)), None)


def next_desk_opening(read: Read, at: datetime) -> datetime | None:
    """The first instant from `at` on at which the desk is open (`at` itself while it is open);
    None where it stays closed for over a year."""
    period = next(_desk_periods_after(read, at), None)
    return None if period is None else max(at, period.starts_at)


def desk_minutes_between(read: Read, starts_at: datetime, ends_at: datetime) -> int:
    """How many minutes the desk is open from one instant to another; 0 if they are reversed."""
    if ends_at <= starts_at:
        return 0
    zone = zone_of(read)
    first, last = (at.astimezone(zone).date() for at in (starts_at, ends_at))
    periods = _desk_periods(read, first, days=(last - first).days + 1)
    return rules.minutes_within(periods, Period(starts_at, ends_at))


def after_desk_minutes(read: Read, at: datetime, minutes: int) -> datetime | None:
    """The earliest instant by which the desk has been open `minutes` since `at`: what a lead time
    in desk hours comes to. None where it stays closed for over a year."""
    return rules.after_minutes(_desk_periods_after(read, at), at, minutes)


def quiet_hours_at(read: Read, at: datetime) -> list[QuietHours]:
    """The rules that ask for quiet at an instant."""
    local = at.astimezone(zone_of(read))
    holidays = holidays_between(read, local.date() - timedelta(days=1), local.date())
    return [rule for rule in get_rules(read).quiet_hours if rules.is_quiet(rule, local, holidays)]


def waste_collections(
    read: Read, building_id: bytes, first_day: date, last_day: date
) -> list[WasteCollection]:
    """What is collected at a house from `first_day` through `last_day`, by day."""
    rows = tables.select_collections(read, building_id, first_day.isoformat(), last_day.isoformat())
    return [
        WasteCollection(
            day=date.fromisoformat(row["day"]),
            kind=WasteKind(row["kind"]),
            moved_from=date.fromisoformat(row["moved_from"]) if row["moved_from"] else None,
            note=row["note"],
        )
        for row in rows
        if row["kind"] in set(WasteKind)
    ]
