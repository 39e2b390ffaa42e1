"""More for the same time at the lobby: a touch takes it, one button books the room and all that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node.base.ids import id_text
from node.base.refusals import N_
from node.kiosk import frame
from node.web.forms import read_fields, read_query
from node.web.series import status_of
from node.web.together import TogetherPage, book_together, together_page
from node.web.visit import Visit

ADDRESS = "/kiosk/together"


@dataclass(slots=True)
class LobbyTogether:
    """See `kiosk/together.html`. `ticks` are the hidden fields of what was taken."""

    page: TogetherPage
    lists: list[dict[str, Any]]
    ticks: list[str]
    action: str = ADDRESS


@get("/together", include_in_schema=False)
async def show_together(visit: Visit) -> Response[Any]:
    """What can go with a room, and what that comes to with what was touched."""
    actor, fields = visit.signed_in(), read_query(visit)
    if "offer" not in fields.given:
        return visit.go("/kiosk/spaces")
    return await _answer(visit, await together_page(visit, actor, fields))


@post("/together", include_in_schema=False)
async def make_together(visit: Visit) -> Response[Any]:
    """Book the room and what was touched for the sum that was shown."""
    actor, fields = visit.signed_in(), await read_fields(visit)
    done = await book_together(visit, actor, fields)
    if isinstance(done, TogetherPage):
        return await _answer(visit, done)
    return visit.go(f"/kiosk/mine/{id_text(done[0].id)}")


async def _answer(visit: Visit, page: TogetherPage) -> Response[Any]:
    taken = [row["name"] for row in (*page.equipment, *page.rooms) if row["checked"]]
    lists = (
        (visit.say(N_("Zum Dazubuchen")), page.equipment),
        (visit.say(N_("Weitere Räume zur selben Zeit")), page.rooms),
    )
    shown = LobbyTogether(
        page=page,
        lists=[
            {"title": title, "rows": [_row(page, taken, row) for row in rows]}
            for title, rows in lists
            if rows
        ],
        ticks=taken,
    )
    again = _href(page, taken)
    status = status_of(page)
    return await frame.kiosk_page(visit, "kiosk/together.html", shown, status=status, again=again)


def _row(page: TogetherPage, taken: list[str], row: dict[str, Any]) -> dict[str, Any]:
    """One thing, with a touch that takes it or leaves it again."""
    changed = sorted({*taken} ^ {row["name"]})
    return {**row, "href": _href(page, changed)}


def _href(page: TogetherPage, taken: list[str]) -> str:
    given = {each["name"]: each["value"] for each in page.hidden}
    return f"{ADDRESS}?{frame.query_of(given | dict.fromkeys(taken, '1'))}"


ROUTES = (show_together, make_together)
