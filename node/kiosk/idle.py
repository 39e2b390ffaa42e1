"""The lobby at rest: a notice board that lives; and the reset that leaves nothing of anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import people
from node.base.actors import Face
from node.kiosk.board import (
    House,
    date_leaves,
    free_lines,
    read_house,
    stay_lines,
    today_lines,
    waste_lines,
)
from node.kiosk.frame import FORM_COOKIE, HELD_COOKIE, REST, STAY_COOKIE, kiosk_page, qr_src
from node.kiosk.guard import KioskRules
from node.kiosk.prefs import COOKIE as PREFS_COOKIE
from node.kiosk.told import WAY_COOKIE
from node.web.forms import read_fields
from node.web.gate import SESSION_COOKIES
from node.web.greeting import greeting
from node.web.qr import qr_svg
from node.web.visit import Visit

CLEAN = "/kiosk/clean"
CLEAN_SECONDS = 60
"""A screen of this size is wiped and dry again."""


@dataclass(slots=True)
class IdlePage:
    """See `kiosk/idle.html`."""

    greeting: str
    today: list[dict[str, str]]
    waste: list[dict[str, str]]
    free_now: list[dict[str, Any]]
    free_stays: list[dict[str, Any]]
    dates: list[dict[str, str]]
    phone: dict[str, str]


@dataclass(slots=True)
class CleanPage:
    """See `kiosk/clean.html`."""

    seconds: int = CLEAN_SECONDS
    home: str = REST


@get("/", include_in_schema=False)
async def idle(visit: Visit) -> Response[Any]:
    """The picture while nobody is there; whoever is signed in gets to their own page."""
    if visit.actor.is_signed_in:
        return visit.go("/kiosk/home")
    house = await house_of(visit)
    address = visit.house.service(KioskRules).portal_address
    page = IdlePage(
        greeting=_greeting(visit, house),
        today=today_lines(visit, house),
        waste=waste_lines(visit, house),
        free_now=free_lines(visit, house),
        free_stays=stay_lines(visit, house),
        dates=date_leaves(visit, house),
        phone={
            "qr_src": qr_src(qr_svg(address)),
            "address": address.partition("://")[2] or address,
        },
    )
    return await kiosk_page(visit, "kiosk/idle.html", page)


async def house_of(visit: Visit) -> House:
    """What the board shows now."""
    key = visit.house.service(KioskRules).house
    return await visit.read(lambda read: read_house(read, now=visit.now, house_key=key))


def _greeting(visit: Visit, house: House) -> str:
    where = house.building.name if house.building else visit.house.quarter_name
    return f"{greeting(visit)} · {where}"


@post("/reset", include_in_schema=False)
async def reset(visit: Visit) -> Response[Any]:
    """Forget the last person: session, what was scanned, language, everything a browser keeps.

    It asks for no form's token: it must work for whoever stands there, and forgetting harms nobody.
    """
    return await _forgotten(visit, REST)


async def _forgotten(visit: Visit, path: str) -> Response[Any]:
    """Go on to a page with nothing left of who was here."""
    if visit.token:
        await visit.house.service(people.Sessions).end(visit.token)
    for key in (
        SESSION_COOKIES[Face.KIOSK],
        HELD_COOKIE,
        STAY_COOKIE,
        FORM_COOKIE,
        WAY_COOKIE,
        PREFS_COOKIE,
    ):
        visit.forget(key)
    answer = visit.go(path)
    if not visit.house.demo:
        # In a demo the other faces live in the same browser; theirs must survive.
        answer.headers["clear-site-data"] = '"cookies", "storage"'
    return answer


@post("/clean", include_in_schema=False)
async def begin_cleaning(visit: Visit) -> Response[Any]:
    """Forget whoever was there, then take no touch for a minute. Whoever stands there may do it:
    who cleans has no account, and all that a joker gains is that minute.
    """
    await read_fields(visit)
    return await _forgotten(visit, CLEAN)


@get("/clean", include_in_schema=False)
async def cleaning(visit: Visit) -> Response[Any]:
    """A screen to wipe: nothing on it can be touched, and it goes on by itself."""
    return visit.page("kiosk/clean.html", CleanPage())


ROUTES = (idle, reset, begin_cleaning, cleaning)
