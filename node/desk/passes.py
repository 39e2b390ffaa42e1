"""Passes at the desk: whose is this one, and one on paper for who has no phone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import Refusal, RefusedError, granted
from node.desk.frame import desk_page
from node.devices import Printers
from node.store import Read
from node.web.errors import words
from node.web.forms import NOT_FOUND, path_id, read_fields, read_query
from node.web.on_paper import Taken, draw, look, put_in_queue
from node.web.pdf_file import pdf_file
from node.web.printers import NO_PRINTER
from node.web.slips import pass_page, pass_slip
from node.web.visit import Visit

PAPERS = {"a4": pass_page, "roll": pass_slip}


@dataclass(slots=True)
class PassPage:
    """See `desk/pass.html`."""

    refusal: dict[str, Any] | None = None
    code: str = ""
    problems: dict[str, str] = field(default_factory=dict)


@get("/desk/pass", include_in_schema=False)
async def ask_pass(visit: Visit) -> Response[Any]:
    """Ask for a pass: scanned with a reader, or its eight characters."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    return await desk_page(visit, "desk/pass.html", PassPage(), here="today")


@post("/desk/pass", include_in_schema=False)
async def find_pass(visit: Visit) -> Response[Any]:
    """Show what a pass stands for."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    code = fields.text("code", required=True, longest=400)
    keys = visit.house.home_keys()
    found = await visit.store.read(lambda read: spaces.find_by_pass(read, code, keys=keys))
    if isinstance(found, Refusal):
        page = PassPage(words(visit, found), code, fields.problems)
        return await desk_page(visit, "desk/pass.html", page, here="today", status=found.status)
    return visit.go(f"/desk/reservations/{id_text(found.reservation.id)}")


# On paper


@get("/desk/reservations/{reservation:str}/slip", include_in_schema=False)
async def paper_pass(visit: Visit, reservation: str) -> Response[bytes]:
    """The pass as PDF, `?paper=a4` or `?paper=roll`, in the language of its holder."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    make = PAPERS.get(read_query(visit).given.get("paper", "a4"))
    if make is None:
        raise RefusedError(NOT_FOUND)
    reservation_id = path_id(reservation)
    taken = await visit.read(lambda read: _look(read, visit, reservation_id))
    content = await draw(visit, taken, make)
    name = f"ausweis-{taken.line.code.lower()}" if taken.line.code else "absage"
    return pdf_file(name, content)


@post("/desk/reservations/{reservation:str}/print", include_in_schema=False)
async def print_pass(visit: Visit, reservation: str) -> Response[Any]:
    """Print it on a printer of this box."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    reservation_id = path_id(reservation)
    taken = await visit.read(lambda read: _look(read, visit, reservation_id))
    printer = visit.house.service(Printers).named(fields.given.get("printer", ""))
    if printer is None:
        raise RefusedError(NO_PRINTER)
    job = await put_in_queue(visit, taken, printer, by_team=True)
    granted(job)
    return visit.go("/desk/printers")


def _look(read: Read, visit: Visit, reservation_id: bytes) -> Taken:
    return look(read, granted(spaces.get_line(read, visit.actor, reservation_id, now=visit.now)))


ROUTES = (ask_pass, find_pass, paper_pass, print_pass)
