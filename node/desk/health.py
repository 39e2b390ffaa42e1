"""How this node and its neighbours are, in words; what is stopped; the demo's line switch."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission, may
from node.base.clock import BUILT_AT
from node.base.clock import KEPT as BY_HAND
from node.base.periods import local_instant
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.store.quarantine import REASON_CHARS_MAX, set_aside, try_again
from node.sync import LineSwitch, Sync
from node.web.errors import words
from node.web.forms import Fields, read_fields
from node.web.health import HealthView, health_view
from node.web.listing import rows_table
from node.web.visit import Visit

LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""Beyond this somebody mistyped the year."""

log = logging.getLogger("quartier.desk")

SCOPES = ("house", "quarter", "fleet", "sealed")


@dataclass(slots=True)
class HealthPage:
    """See `desk/health.html`; beside the view what may be done here."""

    view: HealthView
    line_cut: bool
    can_cut: bool
    can_pair: bool
    can_judge: bool
    is_metered: bool
    set_clock: dict[str, str] | None = None
    """Date and time to begin with, where somebody may say what time it is and it helps."""
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)


@get("/desk/health", include_in_schema=False)
async def health_page(visit: Visit) -> Response[Any]:
    """The state of everything."""
    return await _page(visit)


async def _page(
    visit: Visit, refusal: Refusal | None = None, given: dict[str, str] | None = None
) -> Response[Any]:
    visit.allowed(Permission.SEE_HEALTH)
    page = HealthPage(
        view=await health_view(visit),
        line_cut=visit.house.service(LineSwitch).is_cut(),
        can_cut=visit.house.demo,
        can_pair=may(visit.actor, Permission.PAIR_NODES),
        can_judge=may(visit.actor, Permission.RUN_NODE),
        set_clock=_clock_form(visit),
        is_metered=visit.house.service(Sync).metering.is_on,
        refusal=words(visit, refusal) if refusal else None,
        given=given or {},
    )
    status = refusal.status if refusal else 200
    peers = [{name: getattr(peer, name, "") for name in PEER_COLUMNS} for peer in page.view.peers]
    return await desk_page(
        visit,
        "desk/health.html",
        page,
        here="health",
        status=status,
        table=lambda: rows_table(visit, visit.say(N_("knoten")), PEER_COLUMNS, peers),
    )


PEER_COLUMNS = {
    "name": N_("Knoten"),
    "role": N_("Rolle"),
    "last": N_("Zuletzt abgeglichen"),
    "waiting": N_("Wartet"),
    "text": N_("Stand"),
    "remedy": N_("Was hilft"),
}


def _clock_form(visit: Visit) -> dict[str, str] | None:
    if visit.house.clock.trusted or not may(visit.actor, Permission.PAIR_NODES):
        return None
    here = visit.now.astimezone(visit.zone)
    return {"day": here.date().isoformat(), "at": f"{here:%H:%M}"}


@post("/desk/health/retry", include_in_schema=False)
async def retry(visit: Visit) -> Response[Any]:
    """Judge once more what stopped a box's changes: an update may have cured it."""
    visit.allowed(Permission.RUN_NODE)
    chain = _chain(await read_fields(visit))
    sync = visit.house.service(Sync)
    members = sync.roster.members
    report = await visit.store.on_writer(lambda core: try_again(core, chain, members))
    if isinstance(report, Refusal):
        return await _page(visit, report)
    sync.wake(now=True)
    return visit.go("/desk/health")


@post("/desk/health/set-aside", include_in_schema=False)
async def put_aside(visit: Visit) -> Response[Any]:
    """Let a box's changes go on without the one that broke a law, for a reason that is kept."""
    actor = visit.allowed(Permission.RUN_NODE)
    fields = await read_fields(visit)
    chain = _chain(fields)
    reason = fields.text("reason", longest=REASON_CHARS_MAX)
    done = await visit.store.on_writer(
        lambda core: set_aside(core, chain, reason=reason, by=actor.name)
    )
    if isinstance(done, Refusal):
        return await _page(visit, done, fields.given)
    visit.house.service(Sync).wake(now=True)
    return visit.go("/desk/health")


def _chain(fields: Fields) -> tuple[bytes, str]:
    return fields.id("node"), fields.choice("scope", SCOPES, default="quarter")


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


@post("/desk/health/metered", include_in_schema=False)
async def use_line(visit: Visit) -> Response[Any]:
    """Say that the line to central is paid by volume or not, or have it used now."""
    visit.allowed(Permission.PAIR_NODES)
    fields = await read_fields(visit)
    what = fields.choice("what", ("metered", "free", "call", "copy"), default="call")
    sync = visit.house.service(Sync)
    if what in {"metered", "free"}:
        await sync.choose_metered(metered=what == "metered")
    elif what == "copy":
        sync.metering.copy_is_wanted = True
    else:
        sync.metering.call_now()
    return visit.go("/desk/health")


@post("/desk/health/clock", include_in_schema=False)
async def set_clock(visit: Visit) -> Response[Any]:
    """Say what time it is, where no network does: it counts until one does."""
    visit.allowed(Permission.PAIR_NODES)
    fields = await read_fields(visit)
    day, at = fields.day("day"), fields.clock("at")
    clock = visit.house.clock
    if day is None or at is None or clock.trusted:
        return await _page(visit, NO_TIME)
    instant = local_instant(day, at, visit.zone)
    if not BUILT_AT <= instant <= LATEST:
        return await _page(visit, NO_TIME)
    said = clock.set_by_hand(instant)
    await visit.store.on_writer(lambda core: core.keep(BY_HAND, said))
    log.warning("the clock was set by hand to %s", instant.isoformat())
    return visit.go("/desk/health")


NO_TIME = Refusal(
    "desk.no_time",
    N_("Diese Zeit kann nicht stimmen, oder die Uhr stellt sich schon von selbst."),
    N_("Bitte geben Sie das heutige Datum und die Uhrzeit an."),
    status=422,
)
ONLY_IN_DEMO = Refusal(
    "desk.only_in_demo",
    N_("Die Leitung kann nur in einer Demo getrennt werden."),
    N_("Im Betrieb trennt sich die Leitung von selbst oder gar nicht."),
    status=403,
)

ROUTES = (health_page, retry, put_aside, switch_line, use_line, set_clock)
