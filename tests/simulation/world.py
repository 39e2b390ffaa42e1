"""A quarter of three nodes in one process: real files, virtual clock and network, sudden deaths.

Every effect of a round is its own event, so anything may happen between any two steps. A node
that is killed loses all but its files, which are taken as they lie on the disk at that moment,
write-ahead log included. All chance comes from the seed: the same seed is the same history.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from node.base.clock import FrozenClock
from node.base.periods import to_epoch
from node.registry import REGISTRY
from node.spaces import after_merge, rebuild
from node.store import Core, Write
from node.store.changeset import parts_of
from node.store.intake import IntakeReport
from node.store.pruning import prune_piece
from node.sync.answering import Answering, AwaitNews
from node.sync.clones import become_own, make_plan, name_copy
from node.sync.effects import Ask, Take
from node.sync.greeting import Greeter
from node.sync.horizon import needed_no_more
from node.sync.house_key import read_house_key
from node.sync.peers import Peer
from node.sync.roster import adopt_role, take_roster
from node.sync.round import Round
from node.sync.sealing import opened
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import (
    Challenge,
    Hello,
    Reply,
    Request,
    WireError,
    outline,
    pack,
    unpack_greeting,
    unpack_reply,
    unpack_request,
)
from tests.simulation.network import Network, Timeline, Weather
from tests.spaces.test_no_overlap import BEGIN
from tests.sync.hand import Box

NAMES = ("home", "kiosk", "central")
CALLS = {"home": ("kiosk", "central"), "kiosk": ("home", "central"), "central": ()}
"""Who calls whom: central has no way into the house."""

REPLY_SECONDS = 5.0
STEP_SECONDS = 0.001


class KilledError(BaseException):
    """The node dies here. No `except Exception` of the product may survive it."""


class Node(Box):
    """One box of the simulated quarter."""

    def __init__(self, name: str, path: Path, world: World) -> None:
        self.name = name
        self.path = path
        self.world = world
        self.life = 0
        self.deaths = 0
        self.dies_in_merge = False
        super().__init__(self._open())
        self.greeter = Greeter(world.chance.randbytes)
        self.peers: dict[bytes, Peer] = {}
        """What the others last said that they hold."""

    def _open(self) -> Core:
        core = Core.open(self.path, REGISTRY, clock=self.world.clock)
        core.after_merge = lambda write, touched: self._follow(core, write, touched)
        adopt_role(core)
        core.rebuild = rebuild
        core.finish_merge()
        return core

    def _follow(self, core: Core, write: Write, touched: frozenset[str]) -> None:
        if self.dies_in_merge:
            self.dies_in_merge = False
            raise KilledError
        after_merge(write, touched, now=self.world.clock.now(), signer=core.identity)

    def die(self) -> None:
        """As with kill -9: what the process held is gone, what the disk holds is there."""
        self.deaths += 1
        self.life += 1
        remains = self.path.with_name(f"{self.name}-{self.deaths}.db")
        for suffix in ("", "-wal"):
            here = Path(f"{self.path}{suffix}")
            if here.exists():
                shutil.copyfile(here, f"{remains}{suffix}")
        if self.core._connection.in_transaction:
            self.core._connection.execute("rollback")
        self.core.close()
        self.path = remains
        self.tokens = {}

    def revive(self) -> None:
        self.core = self._open()
        self.greeter = Greeter(self.world.chance.randbytes)


@dataclass
class Process:
    """A round or an answer that goes on step by step, until it ends or its node dies."""

    node: Node
    steps: Generator[Any, Any, Any]
    done: Callable[[Any], None]
    failed: Callable[[TroubleError], None]
    ask: Callable[[Request, Process], None] | None = None

    def __post_init__(self) -> None:
        self.life = self.node.life
        self.waits_for = 0

    def go(self, result: Any = None, error: TroubleError | None = None) -> None:
        if self.node.life != self.life:
            self.steps.close()
            return
        try:
            effect = self.steps.throw(error) if error else self.steps.send(result)
            if isinstance(effect, Ask):
                assert self.ask is not None
                self.ask(effect.request, self)
            elif isinstance(effect, Take):
                key = read_house_key(self.node.core)
                self._take(parts_of(opened(effect.batch, key)), IntakeReport())
            else:
                self._soon(None if isinstance(effect, AwaitNews) else self.node.perform(effect))
        except StopIteration as stop:
            self.done(stop.value)
        except TroubleError as trouble:
            self.failed(trouble)

    def _soon(self, result: Any) -> None:
        self.node.world.timeline.after(STEP_SECONDS, lambda: self.go(result))

    def _take(self, parts: list[Any], report: IntakeReport) -> None:
        """A batch in its pieces, as the store's thread takes it: others get turns in between."""
        if self.node.life != self.life:
            return
        core = self.node.core
        try:
            if parts:
                report.add_all(core.receive_part(parts[0], self.node.here.members))
                world = self.node.world
                world.timeline.after(STEP_SECONDS, lambda: self._take(parts[1:], report))
                return
            if report.touched:
                core.finish_merge()
        except KilledError:
            self.node.world.kill(self.node)
            return
        self._soon(report)


