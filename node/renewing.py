"""Beginning anew: what a running node does that finds that it must, and its page meanwhile.

A box that is a copy of another becomes one of its own; one that was away for too long, or holds
what does not count, takes the whole of the quarter from a sister or plays its own journal into an
empty file (`sync/behind.py` finds out which). People's pages wait for that, and say so.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import threading
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any

from node.app import prepare
from node.base.clock import SystemClock
from node.base.refusals import N_, Refusal, RefusedError
from node.maintenance import Maintenance
from node.registry import REGISTRY
from node.serving import bound, listener, run_until_stopped
from node.settings import Settings
from node.status import StatusDoor, told_on_file
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
from node.web.i18n import COMPLETE_CODES, SOURCE, translate

log = logging.getLogger("quartier")

AGAIN_SECONDS = 900.0
"""People have their pages this long before what could not be done is tried again."""

TITLE = N_("Diese Box füllt sich neu")
LOADS_AGAIN_SECONDS = 5
RENEWING = Refusal(
    "start.renewing",
    N_("Es geht nichts verloren. Gleich können Sie hier wieder buchen."),
    N_("Bitte warten Sie ein wenig und melden Sie sich dann neu an."),
    status=503,
)
PART_THERE = N_("{percent} % sind schon da. Bitte warten Sie und melden Sie sich dann neu an.")
SOON_DONE = N_(
    "{percent} % sind schon da, es dauert noch höchstens eine Minute. Bitte warten Sie und melden"
    " Sie sich dann neu an."
)
MINUTES_LEFT = N_(
    "{percent} % sind schon da, es dauert noch etwa {minutes} Minuten. Bitte warten Sie und melden"
    " Sie sich dann neu an."
)
_TOLD_FROM_SECONDS = 3.0
"""Before, how fast it goes is chance."""


@dataclass(slots=True)
class Progress:
    """How far a beginning is, and how long it still takes if it goes on like this.

    What is there at the first word was there before: it tells nothing of the pace.
    """

    _began: tuple[float, int] | None = None

    def remedy(self, here: int, whole: int, now: float) -> tuple[str, dict[str, Any]]:
        """The sentence and its values; `here` of `whole` are there at `now` (seconds)."""
        began_at, there = self._began = self._began or (now, here)
        percent = min(here * 100 // max(whole, 1), 99)
        took, got = now - began_at, here - there
        if took < _TOLD_FROM_SECONDS or got <= 0:
            return PART_THERE, {"percent": percent}
        left = took * max(whole - here, 0) / got
        if left <= MINUTE_SECONDS:
            return SOON_DONE, {"percent": percent}
        return MINUTES_LEFT, {"percent": percent, "minutes": math.ceil(left / MINUTE_SECONDS)}


MINUTE_SECONDS = 60


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
    progress = Progress()

    def told(here: int, whole: int) -> None:
        page.remedy = progress.remedy(here, whole, time.monotonic())

    if (giver := behind.giver) is not None:
        log.warning("away for too long, or misled: taking a snapshot of %s", giver)

        def told_bytes(here: int, whole: int) -> None:
            log.info("snapshot: %s of %s bytes", here, whole)
            told(here, whole)

        return begin_from_snapshot(
            giver, database, REGISTRY, clock=clock, told=told_bytes, again=True
        )
    if (journals := behind.journals) is not None:
        log.warning("misled by a box that was let go: beginning anew from the own journal")
        return begin_from_journals(
            database, REGISTRY, clock=clock, central=journals.central, told=told
        )
    return None


@contextlib.asynccontextmanager
async def _told_meanwhile(settings: Settings, page: Maintenance) -> AsyncIterator[None]:
    """Answer `quartier sync status` with what was known last, and how far it is: the file itself
    is at work.
    """
    known = {
        code: await asyncio.to_thread(told_on_file, settings, code, standing=BEGINS)
        for code in COMPLETE_CODES
    }

    async def tell(language: str) -> dict[str, Any]:
        code = language if language in known else SOURCE
        percent = page.remedy[1].get("percent", 0)
        remedy = translate(code, BEGINS.remedy, percent=percent)
        said = known[code] or {}
        first, *others = said["troubles"]
        return {**said, "troubles": [{**first, "remedy": remedy}, *others]}

    door = StatusDoor(settings.data, tell)
    await door.open()
    try:
        yield
    finally:
        await door.close()


BEGINS = Refusal(
    "status.begins",
    N_("Dieser Knoten beginnt gerade neu, mit allem, was zählt."),
    N_("Lassen Sie ihn laufen: {percent} % sind da. Seine Seiten sagen das solange jedem."),
)


async def _behind_page(
    beginning: Coroutine[Any, Any, bool],
    settings: Settings,
    page: Maintenance,
    manager: Manager,
    told: asyncio.Event,
) -> bool:
    sock = manager.take_socket() or bound(settings.host, settings.port)
    ended = asyncio.Event()
    async with _told_meanwhile(settings, page):
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
    if taking.cancelled():
        return False
    return _outcome(taking)


def _outcome(taking: asyncio.Future[bool]) -> bool:
    try:
        return taking.result()
    except (TroubleError, RefusedError, TimeoutError, OSError) as error:
        log.warning("this box could not begin anew: %s", error)
        return False


class _StoppedError(Exception):
    """The process is told to end; the next try goes on."""


async def begin_beside(settings: Settings, page: Maintenance, told_to_end: asyncio.Event) -> bool:
    """At central: begin one quarter anew from its own journal while the others are served, in a
    thread of its own; whether it was done. `page` hears how far it is.
    """
    log.warning("%s was misled by a box that was let go: beginning it anew", settings.data.name)
    ends, progress = threading.Event(), Progress()

    def told(here: int, whole: int) -> None:
        if ends.is_set():
            raise _StoppedError
        page.remedy = progress.remedy(here, whole, time.monotonic())

    def begin() -> bool:
        beginning = begin_from_journals(
            settings.database, REGISTRY, clock=SystemClock(), central=None, told=told
        )
        return asyncio.run(beginning)

    async with _told_meanwhile(settings, page):
        taking = asyncio.ensure_future(asyncio.to_thread(begin))
        ending = asyncio.create_task(told_to_end.wait())
        await asyncio.wait([taking, ending], return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        ends.set()
        # It comes to an end at the next page of its journal.
        await asyncio.wait([taking])
    try:
        return _outcome(taking)
    except _StoppedError:
        return False
