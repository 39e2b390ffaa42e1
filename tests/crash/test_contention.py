"""Ten thousand attempts for a hundred times over real sockets: each time is given exactly once."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.crash.crowd import EXPECTED, HALL, SLOTS, make_crowd

ATTEMPTS = 10_000


@pytest.mark.slow
@pytest.mark.asyncio
@pytest.mark.timeout(600)
async def test_ten_thousand_attempts_give_a_hundred_times_once_each(tmp_path: Path) -> None:
    crowd = await make_crowd(tmp_path, seed=1)
    await crowd.rush(ATTEMPTS)
    print(f"{ATTEMPTS} attempts in {crowd.seconds:.1f} s: {dict(crowd.told)}")
    assert crowd.troubles == []
    assert "Traceback" not in crowd.home.said() + crowd.kiosk.said()
    assert crowd.told.total() == ATTEMPTS
    assert crowd.told.keys() <= EXPECTED
    confirmed = crowd.confirmed("home")
    assert len(confirmed) == SLOTS
    for one, other in pairwise(confirmed):
        assert one.taken(HALL)[1] <= other.taken(HALL)[0]
    # Whoever was told yes has it; the others among them asked at the kiosk and were decided later.
    assert crowd.told["confirmed"] <= SLOTS <= crowd.told["confirmed"] + crowd.told["requested"]
    assert crowd.confirmed("kiosk") == confirmed
