"""Beginning anew: what a running node does that finds that it must, and its page meanwhile.

A box that is a copy of another becomes one of its own; one that was away for too long, or holds
what does not count, takes the whole of the quarter from a sister or plays its own journal into an
empty file (`sync/behind.py` finds out which). People's pages wait for that, and say so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from node.app import prepare
from node.base.clock import SystemClock
from node.base.refusals import N_, Refusal, RefusedError
from node.maintenance import Maintenance
from node.registry import REGISTRY
from node.serving import bound, listener, run_until_stopped
from node.settings import Settings
from node.store import Core
from node.store.soundness import forget_life
from node.sync import (
    Behind,
    TroubleError,
    become_own,
    begin_from_journals,
    begin_from_snapshot,
)
from node.units import Manager

log = logging.getLogger("quartier")

TITLE = N_("Diese Box füllt sich neu")
LOADS_AGAIN_SECONDS = 5
RENEWING = Refusal(
    "start.renewing",
    N_("Es geht nichts verloren. Gleich können Sie hier wieder buchen."),
    N_("Bitte warten Sie ein wenig und melden Sie sich dann neu an."),
    status=503,
)
PART_THERE = N_("{percent} % sind schon da. Bitte warten Sie und melden Sie sich dann neu an.")


async def begin_again(
    settings: Settings, behind: Behind, manager: Manager, told: asyncio.Event
) -> bool:
    """Do what `behind` says, unless the process is told to stop meanwhile; whether it was done.

    Where it fails, or is cut short, the node goes on with what it has and tries again later.
    """
    if behind.plan is not None:
        core = Core.open(settings.database, REGISTRY, clock=SystemClock())
        try:
            prepare(core, core.clock)
            count = become_own(core, behind.plan)
        finally:
            core.close()
        forget_life(settings.database)
        log.warning("this box is a copy of another: %s changesets are its own now", count)
        return True
    page = Maintenance(RENEWING, title=TITLE, seconds=LOADS_AGAIN_SECONDS)
    beginning = _beginning(settings, behind, page)
    return beginning is not None and await _behind_page(beginning, settings, page, manager, told)


def _beginning(
    settings: Settings, behind: Behind, page: Maintenance
) -> Coroutine[Any, Any, bool] | None:
    """What is missed is told no more as changes, or what is here too much cannot be taken back."""
    database, clock = settings.database, SystemClock()
    if (giver := behind.giver) is not None:
        log.warning("away for too long, or misled: taking a snapshot of %s", giver)

        def told(here: int, whole: int) -> None:
            log.info("snapshot: %s of %s bytes", here, whole)
            page.remedy = PART_THERE, {"percent": here * 100 // max(whole, 1)}

        return begin_from_snapshot(giver, database, REGISTRY, clock=clock, told=told, again=True)
    if (journals := behind.journals) is not None:
        log.warning("misled by a box that was let go: beginning anew from the own journal")
        return begin_from_journals(database, REGISTRY, clock=clock, central=journals.central)
    return None


async def _behind_page(
    beginning: Coroutine[Any, Any, bool],
    settings: Settings,
    page: Maintenance,
    manager: Manager,
    told: asyncio.Event,
) -> bool:
    sock = manager.take_socket() or bound(settings.host, settings.port)
    ended = asyncio.Event()
    taking = asyncio.create_task(beginning)
    taking.add_done_callback(lambda _: ended.set())
    try:
        await run_until_stopped(
            [(listener(page), sock)], ready=lambda: None, told=told, ending=[ended]
        )
    finally:
        sock.close()
        taking.cancel()
        await asyncio.wait([taking])
    try:
        return not taking.cancelled() and taking.result()
    except (TroubleError, RefusedError, TimeoutError, OSError) as error:
        log.warning("this box could not begin anew: %s", error)
        return False
