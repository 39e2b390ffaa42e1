"""What people complain about elsewhere and no other journey shows; all are in `docs/pains.md`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from tests.journeys.conftest import Town, a_town

pytestmark = pytest.mark.asyncio


def stay(town: Town, first: int, last: int) -> dict[str, object]:
    """Nights of December in the garden room, by the wall clock of the quarter."""
    return {
        "space_id": town.space("gartenzimmer"),
        "starts_at": datetime(2026, 12, first, 14, tzinfo=UTC).isoformat(),
        "ends_at": datetime(2026, 12, last, 10, tzinfo=UTC).isoformat(),
        "people": 2,
        "purpose": "",
    }


async def test_what_is_kept_for_cleaning_nobody_writes_into(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """Pain 2: a program that knows nothing of buffers is refused by them all the same."""
    async with a_town(tmp_path, clock) as town:
        anna, clara, demir = [await town.program(name) for name in ("anna", "clara", "demir")]
        made = await anna.post("/api/reservations", json=town.wish(hours=(10, 14)))
        assert made.status_code == 201
        right_after = town.wish(hours=(14, 16))
        refused = await clara.post("/api/reservations", json=right_after)
        assert (refused.status_code, refused.json()["code"]) == (409, "spaces.taken")
        assert "90 Minuten" in refused.text, "60 to clean and 30 to prepare"
        over = await clara.post("/api/reservations", json=town.wish(hours=(13, 16)))
        assert "Da ist schon jemand." in over.text
        for_clara = right_after | {"person_id": id_text(town.cast.id("clara"))}
        desk = await demir.post("/api/reservations", json=for_clara)
        assert desk.json()["code"] == "spaces.taken", "nor is the desk above it"
        # An hour of cleaning and half an hour of preparing later it is free.
        later = await clara.post("/api/reservations", json=town.wish(hours=(16, 18)))
        assert later.status_code == 201, later.text


async def test_a_place_is_had_again_on_the_day_on_which_others_leave(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """Pain 13: times are half open, so a day of leaving is a day of coming, once it is clean."""
    async with a_town(tmp_path, clock) as town:
        # The desk books for Anna, who was there last week: the gap is the desk's to waive.
        demir, clara = await town.program("demir"), await town.program("clara")
        for_anna = {"person_id": id_text(town.cast.id("anna"))}
        first = await clara.post("/api/reservations", json=stay(town, 3, 5))
        assert first.status_code == 201, first.text
        over = await demir.post("/api/reservations", json=stay(town, 4, 6) | for_anna)
        assert over.json()["code"] == "spaces.taken"
        for days in ((5, 7), (1, 3)):
            made = await demir.post("/api/reservations", json=stay(town, *days) | for_anna)
            assert made.status_code == 201, (days, made.text)
