"""The caretaker's page of a box that came to central with a code: let it in, or turn it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission
from node.kiosk.frame import kiosk_page
from node.sync import Newcomer, Sync
from node.web.errors import words
from node.web.inviting import decide_waiting, find_waiting, taken_in_at
from node.web.roles import ROLES
from node.web.visit import Visit

HEALTH = "/kiosk/health"


@dataclass(slots=True)
class WaitingPage:
    """See `kiosk/health_waiting.html`."""

    id: str
    name: str
    role: str
    can_let_in: bool
    where: str
    refusal: dict[str, Any] | None = None


@get("/health/waiting/{newcomer_id:str}", include_in_schema=False)
async def waiting_page(visit: Visit, newcomer_id: str) -> Response[Any]:
    """Ask for what the new box's screen shows."""
    visit.allowed(Permission.PAIR_NODES)
    newcomer = await find_waiting(visit.house.service(Sync), newcomer_id)
    return await kiosk_page(visit, "kiosk/health_waiting.html", _page(visit, newcomer, newcomer_id))


@post("/health/waiting/{newcomer_id:str}", include_in_schema=False)
async def decide(visit: Visit, newcomer_id: str) -> Response[Any]:
    """Let it in, or turn it away."""
    visit.allowed(Permission.PAIR_NODES)
    newcomer, refusal = await decide_waiting(visit, newcomer_id)
    if refusal is None:
        return visit.go(HEALTH)
    page = _page(visit, newcomer, newcomer_id)
    page.refusal = words(visit, refusal)
    again, status = f"{HEALTH}/waiting/{newcomer_id}", refusal.status
    return await kiosk_page(visit, "kiosk/health_waiting.html", page, status=status, again=again)


def _page(visit: Visit, newcomer: Newcomer, newcomer_id: str) -> WaitingPage:
    sync = visit.house.service(Sync)
    role, where = visit.say(ROLES[newcomer.role]), taken_in_at(sync.roster)
    return WaitingPage(newcomer_id, newcomer.name, role, sync.offsite.may_take_in, where)


ROUTES = (waiting_page, decide)
