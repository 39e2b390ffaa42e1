"""Pages that need nobody to be signed in: who runs this, privacy, accessibility, help, the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get

from node import quarter
from node.base.refusals import N_
from node.portal.help_words import desk_help
from node.quarter.model import Contact
from node.store import Read
from node.web import i18n
from node.web.visit import Visit

MANIFEST = "application/manifest+json"
SCRIPT = "text/javascript"
KEPT_SINCE = N_("Ohne Verbindung. Stand: {when}.")
ASK_AGAIN = {"cache-control": "no-cache", "vary": "cookie, accept-language"}


@dataclass(slots=True)
class TextPage:
    """See `portal/imprint.html`, `privacy.html`, `accessibility.html` and `help.html`."""

    contact: Contact
    desk_name: str
    desk_where: str
    desk_phone: str
    desk_help: str


async def _page(visit: Visit, template: str) -> Response[Any]:
    def look(read: Read) -> TextPage:
        desk = quarter.get_desk(read)
        return TextPage(
            contact=quarter.get_profile(read).contact,
            desk_name=desk.name,
            desk_where=visit.local(desk.where),
            desk_phone=desk.phone,
            desk_help=desk_help(visit, read),
        )

    return visit.page(template, await visit.read(look))


@get("/imprint", include_in_schema=False)
async def imprint(visit: Visit) -> Response[Any]:
    """Who answers for this quarter."""
    return await _page(visit, "portal/imprint.html")


@get("/privacy", include_in_schema=False)
async def privacy(visit: Visit) -> Response[Any]:
    """What is known of whom, where it lies and for how long."""
    return await _page(visit, "portal/privacy.html")


@get("/accessibility", include_in_schema=False)
async def accessibility(visit: Visit) -> Response[Any]:
    """How accessible this is, and whom to tell where it isn't."""
    return await _page(visit, "portal/accessibility.html")


@get("/help", include_in_schema=False)
async def help_page(visit: Visit) -> Response[Any]:
    """How to sign in, book, check in; who helps."""
    return await _page(visit, "portal/help.html")


@get("/offline", include_in_schema=False)
async def offline(visit: Visit) -> Response[Any]:
    """What the phone shows without a line: the same for everybody, so that it can be kept."""
    return visit.page("portal/offline.html", {"actor": None})


@get("/manifest.webmanifest", include_in_schema=False)
async def manifest(visit: Visit) -> Response[str]:
    """What makes the portal installable on a phone."""
    return _served(visit, "manifest.webmanifest", MANIFEST)


@get("/sw.js", include_in_schema=False)
async def service_worker(visit: Visit) -> Response[str]:
    """The script that keeps what was read readable without a line.

    Its address says the language of the pages that it keeps: a browser asks for it in its own.
    """
    wanted = visit.request.query_params.get("lang", "")
    language = wanted if wanted in i18n.CODES else visit.prefs.lang
    old = {code: i18n.translate(code, KEPT_SINCE) for code in i18n.CODES}
    return _served(visit, "sw.js", SCRIPT, language=language, old=old)


def _served(visit: Visit, template: str, media_type: str, **more: object) -> Response[str]:
    frame = {**visit.frame(""), **more}
    content = visit.house.templates.render(template, visit.prefs.lang, frame)
    return Response(content, media_type=media_type, headers=ASK_AGAIN)


ROUTES = (
    imprint,
    privacy,
    accessibility,
    help_page,
    offline,
    manifest,
    service_worker,
)
