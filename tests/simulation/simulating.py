"""One world from its beginning to the moment when all hold the same, and why it failed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from node.quarter.files import QuarterFiles
from node.sync.trouble import Trouble
from tests.simulation import oracle
from tests.simulation.fate import Fate, Step, Theme, come_together, plan, theme_of
from tests.simulation.people import People
from tests.simulation.seeding import seeded_ids
from tests.simulation.shrinking import SHRINKS_FOR_SECONDS, kind_of, shrink
from tests.simulation.template import template_in
from tests.simulation.world import World

EXPECTED = {Trouble.UNREACHABLE, Trouble.NOT_ACCEPTED, Trouble.STORE, Trouble.BUSY}
"""Troubles that bad weather, restarts and full disks bring; any other one is a bug."""

EXPECTED_OF = {
    Theme.PLAIN: set(),
    # Journals end without waiting for a copy, which is in no roster before it is found out.
    Theme.COPIED: {Trouble.FORKED, Trouble.BEHIND},
    Theme.RESTORED: {Trouble.FORKED},
    Theme.REVOKED: {Trouble.DISMISSED, Trouble.STOPPED},
    Theme.LIED: {Trouble.GARBLED, Trouble.FORKED, Trouble.STOPPED},
}

FRESH_EVERY = 5
"""In every fifth world only the home node holds the quarter at the beginning."""

STORY_LINES = 60


@dataclass(frozen=True)
class Beginnings:
    """Where worlds come from."""

    templates: Path
    files: QuarterFiles


def simulate(seed: int, beginnings: Beginnings, folder: Path, steps: Sequence[Step]) -> World:
    """Let the steps happen in a fresh folder; the world that came of it. Raises what is wrong."""
    theme = theme_of(seed)
    template = template_in(
        beginnings.templates, has_second=theme.has_second, is_even=seed % FRESH_EVERY != 0
    )
    with seeded_ids(seed):
        world = World(seed, template, folder)
        try:
            people = People(world, beginnings.files)
            Fate(world, people).rule(steps)
            come_together(world)
            check(world, people, theme)
        except BaseException as error:
            error.add_note("\n".join(world.story[-STORY_LINES:]))
            raise
        finally:
            world.close()
    return world


def check(world: World, people: People, theme: Theme) -> None:
    """All that must hold once everybody has met everybody."""
    oracle.once_connected(world)
    oracle.nothing_acknowledged_is_lost(world, people.requests.keys(), people.notes)
    oracle.no_secret_at_central(world.nodes["central"].path)
    oracle.all_is_decided(world)
    if world.seed % 4 == 0:
        # Slow, and what it would find shows in the cells of most worlds too.
        oracle.journals_agree(world)
    # Both give way where home had heard one of them in one chain and the other in another.
    assert world.copies <= 2
    assert Trouble.FORKED not in world.last_troubles or theme is Theme.LIED
    assert world.troubles <= EXPECTED | EXPECTED_OF[theme], world.troubles


def simulate_or_shrink(
    seed: int, beginnings: Beginnings, folder: Path, chosen: frozenset[int]
) -> World:
    """As `simulate`; a world that fails is told by as few steps as can be found in a minute."""
    steps = [step for step in plan(seed) if not chosen or step.number in chosen]
    try:
        return simulate(seed, beginnings, folder, steps)
    except Exception as error:
        if chosen:
            raise
        failed = kind_of(error)
        found: list[BaseException] = [error]

        def fails(fewer: Sequence[Step]) -> bool:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                try:
                    simulate(seed, beginnings, Path(own), fewer)
                except Exception as again:  # noqa: BLE001 - whatever it is, it is compared
                    if kind_of(again) == failed:
                        found[0] = again
                        return True
            return False

        left = shrink(steps, fails, seconds=SHRINKS_FOR_SECONDS)
        numbers = ",".join(str(step.number) for step in left)
        replay = "pytest -m slow tests/simulation -k hold_the_same"
        raise AssertionError(
            f"seed {seed} ({theme_of(seed)}) fails: {error!r}\n"
            f"replay: {replay} --first-seed {seed} --seeds 1\n"
            f"{len(left)} of {len(steps)} steps do:  {replay} --first-seed {seed} --seeds 1"
            f" --steps {numbers}\n"
            + "\n".join(f"{step.number:5} {step.at:8.3f} s {step.what}" for step in left)
        ) from found[0]
