"""Who gets the lobby's pages: only its own screens. And nobody stores them.

A browser elsewhere is shown the way to the portal. A request that came through a proxy is never a
lobby screen: it would bear the proxy's own address, which is often loopback.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from node.base.refusals import N_, Refusal
from node.kiosk import frame
from node.kiosk.prefs import kiosk_prefs
from node.web.errors import answer_refusal
from node.web.straight import comes_straight_from
from node.web.visit import HttpRequest, Visit


@dataclass(frozen=True, slots=True)
class KioskRules:
    """What the app tells this face: which addresses (or networks, `10.77.0.0/28`) are lobby
    screens, where a phone finds the portal, the key of the house that the lobby belongs to, and
    whether a scanner that types like a keyboard hangs on it.
    """

    addresses: frozenset[str]
    portal_address: str
    house: str = ""
    has_scanner: bool = False

    def is_lobby_screen(self, request: HttpRequest) -> bool:
        """Whether the request comes straight from one of the screens."""
        return comes_straight_from(request, self.addresses)


class Lobby:
    """Stands before each address of this face, also one that leads nowhere: guards it, reads its
    own preferences, says no in its own frame, lets nobody store it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a lobby screen, or show the way to the portal."""
        visit: Visit = scope["visit"]  # type: ignore[typeddict-item]
        send_unstored = unstored(send)
        if not visit.house.service(KioskRules).is_lobby_screen(visit.request):
            answer = _elsewhere(visit).to_asgi_response(None, visit.request)
            await answer(scope, receive, send_unstored)
            return
        visit.prefs = kiosk_prefs(visit.asked)
        visit.refuse = frame.refusal_page
        await self._app(scope, receive, send_unstored)


def unstored(send: Send) -> Send:
    """Sends answers that no browser and no proxy keeps."""

    async def send_unstored(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"cache-control", b"no-store")]
        await send(message)

    return send_unstored


def _elsewhere(visit: Visit) -> Response[Any]:
    if visit.wants_json:
        return answer_refusal(visit.request, NOT_HERE)
    portal = visit.house.service(KioskRules).portal_address
    # The page is drawn as the portal's, for whoever sees it holds a phone.
    page = {"portal": portal, "path": "/", "way_back": "/", "actor": None}
    return visit.page("kiosk/elsewhere.html", page, status=NOT_HERE.status)


NOT_HERE = Refusal(
    "kiosk.not_here",
    N_("Diese Seiten sind für den Bildschirm in der Lobby."),
    N_("Auf Ihrem eigenen Gerät finden Sie alles im Portal."),
    status=403,
)
