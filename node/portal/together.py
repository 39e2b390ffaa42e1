"""A room with more for the same time: other rooms, equipment; booked at once or not at all."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.ids import id_text
from node.web.forms import read_fields, read_query
from node.web.series import status_of
from node.web.together import TogetherPage, book_together, together_page
from node.web.visit import Visit


@get("/together", include_in_schema=False)
async def show_together(visit: Visit) -> Response[Any]:
    """What can go with a room."""
    actor = visit.signed_in()
    fields = read_query(visit)
    if "offer" not in fields.given:
        return visit.go("/find")
    return _answer(visit, await together_page(visit, actor, fields))


@post("/together", include_in_schema=False)
async def make_together(visit: Visit) -> Response[Any]:
    """Book what was ticked."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    if "recount" in fields.given:
        return _answer(visit, await together_page(visit, actor, fields))
    done = await book_together(visit, actor, fields)
    if isinstance(done, TogetherPage):
        return _answer(visit, done)
    return visit.go(f"/mine/{id_text(done[0].id)}?new=1")


def _answer(visit: Visit, page: TogetherPage) -> Response[Any]:
    return visit.page("portal/together.html", page, here="find", status=status_of(page))


ROUTES = (show_together, make_together)
