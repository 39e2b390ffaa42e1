"""The code of the key safe at the lobby, for who holds a pass, is in and knows the rules.

It stands there as long as the pass does, two minutes, and goes with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.kiosk import frame
from node.kiosk.check_in import find_held, whoever_holds
from node.spaces import CodeView
from node.web.errors import words
from node.web.forms import read_fields
from node.web.showing import Place, place_of
from node.web.visit import Visit

PAGE = "/kiosk/check-in/code"


@dataclass(slots=True)
class SafeCodePage:
    """See `kiosk/safe_code.html`."""

    place: Place
    rules: str
    code: str
    refusal: dict[str, Any] | None


@get("/check-in/code")
async def safe_code(visit: Visit) -> Response[Any]:
    """The code, or what is still to be done for it."""
    line = await find_held(visit)
    if line is None:
        return visit.go("/kiosk/check-in")
    actor, number = whoever_holds(visit, line), line.reservation.id
    view = await visit.read(lambda read: spaces.view_code(read, actor, number, now=visit.now))
    return await _shown(visit, view)


@post("/check-in/code")
async def show(visit: Visit) -> Response[Any]:
    """They know the rules: show it."""
    await read_fields(visit)
    line = await find_held(visit)
    if line is None:
        return visit.go("/kiosk/check-in")
    actor, number = whoever_holds(visit, line), line.reservation.id
    view = await visit.write(lambda write: spaces.show_code(write, actor, number, now=visit.now))
    if view.refusal is not None:
        return await _shown(visit, view, status=view.refusal.status)
    frame.hold_scanned(visit, frame.held(visit))
    return visit.go(PAGE)


async def _shown(visit: Visit, view: CodeView, status: int = 200) -> Response[Any]:
    space = view.found.line.space
    page = SafeCodePage(
        place=place_of(visit, space),
        rules=visit.local(space.row.rules_text),
        code=view.code,
        refusal=words(visit, view.refusal) if view.refusal is not None else None,
    )
    return await frame.kiosk_page(visit, "kiosk/safe_code.html", page, status=status, again=PAGE)


ROUTES = (safe_code, show)
