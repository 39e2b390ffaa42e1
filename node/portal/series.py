"""The same time again and again: looking at every date, booking all, giving up what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import Refusal, granted
from node.spaces import Line
from node.store import Read
from node.web.errors import words
from node.web.forms import path_id, read_fields, read_query
from node.web.series import SeriesPage, book_series, series_page, status_of
from node.web.showing import ShownLine, line_of, money
from node.web.visit import Visit


@dataclass(slots=True)
class EndSeriesPage:
    """See `portal/series_cancel.html`."""

    back: str
    action: str
    lines: list[ShownLine]
    fee: str
    fee_cents: str
    is_free: bool
    refusal: dict[str, Any] | None = None


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
    page = await _end_page(visit, reservation)
    if not page.lines:
        return visit.go(f"/mine/{reservation}")
    return visit.page("portal/series_cancel.html", page, here="mine")


@post("/mine/{reservation:str}/cancel-series", include_in_schema=False)
async def end_series(visit: Visit, reservation: str) -> Response[Any]:
    """Give it up for what was shown."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    fee, reservation_id = fields.number("fee", low=0, high=10**8), path_id(reservation)
    done = await visit.store.write(
        lambda write: spaces.cancel_series(
            write, actor, reservation_id, fee_cents=fee, now=visit.now
        )
    )
    if not isinstance(done, Refusal):
        return visit.go("/mine")
    page = await _end_page(visit, reservation)
    page.refusal = words(visit, done)
    return visit.page("portal/series_cancel.html", page, here="mine", status=done.status)


def series_lines(read: Read, visit: Visit, actor: Actor, reservation_id: bytes) -> list[Line]:
    """What lies ahead of a reservation's series, itself among it; empty where it has none."""
    ahead = spaces.series_ahead(read, actor, reservation_id, now=visit.now)
    found = (spaces.get_line(read, actor, each.id, now=visit.now) for each in ahead)
    return [line for line in found if isinstance(line, Line)]


async def _end_page(visit: Visit, reservation: str) -> EndSeriesPage:
    actor, reservation_id = visit.signed_in(), path_id(reservation)

    def look(read: Read) -> tuple[list[Line], int]:
        granted(spaces.own_reservation(read, actor, reservation_id))
        lines = series_lines(read, visit, actor, reservation_id)
        return lines, spaces.series_fee([line.reservation for line in lines], now=visit.now)

    lines, fee = await visit.read(look)
    return EndSeriesPage(
        back=f"/mine/{reservation}",
        action=f"/mine/{reservation}/cancel-series",
        lines=[line_of(visit, line) for line in lines],
        fee=money(visit, fee),
        fee_cents=str(fee),
        is_free=fee == 0,
    )


ROUTES = (show_series, make_series, show_end, end_series)
