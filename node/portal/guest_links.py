"""The link for the guests of a guest apartment, made by who booked it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.web import guest_links
from node.web.visit import Visit


@get("/mine/{reservation:str}/guest", include_in_schema=False)
async def guest_link(visit: Visit, reservation: str) -> Response[Any]:
    """What a link is for, and whether there is one."""
    page = await guest_links.looked_at(visit, reservation, f"/mine/{reservation}")
    return visit.page("portal/guest_link.html", page, here="mine")


@post("/mine/{reservation:str}/guest", include_in_schema=False)
async def make_guest_link(visit: Visit, reservation: str) -> Response[Any]:
    """Make a link and show it this once."""
    page = await guest_links.made(visit, reservation, f"/mine/{reservation}")
    return visit.page("portal/guest_link.html", page, here="mine")


@post("/mine/{reservation:str}/guest/end", include_in_schema=False)
async def end_guest_link(visit: Visit, reservation: str) -> Response[Any]:
    """End the link."""
    await guest_links.ended(visit, reservation)
    return visit.go(f"/mine/{reservation}/guest")


@post("/mine/{reservation:str}/guest/slip", include_in_schema=False)
async def print_guest_link(visit: Visit, reservation: str) -> Response[bytes]:
    """The link on paper."""
    return await guest_links.printed(visit, reservation)


ROUTES = (guest_link, make_guest_link, end_guest_link, print_guest_link)
