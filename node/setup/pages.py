"""The first page and what all ways share: the start code, how far the work is, how to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException

from node.base.refusals import N_, Refusal, RefusedError
from node.belonging import Progress
from node.kiosk.prefs import COOKIE as LOBBY_PREFS
from node.kiosk.prefs import kiosk_prefs
from node.setup.door import COOKIE, admit, at_own_screen, is_admitted
from node.setup.frame import HOME, setup_of, setup_page
from node.web.forms import read_fields, read_query
from node.web.prefs import changed, local_path
from node.web.qr import qr_svg
from node.web.visit import Visit

LOOKS_AGAIN_SECONDS = 2
GOES_ON_SECONDS = 4
"""Long enough to read that all went well."""


@dataclass(slots=True)
class StartPage:
    """See `setup/start.html`."""

    ways: list[dict[str, Any]]
    code: str
    phone_address: str
    phone_svg: str


@dataclass(slots=True)
class CodePage:
    """See `setup/code.html`."""

    given: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class ProgressPage:
    """See `setup/progress.html`."""

    title: str
    text: str
    done: int
    all: int
    code: str = ""


@dataclass(slots=True)
class DonePage:
    """See `setup/done.html`."""

    text: str
    note: str
    way_on: str


WAYS = (
    ("found", "building-2", N_("Ein neues Quartier gründen"), N_("Als dessen erste Box.")),
    (
        "join",
        "key-round",
        N_("Einem Quartier beitreten"),
        N_("Mit dem Code, den eine andere Box zeigt."),
    ),
    ("replace", "refresh-cw", N_("Eine kaputte Box ersetzen"), N_("Mit dem Notfallblatt.")),
    (
        "restore",
        "archive",
        N_("Aus einer Sicherung zurückholen"),
        N_("Vom Stick, aus einer Datei oder aus der Zentrale."),
    ),
)
"""The four ways, each a page: its word, its icon, its name and what it takes."""

TITLES = {
    "found": N_("Das Quartier wird gegründet"),
    "join": N_("Diese Box tritt bei"),
    "replace": N_("Die kaputte Box wird ersetzt"),
    "restore": N_("Die Sicherung wird zurückgeholt"),
}


@get("/setup", include_in_schema=False)
async def start(visit: Visit) -> Response[Any]:
    """The four ways; the start code for whoever is not at the box's own screen."""
    setup = setup_of(visit)
    if not is_admitted(visit):
        typed = read_query(visit).text("code", longest=20)
        return setup_page(visit, "setup/code.html", CodePage({"code": typed}))
    if setup.work.goes_on or setup.is_done:
        return visit.go("/setup/progress")
    if setup.begun is not None:
        return visit.go(f"/setup/{setup.begun.way}")
    shown = setup.door.shown if at_own_screen(visit) else ""
    phone = setup.phone_address if shown else ""
    ways = [
        {"href": f"/setup/{word}", "icon": icon, "text": visit.say(text), "hint": visit.say(hint)}
        for word, icon, text, hint in WAYS
    ]
    svg = qr_svg(f"{phone}/setup?code={shown}") if phone else ""
    return setup_page(visit, "setup/start.html", StartPage(ways, shown, phone, svg))


@post("/setup/code", include_in_schema=False)
async def take_code(visit: Visit) -> Response[Any]:
    """Let a browser in whose person has read the start code."""
    fields = await read_fields(visit)
    address = visit.request.client.host if visit.request.client else ""
    found = setup_of(visit).door.open(fields.text("code", longest=40), address)
    if isinstance(found, Refusal):
        return setup_page(
            visit, "setup/code.html", CodePage(fields.given), refusal=found, again=HOME
        )
    visit.keep(COOKIE, found)
    return visit.go(HOME)


@get("/setup/progress", include_in_schema=False)
async def progress(visit: Visit) -> Response[Any]:
    """How far it is; the page looks again by itself."""
    admit(visit)
    setup = setup_of(visit)
    work = setup.work
    if setup.is_done:
        return _done(visit)
    if not work.goes_on:
        return visit.go(f"/setup/{work.way}" if work.way else HOME)
    now = work.progress or Progress("")
    page = ProgressPage(
        title=visit.say(TITLES[work.way]),
        text=visit.say(now.text, **now.values) if now.text else "",
        done=now.done,
        all=now.all,
        code=now.code,
    )
    answer = setup_page(visit, "setup/progress.html", page)
    answer.headers["refresh"] = str(LOOKS_AGAIN_SECONDS)
    return answer


@post("/setup/stop", include_in_schema=False)
async def stop(visit: Visit) -> Response[Any]:
    """Wait no longer for the house."""
    admit(visit)
    await read_fields(visit)
    setup_of(visit).work.stop()
    return visit.go("/setup/progress")


def _done(visit: Visit) -> Response[Any]:
    setup = setup_of(visit)
    way_on = "/kiosk" if at_own_screen(visit) else "/"
    done = setup.done or Progress(ALL_WELL)
    notes = {"restore": N_("Sie liest sofort und schreibt wieder, sobald sie eine andere traf.")}
    note = notes.get(setup.work.way, "")
    page = DonePage(visit.say(done.text, **done.values), visit.say(note) if note else "", way_on)
    answer = setup_page(visit, "setup/done.html", page)
    answer.headers["refresh"] = f"{GOES_ON_SECONDS}; url={way_on}"
    setup.is_told = True
    return answer


@post(["/prefs", "/kiosk/prefs"], include_in_schema=False)
async def set_prefs(visit: Visit) -> Response[Any]:
    """Show the same page as it was wished."""
    fields = await read_fields(visit)
    if at_own_screen(visit):
        prefs = changed(kiosk_prefs(visit.asked), fields.given)
        visit.keep(LOBBY_PREFS, f"{prefs.lang}.{prefs.size}.{prefs.contrast}")
    else:
        visit.keep_prefs(changed(visit.prefs, fields.given))
    back = local_path(fields.given.get("back", HOME))
    return visit.go(back if back.startswith(HOME) else HOME)


@post("/kiosk/reset", include_in_schema=False)
async def reset(visit: Visit) -> Response[Any]:
    """Begin again at the first page."""
    await read_fields(visit)
    return visit.go(HOME)


@get("/health", include_in_schema=False)
async def health(visit: Visit) -> dict[str, Any]:  # noqa: ARG001 - every handler gets one
    """That this box serves nobody yet."""
    raise RefusedError(NOT_YET)


@get(["/", "/{path:path}"], include_in_schema=False)
async def anything(visit: Visit, path: str = "") -> Response[Any]:
    """Whatever was asked for: people come to the first page, programs hear that it is not there."""
    if visit.wants_json or path.startswith("/api"):
        raise RefusedError(NOT_YET)
    if path.startswith("/setup/"):
        raise NotFoundException
    return visit.go(HOME)


ALL_WELL = N_("Diese Box ist eingerichtet.")
NOT_YET = Refusal(
    "setup.not_yet",
    N_("Diese Box gehört noch zu keinem Quartier."),
    N_("Bitte richten Sie sie an ihrem Bildschirm ein."),
    status=503,
)
ROUTES = (start, take_code, progress, stop, set_prefs, reset, health, anything)
