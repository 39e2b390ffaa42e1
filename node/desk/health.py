"""How this node and its neighbours are, in words; and the demo's switch for the line."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission, may
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.store.backups import Backups
from node.store.record import Record
from node.sync import Health, LineSwitch, PeerHealth, Sync
from node.web.errors import words
from node.web.forms import read_fields
from node.web.roles import ROLES
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
    backup_rows: list[dict[str, str]]
    troubles: list[dict[str, str]] = field(default_factory=list)


@get("/desk/health", include_in_schema=False)
async def health_page(visit: Visit) -> Response[Any]:
    """The state of everything."""
    visit.allowed(Permission.SEE_HEALTH)
    state = await visit.house.service(Sync).health()
    backups = visit.house.service(Backups)
    record = await asyncio.to_thread(lambda: backups.record)
    backup_troubles = await asyncio.to_thread(backups.troubles, visit.now)
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
        backup_rows=_backup_rows(visit, record),
        troubles=_store_troubles(visit, state)
        + [_trouble(visit, each) for each in backup_troubles if not visit.house.demo]
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
    troubles = [DAMAGED] if visit.store.is_doubted else []
    if state.write_refusal is not None:
        troubles.append(state.write_refusal)
    if visit.store.core.must_catch_up:
        troubles.append(NOBODY_ELSE)
    return [_trouble(visit, each) for each in troubles]


def _trouble(visit: Visit, refusal: Refusal) -> dict[str, str]:
    said = words(visit, refusal)
    return {"text": said["message"], "remedy": said["remedy"]}


def _backup_rows(visit: Visit, record: Record) -> list[dict[str, str]]:
    """When the last backup was made, where it lies, and when restoring was last tried."""
    made, drilled = record.made, record.drilled
    never = visit.say(N_("noch nie"))
    rows = [(N_("Letzte Sicherung"), moment(visit, made.at) if made else never)]
    if made:
        size = visit.say(N_("{count} MB"), count=-(-made.size // MB))
        rows += [(N_("Liegt in"), made.place), (N_("Größe"), size)]
    rows.append((N_("Wiederherstellung geprobt"), moment(visit, drilled.at) if drilled else never))
    if drilled:
        well = visit.say(
            N_("{tables} Tabellen und {rows} Zeilen kamen unverändert zurück"),
            tables=drilled.tables,
            rows=drilled.rows,
        )
        rows.append((N_("Ergebnis"), visit.say(N_("mit Fehlern")) if drilled.problems else well))
    return [{"label": visit.say(label), "value": value} for label, value in rows]


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


DAMAGED = Refusal(
    "desk.damaged",
    N_("Die Datenbank dieser Box ist beschädigt."),
    N_(
        "Bitte starten Sie den Knoten neu: Er prüft sie dabei und stellt sie aus der letzten "
        "guten Sicherung wieder her."
    ),
)
NOBODY_ELSE = Refusal(
    "desk.nobody_else",
    N_("Gibt es in diesem Quartier keinen anderen Knoten, wartet diese Box vergeblich."),
    N_("Dann halten Sie sie an und sagen Sie es ihr: `quartier alone`."),
)
ONLY_IN_DEMO = Refusal(
    "desk.only_in_demo",
    N_("Die Leitung kann nur in einer Demo getrennt werden."),
    N_("Im Betrieb trennt sich die Leitung von selbst oder gar nicht."),
    status=403,
)

ROUTES = (health_page, switch_line)
