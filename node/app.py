"""The composition root: the only place that wires rooms, faces and the sync cellar together."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Litestar, get
from litestar.di import Provide
from litestar.types import ASGIApp

from node import __version__, api, desk, devices, kiosk, people, portal, quarter, spaces
from node.base.actors import Actor, Face
from node.base.clock import KEPT as BY_HAND
from node.base.clock import Clock, SystemClock
from node.base.hours import Hours
from node.base.refusals import N_
from node.erasing import Sweeper
from node.jobs import JOBS, keep_copied, keep_doing, keep_safe
from node.keeping import backups_of
from node.kiosk import KioskRules
from node.lock_files import keep_told
from node.registry import REGISTRY
from node.settings import Settings
from node.spaces import guests
from node.status import StatusDoor, Told, told_running
from node.store import Core, NodeRole, Store, Write
from node.store.backups import Backups
from node.store.erased_list import read_list
from node.store.soundness import begin_life, end_life
from node.sync import LineSwitch, Roster, Sync, SyncSettings, adopt_role, sync_app
from node.sync.routes import SyncApp
from node.web.bodies import BodyRequest
from node.web.errors import ERRORS
from node.web.gate import Gate
from node.web.live import Streams, live
from node.web.metrics import Measured, metrics
from node.web.screens import DoorDisplaysSeen, Screens
from node.web.static import static_file
from node.web.templating import templates_in
from node.web.visit import House, HttpRequest, Visit

ERASING = people.Erasing(
    tuple(REGISTRY.tables.values()),
    farewells=(spaces.leave_all_lines, spaces.give_up_ahead),
    ended=lambda read: {*guests.whose_time_is_over(read), *spaces.photos_gone(read)},
)
EXPORTING = people.Exporting(
    (
        (
            "reservations",
            N_("Ihre Buchungen"),
            N_("Was Sie gebucht haben und was daraus wurde."),
            spaces.told_about,
        ),
        (
            "waiting",
            N_("Worauf Sie warten"),
            N_("Wofür Sie auf der Warteliste stehen oder standen und was daraus wurde."),
            spaces.told_of_lines,
        ),
    )
)
"""What is done and told when somebody asks for what is theirs: every room that holds of a person
has its part here.
"""

URGENT = frozenset({"outside_access_revocation", "erasure_ruling", "box_admission"})
"""Central must not let somebody in, or know somebody, for an hour only because bytes cost money."""

BODY_BYTES_MAX = 1024 * 1024
"""No page or program sends more at once; photos come with the issue that needs them."""


@dataclass(slots=True)
class Node:
    """A running node: its store, its cellar, and the applications that its listeners serve."""

    settings: Settings
    house: House
    store: Store
    sync: Sync
    pages: ASGIApp
    peers: SyncApp
    streams: Streams
    backups: Backups
    jobs: list[asyncio.Task[None]] = field(default_factory=list)
    door: StatusDoor = field(init=False)

    def __post_init__(self) -> None:
        self.door = StatusDoor(self.settings.data, self.status)

    async def status(self, language: str) -> Told:
        """How it is, as the health page says it; see `status`."""
        return await told_running(self.house, self.store, language)

    async def start(self) -> None:
        """Begin timed work, and to find and meet other nodes."""
        self.jobs = [asyncio.create_task(keep_doing(self.store, job)) for job in JOBS]
        await self.store.write(lambda write: devices.recover(write, now=self.house.clock.now()))
        for printer in self.house.service(devices.Printers).all:
            self.jobs.append(asyncio.create_task(devices.keep_printing(self.store, printer)))
        locks = self.house.service(devices.Locks)
        if locks.all:
            self.jobs.append(asyncio.create_task(keep_told(self.store, locks)))
            self.jobs.append(asyncio.create_task(devices.keep_looking(locks)))
        self.jobs.append(asyncio.create_task(Sweeper(self.store, ERASING, self.backups).run()))
        if not self.settings.demo:
            safe = keep_safe(self.settings, self.backups, self.store.core.clock)
            self.jobs.append(asyncio.create_task(safe))
            if self.store.core.role is NodeRole.HOME:
                clock = self.store.core.clock
                copied = keep_copied(self.settings, self.backups, self.sync, clock)
                self.jobs.append(asyncio.create_task(copied))
        await self.sync.start()
        await self.door.open()

    async def close(self) -> None:
        """Stop meeting, finish writing, close the file."""
        for job in self.jobs:
            job.cancel()
        await asyncio.gather(*self.jobs, return_exceptions=True)
        await self.door.close()
        await self.sync.stop()
        core = self.store.core
        await self.store.close()
        if not self.store.is_doubted:
            end_life(core.path, core.site_id)


async def open_node(settings: Settings, *, clock: Clock | None = None) -> Node:
    """Open the store, bring its projections up to date and put everything together."""
    clock = clock or SystemClock()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.umask(0o077)
    store = await Store.open(settings.database, REGISTRY, clock=clock)
    try:
        node = await _put_together(store, settings, clock)
    except BaseException:
        # Its threads would keep the process from ending.
        await store.close()
        raise
    begin_life(settings.database, store.core.site_id)
    return node


async def _put_together(store: Store, settings: Settings, clock: Clock) -> Node:
    await store.on_writer(lambda core: prepare(core, clock))
    line = LineSwitch(settings.data)
    sync = await Sync.open(store, sync_settings(settings), line=line if settings.demo else None)
    sync.after_roster = lambda roster: follow_roster(store, roster)
    sync.metering.urgent = URGENT
    house = await make_house(store, clock, settings, sync=sync, line=line)
    sync.metering.zone = house.templates.zone
    follow_profile(house, settings)
    pages, streams = make_pages(house, settings), house.service(Streams)
    backups = house.service(Backups)
    return Node(settings, house, store, sync, pages, sync_app(sync), streams, backups)


def sync_settings(settings: Settings) -> SyncSettings:
    """What the cellar needs of the settings."""
    return SyncSettings(
        host=settings.sync_host,
        port=settings.sync_port,
        peers=settings.peers,
        central=settings.central,
        discovery=settings.discovery,
        metered=settings.metered,
        metered_every_minutes=settings.metered_every_minutes,
        metered_night=Hours.read(settings.metered_night),
    )


def prepare(core: Core, clock: Clock) -> None:
    """What a store needs before it serves: rooms that follow merges, projections, the floor."""
    if isinstance(clock, SystemClock):
        if (seen := core.latest_instant()) is not None:
            clock.raise_floor(seen)
        if said := core.kept(BY_HAND):
            clock.recall(said)
    # What follows of a merge that a dead process began is judged by who wrote it.
    adopt_role(core)
    core.after_merge = follower(core, clock)
    core.rebuild = rebuilder(clock)
    core.after_catch_up = after_catch_up(clock)
    forget_erased(core)
    core.finish_merge()
    core.write(lambda write: ERASING.follow(write, now=clock.now()))


def forget_erased(core: Core) -> None:
    """Before anybody is served: who was erased is not known any more, whatever file this is.

    A restored one may be older than the erasure, so the list beside it is asked as well.
    """
    known = read_list(core.path.parent)
    if known:
        core.write(lambda write: people.note_known(write, known))


def after_catch_up(clock: Clock) -> Callable[[Write], None]:
    """What a restored node writes first, once a peer has told what it knows of its journal."""

    def go_on(write: Write) -> None:
        spaces.renew_term(write)
        ERASING.follow(write, now=clock.now())

    return go_on


async def follow_roster(store: Store, roster: Roster) -> None:
    """At the home node: decide about the places of boxes that are no more, and carry out nothing
    that was asked for at them.
    """
    gone = {site for site, node in roster.nodes.items() if not node.is_active}
    if gone and store.core.role is NodeRole.HOME:
        now = store.core.clock.now()
        await store.write(lambda write: spaces.assume_homes(write, gone))
        await store.write(lambda write: people.lapse(write, gone, now=now))


def follower(core: Core, clock: Clock) -> Callable[[Write, frozenset[str]], None]:
    """What the rooms do after a merge, in one ordinary write: projections, waiting requests."""

    def follow(write: Write, touched: frozenset[str]) -> None:
        now = clock.now()
        people.after_merge(write, touched, now=now)
        spaces.after_merge(write, touched, now=now, signer=core.identity)
        ERASING.follow(write, now=now)

    return follow


def rebuilder(clock: Clock) -> Callable[[Write], None]:
    """What the rooms do after an update: all projections anew from the facts."""

    def rebuild(write: Write) -> None:
        people.rebuild(write)
        spaces.rebuild(write)
        spaces.rule_cancellations(write, now=clock.now())

    return rebuild


async def make_house(
    store: Store, clock: Clock, settings: Settings, *, sync: Sync, line: LineSwitch
) -> House:
    """What the faces get to hold."""
    profile = await store.read(quarter.get_profile)
    sessions = people.Sessions(store)
    secret = await store.on_writer(lambda core: core.secret)
    backups = backups_of(settings)
    return House(
        store=store,
        clock=clock,
        templates=templates_in(profile.timezone),
        secret=secret,
        quarter_name=profile.name,
        demo=settings.demo or profile.is_demo,
        signer=store.core.identity,
        home_keys=lambda: home_keys(sync),
        line=lambda: line_state(sync, line),
        address=settings.public_address,
        away_address=settings.away_address.rstrip("/"),
        services={
            people.Sessions: sessions,
            people.Erasing: ERASING,
            people.Exporting: EXPORTING,
            Sync: sync,
            Backups: backups,
            LineSwitch: line,
            Settings: settings,
            KioskRules: KioskRules(
                frozenset(settings.kiosk_from),
                settings.public_address,
                house=settings.kiosk_house,
                has_scanner=settings.kiosk_scanner,
            ),
            Measured: Measured(
                lambda: [sync],
                frozenset(settings.metrics_from),
                kept=lambda: {sync.tag: backups.record},
            ),
            devices.Printers: devices.Printers.read(settings.printers, settings.kiosk_printer),
            devices.Locks: devices.Locks.read(
                settings.locks,
                settings.data / "locks",
                password_file=settings.lock_password_file,
                ca_file=settings.lock_ca_file,
            ),
            Screens: Screens(),
            DoorDisplaysSeen: DoorDisplaysSeen(),
            Streams: Streams(),
        },
    )


async def line_state(sync: Sync, line: LineSwitch) -> tuple[int, bool]:
    """How many changes wait to be sent, and whether the demo's switch has cut the line."""
    health = await sync.health()
    return health.waiting_out, sync.line is not None and line.is_cut()


