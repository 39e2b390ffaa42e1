"""Serving the pages of a first start until the box belongs to a quarter."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from litestar import Litestar
from litestar.di import Provide

from node.app import BODY_BYTES_MAX, visit_of
from node.base.refusals import N_
from node.kiosk import KioskRules
from node.serving import Listener, bound, listener, run_until_stopped
from node.settings import Settings
from node.setup import beginning, founding, joining, pages, replacing, restoring
from node.setup.state import Setup, read_begun
from node.setup.work import Hold, Work
from node.store.files import is_expected
from node.store.soundness import was_served
from node.sync import Address, needs_zone, own_addresses
from node.units import Manager
from node.web.bodies import BodyRequest
from node.web.errors import ERRORS
from node.web.gate import Gate
from node.web.i18n import terminal_language, translate
from node.web.listening import page_listener_options
from node.web.static import static_file
from node.web.storeless import storeless_house

LOOKS_EVERY_SECONDS = 0.5
TOLD_SECONDS = 10.0
"""So long the pages stay after the work is done where nobody looks."""

NAME = "Quartier"


def is_waiting(settings: Settings) -> bool:
    """Whether this box belongs to no quarter: it is new, or its first start was cut off."""
    database = settings.database
    is_known = database.exists() or is_expected(database) or was_served(database)
    return not is_known or read_begun(settings.data) is not None


async def until_set_up(settings: Settings, manager: Manager, hold: Hold) -> bool:
    """Serve the pages until the box belongs to a quarter; False where it was told to end.

    Nobody holds the lock meanwhile, so that the verbs of the command line can do the same.
    """
    sock = manager.take_socket() or bound(settings.host, settings.port)
    setup = Setup(settings, Work(hold), phone_address=_phone_address(sock.getsockname()))
    server = listener(setup_pages(setup), **page_listener_options())
    looking = asyncio.create_task(_end_when_done(setup, server))
    watching = asyncio.create_task(manager.keep_watchdog(_well))
    try:
        await run_until_stopped([(server, sock)], ready=lambda: _say(setup, manager))
    finally:
        looking.cancel()
        watching.cancel()
    return looking.done() and not looking.cancelled()


def setup_pages(setup: Setup) -> Gate:
    """The application."""
    rules = KioskRules(frozenset(setup.settings.kiosk_from), "")
    house = storeless_house(NAME, {Setup: setup, KioskRules: rules})
    return Gate(setup_app(), house, setup.door.find, frozenset(setup.settings.hosts))


def setup_app() -> Litestar:
    """The pages; a `Gate` around them puts the visit into each request."""
    return Litestar(
        route_handlers=[
            static_file,
            *founding.ROUTES,
            *beginning.ROUTES,
            *joining.ROUTES,
            *replacing.ROUTES,
            *restoring.ROUTES,
            *pages.ROUTES,
        ],
        dependencies={"visit": Provide(visit_of, sync_to_thread=False)},
        exception_handlers=ERRORS,
        request_class=BodyRequest,
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
        openapi_config=None,
    )


async def _end_when_done(setup: Setup, server: Listener) -> None:
    """When the work is done and somebody has read so, or a verb has done it."""
    loop = asyncio.get_running_loop()
    since: float | None = None
    while since is None or not (setup.is_told or loop.time() - since > TOLD_SECONDS):
        await asyncio.sleep(LOOKS_EVERY_SECONDS)
        by_verb = not setup.work.goes_on and not is_waiting(setup.settings)
        if since is None and (setup.is_done or by_verb):
            since = loop.time()
            setup.is_told = setup.is_told or not setup.is_done
    # The answer that told it is on its way.
    await asyncio.sleep(LOOKS_EVERY_SECONDS)
    server.should_exit = True


def _phone_address(bound_to: tuple[Any, ...]) -> str:
    """The address of the pages for a phone in this network; empty where only this machine asks."""
    host, port = bound_to[0], bound_to[1]
    address = own_addresses(host)[0]
    if address.startswith("127.") or address == "::1" or needs_zone(address):
        return ""
    return f"http://{Address(address, port)}".removesuffix(":80")


def _say(setup: Setup, manager: Manager) -> None:
    """Tell whoever sees the terminal, and the service manager."""
    language = terminal_language(os.environ)
    shown = setup.phone_address or f"http://{setup.settings.host}:{setup.settings.port}"
    text = translate(language, HELLO, address=shown, code=setup.door.shown)
    print(text, flush=True)  # noqa: T201 - the box's own screen
    manager.tell("READY=1")


async def _well() -> None:
    """There is nothing that could hang."""


HELLO = N_("Diese Box ist neu. Richten Sie sie ein: {address}/setup, Startcode {code}")
