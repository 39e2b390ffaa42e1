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
from node.setup.state import Begun, Setup, forget_begun
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
    begun = setup.begun
    if begun is not None and begun.way == "join" and not setup.work.goes_on:
        # The power failed while the box waited for its house.
        _begin(setup, begun.address, begun.code)
        return visit.go("/setup/progress")
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
    _begin(setup_of(visit), address, code)
    return visit.go("/setup/progress")


def _begin(setup: Setup, address: str, code: str) -> None:
    setup.given = {"address": address, "code": code}

    def run(say: Say) -> None:
        if setup.settings.database.exists():
            # It was let in when the power failed; what it lacks comes while it serves.
            setup.finish(Progress(LET_IN))
            return
        try:
            own = belonging.join(setup.settings, address, code, say=lambda said: told(say, said))
        except Exception:
            forget_begun(setup.settings.data)
            raise
        setup.finish(Progress(JOINED, {"name": own.name}))

    def told(say: Say, said: Progress) -> None:
        if said.code and setup.begun is None:
            setup.note(Begun("join", address, code=code))
        say(said)

    setup.work.begin("join", run)


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


LET_IN = N_("Diese Box gehört jetzt zum Quartier.")
JOINED = N_("Diese Box heißt jetzt {name} und gehört zum Quartier.")
NO_ADDRESS = Refusal(
    "setup.no_address",
    N_("Das ist keine Adresse einer Box."),
    N_("Sie steht beim Code, zum Beispiel 192.168.1.20:8443."),
    status=422,
    field="address",
)
ROUTES = (join_page, join)