def follow_profile(house: House, settings: Settings) -> None:
    """Take up the quarter's name and zone when they arrive: a box that joins begins without."""
    following: set[asyncio.Task[None]] = set()

    async def take_up() -> None:
        profile = await house.store.read(quarter.get_profile)
        house.quarter_name = profile.name
        house.demo = settings.demo or profile.is_demo
        if profile.timezone != house.templates.zone.key:
            house.templates = templates_in(profile.timezone)
            house.service(Sync).metering.zone = house.templates.zone

    def committed(touched: frozenset[str]) -> None:
        if "quarter_profile" in touched:
            task = asyncio.get_running_loop().create_task(take_up())
            following.add(task)
            task.add_done_callback(following.discard)

    house.store.subscribe(committed)


def home_keys(sync: Sync) -> list[bytes]:
    """The keys of the nodes that decide, or once did."""
    return [
        member.public_key for member in sync.roster.members.values() if member.role is NodeRole.HOME
    ]


def make_pages(house: House, settings: Settings) -> ASGIApp:
    """The application of all faces behind the gate."""
    sessions = house.service(people.Sessions)

    async def find_actor(token: str, face: Face, now: datetime) -> Actor | None:
        found = await sessions.find(token, face=face, now=now)
        return found.actor if found else None

    return Gate(face_app(), house, find_actor, frozenset(settings.hosts), doors=kiosk.DOORS)


@functools.cache
def face_app() -> Litestar:
    """All faces as one application; a `Gate` around it puts the visit into each request.

    It holds nothing of a node, so the nodes of one process share it: making it takes a while.
    """
    return Litestar(
        route_handlers=[
            health,
            metrics,
            live,
            static_file,
            *portal.ROUTES,
            *kiosk.ROUTES,
            *desk.ROUTES,
            *api.ROUTES,
        ],
        dependencies={"visit": Provide(visit_of, sync_to_thread=False)},
        exception_handlers=ERRORS,
        request_class=BodyRequest,
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
        openapi_config=None,
    )


def visit_of(request: HttpRequest) -> Visit:
    """The visit that the gate made for this request."""
    visit: Visit = request.scope["visit"]  # type: ignore[typeddict-item]
    return visit


@get("/health", include_in_schema=False)
async def health(visit: Visit) -> dict[str, Any]:
    """Whether the node serves: reads the store, tells nothing else."""
    await visit.store.read(lambda read: read.value("select 1"))
    return {"ok": True, "version": __version__, "clock_trusted": visit.house.clock.trusted}
