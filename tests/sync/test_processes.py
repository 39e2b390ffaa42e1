"""Real processes, killed at any moment under load. On networks of their own: `test_lan.py`."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from node.store import Core
from node.store.doctor import examine
from node.sync.roster import read_roster
from tests.sync.hand import CLOCK, REGISTRY
from tests.sync.processes import Lone, make_quarter
from tests.sync.wired import free_port


@pytest.mark.slow
@pytest.mark.asyncio
@pytest.mark.timeout(300)
async def test_nodes_killed_under_load_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(1)
    folders = make_quarter(tmp_path, "home", "kiosk")
    home, kiosk = (Lone(folder, port=free_port()) for folder in folders.values())
    pair = {home: kiosk, kiosk: home}
    for node, other in pair.items():
        await node.start(other.address)
    number = 0
    for _ in range(20):
        for _ in range(chance.randrange(5, 40)):
            number += 1
            await chance.choice((home, kiosk)).wish(f"Zeile {number}")
        await asyncio.sleep(chance.random() * 0.3)
        victim = chance.choice((home, kiosk))
        await victim.kill()
        await victim.start(pair[victim].address)
    acknowledged = home.done | kiosk.done
    assert len(acknowledged) > 50
    for node in pair:
        await node.until_sees(*acknowledged, seconds=30)
    for node in pair:
        assert await node.end() == 0
    assert home.sees == kiosk.sees
    for folder in folders.values():
        core = Core.open(folder / "quarter.db", REGISTRY, clock=CLOCK)
        roster = read_roster(core)
        assert roster is not None
        assert examine(core, roster.members) == []
        core.close()
