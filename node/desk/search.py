"""One field for everything: a reservation by pass, number, guest or person; a person; a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from litestar import Response, get

from node import people, spaces
from node.base.actors import Actor, Permission, may
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.desk.frame import QUERY_MAX, desk_page
from node.desk.today import names_of
from node.people.model import PersonLine
from node.spaces import Line
from node.store import Read
from node.web.forms import read_query
from node.web.listing import reservations_table
from node.web.showing import ShownLine, line_of, place_of
from node.web.visit import Visit

LINES_MAX = 40


@dataclass(slots=True)
class SearchPage:
    """See `desk/search.html`."""

    query: str
    reservations: list[dict[str, Any]] = field(default_factory=list)
    persons: list[dict[str, str]] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    lines: list[Line] = field(default_factory=list)
    names: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    persons: list[PersonLine] = field(default_factory=list)
    places: list[spaces.Space] = field(default_factory=list)


@get("/desk/search", include_in_schema=False)
async def search(visit: Visit) -> Response[Any]:
    """What a member of the team typed or scanned; a pass, or all that is found being one
    reservation, leads to its page."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    text = read_query(visit).text("query", longest=QUERY_MAX)
    found = await visit.read(lambda read: _look(read, visit, actor, text))
    is_one = len(found.lines) == 1 and not found.persons and not found.places
    # Whoever asked for a table gets one, of a single row, too.
    if is_one and not visit.asked.wants_table:
        return visit.go(f"/desk/reservations/{id_text(found.lines[0].reservation.id)}")
    page = SearchPage(
        query=text,
        reservations=[_shown(visit, line, found.names) for line in found.lines],
        persons=[_person(line) for line in found.persons],
        places=[
            {"place": place_of(visit, each), "href": f"/desk/plan?space={id_text(each.id)}"}
            for each in found.places
        ],
    )
    return await desk_page(
        visit,
        "desk/search.html",
        page,
        here="",
        table=lambda: reservations_table(
            visit, visit.say(N_("buchungen")), [("", found.lines)], found.names
        ),
    )


def _look(read: Read, visit: Visit, actor: Actor, text: str) -> _Found:
    if not text:
        return _Found()
    passed = spaces.find_by_pass(read, text, keys=visit.house.home_keys())
    if not isinstance(passed, Refusal):
        return _Found(lines=[passed])
    persons = people.search_people(read, actor, text) if _sees_people(actor) else []
    persons = [] if isinstance(persons, Refusal) else persons
    lines = [
        *granted(spaces.find_by_number(read, actor, text, now=visit.now)),
        *granted(spaces.find_by_guest(read, actor, text, now=visit.now)),
        *_of(read, visit, persons),
    ]
    once = {line.reservation.id: line for line in lines}.values()
    kept = sorted(once, key=lambda line: _distance(line, visit.now))[:LINES_MAX]
    words = people.query_words(text)
    places = [each for each in spaces.list_spaces(read) if _is_named(each, words)]
    return _Found(kept, names_of(read, kept), persons, places)


def _distance(line: Line, now: datetime) -> timedelta:
    """How far from now it begins: who stands before the desk means what is near."""
    return abs(line.reservation.period.starts_at - now)


def _sees_people(actor: Actor) -> bool:
    return may(actor, Permission.MANAGE_PEOPLE)


def _of(read: Read, visit: Visit, persons: Iterable[PersonLine]) -> Iterable[Line]:
    """What the households of these persons have ahead and had in the last month."""
    households = dict.fromkeys(line.person.household_id for line in persons)
    for household_id in filter(None, households):
        yield from spaces.of_person(read, household_id, now=visit.now)


def _is_named(space: spaces.Space, words: list[str]) -> bool:
    name = people.search_words(space.name.de, space.name.en)
    return bool(words) and all(any(part.startswith(word) for part in name) for word in words)


def _shown(
    visit: Visit, line: Line, names: dict[bytes, tuple[str, str]]
) -> dict[str, str | ShownLine]:
    return {
        "number": spaces.number_of(line.reservation.id),
        "name": names[line.reservation.id][0] if names else "",
        "line": line_of(visit, line),
        "href": f"/desk/reservations/{id_text(line.reservation.id)}",
    }


def _person(line: PersonLine) -> dict[str, str]:
    return {
        "name": line.person.name,
        "household": line.household_name,
        "place": line.place,
        "href": f"/desk/people/{id_text(line.person.id)}",
    }


ROUTES = (search,)
