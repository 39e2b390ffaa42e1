"""The gate that every request passes: allowed host, same-origin forms, who visits, safe headers.

Written as plain ASGI because it runs for every request of a small box; what was answered and is
still true (`memory.py`) is answered here, past routing and page. DNS rebinding: a page of a
stranger whose name resolves to this box must not read it, so only known hosts are answered.
Forms of other sites are refused by what browsers say of their origin (Fetch Metadata), beside the
token that forms carry.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from litestar import Litestar, Response
from litestar.enums import MediaType
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

from node.base.actors import NOBODY, Actor, Face
from node.base.refusals import N_, Refusal
from node.web.asked import SAFE_METHODS, Asked
from node.web.bodies import BodyRequest
from node.web.errors import answer_refusal, crashed, wants_problem, words
from node.web.memory import Answer, Grounds, Memory, tagged
from node.web.methods import methods_of
from node.web.prefs import read_prefs
from node.web.problem import problem
from node.web.table import SUFFIX
from node.web.visit import House, Visit, face_of, first_part

SESSION_COOKIES = {
    Face.PORTAL: "quartier_session",
    Face.API: "quartier_session",
    Face.KIOSK: "quartier_kiosk",
    Face.DESK: "quartier_desk",
}
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

FindActor = Callable[[str, Face, datetime], Awaitable[Actor | None]]
"""Finds the person of a session token now; the app hands in the people room's sessions."""

Doors = Mapping[str, Callable[[ASGIApp], ASGIApp]]
"""What stands before all addresses that begin with a word, by that word: "kiosk" for `/kiosk/...`.
Unlike the framework's middleware it also meets an address that leads nowhere.
"""


class Gate:
    """Wraps the application; see the module."""

    def __init__(
        self,
        app: Litestar,
        house: House,
        find_actor: FindActor,
        hosts: frozenset[str],
        *,
        doors: Doors | None = None,
    ) -> None:
        self._app = app
        self._behind = {word: door(app) for word, door in (doors or {}).items()}
        self._house = house
        self._find_actor = find_actor
        self._hosts = hosts
        self._memory = Memory(house.store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with its visit, answer it from memory, or refuse it."""
        if str(scope["type"]) != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # type: ignore[typeddict-item]
            scope, receive, send = _as_get(scope, receive, send)
        if scope["method"] == "GET" and scope["path"].endswith(SUFFIX):  # type: ignore[typeddict-item]
            scope = _as_table(scope)
        visit = self._visit(scope, receive, send)
        refused = await self._admit(visit, scope)
        if refused is not None:
            answer = refused.to_asgi_response(None, visit.request)
            await answer(scope, receive, _Sending(visit, self._memory, send))
        elif (known := self._remembered(visit)) is not None:
            await _send_answer(send, known, visit.asked)
        else:
            app = self._behind.get(first_part(visit.asked.path), self._app)
            await app(scope, receive, _Sending(visit, self._memory, send))

    def _visit(self, scope: Scope, receive: Receive, send: Send) -> Visit:
        house, asked = self._house, Asked(scope)
        make_request = partial(BodyRequest, scope, receive, send)
        now, trusted = house.clock.now(), house.clock.trusted
        return Visit(asked, house, read_prefs(asked), now, trusted, make_request)

    async def _admit(self, visit: Visit, scope: Scope) -> Response[Any] | None:
        """Put the visit into the request, or answer why there will be none."""
        asked = visit.asked
        if asked.host not in self._hosts and not _is_own_name(asked.host):
            return _plain(visit, WRONG_HOST)
        scope["visit"] = visit  # type: ignore[typeddict-unknown-key]
        if asked.method not in SAFE_METHODS and not asked.is_same_origin:
            return answer_refusal(visit.request, OTHER_SITE)
        if asked.method == "OPTIONS" and (methods := methods_of(self._app, asked.path)):
            return Response(None, status_code=204, headers={"allow": ", ".join(methods)})
        try:
            await self._recognise(visit)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is an honest page
            return crashed(visit.request, error)
        return None

    async def _recognise(self, visit: Visit) -> None:
        face = face_of(visit.asked.path)
        token = visit.asked.bearer or visit.asked.cookie(SESSION_COOKIES[face])
        if token:
            actor = await self._find_actor(token, face, visit.now)
            visit.actor = actor or NOBODY
            visit.token = token if actor else ""

    def _remembered(self, visit: Visit) -> Answer | None:
        if visit.asked.method != "GET":
            return None
        return self._memory.find(
            visit.asked.key, visit.actor, now=visit.now, clock_trusted=visit.clock_trusted
        )


class _Sending:
    """Sends an answer with safe headers; keeps and tags it where its page says that it may."""

    __slots__ = ("_memory", "_send", "_start", "_visit")

    def __init__(self, visit: Visit, memory: Memory, send: Send) -> None:
        self._visit = visit
        self._memory = memory
        self._send = send
        self._start: HTTPResponseStartEvent | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *HEADERS]
            if _may_keep(self._visit, message["status"]):
                # The tag of the whole stands in its beginning.
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            start, self._start = self._start, None
            if not message["more_body"]:
                await self._send_kept(tagged(start["headers"], message["body"]))
                return
            await self._send(start)
        await self._send(message)

    async def _send_kept(self, answer: Answer) -> None:
        visit = self._visit
        grounds = Grounds(visit.actor, visit.now, visit.clock_trusted, visit.basis, visit.until)
        self._memory.keep(visit.asked.key, answer, grounds)
        await _send_answer(self._send, answer, visit.asked)


def _may_keep(visit: Visit, status: int) -> bool:
    is_plain = status == 200 and visit.asked.method == "GET" and not visit.cookies
    return is_plain and visit.until > visit.now and not visit.strays


async def _send_answer(send: Send, answer: Answer, asked: Asked) -> None:
    status, headers, body = answer.for_whom_holds(asked.says(b"if-none-match"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


@lru_cache(maxsize=64)
def _is_own_name(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
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


def _as_table(scope: Scope) -> Scope:
    """The page whose address this is but for its ending, asked for as a table and nothing else."""
    path = scope["path"].removesuffix(SUFFIX)
    headers = [line for line in scope["headers"] if line[0] != b"accept"]
    told = {
        "path": path,
        "raw_path": path.encode(),
        "headers": [*headers, (b"accept", b"text/csv")],
    }
    return {**scope, **told}  # type: ignore[return-value]


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
