"""What a reservation, and a time that is taken, say in somebody's calendar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from node import people, quarter, spaces
from node.base.ids import id_text
from node.base.refusals import N_
from node.quarter.model import Building, Closure
from node.spaces import Appointment, Line, Space, Status, TakenTime
from node.store import Read
from node.web.ics import CalendarRow
from node.web.showing import people_words, state_word
from node.web.visit import Visit

TENTATIVE = frozenset({Status.REQUESTED, Status.HELD})


@dataclass(frozen=True, slots=True)
class Said:
    """What a calendar row says beyond the reservation itself."""

    address: str
    """Of the page that tells all, without its id."""
    buildings: Mapping[bytes, Building]
    notes: Mapping[bytes, str]
    names: Mapping[bytes, str]


def buildings_by_id(read: Read) -> dict[bytes, Building]:
    """All houses, by id."""
    return {each.id: each for each in quarter.list_buildings(read)}


def notes_of(read: Read, found: Iterable[Appointment]) -> dict[bytes, str]:
    """What people noted themselves; names of guests stay here."""
    ids = [appointment.line.reservation.id for appointment in found]
    return {each: spaces.note_of(read, each).get("note", "") for each in ids}


def household_names(read: Read, found: Iterable[Appointment]) -> dict[bytes, str]:
    """Whose each reservation is, as the desk's pages say it: the bell and the flat."""
    names: dict[bytes, str] = {}
    for each in found:
        reservation = each.line.reservation
        name, place = people.name_and_place(read, reservation.person_id)
        household = people.find_household(read, reservation.household_id)
        called = household.name if household is not None and household.name else name
        names[reservation.id] = ", ".join(part for part in (called, place) if part)
    return names


def row_of(visit: Visit, appointment: Appointment, said: Said) -> CalendarRow:
    """A reservation in the calendar of whoever may know whose it is.

    A stay has its hours, too: the first is when the flat is ready.
    """
    line = appointment.line
    reservation = line.reservation
    name = visit.local(line.space.name)
    whose = said.names.get(reservation.id, "")
    return CalendarRow(
        uid=uid_of(reservation.id),
        starts=reservation.period.starts_at,
        ends=reservation.period.ends_at,
        title=f"{name}: {whose}" if whose else name,
        status=_status(line.status),
        where=where_of(visit, line.space, said.buildings),
        text=_text(visit, line, said.notes.get(reservation.id, "")),
        url=f"{said.address}/{id_text(reservation.id)}",
        revision=appointment.revision,
        changed_at=appointment.changed_at,
    )


def uid_of(reservation_id: bytes) -> str:
    """The name under which calendars know a reservation, wherever they got it from."""
    return f"{id_text(reservation_id)}@quartier"


def _status(status: Status) -> str:
    if status in spaces.CAME_TO_NOTHING:
        return "CANCELLED"
    return "TENTATIVE" if status in TENTATIVE else "CONFIRMED"


def _text(visit: Visit, line: Line, note: str) -> str:
    how_many = people_words(visit, line.reservation.details.people)
    parts = (f"{state_word(visit, line)}, {how_many}", note)
    return "\n".join(part for part in parts if part)


def where_of(visit: Visit, space: Space, buildings: Mapping[bytes, Building]) -> str:
    """Where a place is, as somebody finds it who was never there."""
    name = visit.local(space.name)
    building = buildings.get(space.building_id)
    parts = (name, building.name, building.address) if building is not None else (name,)
    return ", ".join(part for part in parts if part)


def shut_row(visit: Visit, closure: Closure, *, name: str, url: str) -> CalendarRow:
    """A time when a place is shut, and why; `name` where it is one of several that are shown."""
    word = visit.say(N_("geschlossen"))
    starts, ends = (at.astimezone(visit.zone) for at in (closure.starts_at, closure.ends_at))
    whole_days = starts.time() == ends.time() == time()
    return CalendarRow(
        uid=uid_of(closure.id),
        starts=starts.date() if whole_days else starts,
        ends=ends.date() if whole_days else ends,
        title=f"{name}: {word}" if name else word,
        text=visit.local(closure.reason),
        url=url,
    )


def taken_row(visit: Visit, taken: TakenTime, *, name: str, where: str, url: str) -> CalendarRow:
    """A taken time in a neighbour's calendar: of a stay its nights, and never whose it is.

    The day on which somebody leaves is free for who comes.
    """
    word = visit.say(N_("angefragt") if taken.is_request else N_("vergeben"))
    starts, ends = taken.period.starts_at, taken.period.ends_at
    by_night = taken.space.is_by_night
    return CalendarRow(
        uid=uid_of(taken.id),
        starts=starts.astimezone(visit.zone).date() if by_night else starts,
        ends=ends.astimezone(visit.zone).date() if by_night else ends,
        title=f"{name}: {word}" if name else word,
        status="TENTATIVE" if taken.is_request else "CONFIRMED",
        where=where,
        url=url,
        revision=taken.revision,
    )
