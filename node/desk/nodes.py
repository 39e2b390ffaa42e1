"""The boxes of the quarter: who belongs to it, a code for a new one, farewell to a lost one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.periods import from_epoch
from node.base.refusals import N_, Refusal, RefusedError
from node.desk.frame import desk_page
from node.store import NodeRole
from node.sync import (
    WORDS,
    RosterError,
    RosterNode,
    SheetError,
    Sync,
    TroubleError,
    handover_by_sheet,
    read_sheet,
    take_authority,
)
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.inviting import (
    INVITED,
    NAME_CHARS_MAX,
    NOT_HERE,
    decide_waiting,
    only_here,
    taken_in_at,
    told_arrivals,
    waiting_rows,
)
from node.web.overheard import OVERHEARD, SHEET_CHARS_MAX, is_overheard
from node.web.qr import qr_svg
from node.web.roles import ROLES
from node.web.showing import moment
from node.web.table import Table
from node.web.visit import Visit


@dataclass(slots=True)
class NodesPage:
    """See `desk/nodes.html`."""

    rows: list[dict[str, Any]]
    can_change: bool
    can_hand_over: bool
    can_take_back: bool
    can_invite: bool
    invites_at: str
    overheard: bool
    roles: list[dict[str, str]]
    waiting: list[dict[str, str]]
    given: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Any] | None = None
    refused_id: str = ""
    code: str = ""
    code_name: str = ""
    code_svg: str = ""
    address: str = ""
    only_here: dict[str, Any] | None = None
    """Why a box elsewhere cannot come with the code, if so."""


@get("/desk/nodes", include_in_schema=False)
async def nodes_page(visit: Visit) -> Response[Any]:
    """Who belongs to the quarter."""
    visit.allowed(Permission.PAIR_NODES)
    page = await _page(visit)
    return await desk_page(
        visit, "desk/nodes.html", page, here="health", table=lambda: _table(visit, page)
    )


def _table(visit: Visit, page: NodesPage) -> Table:
    columns = (N_("Box"), N_("Aufgabe"), N_("Seit"), N_("Stand"))
    nodes = visit.house.service(Sync).roster.body.nodes
    return Table(
        visit.say(N_("boxen")),
        [visit.say(column) for column in columns],
        [
            [row["name"], row["role"], from_epoch(node.since), row["text"]]
            for row, node in zip(page.rows, nodes, strict=True)
        ],
    )


@post("/desk/nodes/invite", include_in_schema=False)
async def invite_node(visit: Visit) -> Response[Any]:
    """Show a code for a new box; it is shown this once."""
    visit.allowed(Permission.PAIR_NODES)
    fields = await read_fields(visit)
    name = fields.text("name", required=True, longest=NAME_CHARS_MAX)
    role = NodeRole(fields.choice("role", INVITED, default=NodeRole.KIOSK))
    page = await _page(visit)
    if fields.problems:
        page.given, page.problems = fields.given, fields.problems
        return await desk_page(visit, "desk/nodes.html", page, here="health", status=400)
    sync, staff_id = visit.house.service(Sync), visit.actor.person_id
    try:
        code = await sync.invite(name=name, role=role, staff_id=staff_id)
    except RosterError as error:
        said = words(visit, error.refusal or NOT_HERE)
        page.given = fields.given
        page.problems = {"name": f"{said['message']} {said['remedy']}"}
        return await desk_page(visit, "desk/nodes.html", page, here="health", status=409)
    page.code, page.code_name, page.address = code, name, sync.address
    page.code_svg = qr_svg(f"{page.address} {code}")
    page.only_here = only_here(visit, page.address)
    return await desk_page(visit, "desk/nodes.html", page, here="health")


@post("/desk/nodes/waiting/{newcomer_id:str}", include_in_schema=False)
async def decide(visit: Visit, newcomer_id: str) -> Response[Any]:
    """Let a box in that came to central with a code, or turn it away."""
    visit.allowed(Permission.PAIR_NODES)
    refusal = (await decide_waiting(visit, newcomer_id))[1]
    if refusal is None:
        return visit.go("/desk/nodes")
    page = await _page(visit)
    page.refused, page.refused_id = words(visit, refusal), newcomer_id
    status = refusal.status
    return await desk_page(visit, "desk/nodes.html", page, here="health", status=status)


@post("/desk/nodes/{node_id:str}/rename", include_in_schema=False)
async def rename_node(visit: Visit, node_id: str) -> Response[Any]:
    """Give a box another name."""
    visit.allowed(Permission.PAIR_NODES)
    node = _node(visit, node_id)
    fields = await read_fields(visit)
    name = fields.text("name", longest=NAME_CHARS_MAX)
    if name and not fields.problems:
        sync = visit.house.service(Sync)
        await _changed(
            lambda: sync.add_node(node.public_key, name=name, role=node.role, address=node.address)
        )
    return visit.go("/desk/nodes")


@get("/desk/nodes/{node_id:str}/revoke", include_in_schema=False)
async def ask_revoke(visit: Visit, node_id: str) -> Response[Any]:
    """Say what it means to let a box go, before it cannot be taken back."""
    visit.allowed(Permission.PAIR_NODES)
    node = _node(visit, node_id)
    page = {"id": node_id, "name": node.name, "role": visit.say(ROLES[node.role])}
    return await desk_page(visit, "desk/node_revoke.html", page, here="health")


@post("/desk/nodes/{node_id:str}/revoke", include_in_schema=False)
async def revoke(visit: Visit, node_id: str) -> Response[Any]:
    """Let a box belong to the quarter no more."""
    visit.allowed(Permission.PAIR_NODES)
    node = _node(visit, node_id)
    await read_fields(visit)
    sync = visit.house.service(Sync)
    await _changed(lambda: sync.revoke_node(node.site_id))
    return visit.go("/desk/nodes")


@post("/desk/nodes/hand-over", include_in_schema=False)
async def hand_over(visit: Visit) -> Response[Any]:
    """Give central the list of the boxes, as at enrolment."""
    visit.allowed(Permission.RUN_NODE)
    await read_fields(visit)
    sync = visit.house.service(Sync)
    try:
        await _changed(sync.offsite.hand_over)
    except TroubleError as error:
        said = WORDS[error.trouble]
        raise RefusedError(
            Refusal("desk.no_central", said.message, said.remedy, values={"name": "Zentrale"})
        ) from error
    return visit.go("/desk/nodes")


@post("/desk/nodes/take-back", include_in_schema=False)
async def take_back(visit: Visit) -> Response[Any]:
    """With the emergency sheet, let this box keep the list."""
    visit.allowed(Permission.RUN_NODE)
    fields = await read_fields(visit)
    typed = fields.given.pop("sheet", "")[:SHEET_CHARS_MAX]
    page = await _page(visit)
    if page.overheard and fields.given.get("own_network") != "1":
        page.problems = {"own_network": visit.say(OVERHEARD.message)}
        return await desk_page(visit, "desk/nodes.html", page, here="health", status=422)
    sync = visit.house.service(Sync)
    try:
        sheet = read_sheet(typed)
    except SheetError as error:
        said = words(visit, error.refusal)
        page.problems = {"sheet": f"{said['message']} {said['remedy']}"}
        return await desk_page(visit, "desk/nodes.html", page, here="health", status=422)
    await _changed(
        lambda: visit.store.on_writer(
            lambda core: take_authority(core, handover_by_sheet(core, sheet))
        )
    )
    await sync.refresh_roster()
    return visit.go("/desk/nodes")


async def _page(visit: Visit) -> NodesPage:
    sync = visit.house.service(Sync)
    roster, here = sync.roster, sync.roster.nodes[sync.site_id]
    kept_by = next((n for n in roster.body.nodes if n.public_key == roster.body.authority), None)
    at_central = kept_by is not None and kept_by.role is NodeRole.CENTRAL
    runs = may(visit.actor, Permission.RUN_NODE)
    arrivals = await visit.store.read(lambda read: told_arrivals(visit, read))
    return NodesPage(
        rows=[_row(visit, node, sync, arrivals) for node in roster.body.nodes],
        can_change=sync.is_authority,
        can_hand_over=runs
        and sync.is_authority
        and here.role is not NodeRole.CENTRAL
        and sync.offsite.has_central,
        can_take_back=runs and at_central and sync.holds_house_key,
        can_invite=sync.offsite.may_take_in,
        invites_at=taken_in_at(roster),
        overheard=is_overheard(visit),
        roles=[{"value": str(role), "text": visit.say(ROLES[role])} for role in INVITED],
        waiting=await waiting_rows(visit, sync),
    )


def _row(
    visit: Visit, node: RosterNode, sync: Sync, arrivals: Mapping[bytes, str]
) -> dict[str, Any]:
    here = node.site_id == sync.site_id
    text = N_("diese Box") if here else N_("gehört dazu")
    return {
        "id": id_text(node.site_id),
        "name": node.name,
        "role": visit.say(ROLES[node.role]),
        "since": moment(visit, from_epoch(node.since)),
        "arrival": arrivals.get(node.site_id, ""),
        "state": "confirmed" if node.is_active else "cancelled",
        "text": visit.say(text if node.is_active else N_("gehört nicht mehr dazu")),
        "can_go": node.is_active and not here,
        "is_active": node.is_active,
    }


def _node(visit: Visit, node_id: str) -> RosterNode:
    found = visit.house.service(Sync).roster.active(path_id(node_id))
    if found is None:
        raise RefusedError(UNKNOWN_NODE)
    return found


async def _changed(change: Callable[[], Awaitable[Any]]) -> Any:
    """The roster changed by the authority; its no is a page."""
    try:
        return await change()
    except RosterError as error:
        raise RefusedError(error.refusal or NOT_HERE) from error


UNKNOWN_NODE = Refusal(
    "desk.unknown_node",
    N_("Diese Box gehört nicht zum Quartier."),
    N_("Bitte wählen Sie eine aus der Liste der Boxen."),
    status=404,
)
ROUTES = (
    nodes_page,
    invite_node,
    decide,
    rename_node,
    ask_revoke,
    revoke,
    hand_over,
    take_back,
)
