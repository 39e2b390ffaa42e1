"""Changing one of mine: another time or place, other people; what it costs before it is done."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.web.changing import ChangePage, change_now, change_page
from node.web.forms import path_id, read_fields, read_query
from node.web.visit import Visit


@get("/mine/{reservation:str}/change", include_in_schema=False)
async def show_change(visit: Visit, reservation: str) -> Response[Any]:
    """The form, and what the typed change would come to."""
    actor = visit.signed_in()
    page = await change_page(visit, actor, path_id(reservation), read_query(visit))
    return _answer(visit, page)


@post("/mine/{reservation:str}/change", include_in_schema=False)
async def make_change(visit: Visit, reservation: str) -> Response[Any]:
    """Change it for the price that was shown."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    if "recount" in fields.given:
        fields.given["search"] = "1"
        page = await change_page(visit, actor, path_id(reservation), fields)
        return _answer(visit, page)
    done = await change_now(visit, actor, path_id(reservation), fields)
    if isinstance(done, ChangePage):
        return _answer(visit, done)
    return visit.go(f"/mine/{reservation}?changed=1")


def _answer(visit: Visit, page: ChangePage) -> Response[Any]:
    status = 422 if page.errors else (409 if page.refusal else 200)
    return visit.page("portal/change.html", page, here="mine", status=status)


ROUTES = (show_change, make_change)
