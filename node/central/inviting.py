"""A code for a new box, shown by central; the house alone lets in whoever comes with it."""

from __future__ import annotations

from typing import Any

from litestar import Response, post

from node.base.refusals import RefusedError
from node.central.fleet import Fleet, quarter, show_quarter
from node.store import NodeRole
from node.sync import RosterError, Sync
from node.web.forms import read_fields
from node.web.inviting import INVITED, NAME_CHARS_MAX, NOT_HERE, find_waiting
from node.web.qr import qr_svg
from node.web.visit import Visit


@post("/central/quarters/{tag:str}/invite", include_in_schema=False)
async def invite(visit: Visit, tag: str) -> Response[Any]:
    """Show a code; it is shown this once."""
    sync = _sync(visit, tag)
    fields = await read_fields(visit)
    name = fields.text("name", required=True, longest=NAME_CHARS_MAX)
    role = NodeRole(fields.choice("role", INVITED, default=NodeRole.KIOSK))
    if fields.problems:
        page = await quarter(visit, tag)
        page.given, page.problems = fields.given, fields.problems
        return show_quarter(visit, page, status=422)
    try:
        code = await sync.invite(name=name, role=role)
    except RosterError as error:
        raise RefusedError(error.refusal or NOT_HERE) from error
    page = await quarter(visit, tag)
    page.code, page.code_name, page.address = code, name, sync.address
    page.code_svg = qr_svg(f"{page.address} {code}")
    return show_quarter(visit, page)


@post("/central/quarters/{tag:str}/codes/withdraw", include_in_schema=False)
async def withdraw_codes(visit: Visit, tag: str) -> Response[Any]:
    """Let no code count any more that nobody has used yet."""
    sync = _sync(visit, tag)
    await read_fields(visit)
    await sync.withdraw_invitations()
    return visit.go(f"/central/quarters/{tag}")


@post("/central/quarters/{tag:str}/waiting/{newcomer_id:str}/withdraw", include_in_schema=False)
async def withdraw_box(visit: Visit, tag: str, newcomer_id: str) -> Response[Any]:
    """Let a box wait no more."""
    sync = _sync(visit, tag)
    await read_fields(visit)
    await sync.waiting.withdraw(await find_waiting(sync, newcomer_id))
    return visit.go(f"/central/quarters/{tag}")


def _sync(visit: Visit, tag: str) -> Sync:
    visit.signed_in()
    return visit.house.service(Fleet).find(tag).service(Sync)


ROUTES = (invite, withdraw_codes, withdraw_box)