class World:
    """The three nodes, their people, their network and their fate."""

    def __init__(self, seed: int, template: Path, folder: Path) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.clock = FrozenClock(BEGIN)
        self.timeline = Timeline()
        self.trace = hashlib.sha256()
        self.troubles: set[Trouble] = set()
        self.rounds = 0
        self.dropped = 0
        chance = self.chance
        weather = Weather(
            loss=chance.choice((0.0, 0.05, 0.3)),
            doubling=chance.choice((0.0, 0.1, 0.5)),
            delay=chance.choice((0.01, 0.3, 3.0)),
        )
        self.network = Network(self.timeline, chance, weather)
        # Days pass in some worlds, so that holds lapse, guests arrive and nobody shows up.
        self.haste = chance.choice((1, 60, 1200))
        self.page_bytes = chance.choice((500, 4000, 256 * 1024))
        self.nodes: dict[str, Node] = {}
        for name in NAMES:
            path = folder / f"{name}.db"
            shutil.copyfile(template / f"{name}.db", path)
            self.nodes[name] = Node(name, path, self)
        self.sites = {name: node.site for name, node in self.nodes.items()}
        self.calls = dict(CALLS)
        self.copies = 0
        """How many boxes have found themselves to be copies and got a key of their own."""

    def close(self) -> None:
        for node in self.nodes.values():
            node.core.close()

    def run(self, seconds: float) -> None:
        """Let virtual time go on; the clock on the wall follows it."""
        end = self.timeline.now + seconds
        while self.timeline.now < end:
            step = min(1.0, end - self.timeline.now)
            self.timeline.run_until(self.timeline.now + step)
            self.clock.advance(timedelta(seconds=step * self.haste))

    def note(self, *what: object) -> None:
        """Add to the history by which two runs of one seed are compared."""
        self.trace.update(repr((round(self.timeline.now, 6), *what)).encode())

    def kill(self, node: Node, *, for_seconds: float | None = None) -> None:
        """Kill a node; it starts again after a while."""
        self.note("kill", node.name)
        node.die()
        away = self.chance.expovariate(0.3) if for_seconds is None else for_seconds
        life = node.life
        node.core = None  # type: ignore[assignment]
        self.timeline.after(away, lambda: self._revive(node, life))

    def _revive(self, node: Node, life: int) -> None:
        if node.life == life and node.core is None:
            node.revive()

    def copy_card(self, name: str, path: Path) -> None:
        """Somebody copies the card of a box as it lies there, and another box runs with it."""
        for suffix in ("", "-wal"):
            here = Path(f"{self.nodes[name].path}{suffix}")
            if here.exists():
                shutil.copyfile(here, f"{path}{suffix}")
        self.nodes["copy"] = Node("copy", path, self)
        # Whose history counts says home: with central they meet by way of it from now on.
        self.calls["copy"] = self.calls[name] = ("home",)
        self.note("copy", name)

    def _introduce(self, node: Node, forks: dict[str, int]) -> None:
        """As the running node does, but in one step: the authority names the copy's new key."""
        home = self.nodes["home"]
        if home.core is None or node.core is None:
            return
        plan, request = make_plan(node.core, forks)
        roster = name_copy(home.core, node.site, request)
        assert roster is not None
        take_roster(node.core, roster.signed)
        become_own(node.core, plan)
        node.tokens, node.peers = {}, {}
        node.life += 1
        self.copies += 1
        self.note("own", node.name)

    def prune(self, name: str) -> None:
        """Drop some of what all others said that they hold, as if it had been here for long."""
        node = self.nodes[name]
        if node.core is None or "copy" in self.nodes:
            # Two boxes of one name tell of what only one of them has; who lacks what was dropped by
            # that takes a snapshot, which this world has not.
            return
        listed = [node.peers.get(n.site_id, Peer(n)) for n in node.here.roster.peers_of(node.site)]
        old = {chain: self.chance.randint(0, head.n) for chain, head in node.core.heads().items()}
        now = to_epoch(self.clock.now())
        dropped = prune_piece(node.core, needed_no_more(node.here, listed, old, now=now))
        self.note("prune", name, dropped)
        self.dropped += dropped

    def is_up(self, name: str) -> bool:
        return self.nodes[name].core is not None

    # Rounds

    def start_round(
        self, origin: str, target: str, then: Callable[[], None] = lambda: None
    ) -> None:
        """One round over the network, if the caller lives."""
        if not self.is_up(origin):
            then()
            return
        node, peer = self.nodes[origin], self.nodes[target]
        site = self.sites[target] = peer.site if peer.core is not None else self.sites[target]
        meeting = Round(
            node.here,
            node.here.roster.nodes[site],
            self.chance.randbytes(32),
            node.tokens.get(site, b""),
            page_bytes=self.page_bytes,
        )

        def done(_: Any) -> None:
            self.rounds += 1
            node.tokens[site] = meeting.token
            node.peers[site] = Peer(meeting.peer, said=dict(meeting.said), trouble=meeting.trouble)
            if meeting.forks:
                self._introduce(node, meeting.forks)
            if meeting.trouble:
                self.troubles.add(meeting.trouble)
            self.note("rest", origin, target, meeting.fetched, meeting.given)

        def failed(error: TroubleError) -> None:
            self.troubles.add(error.trouble)
            self.note("trouble", origin, target, error.trouble)

        def ask(request: Request, process: Process) -> None:
            self._ask(node, peer, meeting, request, process)

        Process(node, meeting.steps(), done, failed, ask).go()

    def _ask(
        self, node: Node, peer: Node, meeting: Round, request: Request, process: Process
    ) -> None:
        process.waits_for += 1
        number, token = process.waits_for, meeting.token
        sent = pack(request)
        self._listen_in(node, peer, request)

        def came_back(data: bytes | None) -> None:
            if process.waits_for != number or node.life != process.life:
                return
            process.waits_for += 1
            if data is None:
                process.go(error=TroubleError(Trouble.NOT_ACCEPTED))
            else:
                process.go(unpack_reply(data))

        def silence() -> None:
            if process.waits_for == number and node.life == process.life:
                process.waits_for += 1
                process.go(error=TroubleError(Trouble.UNREACHABLE))

        def answered(reply: Reply | None) -> None:
            data = None if reply is None else pack(reply)
            self._listen_in(node, peer, reply)
            self.network.carry(peer.name, node.name, lambda: came_back(data))

        self.network.carry(node.name, peer.name, lambda: self._serve(peer, token, sent, answered))
        self.timeline.after(REPLY_SECONDS, silence)

    def _listen_in(self, node: Node, peer: Node, message: object) -> None:
        """Whoever taps the line to central learns nothing of the house, not even how much."""
        if "central" not in {node.name, peer.name}:
            return
        greeting = getattr(message, "greeting", None)
        heads = unpack_greeting(greeting).heads if greeting else getattr(message, "heads", ())
        scopes = {head.scope for head in heads}
        scopes |= {want.scope for want in getattr(message, "wants", ())}
        scopes |= {outline(signed).scope for signed in getattr(message, "changesets", ())}
        assert "house" not in scopes, message

    def _serve(
        self, node: Node, token: bytes, data: bytes, answered: Callable[[Reply | None], None]
    ) -> None:
        if node.core is None:
            return
        try:
            request = unpack_request(data)
        except WireError:
            answered(None)
            return
        answering = Answering(node.here, node.greeter)
        now = self.timeline.now
        if isinstance(request, Challenge):
            answered(node.greeter.nonce(now))
            return
        if isinstance(request, Hello):
            steps = answering.hello(request, now)
        else:
            session = node.greeter.session(node.here, token, now)
            if session is None:
                answered(None)
                return
            steps = answering.answer(session, request)
            caller = node.here.roster.active(session.site)
            if caller is not None:
                # As the door does: what a caller said is known here too.
                node.peers[session.site] = Peer(caller, said=dict(session.said))
        Process(node, steps, answered, lambda _: answered(None)).go()
