"""The link for the guests of a guest apartment, made by the desk for whoever stands there."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission
from node.desk.frame import desk_page
from node.web import guest_links
from node.web.visit import Visit


@get("/desk/reservations/{reservation:str}/guest", include_in_schema=False)
async def guest_link(visit: Visit, reservation: str) -> Response[Any]:
    """What a link is for, and whether there is one."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    page = await guest_links.looked_at(visit, reservation, f"/desk/reservations/{reservation}")
    return await desk_page(visit, "desk/guest_link.html", page, here="today")


@post("/desk/reservations/{reservation:str}/guest", include_in_schema=False)
async def make_guest_link(visit: Visit, reservation: str) -> Response[Any]:
    """Make a link and show it this once."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    page = await guest_links.made(visit, reservation, f"/desk/reservations/{reservation}")
    return await desk_page(visit, "desk/guest_link.html", page, here="today")


@post("/desk/reservations/{reservation:str}/guest/end", include_in_schema=False)
async def end_guest_link(visit: Visit, reservation: str) -> Response[Any]:
    """End the link."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    await guest_links.ended(visit, reservation)
    return visit.go(f"/desk/reservations/{reservation}/guest")


@post("/desk/reservations/{reservation:str}/guest/slip", include_in_schema=False)
async def print_guest_link(visit: Visit, reservation: str) -> Response[bytes]:
    """The link on paper."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    return await guest_links.printed(visit, reservation)


ROUTES = (guest_link, make_guest_link, end_guest_link, print_guest_link)
