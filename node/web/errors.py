"""One map from everything that can go wrong to an honest answer: a page, or problem+json.

Refusals keep their code and words (RFC 9457 for programs). A programmer's error is logged with an
id that the page shows; nothing of the request's content goes into the log.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from node.base.ids import id_text, random_id
from node.base.refusals import N_, Refusal, RefusedError
from node.web.visit import HttpRequest, Visit, as_json

log = logging.getLogger("quartier.web")

PROBLEM_JSON = "application/problem+json"

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


def answer_refusal(request: HttpRequest, refusal: Refusal) -> Response[Any]:
    """The refusal as problem+json or as a page; whoever must sign in is sent there."""
    visit = request.scope.get("visit")
    if not isinstance(visit, Visit):
        return Response(refusal.message, status_code=refusal.status, media_type=MediaType.TEXT)
    if _wants_problem(visit):
        return _problem(visit, refusal)
    if refusal.status == 401:
        return Redirect(_sign_in_and_back(visit), status_code=303, cookies=visit.cookies)
    return visit.page("refusal.html", {"refusal": words(visit, refusal)}, status=refusal.status)


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
    return answer_refusal(
        request, Refusal(f"web.http_{status}", message, remedy, status=status, field=place)
    )


def crashed(request: HttpRequest, error: Exception) -> Response[Any]:
    """Answer a programmer's error honestly; nothing was changed."""
    number = id_text(random_id())[:8].upper()
    log.error("error %s at %s %s", number, request.method, request.url.path, exc_info=error)
    return answer_refusal(
        request,
        Refusal(
            "web.error",
            N_("Hier ist ein Fehler passiert. Es wurde nichts geändert."),
            N_(
                "Bitte versuchen Sie es noch einmal. Hilft das nicht, nennen Sie am "
                "Service-Point die Nummer {number}."
            ),
            status=500,
            values={"number": number},
        ),
    )


def sign_in_address(path: str) -> str:
    """Where somebody signs in for the face that the address belongs to."""
    if path.startswith("/kiosk"):
        return "/kiosk/sign-in"
    return "/desk/sign-in" if path.startswith("/desk") else "/sign-in"


def _sign_in_and_back(visit: Visit) -> str:
    """The sign-in page that leads back to what was asked for, where that can be asked again."""
    address = sign_in_address(visit.asked.path)
    can_return = visit.asked.method == "GET" and visit.address != "/"
    return f"{address}?{urlencode({'back': visit.address})}" if can_return else address


def _wants_problem(visit: Visit) -> bool:
    return visit.wants_json or visit.asked.path.startswith("/api/")


def _problem(visit: Visit, refusal: Refusal) -> Response[Any]:
    said = words(visit, refusal)
    body = {
        "type": f"urn:quartier:{refusal.code}",
        "title": said["message"],
        "status": refusal.status,
        "detail": said["remedy"],
        "code": refusal.code,
        **({"field": refusal.field} if refusal.field else {}),
        **({"help": as_json(refusal.help)} if refusal.help else {}),
    }
    return Response(
        msgspec.json.encode(body),
        status_code=refusal.status,
        media_type=PROBLEM_JSON,
        cookies=visit.cookies,
    )


ERRORS: dict[Any, Any] = {
    RefusedError: refused,
    HTTPException: http_error,
    Exception: crashed,
}
"""The one exception map of the application."""
