"""Somebody has read what the team did to their reservation: said once, for all devices."""

from __future__ import annotations

from typing import Any

from litestar import Response, post

from node.base.refusals import Refusal
from node.portal.guest import shut, start_of, stay_behind
from node.spaces import Reservation, guests
from node.spaces.telling import acknowledge_as_guest
from node.store import Write
from node.web.forms import read_fields
from node.web.told import note_seen
from node.web.visit import Visit


@post("/mine/{reservation:str}/seen", include_in_schema=False)
async def seen(visit: Visit, reservation: str) -> Response[Any]:
    """They know of it, up to what stood there."""
    fields = await note_seen(visit, reservation)
    return visit.go("/" if fields.given.get("back") == "today" else f"/mine/{reservation}")


@post("/guest/{token:str}/seen", include_in_schema=False)
async def seen_by_guests(visit: Visit, token: str) -> Response[Any]:
    """The guests of a stay know of it; who booked it is told as well."""
    stay = await stay_behind(visit, token)
    act_id = (await read_fields(visit)).id("act")

    def run(write: Write) -> Reservation | Refusal:
        again = guests.find_stay(write, token, now=visit.now)
        if again is None:
            return guests.NO_PAGE
        return acknowledge_as_guest(write, again.line.reservation, act_id, now=visit.now)

    await visit.write(run)
    return shut(visit.go(start_of(token, stay)))


ROUTES = (seen, seen_by_guests)
