"""The same time again and again: looking at every date, booking all, giving up what is left."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.ids import id_text
from node.web.forms import path_id, read_fields, read_query
from node.web.series import SeriesPage, book_series, series_page, status_of
from node.web.series_end import end_now, end_page
from node.web.visit import Visit


@get("/series", include_in_schema=False)
async def show_series(visit: Visit) -> Response[Any]:
    """How often, and every date of it."""
    actor = visit.signed_in()
    fields = read_query(visit)
    if "offer" not in fields.given:
        return visit.go("/find")
    return _answer(visit, await series_page(visit, actor, fields))


@post("/series", include_in_schema=False)
async def make_series(visit: Visit) -> Response[Any]:
    """Book what was ticked."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    if "recount" in fields.given:
        return _answer(visit, await series_page(visit, actor, fields))
    done = await book_series(visit, actor, fields)
    if isinstance(done, SeriesPage):
        return _answer(visit, done)
    return visit.go(f"/mine/{id_text(done[0].id)}?new=1")


def _answer(visit: Visit, page: SeriesPage) -> Response[Any]:
    return visit.page("portal/series.html", page, here="find", status=status_of(page))


@get("/mine/{reservation:str}/cancel-series", include_in_schema=False)
async def show_end(visit: Visit, reservation: str) -> Response[Any]:
    """What lies ahead of a series, and what giving all of it up costs now."""
    page = await end_page(visit, visit.signed_in(), path_id(reservation), back="/mine")
    if not page.lines:
        return visit.go(f"/mine/{reservation}")
    return visit.page("portal/series_cancel.html", page, here="mine")


@post("/mine/{reservation:str}/cancel-series", include_in_schema=False)
async def end_series(visit: Visit, reservation: str) -> Response[Any]:
    """Give it up for what was shown."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    page = await end_now(visit, actor, path_id(reservation), fields, back="/mine")
    if page is None:
        return visit.go("/mine")
    return visit.page("portal/series_cancel.html", page, here="mine", status=status_of(page))


ROUTES = (show_series, make_series, show_end, end_series)
