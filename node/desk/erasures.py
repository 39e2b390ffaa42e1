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
from node.store import Read
from node.web.forms import path_id, read_fields, read_query
from node.web.own_data import FILES, data_file, shown_receipt
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
    reasons: list[dict[str, str]]
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ErasuresPage:
    """See `desk/erasures.html`."""

    rows: list[dict[str, Any]]
    new: str = ""


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
        reasons=[{"value": value, "text": visit.say(text)} for value, text in REASONS.items()],
    )


@post("/desk/people/{person:str}/erase", include_in_schema=False)
async def erase(visit: Visit, person: str) -> Response[Any]:
    """Erase somebody who moved out or asked for it; who did it is recorded."""
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


@get("/desk/erasures", include_in_schema=False)
async def erasures_page(visit: Visit) -> Response[Any]:
    """All erasures and how far each is: by number, for there is no name any more."""
    visit.allowed(Permission.MANAGE_PEOPLE)
    found = await visit.store.read(people.list_erasures)
    rows = [
        {
            **await shown_receipt(visit, erasure),
            "reason": visit.say(REASONS.get(erasure.reason, "")),
            "by": await _by(visit, erasure),
        }
        for erasure in found[:SHOWN_MAX]
    ]
    new = read_query(visit).text("new", longest=40)
    is_known = any(row["number"] == new for row in rows)
    page = ErasuresPage(rows, new if is_known else "")
    return await desk_page(visit, "desk/erasures.html", page, here="people")


async def _by(visit: Visit, erasure: people.Erasure) -> str:
    staff_id = erasure.staff_id
    if staff_id is None:
        return visit.say(N_("selbst"))
    name, _ = await visit.store.read(lambda read: people.name_and_place(read, staff_id))
    return name or visit.say(N_("Team"))


ROUTES = (give_data, erase_page, erase, erasures_page)
