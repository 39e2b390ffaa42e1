"""A member of the team sets the PIN that opens the lobby's service page, beside their password."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people
from node.base.actors import Face
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.web.errors import words
from node.web.forms import read_fields
from node.web.knocking import knock_of
from node.web.visit import Visit

PIN_CHARS_MAX = 8


@dataclass(slots=True)
class PinPage:
    """See `desk/pin.html`."""

    done: bool = False
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@get("/desk/pin", include_in_schema=False)
async def pin_page(visit: Visit) -> Response[Any]:
    """Ask for the password and a new PIN."""
    visit.signed_in()
    return await desk_page(visit, "desk/pin.html", PinPage(), here="health")


@post("/desk/pin", include_in_schema=False)
async def set_pin(visit: Visit) -> Response[Any]:
    """Set it, after the password was proved."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    password, pin = fields.given.get("password", ""), fields.given.get("pin", "")
    page = PinPage()
    if not pin.isdecimal() or len(pin) > PIN_CHARS_MAX:
        page.problems = {"pin": visit.say(N_("Bitte eine PIN aus 4 bis 8 Ziffern."))}
        return await desk_page(visit, "desk/pin.html", page, here="health", status=422)
    knock = knock_of(visit, Face.DESK)
    found = await people.change_secret(
        visit.store, knock, actor, old=password, new=pin, now=visit.now
    )
    if isinstance(found, Refusal):
        page.refusal = words(visit, found)
        return await desk_page(visit, "desk/pin.html", page, here="health", status=found.status)
    page.done = True
    return await desk_page(visit, "desk/pin.html", page, here="health")


ROUTES = (pin_page, set_pin)
