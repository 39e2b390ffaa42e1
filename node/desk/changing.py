"""Changing somebody's reservation at the desk; who did it is recorded with it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission
from node.desk.frame import desk_page
from node.web.changing import ChangePage, change_now, change_page
from node.web.forms import path_id, read_fields, read_query
from node.web.visit import Visit


@get("/desk/reservations/{reservation:str}/change", include_in_schema=False)
async def show_change(visit: Visit, reservation: str) -> Response[Any]:
    """The form, and what the typed change would come to."""
    actor = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    page = await change_page(visit, actor, path_id(reservation), read_query(visit))
    return await _answer(visit, page)


@post("/desk/reservations/{reservation:str}/change", include_in_schema=False)
async def make_change(visit: Visit, reservation: str) -> Response[Any]:
    """Change it for the price that was shown."""
    actor = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    if "recount" in fields.given:
        fields.given["search"] = "1"
        page = await change_page(visit, actor, path_id(reservation), fields)
        return await _answer(visit, page)
    words = fields.text("words", longest=200)
    done = await change_now(visit, actor, path_id(reservation), fields, said=words)
    if isinstance(done, ChangePage):
        return await _answer(visit, done)
    return visit.go(f"/desk/reservations/{reservation}")


async def _answer(visit: Visit, page: ChangePage) -> Response[Any]:
    status = 422 if page.errors else (409 if page.refusal else 200)
    return await desk_page(visit, "desk/change.html", page, here="today", status=status)


ROUTES = (show_change, make_change)
