"""Running a node or the central in this process until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import uvloop

from node.app import Node, open_node
from node.base.clock import Clock
from node.central import Hub
from node.logs import begin_logging
from node.serving import Listener, bound, listener, run_until_stopped
from node.settings import Settings, load
from node.sync import listener_options
from node.units import Manager
from node.web.listening import allow_files, page_listener_options


def serve_node(settings: Settings, *, clock: Clock | None = None) -> int:
    """Serve one node's pages and peers; by the machine's clock if no other is given."""
    return _run(_serve([settings], clock), settings.log)


def serve_central(folders: Sequence[Path]) -> int:
    """Serve every quarter of these directories, its pages by host name."""
    all_settings = [load(path, {}) for path in folders]
    return _run(_serve(all_settings), all_settings[0].log)


def _run(serving: Coroutine[Any, Any, None], log: str) -> int:
    begin_logging(log)
    allow_files()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)
    return 0


async def _serve(all_settings: list[Settings], clock: Clock | None = None) -> None:
    # Before the files are opened: whoever cannot listen changes nothing.
    manager = Manager.taken_from(os.environ)
    for_pages = manager.socket or _pages_socket(all_settings[0])
    for_peers = [_peer_socket(settings) for settings in all_settings]
    async with AsyncExitStack() as stack:
        nodes = []
        for settings in all_settings:
            nodes.append(await open_node(settings, clock=clock))
            stack.push_async_callback(nodes[-1].close)
        for node in nodes:
            await node.start()
        # What the start made stays: no collection of garbage needs to look at it again.
        gc.collect()
        gc.freeze()
        watchdog = asyncio.create_task(manager.keep_watchdog(lambda: _all_work(nodes)))
        stack.callback(watchdog.cancel)
        await run_until_stopped(
            [
                (_page_listener(nodes), for_pages),
                *zip(map(_peer_listener, nodes), for_peers, strict=True),
            ],
            ready=lambda: _say(nodes, manager),
            stopping=lambda: manager.tell("STOPPING=1"),
        )


def _pages_socket(settings: Settings) -> socket.socket:
    return bound(settings.host, settings.port)


def _peer_socket(settings: Settings) -> socket.socket:
    return bound(settings.sync_host, settings.sync_port, prefix="sync_")


def _pages(nodes: list[Node]) -> Any:
    if len(nodes) == 1:
        return nodes[0].pages
    return Hub({_host(node): node.pages for node in nodes})


def _page_listener(nodes: list[Node]) -> Listener:
    return listener(_pages(nodes), let_go=lambda: _let_go(nodes), **page_listener_options())


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


def _host(node: Node) -> str:
    return node.settings.hosts[0] if node.settings.hosts else node.settings.data.name


def _say(nodes: list[Node], manager: Manager) -> None:
    for node in nodes:
        print(f"{node.settings.name}: {node.settings.public_address}", flush=True)  # noqa: T201
    manager.tell("READY=1")
