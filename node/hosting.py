"""Central in this process: its quarters side by side, each with a life of its own.

What one of them needs is none of the others' business. One whose file cannot be opened says so on
its pages; one that must begin anew does so beside the others, and has its pages back afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from litestar.types import ASGIApp, Receive, Scope, Send

from node.app import Node
from node.base.refusals import N_, Refusal, RefusedError
from node.central import Absent, Fleet, Hub, central_pages
from node.maintenance import Maintenance, until_worth_a_try
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
from node.renewing import AGAIN_SECONDS, LOADS_AGAIN_SECONDS, RENEWING, begin_beside
from node.serving import GRACE_SECONDS, ListenError, run_until_stopped, settle, told_to_stop
from node.settings import Settings
from node.sync import Sentence
from node.units import Manager
from node.verbs import BusyError

TITLE = N_("Dieses Quartier füllt sich hier neu")
RENEWING_HERE = Refusal(
    RENEWING.code,
    N_("Es geht nichts verloren. Im Haus selbst geht alles weiter wie sonst."),
    RENEWING.remedy,
    status=503,
)
BEGINS_ANEW = N_(
    "Beginnt neu, ohne das, was seit der Abmeldung einer Box nicht mehr zählt. Da sind {percent} %."
)

TAKEN = Refusal(
    "start.taken",
    N_("Ein anderes Programm hält die Datenbank oder den Anschluss dieses Quartiers fest."),
    N_("Bitte beenden Sie es. Die Zentrale versucht es von selbst weiter."),
    status=503,
)


HoldQuarter = Callable[[Path], AbstractContextManager[None]]
"""How a quarter's lock is held while its file is open; raises `BusyError`."""


async def host(
    all_settings: Sequence[Settings], manager: Manager, folder: Path, hold: HoldQuarter
) -> None:
    """Serve the quarters of these directories until told to stop, with the operator's pages."""
    told = told_to_stop()
    async with AsyncExitStack() as stack:
        # Before the files are opened: whoever cannot listen changes nothing.
        for_pages = manager.take_socket() or pages_socket(all_settings[0])
        stack.callback(for_pages.close)
        hosted = Hosted([Quarter(settings, hold) for settings in all_settings])
        async with manager.more_time():
            for quarter in hosted.quarters:
                stack.push_async_callback(quarter.close)
                await quarter.open_first(is_alone=len(all_settings) == 1)
        watchdog = asyncio.create_task(manager.keep_watchdog(lambda: all_work(hosted.nodes)))
        stack.callback(watchdog.cancel)
        living = [asyncio.create_task(each.live(told)) for each in hosted.quarters]
        try:
            await hosted.until_all_listen(living)
            settle()
            await run_until_stopped(
                [(page_listener(hosted.pages(folder), lambda: hosted.nodes), for_pages)],
                ready=lambda: say_ready(hosted.nodes, manager),
                stopping=lambda: manager.tell("STOPPING=1"),
                told=told,
                ending=[each.broke for each in hosted.quarters],
            )
        finally:
            told.set()
            await asyncio.gather(*living)


@dataclass(frozen=True, slots=True)
class Hosted:
    """The quarters of this process, and what the operator's pages know of them."""

    quarters: Sequence[Quarter]

    @property
    def nodes(self) -> list[Node]:
        """Those that are served now."""
        return [each.node for each in self.quarters if each.node is not None]

    def pages(self, folder: Path) -> Hub:
        """Each quarter's pages by host name, and the operator's."""
        fleet = Fleet(
            lambda: [node.house for node in self.nodes],
            lambda: [each.absent for each in self.quarters if each.absent is not None],
        )
        settings = [each.settings for each in self.quarters]
        operators = central_pages(
            folder,
            fleet,
            hosts=frozenset(name for each in settings for name in each.hosts),
            metrics_from=frozenset(one for each in settings for one in each.metrics_from),
        )
        return Hub({each.host: each for each in self.quarters}, operators)

    async def until_all_listen(self, living: Sequence[asyncio.Task[None]]) -> None:
        """Come back when every quarter that is served is heard by its boxes, or one broke."""
        events = [each.listens for each in self.quarters if each.node is not None]
        listening = asyncio.create_task(_all_set(events))
        await asyncio.wait([listening, *living], return_when=asyncio.FIRST_COMPLETED)
        listening.cancel()


async def _all_set(events: Sequence[asyncio.Event]) -> None:
    for event in events:
        await event.wait()


