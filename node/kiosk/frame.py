"""What stands around every page of the lobby: the strips above and below, and the forgetting."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

from litestar import Response

from node import quarter
from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal
from node.store import Read
from node.web import i18n
from node.web.errors import words
from node.web.line import line_now
from node.web.showing import clock, moment
from node.web.visit import Visit, as_mapping

IDLE_SECONDS = 60
WARN_SECONDS = 15
RESET = "/kiosk/reset"
REST = "/kiosk"
HOME = "/kiosk/home"

HELD_COOKIE = "quartier_held"
STAY_COOKIE = "quartier_stay"
"""Whose guests say who they are."""
FORM_COOKIE = "quartier_form"
"""Which version of a form was filled in at this screen."""
HELD_SECONDS = 120
"""How long the lobby remembers what was held to its reader: from one step to the next."""


async def kiosk_page(
    visit: Visit, template: str, data: Any = None, *, status: int = 200, again: str = ""
) -> Response[Any]:
    """A page of the lobby in its strips. `again` is the address that shows it once more, where
    that is not its own: a changed language must not lose what was done.
    """
    if visit.wants_json:
        return visit.page(template, data, status=status)
    framed = {"kiosk": await frame(visit), **as_mapping(data)}
    if again:
        framed |= {"path": again, "way_back": again}
    return visit.page(template, framed, status=status)


async def refusal_page(
    visit: Visit, refusal: Refusal, *, again: str = "", helps: list[dict[str, str]] | None = None
) -> Response[Any]:
    """A no in the strips, with what would work. What was sent cannot be asked for again."""
    if not again and visit.asked.method != "GET":
        again = HOME
    data = {"refusal": words(visit, refusal), "helps": helps or []}
    return await kiosk_page(visit, "refusal.html", data, status=refusal.status, again=again)


async def frame(visit: Visit) -> dict[str, Any]:
    """The context that `layout_kiosk.html` asks for."""
    line = await line_now(visit)
    desk_text, is_open = await visit.store.read(lambda read: _desk_words(visit, read))
    local = visit.now.astimezone(visit.zone)
    return {
        "time": f"{local:%H:%M}",
        "now": to_epoch(visit.now),
        "day": i18n.long_day_words(visit.prefs.lang, local.date()),
        "desk_text": desk_text,
        "desk_open": is_open,
        "zone": visit.zone.key,
        "line": line.state,
        "line_text": line.text,
        "idle_seconds": IDLE_SECONDS,
        "warn_seconds": WARN_SECONDS,
        "reset": RESET,
        "home": REST,
    }


def _desk_words(visit: Visit, read: Read) -> tuple[str, bool]:
    """Until when the desk is open, or when it opens next."""
    name = quarter.get_desk(read).name
    until = quarter.desk_open_until(read, visit.now)
    if until is not None:
        return visit.say(N_("{desk} offen bis {until}"), desk=name, until=clock(visit, until)), True
    opens = quarter.next_desk_opening(read, visit.now)
    if opens is None:
        return visit.say(N_("{desk} geschlossen"), desk=name), False
    return visit.say(N_("{desk} öffnet {opens}"), desk=name, opens=moment(visit, opens)), False


def qr_src(svg: str) -> str:
    """A QR as the source of a picture: drawn into the page, so no address ever holds it."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def query_of(given: dict[str, str]) -> str:
    """An address's query."""
    return urlencode(given)


def back_query(path: str) -> str:
    """The query that leads back to a page after signing in."""
    return query_of({"back": path})


# What was held to the reader


def hold_scanned(visit: Visit, text: str, *, key: str = HELD_COOKIE) -> None:
    """Remember a scanned text until the next step; its age travels with it."""
    packed = base64.urlsafe_b64encode(text.encode()).decode()
    visit.keep(key, f"{to_epoch(visit.now)}.{packed}")


def held(visit: Visit, *, key: str = HELD_COOKIE, seconds: int = HELD_SECONDS) -> str:
    """What was scanned a moment ago; "" where that is too long ago."""
    at, _, packed = visit.kept(key).partition(".")
    try:
        age = to_epoch(visit.now) - int(at)
        text = base64.urlsafe_b64decode(packed.encode()).decode()
    except ValueError:
        return ""
    return text if 0 <= age <= seconds else ""


def drop_scanned(visit: Visit, *, key: str = HELD_COOKIE) -> None:
    """Forget what was scanned."""
    visit.forget(key)
