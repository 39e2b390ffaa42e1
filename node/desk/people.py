"""People at the desk: find them, see their household, give codes and cards, print letters."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.people.model import HouseholdView, IssuedCode, PeopleCounts, Person
from node.people.voided import Kind as VoidedKind
from node.people.voided import Voided
from node.spaces import Line
from node.store import Read, Write
from node.sync import Sync
from node.web import i18n
from node.web.forms import path_id, read_fields, read_query
from node.web.letters import code_letters
from node.web.listing import reservations_table
from node.web.qr import qr_svg
from node.web.ready import attachment
from node.web.showing import ShownLine, line_of, moment, place_of
from node.web.table import Table
from node.web.visit import Visit, as_mapping


@dataclass(slots=True)
class PeoplePage:
    """See `desk/people.html`."""

    query: str
    asked: bool
    rows: list[dict[str, str]]
    counts: dict[str, int]


@dataclass(slots=True)
class PersonPage:
    """See `desk/person.html`."""

    name: str
    person_id: str
    household_id: str
    household: str
    place: str
    contract: str
    code_text: str
    members: list[dict[str, Any]]
    lines: list[ShownLine]
    can: dict[str, bool]
    voided: list[dict[str, str]]
    instructions: list[dict[str, Any]] = field(default_factory=list)
    code: str = ""
    card_svg: str = ""
    card_name: str = ""


@get("/desk/people", include_in_schema=False)
async def find_people(visit: Visit) -> Response[Any]:
    """Find somebody by name, bell, house or flat."""
    actor = visit.allowed(Permission.MANAGE_PEOPLE)
    fields = read_query(visit)
    text = fields.text("query", longest=400)
    # Who is sought for a time that somebody chose leads on to that time.
    slot = {name: fields.given[name] for name in SLOT if fields.given.get(name)}
    lines, counts = await visit.read(
        lambda read: (
            people.search_people(read, actor, text),
            people.count_people(read, now=visit.now) if not text else PeopleCounts(),
        )
    )
    if isinstance(lines, Refusal):
        lines = []
    rows = [
        {
            "name": line.person.name,
            "household": line.household_name,
            "place": line.place,
            "href": _where_to(id_text(line.person.id), slot),
        }
        for line in lines
    ]
    page = PeoplePage(text, bool(text), rows, as_mapping(counts))
    # Before a search nobody is listed.
    table = (lambda: _people_table(visit, rows)) if text else None
    return await desk_page(visit, "desk/people.html", page, here="people", table=table)


SLOT = ("kind", "day", "until", "starts", "ends")
"""The fields of a time that was chosen before the person."""


def _where_to(person: str, slot: dict[str, str]) -> str:
    if "day" not in slot:
        return f"/desk/people/{person}"
    return f"/desk/find?{urlencode({'person': person, 'search': '1', **slot})}"


def _people_table(visit: Visit, rows: list[dict[str, str]]) -> Table:
    columns = (N_("Person"), N_("Klingel"), N_("Wohnung"))
    return Table(
        visit.say(N_("menschen")),
        [visit.say(column) for column in columns],
        [[row["name"], row["household"], row["place"]] for row in rows],
    )


@get("/desk/people/{person:str}", include_in_schema=False)
async def person_page(visit: Visit, person: str) -> Response[Any]:
    """Somebody with their household and their reservations."""
    return await _person_page(visit, path_id(person))


async def _person_page(visit: Visit, person_id: bytes, **shown: str) -> Response[Any]:
    actor = visit.allowed(Permission.MANAGE_PEOPLE)

    def look(read: Read) -> _Look | Refusal:
        person = people.find_person(read, person_id)
        if person is None:
            return people.NOT_FOUND
        voided = [_voided(visit, read, each) for each in people.list_voided(read, actor, person)]
        if not person.household_id:
            return person, None, [], voided
        view = people.view_household(read, actor, person.household_id, now=visit.now)
        if isinstance(view, Refusal):
            return view
        lines = spaces.of_person(read, person.household_id, now=visit.now)
        return person, view, lines, voided

    person, view, lines, voided = await visit.read(look)
    page = _shown(visit, person, view, lines, voided)
    page.instructions = [
        {
            "id": id_text(space.id),
            "place": place_of(visit, space),
            "what": space.row.qualification.in_language(visit.prefs.lang),
            "holds": holds,
        }
        for space, holds in await visit.read(lambda read: spaces.instructions_of(read, person_id))
    ]
    for name, value in shown.items():
        setattr(page, name, value)
    return await desk_page(
        visit,
        "desk/person.html",
        page,
        here="people",
        table=lambda: reservations_table(visit, visit.say(N_("buchungen")), [("", lines)]),
    )


_Look = tuple[Person, HouseholdView | None, list[Line], list[dict[str, str]]]


def _voided(visit: Visit, read: Read, each: Voided) -> dict[str, str]:
    """What counts no more, with the box that said so: whoever stands before one can say it."""
    roster = visit.house.service(Sync).roster
    staff = people.find_person(read, each.staff_id) if each.staff_id else None
    boxes = ", ".join(sorted(map(roster.name_of, each.sites)))
    said = _VOIDED_FOR if staff is not None else _VOIDED
    name = staff.name if staff is not None else ""
    return {
        "label": visit.say(_KINDS[each.kind]),
        "value": visit.say(said, when=moment(visit, each.at), boxes=boxes, name=name),
    }


_KINDS = {
    VoidedKind.CARD: N_("Karte gesperrt"),
    VoidedKind.CODE: N_("Codes gesperrt"),
    VoidedKind.SESSIONS: N_("Überall abgemeldet"),
    VoidedKind.CALENDAR: N_("Kalender-Adresse gesperrt"),
}
_VOIDED = N_("{when}, an der Box „{boxes}“")
_VOIDED_FOR = N_("{when}, an der Box „{boxes}“, im Namen von {name}")


def _shown(
    visit: Visit,
    person: Person,
    view: HouseholdView | None,
    lines: list[Line],
    voided: list[dict[str, str]],
) -> PersonPage:
    members = [
        {
            "name": member.person.name,
            "href": f"/desk/people/{id_text(member.person.id)}",
            "here": member.person.id == person.id,
            "has_secret": member.has_secret,
            "has_card": member.has_card,
        }
        for member in (view.members if view else ())
    ]
    code_text = visit.say(N_("kein gültiger Code"))
    if view is not None and view.code_issued_at is not None:
        day = view.code_issued_at.astimezone(visit.zone).date()
        code_text = visit.say(N_("Code vom {day}"), day=i18n.day_words(visit.prefs.lang, day))
    return PersonPage(
        name=person.name,
        person_id=id_text(person.id),
        household_id=id_text(person.household_id) if person.household_id else "",
        household=view.household.name if view else "",
        place=view.place if view else person.profile.title,
        contract=visit.say(view.entitlement.message, **_days(visit, view)) if view else "",
        code_text=code_text,
        members=members,
        lines=[line_of(visit, line) for line in lines],
        can={
            "book": view is not None,
            "code": view is not None,
        },
        voided=voided,
    )


def _days(visit: Visit, view: HouseholdView) -> dict[str, str]:
    return {
        name: i18n.full_day_words(visit.prefs.lang, at.astimezone(visit.zone).date())
        for name, at in view.entitlement.values.items()
    }


@post("/desk/people/{person:str}/code", include_in_schema=False)
async def issue_code(visit: Visit, person: str) -> Response[Any]:
    """Give the household a new paper code and show it once, for the counter."""
    actor = visit.allowed(Permission.ISSUE_CODES)
    await read_fields(visit)
    person_id = path_id(person)
    quarter_id = visit.store.core.quarter
    fresh = await asyncio.to_thread(people.fresh_code, quarter_id)

    def issue(write: Write) -> IssuedCode | Refusal:
        found = people.find_person(write, person_id)
        if found is None:
            return people.NOT_FOUND
        return people.issue_code(write, actor, found.household_id, fresh=fresh, now=visit.now)

    issued = await visit.write(issue)
    return await _person_page(visit, person_id, code=issued.code)


@post("/desk/people/{person:str}/card", include_in_schema=False)
async def issue_card(visit: Visit, person: str) -> Response[Any]:
    """Give somebody a card for the kiosk and show its code once, to print."""
    actor = visit.allowed(Permission.MANAGE_PEOPLE)
    await read_fields(visit)
    person_id = path_id(person)
    card = await visit.write(
        lambda write: people.issue_card(write, actor, person_id, now=visit.now)
    )
    return await _person_page(
        visit, person_id, card_svg=qr_svg(card.token), card_name=card.person_name
    )


@post("/desk/people/{person:str}/letter", include_in_schema=False)
async def letter(visit: Visit, person: str) -> Response[Any]:
    """A household's letter with a new code, as PDF."""
    visit.allowed(Permission.ISSUE_CODES)
    await read_fields(visit)
    person_id = path_id(person)
    found = await visit.read(lambda read: people.find_person(read, person_id) or people.NOT_FOUND)
    return await _letters(visit, [found.household_id], "brief.pdf")


