"""Running a node or the central in this process until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import uvloop

from node.app import Node, open_node
from node.base.clock import Clock
from node.central import Hub
from node.serving import listener, run_until_stopped, systemd_socket
from node.settings import Settings, load
from node.sync import listener_options


def serve_node(settings: Settings, *, clock: Clock | None = None) -> int:
    """Serve one node's pages and peers; by the machine's clock if no other is given."""
    return _run(_serve([settings], clock))


def serve_central(data: Path) -> int:
    """Serve every quarter that has a directory in `data`, its pages by host name."""
    found = sorted(path.parent for path in data.glob("*/node.toml"))
    if not found:
        raise SystemExit(f"quartier: {data} holds no quarter's directory with a node.toml")
    return _run(_serve([load(path, {}) for path in found]))


def _run(serving: Coroutine[Any, Any, None]) -> int:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)
    return 0


async def _serve(all_settings: list[Settings], clock: Clock | None = None) -> None:
    nodes = [await open_node(settings, clock=clock) for settings in all_settings]
    first = nodes[0].settings
    pages = nodes[0].pages if len(nodes) == 1 else Hub({_host(node): node.pages for node in nodes})
    socket = systemd_socket()
    servers = [
        listener(pages, host=first.host, port=first.port, let_go=lambda: _let_go(nodes)),
        *(_peer_listener(node) for node in nodes),
    ]
    sockets = [socket, *(None for _ in nodes)] if socket else []
    try:
        for node in nodes:
            await node.start()
        await run_until_stopped(servers, ready=lambda: _say(nodes), sockets=sockets)
    finally:
        for node in nodes:
            await node.close()


def _let_go(nodes: list[Node]) -> None:
    """End the streams of all browsers."""
    for node in nodes:
        node.streams.let_go()


def _peer_listener(node: Node) -> Any:
    settings = node.settings
    return listener(
        node.peers,
        host=settings.sync_host,
        port=settings.sync_port,
        let_go=node.sync.let_go,
        **listener_options(node.store.core.identity),
    )


def _host(node: Node) -> str:
    return node.settings.hosts[0] if node.settings.hosts else node.settings.data.name


def _say(nodes: list[Node]) -> None:
    for node in nodes:
        print(f"{node.settings.name}: {node.settings.public_address}", flush=True)  # noqa: T201
