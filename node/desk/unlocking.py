"""A place's door at the desk: opening it for somebody, and who opened it lately."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Face, Permission
from node.base.ids import id_text, parse_id
from node.base.refusals import N_, Refusal, granted
from node.desk.frame import desk_page
from node.desk.today import names_of
from node.spaces import Space, unlocking
from node.spaces.unlock import Unlocking, UnlockKind
from node.store import Read
from node.web.forms import path_id, read_fields, read_query
from node.web.listing import rows_table
from node.web.showing import moment, place_of, when_of
from node.web.unlocking import (
    LIVE_TABLES,
    NO_LOCK,
    SAID,
    DoorPage,
    has_lock,
    new_touch,
    open_door,
    read_touch,
    said_of,
)
from node.web.visit import Visit


@dataclass(slots=True)
class UnlockingPage:
    """See `desk/unlocking.html`."""

    id: str
    name: str
    page: DoorPage
    rows: list[dict[str, str]]
    live_from: str
    live: str = LIVE_TABLES
    flashes: list[dict[str, Any]] = field(default_factory=list)


@get("/desk/places/{place:str}/open", include_in_schema=False)
async def door_page(visit: Visit, place: str) -> Response[Any]:
    """The door: open it, and what happened there."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    page = await visit.read(lambda read: _look(read, visit, path_id(place)))
    answer = await desk_page(
        visit,
        "desk/unlocking.html",
        page,
        here="places",
        table=lambda: rows_table(visit, visit.say(N_("tueroeffnungen")), COLUMNS, page.rows),
    )
    answer.headers["cache-control"] = "private, no-store"
    return answer


COLUMNS = {
    "when": N_("Wann"),
    "who": N_("Wer"),
    "booked": N_("Buchung"),
    "state_text": N_("Stand"),
}


@post("/desk/places/{place:str}/open", include_in_schema=False)
async def open_for(visit: Visit, place: str) -> Response[Any]:
    """Open it for somebody; who of the team did is noted."""
    actor, space_id = visit.allowed(Permission.CHECK_IN_OTHERS), path_id(place)
    page_id = read_touch(await read_fields(visit))
    done = await open_door(
        visit,
        lambda write: unlocking.touch_at_desk(write, actor, space_id, page_id, now=visit.now),
    )
    granted(done)
    return visit.go(f"/desk/places/{place}/open?said={id_text(page_id)}")


def _look(read: Read, visit: Visit, space_id: bytes) -> UnlockingPage | Refusal:
    space = spaces.find_space(read, space_id)
    if space is None:
        return spaces.UNKNOWN_SPACE
    if not has_lock(visit, space):
        return NO_LOCK
    found = unlocking.list_unlockings(read, space_id)
    address = f"/desk/places/{id_text(space_id)}/open"
    own = unlocking.find_touch(read, space_id, read_touch(read_query(visit), "said"))
    notice, _ = said_of(visit, own, SAID)
    door = DoorPage(
        place=place_of(visit, space),
        when="",
        action=address,
        back=f"/desk/places/{id_text(space_id)}",
        touch=new_touch(),
        can=True,
        notice=notice,
    )
    rows = [_row(read, visit, space, each) for each in found]
    name = space.name.in_language(visit.prefs.lang)
    return UnlockingPage(id_text(space_id), name, door, rows, address)


def _row(read: Read, visit: Visit, space: Space, each: Unlocking) -> dict[str, str]:
    who, href, booked = _who(read, visit, space, each)
    state, said = OUTCOMES[each.outcome]
    return {
        "when": moment(visit, each.fact.at),
        "who": who,
        "href": href,
        "booked": booked,
        "state": state,
        "state_text": visit.say(said),
    }


def _who(read: Read, visit: Visit, space: Space, each: Unlocking) -> tuple[str, str, str]:
    """Who opened, their booking's page, and when they booked."""
    if each.fact.staff_id:
        name, _ = people.name_and_place(read, parse_id(each.fact.staff_id))
        return visit.say(N_("{name}, Service-Point"), name=name or "–"), "", ""
    line = spaces.get_line(read, visit.actor, each.reservation_id, now=visit.now)
    if isinstance(line, Refusal):
        return "–", "", ""
    if each.person_id:
        name, _ = people.name_and_place(read, each.person_id)
    else:
        booked = names_of(read, [line])[line.reservation.id][0]
        at_lobby = each.fact.face == Face.KIOSK
        said = N_("Ausweis von {name}, in der Lobby") if at_lobby else N_("Gast von {name}")
        name = visit.say(said, name=booked)
    href = f"/desk/reservations/{id_text(each.reservation_id)}"
    return name or "–", href, when_of(visit, space, line.reservation.period)


OUTCOMES = {
    UnlockKind.OPENED: ("confirmed", N_("offen")),
    UnlockKind.AWAY: ("declined", N_("Schloss nicht erreicht")),
    UnlockKind.SILENT: ("requested", N_("keine Antwort")),
    None: ("requested", N_("unklar")),
}

ROUTES = (door_page, open_for)
