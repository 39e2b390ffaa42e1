"""Fifty kills at random moments under load: every acknowledged write is there afterwards.

The seed is printed; `--storm-seed SEED` gives it, `--storm-minutes N` makes it last.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.crash.quarter import furnish, write_files
from tests.crash.storm import CLIENTS, HALLS, Storm, Until, check, sessions_hold

KILLS = 50


@pytest.mark.slow
@pytest.mark.asyncio
@pytest.mark.timeout(0)
async def test_nodes_killed_under_load_lose_nothing_and_give_nothing_twice(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    given = request.config.getoption("--storm-seed", None)
    minutes = request.config.getoption("--storm-minutes", 0)
    seed = random.SystemRandom().randrange(10**6) if given is None else given
    print(f"seed {seed}: replay with --storm-seed {seed}")
    quarter = await furnish(
        tmp_path / "data", write_files(tmp_path / "files", HALLS, households=len(CLIENTS))
    )
    storm = Storm(quarter, seed)
    await storm.rage(Until(seconds=minutes * 60) if minutes else Until(kills=KILLS))
    await check(storm, tmp_path, print)
    await sessions_hold(storm)
    assert storm.memory.booked
    assert storm.memory.cut_off
