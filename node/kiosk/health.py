"""The caretaker's page at the lobby: how the boxes are, what to do, and a code for a new one.

It opens with a card and its PIN, for those who may see it; like every page here it forgets them
after a minute. And the beat of a lobby screen: proof that its page still runs and draws.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import devices
from node.base.actors import Permission, may
from node.base.refusals import Refusal
from node.kiosk.frame import kiosk_page, qr_src
from node.store import NodeRole
from node.sync import RosterError, Sync
from node.web.errors import words
from node.web.forms import Fields, read_fields
from node.web.health import HealthView, health_view
from node.web.inviting import INVITED, NAME_CHARS_MAX, NOT_HERE, only_here, taken_in_at
from node.web.qr import qr_svg
from node.web.roles import ROLES
from node.web.screens import Screen, Screens
from node.web.visit import Visit

BOX = "/kiosk/health/box"
FRAMES_MAX = 1000


@dataclass(slots=True)
class HealthPage:
    """See `kiosk/health.html`."""

    view: HealthView
    can_pair: bool
    is_well: bool


@dataclass(slots=True)
class BoxPage:
    """See `kiosk/health_box.html`: first a name, then the code, shown this once."""

    roles: list[dict[str, str]]
    where: str
    can_change: bool
    code: str = ""
    code_name: str = ""
    code_src: str = ""
    address: str = ""
    given: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


@get("/health", include_in_schema=False)
async def health_page(visit: Visit) -> Response[Any]:
    """Everything that somebody should look after, and how all else is."""
    actor = visit.allowed(Permission.SEE_HEALTH)
    view = await health_view(visit)
    is_well = not (view.troubles or view.stopped or view.newcomers) and all(
        peer["state"] == "confirmed" for peer in view.peers
    )
    page = HealthPage(view, may(actor, Permission.PAIR_NODES), is_well)
    return await kiosk_page(visit, "kiosk/health.html", page)


@get("/health/box", include_in_schema=False)
async def box_page(visit: Visit) -> Response[Any]:
    """Ask what the new box is called."""
    visit.allowed(Permission.PAIR_NODES)
    return await kiosk_page(visit, "kiosk/health_box.html", _box_page(visit))


@post("/health/box", include_in_schema=False)
async def invite_box(visit: Visit) -> Response[Any]:
    """Show a code for it; it is shown this once."""
    visit.allowed(Permission.PAIR_NODES)
    fields = await read_fields(visit)
    name = fields.text("name", required=True, longest=NAME_CHARS_MAX)
    role = NodeRole(fields.choice("role", INVITED, default=NodeRole.KIOSK))
    page = _box_page(visit)
    if fields.problems:
        page.given, page.problems = fields.given, fields.problems
        return await kiosk_page(visit, "kiosk/health_box.html", page, status=422, again=BOX)
    sync = visit.house.service(Sync)
    try:
        staff_id = visit.actor.person_id
        page.code = await sync.invite(name=name, role=role, staff_id=staff_id)
    except RosterError as error:
        return await _refused(visit, page, error.refusal or NOT_HERE)
    page.code_name, page.address = name, sync.address
    page.refusal = only_here(visit, page.address)
    page.code_src = qr_src(qr_svg(f"{page.address} {page.code}"))
    return await kiosk_page(visit, "kiosk/health_box.html", page, again=BOX)


async def _refused(visit: Visit, page: BoxPage, refusal: Refusal) -> Response[Any]:
    page.refusal = words(visit, refusal)
    return await kiosk_page(visit, "kiosk/health_box.html", page, status=refusal.status, again=BOX)


def _box_page(visit: Visit) -> BoxPage:
    sync = visit.house.service(Sync)
    roles = [{"value": str(role), "text": visit.say(ROLES[role])} for role in INVITED]
    return BoxPage(roles, taken_in_at(sync.roster), sync.offsite.may_take_in)


@post("/beat", include_in_schema=False, status_code=204)
async def beat(visit: Visit) -> None:
    """Note that the screen is alive; without a form's token, for it changes nothing of anybody."""
    form = await visit.request.form()
    fields = Fields(visit, {"frames": str(form.get("frames", ""))})
    frames = fields.number("frames", low=0, high=FRAMES_MAX, default=0)
    address = visit.request.client.host if visit.request.client else ""
    visit.house.service(Screens).note(Screen(address, visit.now, frames))


@post("/touch", include_in_schema=False, status_code=204)
async def touch(visit: Visit) -> None:
    """Note that the screen feels a touch where nobody is, or no more; like a beat, without a
    form's token.
    """
    form = await visit.request.form()
    is_stuck = str(form.get("stuck", "")) == "1"
    address = visit.request.client.host if visit.request.client else ""
    await visit.write(
        lambda write: devices.note_touch(write, address, is_stuck=is_stuck, now=visit.now)
    )


ROUTES = (health_page, box_page, invite_box, beat, touch)
