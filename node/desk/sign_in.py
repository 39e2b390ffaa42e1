"""Signing in at the desk: by name and password, once a shift."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people
from node.base.actors import Face
from node.base.refusals import Refusal
from node.web.errors import words
from node.web.forms import read_fields
from node.web.gate import SESSION_COOKIES
from node.web.knocking import DEVICE_COOKIE, knock_of
from node.web.room import for_who_makes_room
from node.web.visit import Visit

COOKIE = SESSION_COOKIES[Face.DESK]


@dataclass(slots=True)
class SignInPage:
    """The sign-in page; `refusal` says why it is shown again."""

    name: str = ""
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@get("/desk/sign-in", include_in_schema=False)
async def sign_in_page(visit: Visit) -> Response[Any]:
    """Ask for name and password."""
    if visit.actor.is_signed_in:
        return visit.go("/desk")
    return visit.page("desk/sign_in.html", SignInPage())


@post("/desk/sign-in", include_in_schema=False)
async def sign_in(visit: Visit) -> Response[Any]:
    """Begin a shift."""
    fields = await read_fields(visit)
    name = fields.text("name", required=True, longest=80)
    password = fields.given.get("password", "")
    if fields.problems:
        page = SignInPage(name, problems=fields.problems)
        return visit.page("desk/sign_in.html", page, status=422)
    found = await people.sign_in_with_name(
        visit.store, knock_of(visit, Face.DESK), name, password, now=visit.now
    )
    if isinstance(found, Refusal):
        # Whoever signs in here is the one who makes room.
        found = for_who_makes_room(found)
        page = SignInPage(name, words(visit, found))
        return visit.page("desk/sign_in.html", page, status=found.status)
    visit.keep(COOKIE, found.token)
    if found.device:
        visit.keep(DEVICE_COOKIE, found.device, max_age=365 * 24 * 3600)
    return visit.go("/desk")


@post("/desk/sign-out", include_in_schema=False)
async def sign_out(visit: Visit) -> Response[Any]:
    """End the shift at this browser."""
    await read_fields(visit)
    await visit.house.service(people.Sessions).end(visit.token)
    visit.forget(COOKIE)
    return visit.go("/desk/sign-in")


ROUTES = (sign_in_page, sign_in, sign_out)
