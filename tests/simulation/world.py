"""A quarter of a few nodes in one process: real files, virtual clock and network, sudden deaths.

Every effect of a round is its own event, so anything may happen between any two steps. All chance
comes from the seed: the same seed is the same history.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from node.base.clock import FrozenClock
from node.base.periods import to_epoch
from node.base.refusals import RefusedError
from node.store import NO_HEAD
from node.store.pruning import prune_piece
from node.sync.answering import Answering
from node.sync.authority import handover_to, revoke_node, take_authority
from node.sync.claims import outline
from node.sync.clones import become_own, make_plan, name_copy, name_own
from node.sync.horizon import needed_no_more
from node.sync.peers import Peer
from node.sync.roster import take_roster
from node.sync.round import Round
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import (
    Challenge,
    Hello,
    Reply,
    Request,
    WireError,
    pack,
    unpack_greeting,
    unpack_request,
)
from tests.simulation.lies import Liar
from tests.simulation.network import Network, Timeline, Weather
from tests.simulation.nodes import Node, Process, copy_card
from tests.spaces.test_no_overlap import BEGIN

NAMES = ("home", "kiosk", "central")
CALLS = {
    "home": ("kiosk", "central"),
    "kiosk": ("home", "central"),
    "central": (),
    "second": ("home", "kiosk", "central"),
}
"""Who calls whom: central has no way into the house. `second` is a second lobby's box, there in
some worlds.
"""

EVEN = "even"
"""The file in a template that says that its nodes hold the same already."""

REPLY_SECONDS = 5.0


class World:
    """The nodes of a folder that holds their files, their network and their fate."""

    def __init__(self, seed: int, template: Path, folder: Path) -> None:
        self.seed = seed
        self.chance = chance = random.Random(seed)
        self.clock = FrozenClock(BEGIN)
        self.timeline = Timeline()
        self.trace = hashlib.sha256()
        self.story: list[str] = []
        self.troubles: set[Trouble] = set()
        self.last_troubles: set[Trouble] = set()
        """Those of the last time that everybody met everybody."""
        self.rounds = 0
        self.dropped = 0
        weather = Weather(
            loss=chance.choice((0.0, 0.05, 0.3)),
            doubling=chance.choice((0.0, 0.1, 0.5)),
            delay=chance.choice((0.01, 0.3, 3.0)),
        )
        self.network = Network(self.timeline, weather)
        # Days pass in some worlds, so that holds lapse, guests arrive and nobody shows up.
        self.haste = chance.choice((1, 60, 1200))
        self.page_bytes = chance.choice((500, 4000, 256 * 1024))
        self.nodes: dict[str, Node] = {}
        for name in (*NAMES, "second"):
            if (template / f"{name}.db").exists():
                path = folder / f"{name}.db"
                shutil.copyfile(template / f"{name}.db", path)
                self.nodes[name] = Node(name, path, self)
        self._versions = {name: each.version() for name, each in self.nodes.items()}
        self._is_even = (template / EVEN).exists()
        self.sites = {name: node.site for name, node in self.nodes.items()}
        self.calls = {
            name: tuple(each for each in CALLS[name] if each in self.nodes) for name in self.nodes
        }
        if "second" in self.nodes:
            for name in ("home", "kiosk"):
                self.calls[name] += ("second",)
        self.revoked: set[str] = set()
        self.authority = "home"
        self.copies = 0
        """How many boxes have found themselves to be copies and got a key of their own."""
        self.restored = 0
        self.is_over = False
        """Whether everybody has met everybody."""
        self.refused = 0
        """How often a full disk stopped something."""
        self.kept_from: list[dict[Any, int]] = []
        """What nobody may drop: what came after each backup and each copy of a card."""

    def close(self) -> None:
        for node in self.nodes.values():
            if node.is_up:
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
        said = (round(self.timeline.now, 6), *what)
        self.trace.update(repr(said).encode())
        self.story.append(" ".join(str(each) for each in said))

    def version_of(self, node: Node) -> int:
        """After which version of its file a node may hold what the others do not."""
        # A copy was cut from the lobby's box.
        name = "kiosk" if node.name == "copy" else node.name
        has_begun_anew = any(each.begun_anew for each in self.nodes.values())
        return self._versions[name] if self._is_even and not has_begun_anew else 0

    @property
    def suspects(self) -> frozenset[bytes]:
        """Who may write what others do not take."""
        return frozenset({self.sites["second"]} if "second" in self.nodes else ())

    @property
    def honest(self) -> dict[str, Node]:
        """The nodes that must come to hold the same."""
        return {
            name: node
            for name, node in self.nodes.items()
            if node.liar is None and name not in self.revoked
        }

    # Deaths, copies and disks

    def kill(self, node: Node, *, for_seconds: float | None = None) -> None:
        """Kill a node; it starts again after a while."""
        self.note("kill", node.name)
        node.die()
        away = self.chance.expovariate(0.3) if for_seconds is None else for_seconds
        life = node.life
        self.timeline.after(away, lambda: self._revive(node, life))

    def _revive(self, node: Node, life: int) -> None:
        if node.life == life and not node.is_up:
            node.revive()

    def copy_card(self, name: str, path: Path) -> None:
        """Somebody copies the card of a box as it lies there, and another box runs with it."""
        copied = self.nodes[name]
        # The box is switched off for it: what it was at does not go on.
        copied.life += 1
        copied.line += 1
        copy_card(copied.path, path)
        self.nodes["copy"] = Node("copy", path, self)
        self._keep_from(self.nodes["copy"])
        self.calls["copy"] = self.calls[name]
        self.note("copy", name)

    def hand_over(self) -> None:
        """The house gives central the list of the boxes, before anything else happens."""
        home, central = self.nodes["home"].core, self.nodes["central"].core
        roster = take_authority(central, handover_to(home, central.identity.public_key))
        for node in self.nodes.values():
            take_roster(node.core, roster.signed)
        self.authority = "central"

    def _keep_from(self, node: Node) -> None:
        """As the product drops nothing that came in the last 14 days."""
        self.kept_from.append({chain: head.applied for chain, head in node.core.heads().items()})

    def back_up(self, node: Node) -> None:
        node.back_up()
        self._keep_from(node)
        self.note("backup", node.name)

    def restore(self, node: Node) -> None:
        """The box is dead, and what comes back is as old as its backup."""
        node.die()
        node.restore()
        node.revive()
        self.restored += 1
        self.note("restore", node.name)

    def fill_disk(self, node: Node, *, seconds: float, is_known: bool) -> None:
        """Nothing more fits onto a node's disk, for a while."""
        self.note("full", node.name, is_known)
        node.tell_full() if is_known else node.fill()
        self.timeline.after(seconds, node.make_room)

    def can_revoke(self, name: str) -> bool:
        """Whether all others can be told and, where home keeps the list, no box of the house has
        heard more, for it may have dropped what it needs to begin anew. Central drops nothing.
        """
        others = [each for each in self.nodes.values() if each.name != name]
        if any(not each.is_up or each.is_full for each in others):
            return False
        if self.authority == "central":
            return True
        counts = self.nodes["home"].held_of(self.sites[name])
        return all(
            n <= counts.get(scope, 0)
            for each in others
            if each.name != "central"
            for scope, n in each.held_of(self.sites[name]).items()
        )

    def revoke(self, name: str) -> None:
        """The authority lets a box go that was stolen, and tells the others at once."""
        roster = revoke_node(self.nodes[self.authority].core, self.sites[name])
        for each in self.honest.values():
            if each.name != name:
                take_roster(each.core, roster.signed)
                each.grant_keys()
        self.revoked.add(name)
        self.note("revoke", name)

    def take_over(self, name: str) -> None:
        """Somebody else has this box and its key, and lies from now on."""
        node = self.nodes[name]
        node.liar = Liar(node.core.identity, node.core.quarter, node.core.epoch)

    def _introduce(self, node: Node, forks: dict[str, int]) -> None:
        """As the running node does, but in one step: the authority names the copy's new key."""
        authority = self.nodes[self.authority]
        if not (authority.is_up and node.is_up):
            return
        try:
            plan, request = make_plan(node.core, forks)
            if node is authority:
                roster = name_own(authority.core, request)
            else:
                roster = name_copy(authority.core, node.site, request)
            assert roster is not None
            take_roster(node.core, roster.signed)
            become_own(node.core, plan)
        except RefusedError:
            self.refused += 1
            return
        node.tokens, node.peers = {}, {}
        node.life += 1
        self.copies += 1
        self.note("own", node.name)

    def prune(self, name: str) -> None:
        """Drop some of what all others said that they hold, as if it had been here for long."""
        node = self.nodes[name]
        if not node.is_up:
            return
        listed = [node.peers.get(n.site_id, Peer(n)) for n in node.here.roster.peers_of(node.site)]
        old = {
            chain: self.chance.randint(0, min([head.n, *(k.get(chain, 0) for k in self.kept_from)]))
            for chain, head in node.core.heads().items()
        }
        now = to_epoch(self.clock.now())
        try:
            dropped = prune_piece(node.core, needed_no_more(node.here, listed, old, now=now))
        except RefusedError:
            self.refused += 1
            return
        self.note("prune", name, dropped)
        self.dropped += dropped

    # Rounds

    def start_round(self, origin: str, target: str) -> None:
        """One round over the network, if the caller lives and both are in good standing."""
        node, peer = self.nodes[origin], self.nodes[target]
        if not node.is_up:
            return
        site = self.sites[target] = peer.site if peer.is_up else self.sites[target]
        listed = node.here.roster.active(site)
        if listed is None:
            return
        meeting = Round(
            node.here,
            listed,
            self.chance.randbytes(32),
            node.tokens.get(site, b""),
            page_bytes=self.page_bytes,
        )

        def done(_: Any) -> None:
            self.rounds += 1
            node.note_round(meeting)
            if meeting.forks:
                self._introduce(node, meeting.forks)
            node.begin_anew_where_misled()
            peer.begin_anew_where_misled()
            if meeting.trouble:
                self.troubles.add(meeting.trouble)
                self.last_troubles.add(meeting.trouble)
            self.note("rest", origin, target, meeting.fetched, meeting.given)

        def failed(error: TroubleError) -> None:
            self.troubles.add(error.trouble)
            self.refused += error.trouble is Trouble.STORE
            self.note("trouble", origin, target, error.trouble)

        def ask(request: Request, process: Process) -> None:
            self._ask(node, peer, meeting, request, process)

        chance = random.Random(self.chance.random())
        Process(node, meeting.steps(), done, failed, chance, ask).go()

    def _ask(
        self, node: Node, peer: Node, meeting: Round, request: Request, process: Process
    ) -> None:
        process.waits_for += 1
        number, token, chance = process.waits_for, meeting.token, process.chance
        lines = (node.line, peer.line)
        sent = pack(_as_told(node, request, chance))
        self._listen_in(node, peer, request)

        def answered(reply: Reply | None) -> None:
            data: bytes | TroubleError = TroubleError(Trouble.NOT_ACCEPTED)
            if reply is not None:
                data = pack(_as_told(peer, reply, chance))
            self._listen_in(node, peer, reply)
            self.network.carry(peer.name, node.name, lambda: process.hear(number, data), chance)

        def arrived() -> None:
            if lines == (node.line, peer.line):
                self._serve(peer, token, sent, answered, chance)

        self.network.carry(node.name, peer.name, arrived, chance)
        silence = TroubleError(Trouble.UNREACHABLE)
        self.timeline.after(REPLY_SECONDS, lambda: process.hear(number, silence))

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
        self,
        node: Node,
        token: bytes,
        data: bytes,
        answered: Callable[[Reply | None], None],
        chance: random.Random,
    ) -> None:
        if not node.is_up:
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
                node.peers[session.site] = Peer(
                    caller, said=dict(session.said), forked_there=session.forked
                )
        Process(node, steps, answered, lambda _: answered(None), chance).go()


def _as_told(node: Node, message: Any, chance: random.Random) -> Any:
    """What a node says, which is not the truth where it is a liar's."""
    if node.liar is None or not node.is_up:
        return message
    head = node.core.heads().get((node.site, "quarter"), NO_HEAD)
    return node.liar.tell(message, head, chance)
