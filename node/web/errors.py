"""One map from everything that can go wrong to an honest answer: a page, or problem+json.

Refusals keep their code and words (RFC 9457 for programs). A programmer's error is logged with an
id that the page shows; nothing of the request's content goes into the log.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import Receive, Scope, Send

from node.base.actors import Face
from node.base.ids import id_text, random_id
from node.base.refusals import N_, Refusal, RefusedError
from node.web.methods import methods_of
from node.web.problem import problem
from node.web.visit import HttpRequest, Visit, as_json, face_of

log = logging.getLogger("quartier.web")

_HTTP_WORDS = {
    400: (
        N_("Diese Angaben konnten nicht gelesen werden."),
        N_("Bitte prüfen Sie die Eingaben und versuchen Sie es noch einmal."),
    ),
    404: (
        N_("Diese Seite gibt es nicht."),
        N_("Vielleicht ist der Link alt. Von der Startseite aus finden Sie alles."),
    ),
    405: (N_("Das geht an dieser Stelle nicht."), N_("Bitte beginnen Sie auf der Startseite.")),
    413: (
        N_("Das ist zu groß, um es anzunehmen."),
        N_("Bitte schicken Sie weniger auf einmal."),
    ),
}


def refused(request: HttpRequest, error: RefusedError) -> Response[Any]:
    """Answer a business no."""
    return answer_refusal(request, error.refusal)


def answer_refusal(
    request: HttpRequest, refusal: Refusal, *, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    """The refusal as problem+json or as a page; whoever must sign in is sent there."""
    visit = request.scope.get("visit")
    if not isinstance(visit, Visit):
        return Response(refusal.message, status_code=refusal.status, media_type=MediaType.TEXT)
    if "seconds" in refusal.values and refusal.status == 429:
        headers = {"retry-after": str(refusal.values["seconds"]), **(headers or {})}
    if wants_problem(visit):
        return _problem(visit, refusal, headers)
    if refusal.status == 401:
        return Redirect(_sign_in_and_back(visit), status_code=303, cookies=visit.cookies)
    return _Page(visit, refusal, headers or {}) if visit.refuse else _page(visit, refusal, headers)


def _page(
    visit: Visit, refusal: Refusal, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    page = visit.page("refusal.html", {"refusal": words(visit, refusal)}, status=refusal.status)
    page.headers.update(headers or {})
    return page


class _Page(Response[None]):
    """A no that its face draws when it is sent; without its frame where that cannot be had."""

    def __init__(self, visit: Visit, refusal: Refusal, headers: Mapping[str, str]) -> None:
        super().__init__(None, status_code=refusal.status, headers=dict(headers))
        self._visit = visit
        self._refusal = refusal

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """What the framework calls to have it sent."""
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Draw it and send it."""
        page = await self._drawn()
        page.headers.update(self.headers)
        await page.to_asgi_response(None, self._visit.request)(scope, receive, send)

    async def _drawn(self) -> Response[Any]:
        visit, refusal = self._visit, self._refusal
        try:
            return await visit.refuse(visit, refusal) if visit.refuse else _page(visit, refusal)
        except Exception as error:  # noqa: BLE001 - what broke the page may break its frame, too
            return self._bare(error)

    def _bare(self, error: Exception) -> Response[Any]:
        log.error("no frame for a refusal\n%s", trace(error))
        return _page(self._visit, self._refusal)


def words(visit: Visit, refusal: Refusal) -> dict[str, Any]:
    """A refusal in the visitor's language, as templates and programs get it."""
    return {
        "code": refusal.code,
        "message": visit.say(refusal.message, **refusal.values),
        "remedy": visit.say(refusal.remedy, **refusal.values) if refusal.remedy else "",
        "status": refusal.status,
        "field": refusal.field,
        "help": list(refusal.help),
    }


def http_error(request: HttpRequest, error: HTTPException) -> Response[Any]:
    """Answer what the framework refused: not found, wrong method, bad or oversize input."""
    status = error.status_code
    message, remedy = _HTTP_WORDS.get(status, _HTTP_WORDS[400])
    fields = error.extra if isinstance(error.extra, list) else []
    place = ", ".join(str(item.get("key", "")) for item in fields if isinstance(item, dict))
    refusal = Refusal(f"web.http_{status}", message, remedy, status=status, field=place)
    methods = methods_of(request.app, request.url.path) if status == 405 else []
    headers = {"allow": ", ".join(methods)} if methods else None
    return answer_refusal(request, refusal, headers=headers)


def crashed(request: HttpRequest, error: Exception) -> Response[Any]:
    """Answer a programmer's error honestly; nothing was changed."""
    number = id_text(random_id())[:8].upper()
    where = request.scope.get("path_template", "")
    log.error("error %s at %s %s\n%s", number, request.method, where, trace(error))
    return answer_refusal(request, replace(CRASHED, values={"number": number}))


def trace(error: BaseException) -> str:
    """Where an error came about, without its words: they may quote what somebody typed."""
    lines = [type(error).__qualname__, *traceback.format_tb(error.__traceback__)]
    cause = error.__cause__ or error.__context__
    return "".join([f"{lines[0]}\n", *lines[1:], f"after {trace(cause)}" if cause else ""])


CRASHED = Refusal(
    "web.error",
    N_("Hier ist ein Fehler passiert. Es wurde nichts geändert."),
    N_(
        "Bitte versuchen Sie es noch einmal. Hilft das nicht, nennen Sie am "
        "Service-Point die Nummer {number}."
    ),
    status=500,
)


def sign_in_address(path: str) -> str:
    """Where somebody signs in for the face that the address belongs to."""
    if path.startswith("/kiosk"):
        return "/kiosk/sign-in"
    if path.startswith("/central"):
        return "/central/sign-in"
    return "/desk/sign-in" if path.startswith("/desk") else "/sign-in"


def _sign_in_and_back(visit: Visit) -> str:
    """The sign-in page that leads back to what was asked for, where that can be asked again."""
    address = sign_in_address(visit.asked.path)
    can_return = visit.asked.method == "GET" and visit.address != "/"
    return f"{address}?{urlencode({'back': visit.address})}" if can_return else address


def wants_problem(visit: Visit) -> bool:
    """Whether a program asks, which reads a problem better than a page."""
    return visit.wants_json or face_of(visit.asked.path) is Face.API


def _problem(
    visit: Visit, refusal: Refusal, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    said = words(visit, refusal)
    said["help"] = as_json(said["help"])
    return problem(said, cookies=visit.cookies, headers=headers)


ERRORS: dict[Any, Any] = {
    RefusedError: refused,
    HTTPException: http_error,
    Exception: crashed,
}
"""The one exception map of the application."""
