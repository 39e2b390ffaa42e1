"""Home, kiosk and central under random people, weather, deaths, disks, thieves and liars, by seed.

A failure prints its seed and the few steps that it takes; `pytest -m slow tests/simulation
-k hold_the_same --first-seed SEED --seeds 1 [--steps 3,17]` replays it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from node.quarter.files import QuarterFiles
from node.sync.trouble import Trouble
from tests.simulation.fate import Fate, Theme, come_together, plan, theme_of
from tests.simulation.people import People
from tests.simulation.seeding import seeded_ids
from tests.simulation.shrinking import shrink
from tests.simulation.simulating import Beginnings, simulate, simulate_or_shrink
from tests.simulation.template import template_in
from tests.simulation.world import World

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def beginnings(templates: Path, files: QuarterFiles) -> Beginnings:
    return Beginnings(templates, files)


def test_all_nodes_come_to_hold_the_same(
    seed: int, beginnings: Beginnings, folder: Path, chosen_steps: frozenset[int]
) -> None:
    world = simulate_or_shrink(seed, beginnings, folder, chosen_steps)
    assert world.rounds > 10


def test_the_worlds_are_hard_enough(beginnings: Beginnings, folder: Path) -> None:
    """What a typical world is made of: else the simulation would prove nothing."""
    template = template_in(beginnings.templates, has_second=False, is_even=True)
    with seeded_ids(11):
        world = World(11, template, folder)
        people = People(world, beginnings.files)
        for _ in range(4):
            Fate(world, people).rule(plan(11))
        come_together(world)
    home = world.nodes["home"].core
    assert sum(node.deaths for node in world.nodes.values()) >= 5
    assert world.network.lost > 50
    assert {Trouble.UNREACHABLE, Trouble.NOT_ACCEPTED} & world.troubles
    assert len(people.requests) > 40
    assert people.refused > 20
    verdicts = {status for (status,) in home.read(lambda read: read.rows(STATUSES))}
    assert {"confirmed", "declined", "cancelled"} <= verdicts
    world.close()


STATUSES = "select distinct status from reservation_state"


def test_every_fate_befalls_some_worlds(beginnings: Beginnings, folder: Path) -> None:
    worlds = []
    for seed in range(1, 25):
        own = folder / f"{seed}"
        own.mkdir()
        worlds.append(simulate(seed, beginnings, own, plan(seed)))
    assert {theme_of(world.seed) for world in worlds} == set(Theme)
    assert sum(world.dropped for world in worlds) > 20
    assert sum(world.copies for world in worlds) >= 2
    assert sum(world.restored for world in worlds) >= 3
    assert sum(world.refused for world in worlds) >= 3
    assert sum(len(world.revoked) for world in worlds) >= 2
    assert sum(node.liar.told for w in worlds for node in w.nodes.values() if node.liar) > 50
    pruned_with_a_copy = [w for w in worlds if "copy" in w.nodes and w.dropped]
    assert pruned_with_a_copy


def test_where_central_keeps_the_list_the_house_begins_anew_without_what_a_thief_told_it(
    beginnings: Beginnings, folder: Path
) -> None:
    for seed in MISLED:
        own = folder / f"{seed}"
        own.mkdir()
        world = simulate(seed, beginnings, own, plan(seed))
        assert world.authority == "central"
        assert sum(node.begun_anew for node in world.nodes.values())


MISLED = (127, 279, 319)
"""Worlds in which somebody of the house had heard more of the stolen box than counts."""


@pytest.mark.parametrize("chosen", [3, 4])
def test_the_same_seed_is_the_same_history(
    chosen: int, beginnings: Beginnings, folder: Path
) -> None:
    traces = []
    for turn in ("one", "two"):
        own = folder / turn
        own.mkdir()
        traces.append(simulate(chosen, beginnings, own, plan(chosen)).trace.hexdigest())
    assert traces[0] == traces[1]


def test_what_fails_is_told_by_the_steps_that_it_takes() -> None:
    def fails(numbers: Sequence[int]) -> bool:
        return 17 in numbers and 42 in numbers and 3 in numbers

    assert shrink(range(100), fails, seconds=60) == [3, 17, 42]