@dataclass(slots=True)
class Quarter:
    """One quarter, an ASGI application: its pages; or its trouble; or that it begins anew."""

    settings: Settings
    hold: HoldQuarter
    node: Node | None = None
    absent: Absent | None = None
    listens: asyncio.Event = field(default_factory=asyncio.Event)
    broke: asyncio.Event = field(default_factory=asyncio.Event)
    """A fault of ours: the process ends, and is started again by whoever looks after it."""
    _refusal: Refusal | None = None
    _page: Maintenance | None = None
    _socket: socket.socket | None = None
    _lock: ExitStack | None = None
    _under_way: int = 0
    _is_idle: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def host(self) -> str:
        """The name under which its pages are."""
        return self.settings.hosts[0] if self.settings.hosts else self.settings.data.name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by what there is now."""
        app: ASGIApp | None = self._page if self.node is None else self.node.pages
        self._under_way += 1
        try:
            if app is not None:
                await app(scope, receive, send)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._is_idle.set()

    async def open_first(self, *, is_alone: bool) -> None:
        """Open it when the process begins. One that stands alone says to whoever began it why it
        cannot be; beside others its pages say so.
        """
        try:
            await self._open()
        except (RefusedError, BusyError) as error:
            if is_alone:
                raise
            self._tell(_said(error))

    async def close(self) -> None:
        """Let go of its file, its lock and its socket."""
        node, self.node = self.node, None
        if node is not None:
            await node.close()
        self._let_go()

    def _let_go(self) -> None:
        lock, sock = self._lock, self._socket
        self._lock = self._socket = None
        if lock is not None:
            lock.close()
        if sock is not None:
            sock.close()

    async def live(self, told: asyncio.Event) -> None:
        """Be served until the process is told to stop, beginning anew whenever it must, and coming
        back where somebody has helped.
        """
        try:
            rest = 0.0
            while not told.is_set():
                if self.node is None:
                    await self._until_helped(told)
                elif await self._serve(self.node, told, rest):
                    rest = 0.0 if await self._begin_anew(self.node, told) else AGAIN_SECONDS
                if self.node is None and not told.is_set():
                    await self._try_to_open()
        except BaseException:
            self.broke.set()
            raise

    async def _open(self) -> None:
        try:
            # Before the file is opened: whoever cannot listen changes nothing.
            self._socket = peer_socket(self.settings)
            if self._lock is None:
                self._lock = ExitStack()
                self._lock.enter_context(self.hold(self.settings.data))
            self.node = await opened(self.settings, None)
        except BaseException:
            # Nobody holds it meanwhile, so that `quartier restore` can help.
            self._let_go()
            raise
        self.absent = self._page = self._refusal = None

    async def _serve(self, node: Node, told: asyncio.Event, rest: float) -> bool:
        """Whether it must begin anew, and may."""
        behind = node.sync.behind
        behind.rests_until = asyncio.get_running_loop().time() + rest
        await node.start()
        assert self._socket is not None  # noqa: S101 - opened together
        await run_until_stopped(
            [(peer_listener(node), self._socket)],
            ready=self.listens.set,
            told=told,
            ending=[behind.noticed],
        )
        if not told.is_set() and not behind.noticed.is_set():
            raise ListenError(f"{self.settings.data.name} is heard no more by its boxes")
        return not told.is_set()

    async def _begin_anew(self, node: Node, told: asyncio.Event) -> bool:
        """Central drops nothing, so its own journal is enough: nobody else is asked."""
        page = Maintenance(RENEWING_HERE, title=TITLE, seconds=LOADS_AGAIN_SECONDS)

        def how_far() -> Sentence:
            return Sentence(BEGINS_ANEW, {"percent": page.remedy[1].get("percent", 0)})

        self._page, self.node = page, None
        self.absent = Absent(node.house.quarter_name, node.sync.tag, how_far)
        await self._until_idle(node)
        await node.close()
        return await begin_beside(self.settings, page, told)

    async def _until_idle(self, node: Node) -> None:
        """Nobody's page is cut off, if it comes to an end soon."""
        node.streams.let_go()
        self._is_idle.clear()
        if self._under_way:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_idle.wait(), GRACE_SECONDS)

    async def _try_to_open(self) -> None:
        try:
            await self._open()
        except (RefusedError, BusyError, ListenError) as error:
            self._tell(_said(error))

    async def _until_helped(self, told: asyncio.Event) -> None:
        helping = until_worth_a_try(self.settings, self._refusal or TAKEN)
        waiting = [asyncio.create_task(helping), asyncio.create_task(told.wait())]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    def _tell(self, refusal: Refusal) -> None:
        """Its trouble, on its own pages and the operator's."""
        said, known = Sentence(refusal.message, refusal.values), self.absent
        name, tag = (known.name, known.tag) if known else (self.settings.data.name, "")
        self.absent = Absent(name, tag, lambda: said)
        self._page, self._refusal = Maintenance(refusal), refusal
        say_refusal(refusal)


def _said(error: RefusedError | BusyError | ListenError) -> Refusal:
    return error.refusal if isinstance(error, RefusedError) else TAKEN
