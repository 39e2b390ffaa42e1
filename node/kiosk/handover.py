"""Handing over to a phone: a short link in a QR that opens the same page or pass there.

The link is signed by this node and good for ten minutes. It carries no session: a page asks the
phone to sign in; only a pass, which whoever holds it may show, is opened as it is.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from litestar import Response, get

from node import spaces
from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal, RefusedError
from node.kiosk.guard import KioskRules
from node.spaces import Line, Reservation
from node.store import Read
from node.web.visit import Visit

LINK_SECONDS = 600
MAC_BYTES = 10
TIME_BYTES = 5
PASS, PAGE = b"p", b"w"
ID_BYTES = 16


def page_link(visit: Visit, path: str) -> str:
    """The short link to a page of the portal."""
    return _link(visit, PAGE + path.encode())


def pass_link(visit: Visit, line: Line) -> str:
    """The short link to the pass of a reservation."""
    return _link(visit, PASS + line.reservation.id)


def pass_address(visit: Visit, reservation: Reservation) -> str:
    """What the QR of a pass says: its address, in capitals, which a QR stores in half the space."""
    decision = reservation.decision
    text = spaces.pass_text(decision.pass_) if decision else ""
    return f"{_portal(visit)}/p/{text}".upper()


def _portal(visit: Visit) -> str:
    return visit.house.service(KioskRules).portal_address


def _link(visit: Visit, what: bytes) -> str:
    until = to_epoch(visit.now) + LINK_SECONDS
    body = until.to_bytes(TIME_BYTES, "big") + what
    token = base64.b32encode(_mac(visit, body) + body).decode().rstrip("=").lower()
    return f"{_portal(visit)}/h/{token}"


def _mac(visit: Visit, body: bytes) -> bytes:
    key = visit.house.secret
    return hmac.new(key, b"handover\0" + body, hashlib.sha256).digest()[:MAC_BYTES]


@get("/h/{token:str}", include_in_schema=False)
async def open_link(visit: Visit, token: str) -> Response[Any]:
    """Open on the phone what the lobby showed."""
    what = _read(visit, token)
    if what.startswith(PAGE):
        return visit.go(what[1:].decode())
    reservation = await visit.read(lambda read: _reservation(read, what[1:]))
    decision = reservation.decision
    if decision is None or not decision.pass_:
        raise RefusedError(LINK_OLD)
    return visit.go(f"/p/{spaces.pass_text(decision.pass_)}")


def _read(visit: Visit, token: str) -> bytes:
    """What a link of ours stands for; anything else, and an old one, is refused."""
    padded = token.upper() + "=" * (-len(token) % 8)
    try:
        raw = base64.b32decode(padded)
    except (binascii.Error, ValueError):
        raise RefusedError(LINK_OLD) from None
    mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(visit, body)):
        raise RefusedError(LINK_OLD)
    if to_epoch(visit.now) > int.from_bytes(body[:TIME_BYTES], "big"):
        raise RefusedError(LINK_OLD)
    return body[TIME_BYTES:]


def _reservation(read: Read, reservation_id: bytes) -> Reservation | Refusal:
    return spaces.find_reservation(read, reservation_id) or LINK_OLD


LINK_OLD = Refusal(
    "kiosk.link_old",
    N_("Dieser Link gilt nicht mehr."),
    N_("Links vom Bildschirm in der Lobby gelten zehn Minuten. Dort bekommen Sie einen neuen."),
    status=404,
)

ROUTES = (open_link,)
