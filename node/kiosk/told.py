"""What the team did to somebody's reservations, right after they signed in: one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node.kiosk import frame
from node.kiosk.prefs import kiosk_path
from node.spaces.telling import told_to
from node.web.told import ShownTold, note_seen, told_of
from node.web.visit import Visit

WAY_COOKIE = "quartier_way"
"""The page that somebody wanted before they were asked to sign in."""
TOLD = "/kiosk/told"


@dataclass(slots=True)
class ToldPage:
    """See `kiosk/told.html`."""

    told: ShownTold
    action: str
    later: str


@get("/told", include_in_schema=False)
async def told_page(visit: Visit) -> Response[Any]:
    """The next of them; where there is none, on to what was wanted."""
    actor = visit.signed_in()
    found = await visit.read(lambda read: told_to(read, actor, now=visit.now))
    way = kiosk_path(visit.kept(WAY_COOKIE)) or "/kiosk/home"
    if not found:
        visit.forget(WAY_COOKIE)
        return visit.go(way)
    shown = told_of(visit, found[0])
    page = ToldPage(shown, f"{TOLD}/{shown.id}", way)
    return await frame.kiosk_page(visit, "kiosk/told.html", page)


@post("/told/{reservation:str}", include_in_schema=False)
async def seen(visit: Visit, reservation: str) -> Response[Any]:
    """They know of it."""
    await note_seen(visit, reservation)
    return visit.go(TOLD)


ROUTES = (told_page, seen)
