"""How this node and its neighbours are, in words; and the demo's switch for the line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission, may
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.sync import Health, LineSwitch, PeerHealth, Sync
from node.web.errors import words
from node.web.forms import read_fields
from node.web.showing import moment
from node.web.visit import Visit

MB = 1_000_000


@dataclass(slots=True)
class HealthPage:
    """See `desk/health.html`."""

    node_rows: list[dict[str, str]]
    peers: list[dict[str, str]]
    line_cut: bool
    can_cut: bool
    can_pair: bool
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
                (N_("Speicher frei"), visit.say(N_("{count} MB"), count=state.free_bytes // MB)),
                (N_("Uhr"), visit.say(N_("stimmt") if state.clock_trusted else N_("unsicher"))),
            )
        ],
        peers=[_peer(visit, peer) for peer in state.peers],
        line_cut=visit.house.service(LineSwitch).is_cut(),
        can_cut=visit.house.demo,
        can_pair=may(visit.actor, Permission.PAIR_NODES),
        troubles=_store_troubles(visit, state)
        + [
            {
                "text": visit.say(N_("Änderungen von {name} wurden angehalten."), name=each.name),
                "remedy": f"{each.scope} {each.n}: {each.reason}",
            }
            for each in state.stopped
        ],
    )
    return await desk_page(visit, "desk/health.html", page, here="health")


def _store_troubles(visit: Visit, state: Health) -> list[dict[str, str]]:
    """Why this node writes nothing at the moment, and what to do about it."""
    if state.write_refusal is None:
        return []
    said = words(visit, state.write_refusal)
    return [{"text": said["message"], "remedy": said["remedy"]}]


def _peer(visit: Visit, peer: PeerHealth) -> dict[str, str]:
    well = peer.is_well
    return {
        "name": peer.name,
        "role": visit.say(ROLES[peer.role]),
        "last": moment(visit, peer.last_success_at)
        if peer.last_success_at
        else visit.say(N_("nie")),
        "waiting": visit.say(peer.waiting.text, **peer.waiting.values),
        "state": "confirmed" if well else "declined",
        "text": visit.say(N_("erreichbar"))
        if well
        else visit.say(peer.problem.text, **peer.problem.values),
        "remedy": visit.say(peer.remedy.text, **peer.remedy.values) if peer.remedy.text else "",
    }


@post("/desk/health/line", include_in_schema=False)
async def switch_line(visit: Visit) -> Response[Any]:
    """Cut or join the line: only in a demo."""
    visit.allowed(Permission.SEE_HEALTH)
    fields = await read_fields(visit)
    if not visit.house.demo:
        raise RefusedError(ONLY_IN_DEMO)
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
