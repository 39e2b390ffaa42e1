"""Door displays at the desk: hang one at a room, see which are alive, take one back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.spaces import DoorDisplay, InvitedDisplay
from node.store import Read, Write
from node.web.calendar_address import reachable_address
from node.web.forms import path_id, read_fields, read_query
from node.web.listing import rows_table
from node.web.qr import qr_svg
from node.web.screens import DoorDisplaysSeen
from node.web.showing import Place, clock, moment, place_of
from node.web.visit import Visit

SILENT_AFTER = timedelta(minutes=2)
"""A display asks every ten seconds, and one without script every thirty."""


@dataclass(slots=True)
class DisplaysPage:
    """See `desk/displays.html`."""

    rows: list[dict[str, Any]]
    places: list[dict[str, Any]]
    flashes: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class DisplayCodePage:
    """See `desk/display_code.html`: shown this once."""

    place: Place
    code: str
    address: str
    until: str
    qr: str


@get("/desk/displays", include_in_schema=False)
async def displays_page(visit: Visit) -> Response[Any]:
    """All displays that count, and the rooms where one could hang."""
    visit.allowed(Permission.MANAGE_SPACES)
    page = await visit.read(lambda read: _look(read, visit))
    if read_query(visit).given.get("done"):
        text = visit.say(N_("Die Türanzeige ist gesperrt. Sie zeigt nichts mehr."))
        page.flashes = [{"kind": "success", "text": text}]
    return await desk_page(
        visit,
        "desk/displays.html",
        page,
        here="places",
        table=lambda: rows_table(visit, visit.say(N_("tueranzeigen")), COLUMNS, page.rows),
    )


COLUMNS = {"name": N_("Ort"), "text": N_("Stand"), "by": N_("Durch"), "made": N_("Seit")}


def _look(read: Read, visit: Visit) -> DisplaysPage:
    places = [
        {"id": id_text(space.id), "place": place_of(visit, space), "can": space.is_room}
        for space in spaces.list_spaces(read)
    ]
    shown = (_row(read, visit, display) for display in spaces.list_displays(read))
    return DisplaysPage(rows=[row for row in shown if row], places=places)


def _row(read: Read, visit: Visit, display: DoorDisplay) -> dict[str, Any] | None:
    """A display that works, or whose code can still be given."""
    if display.taken_at is None and display.code_ends_at <= visit.now:
        return None
    space = spaces.find_space(read, display.space_id)
    maker = people.find_person(read, display.staff_id)
    state, text = _state(visit, display)
    return {
        "id": id_text(display.id),
        "place": place_of(visit, space) if space is not None else None,
        "name": space.name.in_language(visit.prefs.lang)
        if space is not None
        else visit.say(N_("gibt es nicht mehr")),
        "by": maker.name if maker is not None else "",
        "made": moment(visit, display.taken_at or display.made_at),
        "state": state,
        "text": text,
    }


def _state(visit: Visit, display: DoorDisplay) -> tuple[str, str]:
    """Whether it is alive, as far as this box has seen it."""
    if display.taken_at is None:
        until = clock(visit, display.code_ends_at)
        return "waiting", visit.say(N_("wartet auf ein Gerät bis {until}"), until=until)
    seen = visit.house.service(DoorDisplaysSeen).when(display.id)
    if seen is None:
        return "unseen", visit.say(N_("hier noch nicht gesehen, seit diese Box läuft"))
    if visit.now - seen > SILENT_AFTER:
        return "silent", visit.say(N_("schweigt seit {seen}"), seen=moment(visit, seen))
    return "well", visit.say(N_("läuft"))


@post("/desk/displays", include_in_schema=False)
async def invite_display(visit: Visit) -> Response[Any]:
    """Make the code for a device, and show it this once."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    space_id = (await read_fields(visit)).id("place")

    def run(write: Write) -> InvitedDisplay | Refusal:
        return spaces.invite_display(write, actor, space_id, now=visit.now)

    made = await visit.store.write(run)
    if isinstance(made, Refusal):
        raise RefusedError(made)
    base = reachable_address(visit)
    page = DisplayCodePage(
        place=place_of(visit, made.space),
        code=made.code,
        address=f"{base}/door".partition("://")[2],
        until=clock(visit, made.ends_at),
        qr=qr_svg(f"{base}/door/open/{made.code}"),
    )
    return await desk_page(visit, "desk/display_code.html", page, here="places")


@post("/desk/displays/{display:str}/end", include_in_schema=False)
async def end_display(visit: Visit, display: str) -> Response[Any]:
    """Take a display back."""
    actor = visit.allowed(Permission.MANAGE_SPACES)
    await read_fields(visit)
    display_id = path_id(display)
    await visit.write(lambda write: spaces.end_display(write, actor, display_id, now=visit.now))
    return visit.go("/desk/displays?done=1")


ROUTES = (displays_page, invite_display, end_display)
