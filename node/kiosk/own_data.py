"""What is held about somebody: where they get it, and how far an erasure is.

A lobby's screen is no place to read one's own data on, so it leads on: to the phone, or to paper at
the desk. A receipt names nobody; whoever has its number may look here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get

from node import people
from node.base.refusals import N_
from node.kiosk.frame import kiosk_page, qr_src
from node.kiosk.handover import page_link
from node.web.forms import read_query
from node.web.own_data import shown_receipt
from node.web.qr import qr_svg
from node.web.visit import Visit

HERE = "/kiosk/data"
NUMBER_CHARS_MAX = 40


@dataclass(slots=True)
class OwnDataPage:
    """See `kiosk/own_data.html`."""

    phone_src: str
    receipt: dict[str, Any] | None = None
    wait_days: int = people.WAIT_DAYS
    number: str = ""
    problems: dict[str, str] = field(default_factory=dict)


@get("/data", include_in_schema=False)
async def own_data_page(visit: Visit) -> Response[Any]:
    """Where one's data is to be had; and the receipt of the number that was typed."""
    number = read_query(visit).text("number", longest=NUMBER_CHARS_MAX)
    page = OwnDataPage(qr_src(qr_svg(page_link(visit, "/account/data"))), number=number)
    found = await visit.store.read(lambda read: people.find_erasure(read, number))
    status = 200
    if found is not None:
        page.receipt = await shown_receipt(visit, found)
    elif number:
        sentence = N_("Diese Nummer kennen wir nicht. Bitte prüfen Sie sie.")
        page.problems, status = {"number": visit.say(sentence)}, 404
    again = f"{HERE}?number={found.number}" if found is not None else HERE
    return await kiosk_page(visit, "kiosk/own_data.html", page, status=status, again=again)


ROUTES = (own_data_page,)
