"""What somebody may ask for at the desk: all that is held about them, and to be erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.store import NodeRole, Read
from node.web.forms import path_id, read_fields, read_query
from node.web.own_data import FILES, data_file, shown_receipt
from node.web.table import Table
from node.web.visit import Visit

REASONS = {
    "moved_out": N_("Auszug"),
    "asked": N_("Auf eigenen Wunsch"),
}
SHOWN_MAX = 50


@dataclass(slots=True)
class ErasePage:
    """See `desk/person_erase.html`."""

    person_id: str
    name: str
    place: str
    keeps: list[str]
    days: int
    wait_days: int
    is_home: bool
    reasons: list[dict[str, str]]
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ErasuresPage:
    """See `desk/erasures.html`."""

    waiting: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    new: str = ""
    new_stage: str = ""


@post("/desk/people/{person:str}/data", include_in_schema=False)
async def give_data(visit: Visit, person: str) -> Response[Any]:
    """What is held about somebody who asked, as a file to hand over; that is recorded."""
    actor = visit.allowed(Permission.MANAGE_PEOPLE)
    person_id = path_id(person)
    kind = (await read_fields(visit)).choice("kind", FILES, default=FILES[0])
    exporting = visit.house.service(people.Exporting)
    parts = await visit.write(
        lambda write: exporting.at_desk(write, actor, person_id, now=visit.now)
    )
    return data_file(visit, parts, kind)


@get("/desk/people/{person:str}/erase", include_in_schema=False)
async def erase_page(visit: Visit, person: str) -> Response[Any]:
    """Say what an erasure means, before it cannot be taken back."""
    visit.allowed(Permission.MANAGE_PEOPLE)
    page = await _erase_page(visit, path_id(person))
    return await desk_page(visit, "desk/person_erase.html", page, here="people")


async def _erase_page(visit: Visit, person_id: bytes) -> ErasePage:
    def look(read: Read) -> tuple[str, str] | Refusal:
        found = people.find_person(read, person_id)
        return people.name_and_place(read, person_id) if found else people.NOT_FOUND

    name, place = await visit.read(look)
    return ErasePage(
        person_id=id_text(person_id),
        name=name,
        place=place,
        keeps=[visit.say(text) for text in people.KEEPS],
        days=people.DAYS,
        wait_days=people.WAIT_DAYS,
        is_home=visit.store.core.role is NodeRole.HOME,
        reasons=[{"value": value, "text": visit.say(text)} for value, text in REASONS.items()],
    )


@post("/desk/people/{person:str}/erase", include_in_schema=False)
async def erase(visit: Visit, person: str) -> Response[Any]:
    """Erase somebody who moved out or asked for it, at the home node at once; any other box passes
    it on. Who did it is recorded.
    """
    actor = visit.allowed(Permission.MANAGE_PEOPLE)
    person_id = path_id(person)
    fields = await read_fields(visit)
    reason = fields.choice("reason", tuple(REASONS), default="moved_out")
    if fields.text("sure") != "yes":
        page = await _erase_page(visit, person_id)
        page.problems = {"sure": visit.say(N_("Bitte bestätigen Sie die Löschung."))}
        return await desk_page(visit, "desk/person_erase.html", page, here="people", status=422)
    erasing = visit.house.service(people.Erasing)
    erasure = await visit.write(
        lambda write: erasing.erase(write, actor, person_id, reason=reason, now=visit.now)
    )
    return visit.go(f"/desk/erasures?new={erasure.number}")


@post("/desk/erasures/{number:str}/back", include_in_schema=False)
async def take_back(visit: Visit, number: str) -> Response[Any]:
    """Somebody did not ask for it, or thought better of it: they are not erased."""
    actor = visit.allowed(Permission.MANAGE_PEOPLE)
    await visit.write(lambda write: people.take_back(write, actor, number, now=visit.now))
    return visit.go("/desk/erasures")


@get("/desk/erasures", include_in_schema=False)
async def erasures_page(visit: Visit) -> Response[Any]:
    """What waits, by name; and all erasures and how far each is, by number, for who was erased has
    no name any more.
    """
    visit.allowed(Permission.MANAGE_PEOPLE)
    found = await visit.store.read(people.list_erasures)
    waiting = await visit.store.read(people.list_waiting)
    new = read_query(visit).text("new", longest=40)
    known = next((each for each in found if each.number == new), None)
    page = ErasuresPage(
        waiting=[await _row(visit, each) for each in waiting[:SHOWN_MAX]],
        rows=[await _row(visit, each) for each in found[:SHOWN_MAX]],
        new=new if known else "",
        new_stage=str(known.stage) if known else "",
    )
    return await desk_page(
        visit, "desk/erasures.html", page, here="people", table=lambda: _table(visit, found, page)
    )


def _table(visit: Visit, found: list[people.Erasure], page: ErasuresPage) -> Table:
    """All erasures by number, as the page lists them: who was erased has no name any more."""
    columns = (N_("Nummer"), N_("Verlangt"), N_("Anlass"), N_("Durch"), N_("Gelöscht"))
    return Table(
        visit.say(N_("loeschungen")),
        [visit.say(column) for column in columns],
        [
            [row["number"], each.at, row["reason"], row["by"], each.done_at]
            for row, each in zip(page.rows, found, strict=False)
        ],
    )


async def _row(visit: Visit, erasure: people.Erasure) -> dict[str, Any]:
    name, place = await _name(visit, erasure.person_id) if erasure.is_open else ("", "")
    return {
        **await shown_receipt(visit, erasure),
        "reason": visit.say(REASONS.get(erasure.reason, "")),
        "by": await _by(visit, erasure),
        "name": name,
        "place": place,
        "erase_path": f"/desk/people/{id_text(erasure.person_id)}/erase" if name else "",
    }


async def _name(visit: Visit, person_id: bytes) -> tuple[str, str]:
    return await visit.store.read(lambda read: people.name_and_place(read, person_id))


async def _by(visit: Visit, erasure: people.Erasure) -> str:
    if erasure.staff_id is None:
        return visit.say(N_("selbst"))
    name, _ = await _name(visit, erasure.staff_id)
    return name or visit.say(N_("Team"))


ROUTES = (give_data, erase_page, erase, erasures_page, take_back)
