"""A stay in several apartments: every part, one sum, one button; booked at once or not at all."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.ids import id_text
from node.web.forms import read_fields, read_query
from node.web.series import status_of
from node.web.splitting import StayPage, book_stay, stay_page
from node.web.visit import Visit


@get("/stay", include_in_schema=False)
async def show_stay(visit: Visit) -> Response[Any]:
    """What the stay would come to."""
    actor = visit.signed_in()
    fields = read_query(visit)
    if "part_0" not in fields.given:
        return visit.go("/find?kind=guest_apartment")
    return _answer(visit, await stay_page(visit, actor, fields))


@post("/stay", include_in_schema=False)
async def make_stay(visit: Visit) -> Response[Any]:
    """Book all of it for what was shown."""
    actor = visit.signed_in()
    done = await book_stay(visit, actor, await read_fields(visit))
    if isinstance(done, StayPage):
        return _answer(visit, done)
    return visit.go(f"/mine/{id_text(done[0].id)}?new=1")


def _answer(visit: Visit, page: StayPage) -> Response[Any]:
    return visit.page("portal/stay.html", page, here="find", status=status_of(page))


ROUTES = (show_stay, make_stay)
