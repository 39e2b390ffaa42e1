"""The way in from outside: a resident opts in, and central lets the holder of a link in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, post

from node import people
from node.base.refusals import granted
from node.web.forms import NOT_FOUND, read_fields
from node.web.qr import qr_svg
from node.web.visit import Visit


@dataclass(slots=True)
class OutsidePage:
    """See `portal/account_outside.html`: the link, shown this once."""

    link: str
    qr: str


@post("/account/outside", include_in_schema=False)
async def open_outside(visit: Visit) -> Response[Any]:
    """Opt in: the link and its QR are shown this once, for only their digest is kept."""
    actor = visit.signed_in()
    await read_fields(visit)
    if not visit.house.away_address:
        granted(NOT_FOUND)
    token = await visit.write(lambda write: people.open_outside_access(write, actor, now=visit.now))
    link = f"{visit.house.away_address}/away/{token}"
    return visit.page(
        "portal/account_outside.html", OutsidePage(link, qr_svg(link)), here="account"
    )


@post("/account/outside/close", include_in_schema=False)
async def close_outside(visit: Visit) -> Response[Any]:
    """Opt out: every link is void."""
    actor = visit.signed_in()
    await read_fields(visit)
    await visit.write(lambda write: people.close_outside_access(write, actor, now=visit.now))
    return visit.go("/account?done=outside")


ROUTES = (open_outside, close_outside)
