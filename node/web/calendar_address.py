"""The address of a calendar, made and shown once: as words, as a QR, for the device's own app."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from node import people, quarter, spaces
from node.base.actors import Actor
from node.base.refusals import N_, RefusedError
from node.people import FeedView
from node.store import Read
from node.web.forms import BAD_ID, Fields
from node.web.qr import qr_svg
from node.web.visit import Visit

APP_SCHEMES = {"http": "webcal", "https": "webcals"}
"""By these a device hands an address to its calendar instead of loading it once."""


WHAT = {
    FeedView.MINE: N_("Was Ihr Haushalt gebucht hat"),
    FeedView.SPACE: N_("Wann der Raum vergeben ist, ohne Namen"),
    FeedView.HOUSE: N_("Wann welcher Raum des Hauses vergeben ist, ohne Namen"),
    FeedView.DESK: N_("Alle Buchungen mit Klingelschild und Wohnung"),
    FeedView.TURNOVER: N_("Was zu reinigen ist, ohne Namen"),
}
"""What each calendar shows."""


@dataclass(frozen=True, slots=True)
class MadeAddress:
    """See `portal/calendar_address.html`; `app_href` opens the calendar of the device."""

    title: str
    text: str
    address: str
    app_href: str
    qr: str


def name_of(read: Read, visit: Visit, view: FeedView, about_id: bytes) -> str:
    """What a calendar is called; empty where there is none."""
    if view is FeedView.MINE:
        return visit.say(N_("Meine Buchungen"))
    if view is FeedView.TURNOVER and not about_id:
        return visit.say(N_("Alle Häuser"))
    if view in {FeedView.HOUSE, FeedView.TURNOVER}:
        building = quarter.find_building(read, about_id)
        return building.name if building is not None else ""
    space = spaces.find_space(read, about_id)
    return visit.local(space.name) if space is not None else ""


def asked_view(fields: Fields, views: Collection[FeedView]) -> FeedView:
    """Which of the calendars that a page offers was asked for; anything else is refused."""
    given = fields.text("view")
    if given not in {str(view) for view in views}:
        raise RefusedError(BAD_ID)
    return FeedView(given)


async def make_address(visit: Visit, actor: Actor, view: FeedView, about_id: bytes) -> MadeAddress:
    """An address of a place or house that there is, as pages show it this once."""
    name = await visit.read(lambda read: name_of(read, visit, view, about_id))
    if not name:
        raise RefusedError(BAD_ID)
    token = await visit.write(
        lambda write: people.open_feed(write, actor, view, about_id, now=visit.now)
    )
    return _made(visit, token, title=name, text=visit.say(WHAT[view]))


def _made(visit: Visit, token: str, *, title: str, text: str) -> MadeAddress:
    """The address that bears a token."""
    base = reachable_address(visit)
    address = f"{base}/calendar/{token}.ics"
    scheme, rest = address.split(":", 1)
    app_href = f"{APP_SCHEMES.get(scheme, scheme)}:{rest}"
    return MadeAddress(title, text, address, app_href, qr_svg(address))


def reachable_address(visit: Visit) -> str:
    """Where this node is found: as the browser found it, unless that sits at the box itself."""
    url = visit.request.url
    if _is_the_box(url.hostname or ""):
        told = visit.house.address
        if not _is_the_box(urlsplit(told).hostname or "localhost"):
            return told
    return f"{url.scheme}://{url.netloc}"


def _is_the_box(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
