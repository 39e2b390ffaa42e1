"""What happens in a world, as a list of steps that the seed decides beforehand.

Each step has chance of its own, so one that is left out changes as little as can be of the others:
that is what makes a failing list shrink (`shrinking.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.simulation import oracle
from tests.simulation.network import FAIR
from tests.simulation.nodes import Node
from tests.simulation.people import People
from tests.simulation.world import NAMES, World

SECONDS = 30.0


class Theme(StrEnum):
    """What is special about a world, beside weather, deaths and full disks, which all have."""

    PLAIN = "plain"
    COPIED = "copied"
    RESTORED = "restored"
    REVOKED = "revoked"
    LIED = "lied"

    @property
    def has_second(self) -> bool:
        """Whether a second lobby's box belongs to the quarter."""
        return self in {Theme.REVOKED, Theme.LIED}


THEMES = (
    Theme.COPIED,
    Theme.LIED,
    Theme.RESTORED,
    Theme.PLAIN,
    Theme.COPIED,
    Theme.LIED,
    Theme.RESTORED,
    Theme.REVOKED,
)


def theme_of(seed: int) -> Theme:
    return THEMES[seed % len(THEMES)]


@dataclass(frozen=True)
class Step:
    """One thing that happens at an instant."""

    number: int
    at: float
    what: str


EVERY = {"act": 0.5, "meet": 1.0, "line": 15.0, "kill": 8.0, "look": 20.0, "prune": 4.0, "fill": 12}
"""About every so many seconds each of these happens."""


def plan(seed: int) -> list[Step]:
    """What happens in the world of a seed, in order."""
    chance = random.Random(f"plan {seed}")
    found = [(at, what) for what, every in EVERY.items() for at in _instants(chance, every)]
    match theme_of(seed):
        case Theme.COPIED:
            found.append((chance.uniform(1, SECONDS / 2), "copy"))
            if chance.random() < 0.5:
                found.append((0.0, "hand_over"))
        case Theme.RESTORED:
            found += [(at, "backup") for at in _instants(chance, 6.0)]
            found += [(at, "restore") for at in _instants(chance, 12.0)]
        case Theme.REVOKED:
            found.append((chance.uniform(5, SECONDS * 0.7), "revoke"))
            if chance.random() < 0.5:
                # Then a box that begins anew has all of its journal: asking central for what was
                # dropped takes a real line (`tests/sync/test_anew.py`).
                found = [(at, what) for at, what in found if what != "prune"]
                found.append((0.0, "hand_over"))
        case Theme.LIED:
            # From the beginning: what an honest box wrote before would have to arrive.
            found.append((0.0, "lie"))
        case Theme.PLAIN:
            pass
    return [Step(number, at, what) for number, (at, what) in enumerate(sorted(found))]


def _instants(chance: random.Random, every: float) -> list[float]:
    found: list[float] = []
    at = chance.expovariate(1 / every)
    while at < SECONDS:
        found.append(at)
        at += chance.expovariate(1 / every)
    return found


class Fate:
    """Carries steps out: people act, lines part and join, boxes die and come back."""

    def __init__(self, world: World, people: People) -> None:
        self.world = world
        self.people = people
        self._does: dict[str, Callable[[], object]] = {
            "act": people.act,
            "meet": self._meet,
            "line": self._part_or_join,
            "kill": self._kill,
            "look": self._look,
            "prune": lambda: world.prune(world.chance.choice(NAMES)),
            "fill": self._fill,
            "copy": self._copy,
            "hand_over": world.hand_over,
            "backup": self._back_up,
            "restore": self._restore,
            "revoke": self._revoke,
            "lie": lambda: world.take_over("second"),
        }

    def rule(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self.world.timeline.after(step.at, lambda step=step: self._do(step))
        self.world.run(SECONDS)

    def _do(self, step: Step) -> None:
        self.world.chance = random.Random(f"{self.world.seed} {step.number}")
        self._does[step.what]()

    def _any(self) -> Node | None:
        """One of the three, if it is up."""
        node = self.world.nodes[self.world.chance.choice(NAMES)]
        return node if node.is_up else None

    def _meet(self) -> None:
        calls = self.world.calls
        origin = self.world.chance.choice([name for name in calls if calls[name]])
        self.world.start_round(origin, self.world.chance.choice(calls[origin]))

    def _part_or_join(self) -> None:
        one, other = self.world.chance.sample(NAMES, 2)
        network = self.world.network
        if frozenset({one, other}) in network.parted:
            network.parted.discard(frozenset({one, other}))
        else:
            network.part(one, other)

    def _kill(self) -> None:
        node = self._any()
        if node is None:
            return
        if self.world.chance.random() < 0.5:
            node.dies_in_merge = True
        else:
            self.world.kill(node)

    def _look(self) -> None:
        oracle.at_any_moment(self.world)

    def _fill(self) -> None:
        node, chance = self._any(), self.world.chance
        if node is not None and not node.is_full:
            self.world.fill_disk(
                node, seconds=chance.expovariate(0.25), is_known=chance.random() < 0.5
            )

    def _copy(self) -> None:
        kiosk = self.world.nodes["kiosk"]
        if kiosk.is_up:
            self.world.copy_card("kiosk", kiosk.path.with_name("copy.db"))

    def _back_up(self) -> None:
        node = self._any()
        if node is not None and not node.is_full:
            self.world.back_up(node)

    def _restore(self) -> None:
        """With all others up, so that it can be told what they know."""
        node = self._any()
        if node is None or node.backup is None or node.is_full:
            return
        if all(each.is_up for each in self.world.nodes.values()):
            self.people.forget_what_only(node)
            self.world.restore(node)

    def _revoke(self) -> None:
        """Once all can be told. Where home keeps the list, nobody holds more of the stolen box than
        it does; where central does, the house may have heard more, and begins anew.
        """
        if self.world.can_revoke("second"):
            second, keeper = self.world.nodes["second"], self.world.authority
            self.people.forget_what_only(second, known_at=keeper)
            self.world.revoke("second")
        elif self.world.timeline.now < SECONDS:
            self.world.timeline.after(0.2, self._revoke)


def come_together(world: World) -> None:
    """Fair weather, room on all disks, everybody up: a few rounds must do."""
    world.network.parted.clear()
    world.network.weather = FAIR
    world.run(60)
    for node in world.nodes.values():
        node.make_room()
        if not node.is_up:
            node.revive()
        node.dies_in_merge = False
        # As the running node does every minute.
        node.core.finish_merge()
    for _ in range(3 if "copy" not in world.nodes and not world.restored else 6):
        world.last_troubles.clear()
        for origin, targets in world.calls.items():
            for target in targets:
                world.chance = random.Random(f"{world.seed} {origin} {target}")
                world.start_round(origin, target)
                world.run(30)
    world.is_over = True
