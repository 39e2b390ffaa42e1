"""The gate that every request passes: allowed host, same-origin forms, who visits, safe headers.

Written as plain ASGI because it runs for every request of a small box. DNS rebinding: a page of a
stranger whose name resolves to this box must not read it, so only known hosts are answered.
Forms of other sites are refused by what browsers say of their origin (Fetch Metadata), beside the
token that forms carry.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from litestar import Request
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from node.base.actors import NOBODY, Actor, Face
from node.web.visit import House, HttpRequest, Visit, cookie_of, face_of, read_prefs

SESSION_COOKIES = {
    Face.PORTAL: "quartier_session",
    Face.API: "quartier_session",
    Face.KIOSK: "quartier_kiosk",
    Face.DESK: "quartier_desk",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE = frozenset({"same-origin", "none"})

CONTENT_POLICY = (
    b"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self';"
    b" img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; media-src 'self' blob:;"
    b" worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none';"
    b" frame-ancestors 'none'"
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=(), payment=()"),
)

FindActor = Callable[[str, Face], Awaitable[Actor | None]]
"""Finds the person of a session token; the app hands in the people room's sessions."""


class Gate:
    """Wraps the application; see the module."""

    def __init__(
        self, app: ASGIApp, house: House, find_actor: FindActor, hosts: frozenset[str]
    ) -> None:
        self._app = app
        self._house = house
        self._find_actor = find_actor
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with its visit, or refuse it."""
        if str(scope["type"]) != "http":
            await self._app(scope, receive, send)
            return
        request: HttpRequest = Request(scope, receive, send)
        if not self._is_known_host(request):
            await _refuse(send, 421, "Diese Adresse gehört nicht zu diesem Quartier.")
            return
        if request.method not in SAFE_METHODS and not is_same_origin(request):
            await _refuse(send, 403, "Diese Anfrage kam von einer fremden Seite.")
            return
        scope["visit"] = await self._visit(request)  # type: ignore[typeddict-unknown-key]

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await self._app(scope, receive, send_safely)

    async def _visit(self, request: HttpRequest) -> Visit:
        house = self._house
        face = face_of(request.url.path)
        visit = Visit(request, house, read_prefs(request), house.clock.now())
        token = _bearer(request) or cookie_of(request, SESSION_COOKIES[face])
        if token:
            actor = await self._find_actor(token, face)
            visit.actor = actor or NOBODY
            visit.token = token if actor else ""
        return visit

    def _is_known_host(self, request: HttpRequest) -> bool:
        host = (urlsplit(f"//{request.headers.get('host', '')}").hostname or "").lower()
        if host in self._hosts or host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True


def is_same_origin(request: HttpRequest) -> bool:
    """Whether a changing request comes from one of our pages, or from no browser at all."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in SAME_SITE
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _bearer(request: HttpRequest) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = sentence.encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
