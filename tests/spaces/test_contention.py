"""Many at once through the store's own threads: each time is given exactly once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles
from node.registry import REGISTRY
from node.spaces import Reservation, Wish, import_spaces, reserve
from node.store import Core, Store
from tests.spaces.conftest import utc
from tests.spaces.test_no_overlap import crowd


@pytest.mark.asyncio
async def test_five_hundred_people_want_ten_times(
    files: QuarterFiles, clock: FrozenClock, tmp_path: Path
) -> None:
    core = Core.open(tmp_path / "many.db", REGISTRY, clock=clock)
    import_quarter(core, files, now=clock.now())
    import_spaces(core, files, signer=core.identity, now=clock.now())
    signer = core.identity
    core.close()
    store = await Store.open(core.path, REGISTRY, clock=clock)
    wishes = [
        Wish(
            space_id=files.id_of("space", "hofsaal"),
            period=Period(start, start + timedelta(hours=2)),
            purpose="private",
        )
        for start in (utc(25, 9) + timedelta(days=number) for number in range(10))
    ]

    async def attempt(number: int, who: object) -> Reservation | Refusal:
        wish, now = wishes[number % 10], clock.now()
        return await store.write(lambda write: reserve(write, who, wish, now=now, signer=signer))

    try:
        results = await asyncio.gather(
            *(attempt(number, who) for number, who in enumerate(crowd(500)))
        )
    finally:
        await store.close()
    confirmed = [found for found in results if isinstance(found, Reservation)]
    assert len(confirmed) == 10
    assert {found.period for found in confirmed} == {wish.period for wish in wishes}
    assert {found.code for found in results if isinstance(found, Refusal)} == {"spaces.taken"}
