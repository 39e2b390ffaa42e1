"""How somebody wants to read at the lobby: their own language and type, until the next person.

The cookie is this face's own, so that a reset of the lobby never changes another face's, and it
knows no Accept-Language: that of a lobby screen is an accident of its installation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Response, post

from node.web import i18n
from node.web.asked import Asked
from node.web.forms import read_fields
from node.web.prefs import Prefs
from node.web.visit import Visit

COOKIE = "quartier_kiosk_prefs"


def kiosk_prefs(asked: Asked) -> Prefs:
    """The preferences of whoever stands there; German where nothing was chosen."""
    lang, _, rest = asked.cookie(COOKIE).partition(".")
    size, _, rest = rest.partition(".")
    contrast, _, reach = rest.partition(".")
    given = {"lang": lang, "size": size, "contrast": contrast, "reach": reach}
    return _changed(Prefs(lang=i18n.SOURCE), given)


def _changed(prefs: Prefs, given: dict[str, str]) -> Prefs:
    if given.get("lang") in i18n.CODES:
        prefs = replace(prefs, lang=given["lang"])
    if given.get("size") in {"1", "2", "3"}:
        prefs = replace(prefs, size=int(given["size"]))
    if given.get("contrast") in {"auto", "more"}:
        prefs = replace(prefs, contrast=given["contrast"])
    if given.get("reach") in {"low", "all"}:
        prefs = replace(prefs, reach="low" if given["reach"] == "low" else "")
    return prefs


@post("/prefs", include_in_schema=False)
async def set_prefs(visit: Visit) -> Response[Any]:
    """Show the same page as it was wished."""
    fields = await read_fields(visit)
    prefs = _changed(visit.prefs, fields.given)
    visit.keep(COOKIE, f"{prefs.lang}.{prefs.size}.{prefs.contrast}.{prefs.reach}")
    return visit.go(kiosk_path(fields.given.get("back", "")) or "/kiosk/home")


def kiosk_path(path: str) -> str:
    """A page of this face to go back to; "" for anything that leads elsewhere."""
    inside = path == "/kiosk" or path.startswith(("/kiosk/", "/kiosk?"))
    return path if inside and "\n" not in path and "\r" not in path and "\\" not in path else ""


ROUTES = (set_prefs,)
