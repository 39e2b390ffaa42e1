"""Running a node or the central in this process until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvloop

from node import setup
from node.app import Node, open_node
from node.base.clock import Clock
from node.base.refusals import Refusal, RefusedError
from node.central import Hub, central_pages
from node.logs import begin_logging
from node.maintenance import Maintenance, until_helped
from node.recovery import make_sound, mend
from node.renewing import begin_again
from node.serving import (
    Listener,
    bound,
    listener,
    run_until_stopped,
    settle,
    told_to_stop,
)
from node.settings import Settings, load
from node.store.connection import DatabaseError
from node.store.soundness import Stand, is_corrupt
from node.sync import Behind, listener_options
from node.troubles import refusal_at_start, sentence_of
from node.units import Manager
from node.verbs import BusyError
from node.web.listening import allow_files, page_listener_options

AGAIN_SECONDS = 900.0
"""People have their pages this long before a snapshot that could not be had is tried again."""

log = logging.getLogger("quartier")
Hold = Callable[[], AbstractContextManager[None]]
"""How the node's lock is held while its files are open."""


def serve_node(settings: Settings, *, clock: Clock | None = None, hold: Hold = nullcontext) -> int:
    """Serve one node's pages and peers; by the machine's clock if no other is given."""
    manager = Manager.taken_from(os.environ)
    return _run(_serve_or_say_why(settings, clock, manager, hold), settings.log)


def serve_central(folders: Sequence[Path]) -> int:
    """Serve every quarter of these directories, its pages by host name."""
    all_settings = [load(path, {}) for path in folders]
    manager = Manager.taken_from(os.environ)
    return _run(_serve_many(all_settings, manager, folders[0].parent), all_settings[0].log)


async def _serve_many(all_settings: list[Settings], manager: Manager, fleet: Path) -> None:
    # Central is never told to begin again: it is given no snapshot.
    await _serve(all_settings, None, manager, told_to_stop(), fleet=fleet)


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
        _say_refusal(refusal)
        if not await until_helped(settings, refusal, manager):
            return
        with suppress(BusyError), hold():
            refusal = await _try_to_serve(settings, clock, manager)


async def _try_to_serve(
    settings: Settings, clock: Clock | None, manager: Manager
) -> Refusal | None:
    try:
        told, rest = told_to_stop(), 0.0
        while behind := await _serve([settings], clock, manager, told, rest=rest):
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
    all_settings: list[Settings],
    clock: Clock | None,
    manager: Manager,
    told: asyncio.Event,
    *,
    rest: float = 0.0,
    fleet: Path | None = None,
) -> Behind | None:
    """Serve until told to stop, with the operator's pages for a `fleet`.

    Answers how to go on where a node must begin again.

    A snapshot that could not be had before is not asked for until after the `rest`.
    """
    async with AsyncExitStack() as stack:
        # Before the files are opened: whoever cannot listen changes nothing.
        for_pages = manager.take_socket() or _pages_socket(all_settings[0])
        stack.callback(for_pages.close)
        nodes: list[Node] = []
        for_peers = []
        pages: dict[str, Any] = {}
        async with manager.more_time():
            for settings in all_settings:
                sock = _peer_socket(settings)
                stack.callback(sock.close)
                try:
                    node = await _opened(settings, clock)
                except RefusedError as error:
                    if len(all_settings) == 1:
                        raise
                    # One quarter's trouble is none of the others'.
                    pages[_host(settings)] = Maintenance(error.refusal)
                    _say_refusal(error.refusal)
                    continue
                stack.push_async_callback(node.close)
                pages[_host(settings)] = node.pages
                nodes.append(node)
                for_peers.append(sock)
        for node in nodes:
            node.sync.behind.rests_until = asyncio.get_running_loop().time() + rest
            await node.start()
        settle()
        watchdog = asyncio.create_task(manager.keep_watchdog(lambda: _all_work(nodes)))
        stack.callback(watchdog.cancel)
        await run_until_stopped(
            [
                (_page_listener(_pages(pages, nodes, fleet), nodes), for_pages),
                *zip(map(_peer_listener, nodes), for_peers, strict=True),
            ],
            ready=lambda: _say(nodes, manager),
            stopping=lambda: manager.tell("STOPPING=1"),
            told=told,
            ending=[node.sync.behind.noticed for node in nodes],
        )
        ended = (node.sync.behind for node in nodes if node.sync.behind.noticed.is_set())
        return None if told.is_set() else next(ended, None)


async def _opened(settings: Settings, clock: Clock | None) -> Node:
    """Open a node; what somebody on the spot can mend is a `RefusedError` for its pages."""
    try:
        return await _opened_or_mended(settings, clock)
    except Exception as error:
        refusal = refusal_at_start(error)
        if refusal is None:
            raise
        raise RefusedError(refusal) from error


async def _opened_or_mended(settings: Settings, clock: Clock | None) -> Node:
    await asyncio.to_thread(make_sound, settings)
    try:
        return await open_node(settings, clock=clock)
    except DatabaseError as error:
        # Damage that the look before did not see.
        if not is_corrupt(error):
            raise
        await asyncio.to_thread(mend, settings, Stand.MALFORMED)
        return await open_node(settings, clock=clock)


def _pages_socket(settings: Settings) -> socket.socket:
    return bound(settings.host, settings.port)


def _peer_socket(settings: Settings) -> socket.socket:
    return bound(settings.sync_host, settings.sync_port, prefix="sync_")


def _pages(by_host: Mapping[str, Any], nodes: list[Node], fleet: Path | None) -> Any:
    if fleet is None:
        return next(iter(by_host.values()))
    pages = central_pages(
        fleet,
        [node.house for node in nodes],
        hosts=frozenset(host for node in nodes for host in node.settings.hosts),
        metrics_from=frozenset(one for node in nodes for one in node.settings.metrics_from),
    )
    return Hub(by_host, pages)


def _page_listener(pages: Any, nodes: list[Node]) -> Listener:
    return listener(pages, let_go=lambda: _let_go(nodes), **page_listener_options())


def _peer_listener(node: Node) -> Listener:
    options = listener_options(node.store.core.identity)
    return listener(node.peers, let_go=node.sync.let_go, **options)


def _let_go(nodes: list[Node]) -> None:
    """End the streams of all browsers."""
    for node in nodes:
        node.streams.let_go()


async def _all_work(nodes: list[Node]) -> None:
    """Come back when every store has read and its writer has had its turn."""
    for node in nodes:
        await node.store.read(lambda read: read.value("select 1"))
        await node.store.on_writer(lambda _: None)


def _host(settings: Settings) -> str:
    return settings.hosts[0] if settings.hosts else settings.data.name


def _say_refusal(refusal: Refusal) -> None:
    """To the terminal or the journal, beside the pages."""
    print(f"quartier: {sentence_of(refusal)}", file=sys.stderr, flush=True)  # noqa: T201


def _say(nodes: list[Node], manager: Manager) -> None:
    for node in nodes:
        print(f"{node.settings.name}: {node.settings.public_address}", flush=True)  # noqa: T201
    manager.tell("READY=1")
