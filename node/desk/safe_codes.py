"""The code of a place's key safe at the desk: what it is, and changing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.spaces import SafeCode
from node.store import Write
from node.web.forms import path_id, read_fields, read_query
from node.web.showing import Place, moment, place_of
from node.web.visit import Visit

CODE_CHARS_MAX = 20


@dataclass(slots=True)
class SafeCodePage:
    """See `desk/safe_code.html`."""

    id: str
    name: str
    place: Place
    code: str
    set_at: str
    asks_protocol: bool
    known_to: int
    problems: dict[str, str] = field(default_factory=dict)
    saved: bool = False


@get("/desk/places/{place:str}/code", include_in_schema=False)
async def code_page(visit: Visit, place: str) -> Response[Any]:
    """The code as it is now."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    page = await _look(visit, path_id(place))
    page.saved = read_query(visit).given.get("saved") == "1"
    return await _answer(visit, page)


@post("/desk/places/{place:str}/code", include_in_schema=False)
async def change_code(visit: Visit, place: str) -> Response[Any]:
    """The safe has another code, or none."""
    actor = visit.allowed(Permission.CHECK_IN_OTHERS)
    fields, space_id = await read_fields(visit), path_id(place)
    code = fields.text("code", longest=CODE_CHARS_MAX)
    asks = bool(fields.given.get("asks_protocol"))
    if fields.problems:
        page = await _look(visit, space_id)
        page.problems = fields.problems
        return await _answer(visit, page, status=422)

    def set_(write: Write) -> SafeCode | Refusal:
        return spaces.set_safe_code(write, actor, space_id, code, asks_protocol=asks, now=visit.now)

    await visit.write(set_)
    return visit.go(f"/desk/places/{place}/code?saved=1")


async def _look(visit: Visit, space_id: bytes) -> SafeCodePage:
    found = await visit.read(lambda read: spaces.find_safe_code(read, space_id, now=visit.now))
    return SafeCodePage(
        id=id_text(space_id),
        name=found.space.name.in_language(visit.prefs.lang),
        place=place_of(visit, found.space),
        code=found.code,
        set_at=moment(visit, found.set_at) if found.set_at else "",
        asks_protocol=found.asks_protocol,
        known_to=found.known_to if found.code else 0,
    )


async def _answer(visit: Visit, page: SafeCodePage, status: int = 200) -> Response[Any]:
    answer = await desk_page(visit, "desk/safe_code.html", page, here="places", status=status)
    answer.headers["cache-control"] = "private, no-store"
    return answer


def code_task(visit: Visit, found: SafeCode) -> dict[str, Any]:
    """A code that should be changed, for the day's first page."""
    return {
        "title": found.space.name.in_language(visit.prefs.lang),
        "text": visit.say(N_("Code des Schlüsselsafes ändern")),
        "href": f"/desk/places/{id_text(found.space.id)}/code",
        "state": "requested",
        "state_text": visit.say(N_("zu machen")),
    }


ROUTES = (code_page, change_code)
