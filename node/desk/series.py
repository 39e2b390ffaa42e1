"""A series at the desk, for somebody: courses and groups that come every week."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.actors import Actor, Permission
from node.base.ids import id_text
from node.base.refusals import N_, RefusedError
from node.desk.frame import desk_page
from node.desk.spaces import resident_of
from node.web.forms import BAD_ID, Fields, path_id, read_fields, read_query
from node.web.listing import rows_table
from node.web.series import SeriesPage, book_series, series_page, status_of
from node.web.series_end import end_now, end_page
from node.web.showing import ShownLine
from node.web.table import Table
from node.web.visit import Visit


@get("/desk/series", include_in_schema=False)
async def show_series(visit: Visit) -> Response[Any]:
    """How often, and every date of it."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = read_query(visit)
    page = await series_page(visit, await person_of(visit, staff, fields), fields)
    return await _answer(visit, page)


@post("/desk/series", include_in_schema=False)
async def make_series(visit: Visit) -> Response[Any]:
    """Book what was ticked, for the person."""
    staff = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    person = await person_of(visit, staff, fields)
    if "recount" in fields.given:
        return await _answer(visit, await series_page(visit, person, fields))
    done = await book_series(visit, person, fields)
    if isinstance(done, SeriesPage):
        return await _answer(visit, done)
    return visit.go(f"/desk/reservations/{id_text(done[0].id)}")


async def person_of(visit: Visit, staff: Actor, fields: Fields) -> Actor:
    """For whom the team books; there must be somebody."""
    found = await resident_of(visit, staff, fields.given.get("person", ""))
    if found is None:
        raise RefusedError(BAD_ID)
    return found


async def _answer(visit: Visit, page: SeriesPage) -> Response[Any]:
    return await desk_page(
        visit,
        "desk/series.html",
        page,
        here="spaces",
        status=status_of(page),
        table=lambda: rows_table(visit, visit.say(N_("serie")), COLUMNS, page.rows),
    )


COLUMNS = {
    "when": N_("Zeit"),
    "price": N_("Preis"),
    "asks": N_("Stand"),
    "why": N_("Begründung"),
    "place": N_("Ort"),
}


@get("/desk/reservations/{reservation:str}/cancel-series", include_in_schema=False)
async def show_end(visit: Visit, reservation: str) -> Response[Any]:
    """What lies ahead of somebody's series, and what giving all of it up costs them now."""
    actor = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    page = await end_page(visit, actor, path_id(reservation), back=BACK)
    if not page.lines:
        return visit.go(f"{BACK}/{reservation}")
    return await desk_page(
        visit,
        "desk/series_cancel.html",
        page,
        here="today",
        table=lambda: listed_lines(visit, page.lines),
    )


def listed_lines(visit: Visit, lines: list[ShownLine]) -> Table:
    """What is given up together, as the page lists it."""
    rows = [{"title": each.title, "when": each.when, "text": each.text} for each in lines]
    return rows_table(visit, visit.say(N_("serie")), LINE_COLUMNS, rows)


LINE_COLUMNS = {"title": N_("Ort"), "when": N_("Zeit"), "text": N_("Personen")}


@post("/desk/reservations/{reservation:str}/cancel-series", include_in_schema=False)
async def end_series(visit: Visit, reservation: str) -> Response[Any]:
    """Give it up for what was shown."""
    actor = visit.allowed(Permission.RESERVE_FOR_OTHERS)
    fields = await read_fields(visit)
    page = await end_now(visit, actor, path_id(reservation), fields, back=BACK)
    if page is None:
        return visit.go(f"{BACK}/{reservation}")
    return await desk_page(
        visit, "desk/series_cancel.html", page, here="today", status=status_of(page)
    )


BACK = "/desk/reservations"

ROUTES = (show_series, make_series, show_end, end_series)
