"""How this node and its neighbours are, in words; and the demo's switch for the line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission
from node.base.refusals import N_, Refusal
from node.desk.frame import desk_page
from node.sync import LineSwitch, PeerHealth, Sync
from node.web.forms import read_fields
from node.web.showing import moment
from node.web.visit import Visit


@dataclass(slots=True)
class HealthPage:
    """See `desk/health.html`."""

    node_rows: list[dict[str, str]]
    peers: list[dict[str, str]]
    line_cut: bool
    can_cut: bool
    troubles: list[dict[str, str]] = field(default_factory=list)


@get("/desk/health", include_in_schema=False)
async def health_page(visit: Visit) -> Response[Any]:
    """The state of everything."""
    visit.allowed(Permission.SEE_HEALTH)
    state = await visit.house.service(Sync).health()
    page = HealthPage(
        node_rows=[
            {"label": visit.say(label), "value": value}
            for label, value in (
                (N_("Name"), state.name),
                (N_("Rolle"), visit.say(ROLES[state.role])),
                (N_("Kennung"), state.site_id.hex()[:8]),
                (N_("Schema"), str(state.schema)),
                (N_("Uhr"), visit.say(N_("stimmt") if state.clock_trusted else N_("unsicher"))),
            )
        ],
        peers=[_peer(visit, peer) for peer in state.peers],
        line_cut=visit.house.service(LineSwitch).is_cut(),
        can_cut=visit.house.demo,
        troubles=[
            {
                "text": visit.say(N_("Änderungen eines Knotens wurden angehalten.")),
                "remedy": f"{stopped.site.hex()[:8]}, {stopped.scope}: {stopped.reason}",
            }
            for stopped in state.quarantine
        ],
    )
    return await desk_page(visit, "desk/health.html", page, here="health")


def _peer(visit: Visit, peer: PeerHealth) -> dict[str, str]:
    waiting = peer.to_send + peer.to_fetch
    return {
        "name": peer.name,
        "role": visit.say(ROLES[peer.role]),
        "last": moment(visit, peer.last_success) if peer.last_success else visit.say(N_("nie")),
        "waiting": str(waiting) if waiting else visit.say(N_("nichts")),
        "state": "confirmed" if peer.message is None else "declined",
        "text": visit.say(N_("erreichbar"))
        if peer.message is None
        else visit.say(peer.message, name=peer.name),
        "remedy": visit.say(peer.remedy, name=peer.name) if peer.remedy else "",
    }


@post("/desk/health/line", include_in_schema=False)
async def switch_line(visit: Visit) -> Response[Any]:
    """Cut or join the line: only in a demo."""
    visit.allowed(Permission.SEE_HEALTH)
    fields = await read_fields(visit)
    if not visit.house.demo:
        await visit.read(lambda _: ONLY_IN_DEMO)
    line = visit.house.service(LineSwitch)
    if fields.given.get("cut") == "1":
        line.cut()
    else:
        line.join()
    return visit.go("/desk/health")


ROLES = {
    "home": N_("Hauptknoten"),
    "kiosk": N_("Kiosk"),
    "standby": N_("Reserve"),
    "central": N_("Zentrale"),
}

ONLY_IN_DEMO = Refusal(
    "desk.only_in_demo",
    N_("Die Leitung kann nur in einer Demo getrennt werden."),
    N_("Im Betrieb trennt sich die Leitung von selbst oder gar nicht."),
    status=403,
)

ROUTES = (health_page, switch_line)
