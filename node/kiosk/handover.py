"""Handing over to a phone: a short link in a QR that opens the same page or pass there.

The link is signed by this node and good for ten minutes. It carries no session: a page asks the
phone to sign in; only what whoever holds a pass may do is opened as it is: the pass, and the list
of a hand-over.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Response, get

from node import spaces
from node.base.refusals import Refusal, RefusedError
from node.kiosk.guard import KioskRules
from node.spaces import Line, Phase, Reservation
from node.store import Read
from node.web.list_links import list_address, list_thing
from node.web.short_links import LINK_OLD, seal, unseal
from node.web.visit import Visit

GOOD_FOR = timedelta(minutes=10)
USE = b"handover"
PASS, PAGE, LIST = b"p", b"w", b"l"


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


def list_link(visit: Visit, reservation_id: bytes, phase: Phase) -> str:
    """The short link to one protocol, which goes on on the phone."""
    return _link(visit, LIST + list_thing(reservation_id, phase))


def _link(visit: Visit, what: bytes) -> str:
    return f"{_portal(visit)}/h/{seal(visit.house.secret, USE, what, until=visit.now + GOOD_FOR)}"


@get("/h/{token:str}", include_in_schema=False)
async def open_link(visit: Visit, token: str) -> Response[Any]:
    """Open on the phone what the lobby showed."""
    what, _ = await unseal(visit, USE, token)
    if what.startswith(PAGE):
        return visit.go(what[1:].decode())
    if what.startswith(LIST):
        return visit.go(list_address(visit, what[1:]))
    reservation = await visit.read(lambda read: _reservation(read, what[1:]))
    decision = reservation.decision
    if decision is None or not decision.pass_:
        raise RefusedError(LINK_OLD)
    return visit.go(f"/p/{spaces.pass_text(decision.pass_)}")


def _reservation(read: Read, reservation_id: bytes) -> Reservation | Refusal:
    return spaces.find_reservation(read, reservation_id) or LINK_OLD


ROUTES = (open_link,)
