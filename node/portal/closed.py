"""My place is shut at my time: move with all that goes along, or give it back, in one press."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.refusals import Refusal
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.relocating import closed_page, give_it_back, move_away
from node.web.visit import Visit


@get("/mine/{reservation:str}/closed", include_in_schema=False)
async def show_closed(visit: Visit, reservation: str) -> Response[Any]:
    """What there is instead and what it costs, before and after."""
    return await _answer(visit, reservation)


async def _answer(visit: Visit, reservation: str, refusal: Refusal | None = None) -> Response[Any]:
    page = await closed_page(visit, visit.signed_in(), path_id(reservation))
    if page is None:
        return visit.go(f"/mine/{reservation}")
    if refusal is not None:
        page.refusal = words(visit, refusal)
    status = refusal.status if refusal is not None else 200
    return visit.page("portal/closed.html", page, here="mine", status=status)


@post("/mine/{reservation:str}/closed", include_in_schema=False)
async def move_mine(visit: Visit, reservation: str) -> Response[Any]:
    """Move to what was offered, for the price that was shown."""
    actor, fields = visit.signed_in(), await read_fields(visit)
    done = await move_away(visit, actor, path_id(reservation), fields)
    if isinstance(done, Refusal):
        return await _answer(visit, reservation, done)
    return visit.go(f"/mine/{reservation}?changed=1")


@post("/mine/{reservation:str}/give-back", include_in_schema=False)
async def give_back_mine(visit: Visit, reservation: str) -> Response[Any]:
    """Give it up at no cost."""
    actor = visit.signed_in()
    await read_fields(visit)
    done = await give_it_back(visit, actor, path_id(reservation))
    if isinstance(done, Refusal):
        return await _answer(visit, reservation, done)
    return visit.go(f"/mine/{reservation}")


ROUTES = (show_closed, move_mine, give_back_mine)
