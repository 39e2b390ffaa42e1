"""The gate that every request passes: allowed host, same-origin forms, who visits, safe headers.

Written as plain ASGI because it runs for every request of a small box. DNS rebinding: a page of a
stranger whose name resolves to this box must not read it, so only known hosts are answered.
Forms of other sites are refused by what browsers say of their origin (Fetch Metadata), beside the
token that forms carry.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Request, Response
from litestar.enums import MediaType
from litestar.types import Message, Receive, Scope, Send

from node.base.actors import NOBODY, Actor, Face
from node.base.refusals import N_, Refusal
from node.web.errors import answer_refusal, crashed, wants_problem, words
from node.web.methods import methods_of
from node.web.problem import problem
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
        self, app: Litestar, house: House, find_actor: FindActor, hosts: frozenset[str]
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
        if request.method == "HEAD":
            scope, receive, send = _as_get(scope, receive, send)
            request = Request(scope, receive, send)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        refused = await self._admit(request)
        if refused is None:
            await self._app(scope, receive, send_safely)
        else:
            await refused.to_asgi_response(None, request)(scope, receive, send_safely)

    async def _admit(self, request: HttpRequest) -> Response[Any] | None:
        """Put the visit into the request, or answer why there will be none."""
        visit = Visit(request, self._house, read_prefs(request), self._house.clock.now())
        if not self._is_known_host(request):
            return _plain(visit, WRONG_HOST)
        request.scope["visit"] = visit  # type: ignore[typeddict-unknown-key]
        if request.method not in SAFE_METHODS and not is_same_origin(request):
            return answer_refusal(request, OTHER_SITE)
        if request.method == "OPTIONS" and (methods := methods_of(self._app, request.url.path)):
            return Response(None, status_code=204, headers={"allow": ", ".join(methods)})
        try:
            await self._recognise(visit)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is an honest page
            return crashed(request, error)
        return None

    async def _recognise(self, visit: Visit) -> None:
        face = face_of(visit.request.url.path)
        token = _bearer(visit.request) or cookie_of(visit.request, SESSION_COOKIES[face])
        if token:
            actor = await self._find_actor(token, face)
            visit.actor = actor or NOBODY
            visit.token = token if actor else ""

    def _is_known_host(self, request: HttpRequest) -> bool:
        host = host_name(request.headers.get("host", ""))
        if host in self._hosts or host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return False
        return True


def _as_get(scope: Scope, receive: Receive, send: Send) -> tuple[Scope, Receive, Send]:
    """The same request as a GET whose body nobody gets: every page answers HEAD (RFC 9110)."""
    started = asyncio.Event()

    async def receive_until_started() -> Any:
        if started.is_set():
            # Or a stream would go on for nobody.
            return {"type": "http.disconnect"}
        return await receive()

    async def send_head(message: Message) -> None:
        if message["type"] != "http.response.start":
            return
        started.set()
        await send(message)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return {**scope, "method": "GET"}, receive_until_started, send_head  # type: ignore[return-value]


def is_same_origin(request: HttpRequest) -> bool:
    """Whether a changing request comes from one of our pages, or from no browser at all."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in SAME_SITE
    origin = request.headers.get("origin")
    # What browsers write; comparing it whole needs no parser that somebody could confuse.
    own = (f"http://{request.headers.get('host')}", f"https://{request.headers.get('host')}")
    return origin is None or origin in own


def host_name(header: str) -> str:
    """The name in a Host header in small letters; "" where it makes no sense."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def _bearer(request: HttpRequest) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _plain(visit: Visit, refusal: Refusal) -> Response[Any]:
    """A no without a page: a stranger's script that may read it learns nothing of the quarter."""
    if wants_problem(visit):
        return problem(words(visit, refusal))
    text = f"{visit.say(refusal.message)} {visit.say(refusal.remedy)}"
    return Response(text, status_code=refusal.status, media_type=MediaType.TEXT)


WRONG_HOST = Refusal(
    "web.wrong_host",
    N_("Diese Adresse gehört nicht zu diesem Quartier."),
    N_("Bitte öffnen Sie die Adresse, die in Ihrem Brief steht."),
    status=421,
)
OTHER_SITE = Refusal(
    "web.other_site",
    N_("Diese Anfrage kam von einer fremden Seite. Es wurde nichts geändert."),
    N_("Bitte öffnen Sie das Portal selbst und schicken Sie von dort ab, was Sie möchten."),
    status=403,
)
