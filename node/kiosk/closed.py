"""A place that is shut at somebody's time, at the lobby: what there is instead, one of it with its
price before and after, then one button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node.base.refusals import Refusal
from node.kiosk import frame
from node.web.forms import path_id, read_fields, read_query
from node.web.relocating import ClosedPage, closed_page, give_it_back, move_away
from node.web.visit import Visit


@dataclass(slots=True)
class LobbyClosed:
    """See `kiosk/closed.html`; `picked` is the offer that is looked at."""

    page: ClosedPage
    offers: list[dict[str, Any]]
    picked: dict[str, Any] | None
    address: str
    back: str


@get("/mine/{reservation:str}/closed", include_in_schema=False)
async def show_closed(visit: Visit, reservation: str) -> Response[Any]:
    """What there is instead, or one of it."""
    page = await closed_page(visit, visit.signed_in(), path_id(reservation))
    back = f"/kiosk/mine/{reservation}"
    if page is None:
        return visit.go(back)
    address = f"{back}/closed"
    asked = read_query(visit).given.get("offer", "")
    picked = next((each for each in page.offers if each["value"] == asked), None)
    offers = [
        {**each, "href": f"{address}?{frame.query_of({'offer': each['value']})}"}
        for each in page.offers
    ]
    shown = LobbyClosed(page, offers, picked, back, address if picked else back)
    return await frame.kiosk_page(visit, "kiosk/closed.html", shown)


@post("/mine/{reservation:str}/closed", include_in_schema=False)
async def move_mine(visit: Visit, reservation: str) -> Response[Any]:
    """Move to what was offered, for the price that was shown."""
    actor, fields = visit.signed_in(), await read_fields(visit)
    done = await move_away(visit, actor, path_id(reservation), fields)
    if isinstance(done, Refusal):
        again = f"/kiosk/mine/{reservation}/closed"
        return await frame.refusal_page(visit, done, again=again)
    return visit.go(f"/kiosk/mine/{reservation}?changed=1")


@post("/mine/{reservation:str}/give-back", include_in_schema=False)
async def give_back_mine(visit: Visit, reservation: str) -> Response[Any]:
    """Give it up at no cost."""
    actor = visit.signed_in()
    await read_fields(visit)
    done = await give_it_back(visit, actor, path_id(reservation))
    if isinstance(done, Refusal):
        return await frame.refusal_page(visit, done, again=f"/kiosk/mine/{reservation}")
    return visit.go(f"/kiosk/mine/{reservation}")


ROUTES = (show_closed, move_mine, give_back_mine)
