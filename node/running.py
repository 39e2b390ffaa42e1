"""Running a node or the central in this process until it is told to stop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop

from node import setup
from node.base.clock import Clock
from node.base.refusals import Refusal, RefusedError
from node.hosting import HoldQuarter, host
from node.logs import begin_logging
from node.maintenance import until_helped
from node.opening import (
    all_work,
    opened,
    page_listener,
    pages_socket,
    peer_listener,
    peer_socket,
    say_ready,
    say_refusal,
)
from node.renewing import AGAIN_SECONDS, begin_again
from node.serving import bound, run_until_stopped, settle, told_to_stop
from node.settings import Settings, load
from node.sync import Behind
from node.units import Manager
from node.verbs import BusyError
from node.web.listening import allow_files

Hold = Callable[[], AbstractContextManager[None]]
"""How the node's lock is held while its files are open."""


def serve_node(settings: Settings, *, clock: Clock | None = None, hold: Hold = nullcontext) -> int:
    """Serve one node's pages and peers; by the machine's clock if no other is given."""
    manager = Manager.taken_from(os.environ)
    return _run(_serve_or_say_why(settings, clock, manager, hold), settings.log)


def serve_central(folders: Sequence[Path], *, hold: HoldQuarter) -> int:
    """Serve every quarter of these directories, its pages by host name."""
    all_settings = [load(path, {}) for path in folders]
    manager = Manager.taken_from(os.environ)
    return _run(host(all_settings, manager, folders[0].parent, hold), all_settings[0].log)


def _run(serving: Coroutine[Any, Any, None], log: str) -> int:
    begin_logging(log)
    allow_files()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)
    return 0


async def _serve_or_say_why(
    settings: Settings, clock: Clock | None, manager: Manager, hold: Hold
) -> None:
    """Serve, or say on the pages why that cannot be, until somebody has helped.

    Nobody holds the lock meanwhile, so that `quartier restore` can help.
    """
    if setup.is_waiting(settings):
        # One socket for both: whoever waits for the page that comes next is not turned away.
        sock = manager.take_socket() or bound(settings.host, settings.port)
        manager = replace(manager, socket=sock)
        if not await setup.until_set_up(settings, manager, hold):
            return
        settings = load(settings.data, os.environ)
    with hold():
        refusal = await _try_to_serve(settings, clock, manager)
    while refusal is not None:
        say_refusal(refusal)
        if not await until_helped(settings, refusal, manager):
            return
        with suppress(BusyError), hold():
            refusal = await _try_to_serve(settings, clock, manager)


async def _try_to_serve(
    settings: Settings, clock: Clock | None, manager: Manager
) -> Refusal | None:
    try:
        told, rest = told_to_stop(), 0.0
        while behind := await _serve(settings, clock, manager, told, rest=rest):
            alive = asyncio.create_task(manager.keep_watchdog(_lives))
            is_done = await begin_again(settings, behind, manager, told)
            alive.cancel()
            rest = 0.0 if is_done else AGAIN_SECONDS
    except RefusedError as error:
        return error.refusal
    return None


async def _lives() -> None:
    """While nothing is served, whoever gets a turn lives."""


async def _serve(
    settings: Settings,
    clock: Clock | None,
    manager: Manager,
    told: asyncio.Event,
    *,
    rest: float = 0.0,
) -> Behind | None:
    """Serve until told to stop; answers how to go on where the node must begin again.

    A snapshot that could not be had before is not asked for until after the `rest`.
    """
    async with AsyncExitStack() as stack:
        # Before the files are opened: whoever cannot listen changes nothing.
        for_pages = manager.take_socket() or pages_socket(settings)
        stack.callback(for_pages.close)
        async with manager.more_time():
            for_peers = peer_socket(settings)
            stack.callback(for_peers.close)
            node = await opened(settings, clock)
            stack.push_async_callback(node.close)
        behind = node.sync.behind
        behind.rests_until = asyncio.get_running_loop().time() + rest
        await node.start()
        settle()
        watchdog = asyncio.create_task(manager.keep_watchdog(lambda: all_work([node])))
        stack.callback(watchdog.cancel)
        await run_until_stopped(
            [
                (page_listener(node.pages, lambda: [node]), for_pages),
                (peer_listener(node), for_peers),
            ],
            ready=lambda: say_ready([node], manager),
            stopping=lambda: manager.tell("STOPPING=1"),
            told=told,
            ending=[behind.noticed],
        )
        return behind if behind.noticed.is_set() and not told.is_set() else None
