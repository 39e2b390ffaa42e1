"""The operator's pages: all quarters in one table, and one quarter with its boxes.

What they show is what central itself knows; nothing of a house can be read here. Where a quarter's
authority was handed to central, its boxes are renamed and let go here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from litestar import Response, get, post

from node.base.ids import id_text
from node.base.periods import from_epoch
from node.base.refusals import N_, Refusal, RefusedError
from node.central.operator import Operators
from node.store.rotation import made_at
from node.sync import Health, RosterError, RosterNode, Sentence, Sync
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.gate import SESSION_COOKIES
from node.web.health import COPIED, HealthView, health_view, too_much
from node.web.inviting import INVITED, NAME_CHARS_MAX, NOT_HERE, waiting_rows
from node.web.prefs import changed, local_path
from node.web.roles import ROLES
from node.web.showing import moment
from node.web.visit import House, Visit, face_of

HOME = "/central"
COOKIE = SESSION_COOKIES[face_of(HOME)]


@dataclass(frozen=True, slots=True)
class Absent:
    """A quarter whose file is not open: it begins anew, or cannot be opened. `told` says how it
    stands; `tag` is empty where its file never was.
    """

    name: str
    tag: str
    told: Callable[[], Sentence]


def _nobody() -> Sequence[Absent]:
    return ()


@dataclass(frozen=True, slots=True)
class Fleet:
    """The quarters of a central, by their public mark: those that are served, and the others."""

    _houses: Callable[[], Sequence[House]]
    _absent: Callable[[], Sequence[Absent]] = _nobody

    @property
    def houses(self) -> Sequence[House]:
        """Those that are served now."""
        return self._houses()

    @property
    def absent(self) -> Sequence[Absent]:
        """Those that are not."""
        return self._absent()

    def find(self, tag: str) -> House:
        """The quarter with this mark; raises `RefusedError`."""
        found = next((house for house in self.houses if house.service(Sync).tag == tag), None)
        if found is not None:
            return found
        away = next((each for each in self.absent if each.tag == tag), None)
        if away is None:
            raise RefusedError(NO_QUARTER)
        raise RefusedError(_absence(away))


@dataclass(slots=True)
class FleetPage:
    """See `central/fleet.html`."""

    rows: list[dict[str, Any]]
    well: int


@dataclass(slots=True)
class QuarterPage:
    """See `central/quarter.html`."""

    tag: str
    name: str
    view: HealthView
    boxes: list[dict[str, Any]]
    can_change: bool
    where: str
    copies: list[dict[str, str]]
    roles: list[dict[str, str]]
    waiting: list[dict[str, str]]
    open_codes: int
    code: str = ""
    code_name: str = ""
    code_svg: str = ""
    address: str = ""
    given: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class SignInPage:
    """See `central/sign_in.html`."""

    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@get("/central/sign-in", include_in_schema=False)
async def sign_in_page(visit: Visit) -> Response[Any]:
    """Ask for the password."""
    if visit.actor.is_signed_in:
        return visit.go(HOME)
    return _page(visit, "central/sign_in.html", SignInPage())


@post("/central/sign-in", include_in_schema=False)
async def sign_in(visit: Visit) -> Response[Any]:
    """Begin a session."""
    fields = await read_fields(visit)
    address = visit.request.client.host if visit.request.client else ""
    operators = visit.house.service(Operators)
    password = fields.given.get("password", "")[:200]
    found = await asyncio.to_thread(operators.sign_in, password, address)
    if isinstance(found, Refusal):
        page = SignInPage(words(visit, found))
        return _page(visit, "central/sign_in.html", page, status=found.status)
    visit.keep(COOKIE, found)
    return visit.go(HOME)


@post("/central/sign-out", include_in_schema=False)
async def sign_out(visit: Visit) -> Response[Any]:
    """End it."""
    await read_fields(visit)
    visit.house.service(Operators).sign_out(visit.token)
    visit.forget(COOKIE)
    return visit.go("/central/sign-in")


@post("/central/prefs", include_in_schema=False)
async def set_prefs(visit: Visit) -> Response[Any]:
    """Show the same page as it was wished."""
    fields = await read_fields(visit)
    visit.keep_prefs(changed(visit.prefs, fields.given))
    back = local_path(fields.given.get("back", HOME))
    return visit.go(back if back.startswith(HOME) else HOME)


@get(HOME, include_in_schema=False)
async def fleet_page(visit: Visit) -> Response[Any]:
    """All quarters, those that need somebody first."""
    visit.signed_in()
    fleet = visit.house.service(Fleet)
    rows = await asyncio.gather(*(_row(visit, house) for house in fleet.houses))
    rows += [_absent_row(visit, each) for each in fleet.absent]
    ranked = sorted(rows, key=lambda row: (row["is_well"], row["name"]))
    page = FleetPage(ranked, sum(1 for row in rows if row["is_well"]))
    return _page(visit, "central/fleet.html", page)


async def _row(visit: Visit, house: House) -> dict[str, Any]:
    sync = house.service(Sync)
    state = await sync.health()
    heard = max(
        (peer.last_success_at for peer in state.peers if peer.last_success_at), default=None
    )
    newest = _newest_copy(sync)
    troubles = _troubles(visit, state)
    return {
        "tag": sync.tag,
        "name": house.quarter_name,
        "boxes": sum(1 for node in sync.roster.body.nodes if node.is_active),
        "heard": _when(visit, heard),
        "waiting": state.waiting_out,
        "copy": _when(visit, newest),
        "is_well": not troubles,
        "trouble": troubles[0] if troubles else "",
    }


def _absent_row(visit: Visit, away: Absent) -> dict[str, Any]:
    said = away.told()
    unknown = dict.fromkeys(("boxes", "heard", "waiting", "copy"), "–")
    trouble = visit.say(said.text, **said.values)
    return {"tag": away.tag, "name": away.name, "is_well": False, "trouble": trouble, **unknown}


def _troubles(visit: Visit, state: Health) -> list[str]:
    """What is the matter, in a sentence each."""
    said = [
        visit.say(peer.problem.text, **peer.problem.values)
        for peer in state.peers
        if not peer.is_well
    ]
    said += [
        visit.say(N_("Änderungen von {name} wurden angehalten."), name=each.name)
        for each in state.stopped
    ]
    said += [visit.say(COPIED.message, **each.values) for each in state.copies]
    said += [visit.say(too_much(each).message, **each.values) for each in state.too_much]
    if state.write_refusal is not None:
        said.insert(0, visit.say(state.write_refusal.message, **state.write_refusal.values))
    return said


def _newest_copy(sync: Sync) -> datetime | None:
    return next((made_at(name) for name, _ in sync.offsite.kept.found), None)


def _when(visit: Visit, at: datetime | None) -> str:
    return moment(visit, at) if at else visit.say(N_("noch nie"))


@get("/central/quarters/{tag:str}", include_in_schema=False)
async def quarter_page(visit: Visit, tag: str) -> Response[Any]:
    """One quarter: what is the matter, its boxes, its copies."""
    visit.signed_in()
    return show_quarter(visit, await quarter(visit, tag))


async def quarter(visit: Visit, tag: str) -> QuarterPage:
    """How a quarter is; raises `RefusedError` where there is none of this mark."""
    house = visit.house.service(Fleet).find(tag)
    sync = house.service(Sync)
    roster = sync.roster.body
    admitted = await sync.waiting.admitted()
    return QuarterPage(
        tag=tag,
        name=house.quarter_name,
        view=await health_view(replace(visit, house=house)),
        boxes=[_box(visit, node, sync, admitted) for node in roster.nodes],
        can_change=sync.is_authority,
        where=next((n.name for n in roster.nodes if n.public_key == roster.authority), ""),
        copies=[_copy(visit, *each) for each in sync.offsite.kept.found],
        roles=[{"value": str(role), "text": visit.say(ROLES[role])} for role in INVITED],
        waiting=await waiting_rows(visit, sync),
        open_codes=await sync.open_codes(),
    )


def show_quarter(visit: Visit, page: QuarterPage, *, status: int = 200) -> Response[Any]:
    """The page of one quarter."""
    return _page(visit, "central/quarter.html", page, status=status)


def _box(
    visit: Visit, node: RosterNode, sync: Sync, admitted: Mapping[bytes, int]
) -> dict[str, Any]:
    at = admitted.get(node.public_key)
    came = N_("mit einem Code von hier gekommen, vom Haus hereingelassen {when}")
    text = N_("gehört dazu") if node.is_active else N_("gehört nicht mehr dazu")
    return {
        "id": id_text(node.site_id),
        "name": node.name,
        "role": visit.say(ROLES[node.role]),
        "since": moment(visit, from_epoch(node.since)),
        "arrival": visit.say(came, when=moment(visit, from_epoch(at))) if at else "",
        "state": "confirmed" if node.is_active else "cancelled",
        "text": visit.say(text),
        "is_active": node.is_active,
        "can_go": node.is_active and node.site_id != sync.site_id,
    }


def _copy(visit: Visit, name: str, size: int) -> dict[str, str]:
    at = made_at(name)
    megabytes = visit.say(N_("{count} MB"), count=-(-size // 1_000_000))
    return {"label": moment(visit, at) if at else name, "value": megabytes}


@post("/central/quarters/{tag:str}/nodes/{node_id:str}/rename", include_in_schema=False)
async def rename(visit: Visit, tag: str, node_id: str) -> Response[Any]:
    """Give a box another name."""
    sync, node = _named(visit, tag, node_id)
    fields = await read_fields(visit)
    name = fields.text("name", required=True, longest=NAME_CHARS_MAX)
    if not fields.problems:
        try:
            await sync.add_node(node.public_key, name=name, role=node.role, address=node.address)
        except RosterError as error:
            raise RefusedError(error.refusal or NOT_HERE) from error
    return visit.go(f"/central/quarters/{tag}")


@get("/central/quarters/{tag:str}/nodes/{node_id:str}/revoke", include_in_schema=False)
async def ask_revoke(visit: Visit, tag: str, node_id: str) -> Response[Any]:
    """Say what it means to let a box go, before it cannot be taken back."""
    _, node = _named(visit, tag, node_id)
    page = {"tag": tag, "id": node_id, "name": node.name, "role": visit.say(ROLES[node.role])}
    return _page(visit, "central/revoke.html", page)


@post("/central/quarters/{tag:str}/nodes/{node_id:str}/revoke", include_in_schema=False)
async def revoke(visit: Visit, tag: str, node_id: str) -> Response[Any]:
    """Let a box belong to the quarter no more."""
    sync, node = _named(visit, tag, node_id)
    await read_fields(visit)
    try:
        await sync.revoke_node(node.site_id)
    except RosterError as error:
        raise RefusedError(error.refusal or NOT_HERE) from error
    return visit.go(f"/central/quarters/{tag}")


def _named(visit: Visit, tag: str, node_id: str) -> tuple[Sync, RosterNode]:
    visit.signed_in()
    sync = visit.house.service(Fleet).find(tag).service(Sync)
    node = sync.roster.active(path_id(node_id))
    if node is None:
        raise RefusedError(NO_BOX)
    return sync, node


def _page(visit: Visit, template: str, data: Any, *, status: int = 200) -> Response[Any]:
    page = visit.page(template, data, status=status)
    page.headers["cache-control"] = "no-store"
    return page


def _absence(away: Absent) -> Refusal:
    said = away.told()
    return Refusal("central.absent", said.text, LOOK_LATER, values=said.values, status=503)


LOOK_LATER = N_(
    "Sehen Sie in ein paar Minuten wieder nach. Die übrigen Quartiere gehen weiter, und im Haus"
    " geht alles wie sonst."
)
NO_QUARTER = Refusal(
    "central.no_quarter",
    N_("Dieses Quartier gibt es hier nicht."),
    N_("Bitte wählen Sie eines aus der Liste."),
    status=404,
)
NO_BOX = Refusal(
    "central.no_box",
    N_("Diese Box gehört nicht zum Quartier."),
    N_("Bitte wählen Sie eine aus der Liste der Boxen."),
    status=404,
)
ROUTES = (
    sign_in_page,
    sign_in,
    sign_out,
    set_prefs,
    fleet_page,
    quarter_page,
    rename,
    ask_revoke,
    revoke,
)
