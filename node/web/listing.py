"""What lists of reservations and of taken times say in the columns of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from node.base.ids import id_text
from node.base.refusals import N_
from node.spaces import DayPlan, Line
from node.spaces.due import due_of
from node.web.showing import STATE_WORDS, STATES, state_word
from node.web.table import Cell, Sum, Table
from node.web.visit import Visit

Named = Mapping[bytes, tuple[str, str]]
"""Whose each reservation is, by its id: a name and a flat."""

COLUMNS = (N_("Ort"), N_("Von"), N_("Bis"), N_("Personen"), N_("Stand"), N_("Preis"), N_("Nummer"))
WHOSE = (N_("Person"), N_("Wohnung"))


def rows_table(
    visit: Visit, name: str, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]
) -> Table:
    """Any list of a page as it stands there: by the field of a row, the words above its column."""
    cells: list[list[Cell | Sum]] = [
        [_words(row.get(field, "")) for field in columns] for row in rows
    ]
    return Table(name, [visit.say(words) for words in columns.values()], cells)


def _words(value: Any) -> Cell:
    """What a cell says: a place by its name, a list by how much is in it."""
    if isinstance(value, list):
        return len(value)
    return str(getattr(value, "name", value))


def reservations_table(
    visit: Visit, name: str, lists: Iterable[tuple[str, Iterable[Line]]], whose: Named | None = None
) -> Table:
    """Reservations under the words of the lists they stand in; with names where the page has them.

    A list without words has no column for them.
    """
    lists = [(words, list(lines)) for words, lines in lists]
    has_words = any(words for words, _ in lists)
    columns = ([N_("Liste")] if has_words else []) + list(COLUMNS) + list(WHOSE if whose else ())
    rows: list[list[Cell | Sum]] = [
        [
            *([words] if has_words else []),
            *_reservation(visit, line),
            *(whose.get(line.reservation.id, ("", "")) if whose else ()),
        ]
        for words, lines in lists
        for line in lines
    ]
    return Table(name, [visit.say(column) for column in columns], rows)


def _reservation(visit: Visit, line: Line) -> list[Cell | Sum]:
    reservation = line.reservation
    return [
        visit.local(line.space.name),
        reservation.period.starts_at,
        reservation.period.ends_at,
        reservation.details.people,
        state_word(visit, line),
        _due(line),
        id_text(reservation.id),
    ]


def _due(line: Line) -> Sum | None:
    """What is to be paid, as lists say it."""
    cents = due_of(line)
    return None if cents is None else Sum(cents)


def plan_table(
    visit: Visit, name: str, plans: Iterable[DayPlan], names: Mapping[bytes, str]
) -> Table:
    """When places are taken, and by whom: `names` by the reservation's id."""
    columns = (N_("Ort"), N_("Von"), N_("Bis"), N_("Stand"), N_("Person"), N_("Nummer"))
    rows: list[list[Cell | Sum]] = [
        [
            visit.local(plan.space.name),
            busy.period.starts_at,
            busy.period.ends_at,
            visit.say(STATE_WORDS[STATES[busy.status]]),
            names.get(busy.reservation_id, ""),
            id_text(busy.reservation_id),
        ]
        for plan in plans
        for busy in plan.busy
    ]
    return Table(name, [visit.say(column) for column in columns], rows)
