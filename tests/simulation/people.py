"""What the people of a simulated quarter do, and what they were told."""

from __future__ import annotations

from dataclasses import replace

from node.base.actors import Actor
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import Reservation, admit, cancel, confirm, get_line, hold, leave, reserve
from node.store import Write
from node.store.refusals import FULL
from tests.facts import NOTES, RESERVATIONS
from tests.simulation.nodes import KilledError, Node
from tests.simulation.oracle import SECRET, ids, ids_in
from tests.simulation.world import World
from tests.spaces.test_no_overlap import crowd, random_wish

PEOPLE = 60
"""Whom the home node knows, and who asked to be let in at central too."""


class People:
    """Residents who reserve, cancel and come and go at any node that is up."""

    def __init__(self, world: World, files: QuarterFiles) -> None:
        self.world = world
        self.files = files
        self.crowd = crowd(PEOPLE)
        self.known: list[Reservation] = []
        self.requests: dict[bytes, Node] = {}
        """What somebody was told to be kept, and by whom."""
        self.notes: set[bytes] = set()
        self.refused = 0

    def act(self) -> None:
        """One thing that somebody does somewhere; sometimes the node dies while it is done."""
        chance = self.world.chance
        up = [node for node in self.world.nodes.values() if node.is_up and node.liar is None]
        if not up:
            return
        node = chance.choice(up)
        doing = chance.choice((self._reserve, self._reserve, self._reserve, self._change))
        try:
            doing(node, chance.random() < 0.02)
            # Most wishes of chance meet a closed door: try a few.
            for _ in range(3):
                self._reserve(node, dies=False)
        except KilledError:
            self.world.kill(node)

    def _reserve(self, node: Node, dies: bool) -> None:
        chance, now, core = self.world.chance, self.world.clock.now(), node.core
        who = chance.choice(self.crowd)
        wish = random_wish(chance, self.files, now, 8)
        has_note = node.name != "central" and chance.random() < 0.3
        wish = replace(wish, note=f"{SECRET} {chance.random()}" if has_note else "")
        doing = hold if chance.random() < 0.15 else reserve

        def work(write: Write) -> Reservation | Refusal | None:
            result = doing(write, who, wish, now=now, signer=core.identity)
            if dies:
                raise KilledError
            return result

        result = core.write(work)
        self.world.note("reserve", node.name, type(result).__name__)
        if isinstance(result, Reservation):
            self.known.append(result)
            if node.name in self.world.revoked:
                # It has not heard yet that nothing counts any more.
                return
            self.requests[result.id] = node
            if has_note:
                self.notes.add(result.id)
        else:
            self._count(result)

    def _change(self, node: Node, dies: bool) -> None:
        if not self.known:
            return
        chance, now, core = self.world.chance, self.world.clock.now(), node.core
        chosen = chance.choice(self.known)
        who = self._who(chosen)
        what = chance.choice(("cancel", "confirm", "in", "out"))

        def work(write: Write) -> object:
            result = self._do(write, what, who, chosen, node)
            if dies:
                raise KilledError
            return result

        result = core.write(work)
        self._count(result)
        self.world.note(what, node.name, type(result).__name__, now)

    def _count(self, result: object) -> None:
        if isinstance(result, Refusal):
            self.refused += 1
            self.world.refused += result.code == FULL.code

    def _do(self, write: Write, what: str, who: Actor, chosen: Reservation, node: Node) -> object:
        now = self.world.clock.now()
        if what == "cancel":
            return cancel(write, who, chosen.id, now=now)
        if what == "confirm":
            return confirm(write, who, chosen.id, now=now, signer=node.core.identity)
        line = get_line(write, who, chosen.id, now=now)
        if isinstance(line, Refusal):
            return line
        return (admit if what == "in" else leave)(write, who, line, now=now)

    def forget_what_only(self, node: Node, *, known_at: str = "") -> None:
        """A box goes back to its backup or is let go: what it told nobody else goes with it.

        That may be what others wrote who have gone back before it. Where it is let go, only what
        the authority knows of it counts (`known_at`).
        """
        others = [each for each in self.world.nodes.values() if each is not node]
        if known_at:
            others = [self.world.nodes[known_at]]
        requests = set().union(*(ids(each.core, RESERVATIONS) for each in others))
        notes = set().union(*(ids(each.core, NOTES) for each in others))
        if not known_at:
            requests |= ids_in(node.backup, RESERVATIONS)
            notes |= ids_in(node.backup, NOTES)
        own = {key for key, by in self.requests.items() if by is node or not known_at}
        self.notes -= own - notes
        for key in own - requests:
            del self.requests[key]

    def _who(self, chosen: Reservation) -> Actor:
        return next(p for p in self.crowd if p.household_id == chosen.household_id)