@dataclass(slots=True)
class LettersPage:
    """See `desk/letters.html`."""

    households: int


@get("/desk/letters", include_in_schema=False)
async def letters_page(visit: Visit) -> Response[Any]:
    """The letter run for all households."""
    visit.allowed(Permission.ISSUE_CODES)
    counts = await visit.read(lambda read: people.count_people(read, now=visit.now))
    return await desk_page(
        visit, "desk/letters.html", LettersPage(counts.households), here="letters"
    )


@post("/desk/letters", include_in_schema=False)
async def all_letters(visit: Visit) -> Response[Any]:
    """New codes for all households, and their letters as one PDF."""
    visit.allowed(Permission.ISSUE_CODES)
    await read_fields(visit)
    return await _letters(visit, None, "briefe.pdf")


async def _letters(visit: Visit, ids: list[bytes] | None, name: str) -> Response[Any]:
    actor = visit.allowed(Permission.ISSUE_CODES)
    letters = await people.issue_letters(visit.store, actor, household_ids=ids, now=visit.now)
    if isinstance(letters, Refusal):
        raise RefusedError(letters)
    content = await asyncio.to_thread(
        code_letters,
        letters,
        quarter=visit.house.quarter_name,
        address=visit.house.address,
    )
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "content-disposition": attachment(name),
            "cache-control": "no-store",
        },
    )


ROUTES = (find_people, person_page, issue_code, issue_card, letter, letters_page, all_letters)
