"""Joining a quarter with the code that another box shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import belonging
from node.base.refusals import N_, Refusal
from node.belonging import Progress
from node.setup.door import admit
from node.setup.frame import setup_of, setup_page
from node.setup.work import Say
from node.sync import Code, CodeError, parse_address
from node.web.forms import Fields, read_fields
from node.web.visit import Visit


@dataclass(slots=True)
class JoinPage:
    """See `setup/join.html`."""

    given: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@get("/setup/join", include_in_schema=False)
async def join_page(visit: Visit) -> Response[Any]:
    """Ask for the code, and say what was wrong with the last one."""
    admit(visit)
    setup = setup_of(visit)
    refusal = setup.work.refusal if setup.work.way == "join" else None
    page = JoinPage(setup.given if refusal else {})
    return setup_page(visit, "setup/join.html", page, refusal=refusal)


@post("/setup/join", include_in_schema=False)
async def join(visit: Visit) -> Response[Any]:
    """Begin to join."""
    admit(visit)
    fields = await read_fields(visit)
    address, code = _split(fields)
    refusal = _refusal_of(address, code)
    if refusal is not None:
        page = JoinPage(fields.given)
        return setup_page(visit, "setup/join.html", page, refusal=refusal, again="/setup/join")
    setup = setup_of(visit)
    setup.given = {"address": address, "code": code}

    def run(say: Say) -> None:
        own = belonging.join(setup.settings, address, code, say=say)
        setup.finish(Progress(JOINED, {"name": own.name}))

    setup.work.begin("join", run)
    return visit.go("/setup/progress")


def _split(fields: Fields) -> tuple[str, str]:
    """Address and code; a scanned code brings its address along ("192.168.1.20:8443 ABCD-...")."""
    code, address = fields.text("code", longest=200), fields.text("address", longest=200)
    if " " in code and ":" in code.split()[0]:
        address, _, code = code.partition(" ")
    return address, code


def _refusal_of(address: str, code: str) -> Refusal | None:
    """What can be said of them before anybody is asked."""
    try:
        Code.read(code)
    except CodeError as error:
        return error.refusal
    return address_refusal(address)


def address_refusal(address: str) -> Refusal | None:
    """Why this cannot be where another box listens."""
    try:
        parse_address(address)
    except ValueError:
        return NO_ADDRESS
    return None


JOINED = N_("Diese Box heißt jetzt {name} und gehört zum Quartier.")
NO_ADDRESS = Refusal(
    "setup.no_address",
    N_("Das ist keine Adresse einer Box."),
    N_("Sie steht beim Code, zum Beispiel 192.168.1.20:8443."),
    status=422,
    field="address",
)
ROUTES = (join_page, join)
