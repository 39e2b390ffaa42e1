"""Putting this box in a dead one's place with the emergency sheet: one page, two steps."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import belonging
from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.belonging import Progress
from node.setup.door import admit, is_overheard
from node.setup.frame import setup_of, setup_page
from node.setup.joining import address_refusal
from node.setup.state import Begun, forget_begun
from node.setup.work import Say, attempt
from node.sync import RosterNode, SheetError, read_sheet
from node.web.forms import Fields, read_fields
from node.web.overheard import OVERHEARD, SHEET_CHARS_MAX
from node.web.roles import ROLES
from node.web.visit import Visit

HERE = "/setup/replace"


@dataclass(slots=True)
class ReplacePage:
    """See `setup/replace.html`: first the sheet, then which box is dead."""

    given: dict[str, str] = field(default_factory=dict)
    boxes: list[dict[str, str]] = field(default_factory=list)
    dead: str = ""


@get(HERE, include_in_schema=False)
async def replace_page(visit: Visit) -> Response[Any]:
    """Ask for the sheet; go on where an earlier try was cut off."""
    admit(visit)
    setup = setup_of(visit)
    refusal = setup.work.refusal if setup.work.way == "replace" else None
    begun = setup.begun
    if begun is None or not setup.settings.database.exists():
        return setup_page(visit, "setup/replace.html", ReplacePage(_told(visit)), refusal=refusal)
    return await _ask_which(visit, begun.address, "", refusal)


@post(HERE, include_in_schema=False)
async def take_sheet(visit: Visit) -> Response[Any]:
    """Prove the sheet to a living box, then ask which one is dead."""
    admit(visit)
    fields = await read_fields(visit)
    address = fields.text("address", longest=200)
    sheet = fields.given.get("sheet", "")[:SHEET_CHARS_MAX]
    fields.given.pop("sheet", None)
    refusal = address_refusal(address) or overheard_refusal(visit, fields) or sheet_refusal(sheet)
    if refusal is not None:
        page = ReplacePage(fields.given)
        return setup_page(visit, "setup/replace.html", page, refusal=refusal, again=HERE)
    setup_of(visit).given = fields.given
    return await _ask_which(visit, address, sheet, None)


@post("/setup/replace/box", include_in_schema=False)
async def replace(visit: Visit) -> Response[Any]:
    """Begin to take a dead box's place."""
    admit(visit)
    fields = await read_fields(visit)
    setup = setup_of(visit)
    begun = setup.begun
    if begun is None:
        return visit.go(HERE)
    dead = fields.text("dead", required=True, longest=200)
    if fields.problems:
        return await _ask_which(visit, begun.address, "", WHICH)

    def run(say: Say) -> None:
        own = belonging.replace(setup.settings, begun.address, dead=dead, say=say)
        setup.finish(Progress(REPLACED, {"name": own.name}))

    setup.note(Begun("replace", begun.address, dead))
    setup.work.begin("replace", run)
    return visit.go("/setup/progress")


async def _ask_which(
    visit: Visit, address: str, sheet: str, refusal: Refusal | None
) -> Response[Any]:
    """The boxes that could be the dead one; this one is already on the list as their reserve."""
    setup = setup_of(visit)

    def recover() -> list[RosterNode]:
        # Before the file is there: whoever finds it must know that it is not whole.
        setup.note(Begun("replace", address, setup.begun.dead if setup.begun else ""))
        try:
            return belonging.recover(setup.settings, address, sheet)
        finally:
            if not setup.settings.database.exists():
                forget_begun(setup.settings.data)

    boxes, failed = await asyncio.to_thread(attempt, setup.work.hold, recover)
    if failed is not None:
        page = ReplacePage(_told(visit))
        return setup_page(visit, "setup/replace.html", page, refusal=failed, again=HERE)
    page = ReplacePage(
        _told(visit),
        [
            {"value": id_text(box.site_id), "text": box.name, "hint": visit.say(ROLES[box.role])}
            for box in boxes
        ],
        _likely(boxes, setup.begun),
    )
    return setup_page(visit, "setup/replace.html", page, refusal=refusal, again=HERE)


def _likely(boxes: list[RosterNode], begun: Begun | None) -> str:
    """The box that is chosen already: of the last try, the only one, or the main one."""
    if begun is not None and begun.dead:
        return begun.dead
    mains = [box for box in boxes if box.role == "home"]
    likely = boxes if len(boxes) == 1 else mains
    return id_text(likely[0].site_id) if len(likely) == 1 else ""


def _told(visit: Visit) -> dict[str, str]:
    """What was typed before, without the sheet."""
    setup = setup_of(visit)
    begun = setup.begun
    return setup.given or ({"address": begun.address} if begun else {})


def sheet_refusal(text: str) -> Refusal | None:
    """What is wrong with a sheet that was typed."""
    try:
        read_sheet(text)
    except SheetError as error:
        return error.refusal
    return None


def overheard_refusal(visit: Visit, fields: Fields) -> Refusal | None:
    """A secret may only be typed where nobody else listens, or whoever types it says so."""
    if is_overheard(visit) and not fields.given.get("own_network"):
        return OVERHEARD
    return None


REPLACED = N_("Diese Box ist jetzt {name}. Die kaputte zählt nicht mehr.")
WHICH = Refusal(
    "setup.which",
    N_("Welche Box ist kaputt?"),
    N_("Bitte wählen Sie sie aus."),
    status=422,
    field="dead",
)
ROUTES = (replace_page, take_sheet, replace)
