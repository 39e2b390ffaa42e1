"""Making, ending and printing a guest's link: the same for who booked and for the desk."""

from __future__ import annotations

import asyncio

from litestar import Response

from node import quarter, spaces
from node.base.refusals import Refusal, granted
from node.spaces import Line, guests
from node.store import Read
from node.web.forms import path_id, read_fields
from node.web.guests import (
    NO_SLIP,
    PAPERS,
    GuestLinkPage,
    drawn_slip,
    guest_link_page,
    guest_slip,
)
from node.web.pdf_file import pdf_file
from node.web.visit import Visit


async def looked_at(visit: Visit, reservation: str, back: str) -> GuestLinkPage:
    """Whether there is a link, and since when."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)

    def look(read: Read) -> tuple[Line, guests.GuestLink | None] | Refusal:
        link = guests.open_link(read, actor, reservation_id, now=visit.now)
        if isinstance(link, Refusal):
            return link
        return granted(spaces.get_line(read, actor, reservation_id, now=visit.now)), link

    line, link = await visit.read(look)
    return guest_link_page(visit, line, link, back=back)


async def made(visit: Visit, reservation: str, back: str) -> GuestLinkPage:
    """A new link, with its address this once; an older one counts no more."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)
    await read_fields(visit)
    token = await visit.write(
        lambda write: guests.make_link(write, actor, reservation_id, now=visit.now)
    )
    line = await visit.read(
        lambda read: spaces.get_line(read, actor, reservation_id, now=visit.now)
    )
    return guest_link_page(visit, line, None, back=back, token=token)


async def ended(visit: Visit, reservation: str) -> None:
    """No link any more."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)
    await read_fields(visit)
    await visit.write(lambda write: guests.end_link(write, actor, reservation_id, now=visit.now))


async def printed(visit: Visit, reservation: str) -> Response[bytes]:
    """The link that was just made on paper, A6 or A4, in German and English."""
    actor, reservation_id = visit.signed_in(), path_id(reservation)
    fields = await read_fields(visit)
    token = fields.text("token", longest=40)
    paper = fields.choice("paper", PAPERS, default="a4") or "a4"

    def look(read: Read) -> tuple[guests.Stay, str] | Refusal:
        found = guests.open_link(read, actor, reservation_id, now=visit.now)
        if isinstance(found, Refusal):
            return found
        if not guests.belongs(read, token, reservation_id):
            return NO_SLIP
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        building = quarter.find_building(read, line.space.building_id)
        where = (building.address or building.name) if building else ""
        return guests.stay_of(read, line, now=visit.now), where

    stay, where = await visit.read(look)
    slip = guest_slip(visit, stay, where, token)
    content = await asyncio.to_thread(drawn_slip, slip, paper)
    return pdf_file(f"gaeste-{paper}", content)
