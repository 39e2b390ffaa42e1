"""The first page after a touch: five ways to go, always in the same place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from node import spaces
from node.base.refusals import N_
from node.kiosk.board import today_lines
from node.kiosk.frame import kiosk_page
from node.kiosk.guard import KioskRules
from node.kiosk.idle import house_of
from node.web.showing import ShownLine, line_of
from node.web.visit import Visit

BOARD_MAX = 3

TILES = (
    (
        N_("Raum oder Gästewohnung buchen"),
        N_("Sehen, was frei ist, und gleich buchen"),
        "/kiosk/spaces",
        "calendar-plus",
        4,
    ),
    (
        N_("Ein- oder auschecken"),
        N_("Mit Ausweis oder Code"),
        "/kiosk/check-in",
        "qr-code",
        2,
    ),
    (N_("Meine Buchungen"), N_("Ansehen, absagen"), "/kiosk/mine", "ticket", 1),
    (N_("Was ist los?"), N_("Termine, Abfall, freie Räume"), "/kiosk/house", "calendar-days", 6),
    (N_("Service-Point"), N_("Wer hilft und wann"), "/kiosk/desk", "concierge-bell", 7),
)
"""Words, hint, address, icon and hue of the five, in their places."""


@dataclass(slots=True)
class HomePage:
    """See `kiosk/home.html`."""

    question: str
    board_title: str
    board: list[dict[str, Any]]
    tiles: list[dict[str, Any]]
    scan: bool


@get("/home", include_in_schema=False)
async def home(visit: Visit) -> Response[Any]:
    """What to do here; for whoever is signed in with their next bookings."""
    scan = visit.house.service(KioskRules).has_scanner
    tiles = [
        {"text": visit.say(text), "hint": visit.say(hint), "href": href, "icon": icon, "hue": hue}
        for text, hint, href, icon, hue in TILES
    ]
    if visit.actor.is_signed_in:
        title, board = visit.say(N_("Ihre nächsten Buchungen")), await _mine(visit)
    else:
        title = visit.say(N_("Heute im Haus"))
        board = [*today_lines(visit, await house_of(visit))][:BOARD_MAX]
    page = HomePage(_question(visit), title, board, tiles, scan)
    return await kiosk_page(visit, "kiosk/home.html", page)


def _question(visit: Visit) -> str:
    first = visit.actor.name.split(" ")[0]
    if not first:
        return visit.say(N_("Was möchten Sie tun?"))
    return visit.say(N_("Guten Tag, {name}. Was möchten Sie tun?"), name=first)


async def _mine(visit: Visit) -> list[dict[str, Any]]:
    lines = await visit.read(lambda read: spaces.coming_up(read, visit.actor, now=visit.now))
    return [_board_line(line_of(visit, line)) for line in lines[:BOARD_MAX]]


def _board_line(line: ShownLine) -> dict[str, Any]:
    return {
        "title": line.title,
        "when": "",
        "text": line.when,
        "place": line.place,
        "icon": "",
        "state": line.state,
        "state_text": "",
    }


ROUTES = (home,)
