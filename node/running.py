"""Running a node or the central in this process until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import uvloop

from node.app import Node, open_node
from node.central import Hub
from node.serving import listener, run_until_stopped, systemd_socket
from node.settings import Settings, load
from node.sync import listener_options


def serve_node(settings: Settings) -> int:
    """Serve one node's pages and peers."""
    return _run(_serve([settings]))


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


async def _serve(all_settings: list[Settings]) -> None:
    nodes = [await open_node(settings) for settings in all_settings]
    first = nodes[0].settings
    pages = nodes[0].pages if len(nodes) == 1 else Hub({_host(node): node.pages for node in nodes})
    socket = systemd_socket()
    servers = [
        listener(pages, host=first.host, port=first.port),
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


def _peer_listener(node: Node) -> Any:
    settings = node.settings
    return listener(
        node.peers,
        host=settings.sync_host,
        port=settings.sync_port,
        **listener_options(node.store.core.identity),
    )


def _host(node: Node) -> str:
    return node.settings.hosts[0] if node.settings.hosts else node.settings.data.name


def _say(nodes: list[Node]) -> None:
    for node in nodes:
        print(f"{node.settings.name}: {node.settings.public_address}", flush=True)  # noqa: T201
