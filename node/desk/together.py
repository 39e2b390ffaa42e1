"""A room with more for the same time at the desk, for somebody: a feast with the kitchen."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission
from node.base.ids import id_text
from node.desk.frame import desk_page
from node.desk.series import person_of
from node.web.forms import read_fields, read_query
from node.web.series import status_of
from node.web.together import TogetherPage, book_together, together_page
from node.web.visit import Visit


@get("/desk/together", include_in_schema=False)
async def show_together(visit: Visit) -> Response[Any]:
    """What can go with a room."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = read_query(visit)
    page = await together_page(visit, await person_of(visit, staff, fields), fields)
    return await _answer(visit, page)


@post("/desk/together", include_in_schema=False)
async def make_together(visit: Visit) -> Response[Any]:
    """Book what was ticked, for the person."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    person = await person_of(visit, staff, fields)
    if "recount" in fields.given:
        return await _answer(visit, await together_page(visit, person, fields))
    done = await book_together(visit, person, fields)
    if isinstance(done, TogetherPage):
        return await _answer(visit, done)
    return visit.go(f"/desk/reservations/{id_text(done[0].id)}")


async def _answer(visit: Visit, page: TogetherPage) -> Response[Any]:
    return await desk_page(visit, "desk/together.html", page, here="spaces", status=status_of(page))


ROUTES = (show_together, make_together)
