"""Opening a node's file, its sockets and its listeners: what every way of serving needs."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

from node.app import Node, open_node
from node.base.clock import Clock
from node.base.refusals import Refusal, RefusedError
from node.recovery import make_sound, mend
from node.serving import Listener, bound, listener
from node.settings import Settings
from node.store.connection import DatabaseError
from node.store.soundness import Stand, is_corrupt
from node.sync import listener_options
from node.troubles import refusal_at_start, sentence_of
from node.units import Manager
from node.web.listening import page_listener_options


async def opened(settings: Settings, clock: Clock | None) -> Node:
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


def pages_socket(settings: Settings) -> socket.socket:
    """For people's browsers; raises `ListenError`."""
    return bound(settings.host, settings.port)


def peer_socket(settings: Settings) -> socket.socket:
    """For other nodes; raises `ListenError`."""
    return bound(settings.sync_host, settings.sync_port, prefix="sync_")


def page_listener(pages: Any, nodes: Callable[[], Iterable[Node]]) -> Listener:
    """A server for the pages of nodes, which ends the streams of all browsers when it stops."""

    def let_go() -> None:
        for node in nodes():
            node.streams.let_go()

    return listener(pages, let_go=let_go, **page_listener_options())


def peer_listener(node: Node) -> Listener:
    """A server for other nodes."""
    options = listener_options(node.store.core.identity)
    return listener(node.peers, let_go=node.sync.let_go, **options)


async def all_work(nodes: Iterable[Node]) -> None:
    """Come back when every store has read and its writer has had its turn."""
    for node in list(nodes):
        await node.store.read(lambda read: read.value("select 1"))
        await node.store.on_writer(lambda _: None)


def say_refusal(refusal: Refusal) -> None:
    """To the terminal or the journal, beside the pages."""
    print(f"quartier: {sentence_of(refusal)}", file=sys.stderr, flush=True)  # noqa: T201


def say_ready(nodes: Iterable[Node], manager: Manager) -> None:
    """To the terminal where people find them, to the manager that all listen."""
    for node in nodes:
        print(f"{node.settings.name}: {node.settings.public_address}", flush=True)  # noqa: T201
    manager.tell("READY=1")
