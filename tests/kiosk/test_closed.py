"""Anna's hall is shut: at the lobby she sees what there is instead, and moves with one button."""

from __future__ import annotations

import pytest

from node.base.ids import id_text
from node.quarter import Closure, TargetKind, shut
from node.quarter.model import LocalText
from node.spaces import Status
from tests.app_client import Browser, House
from tests.kiosk.conftest import booked, utc
from tests.kiosk.test_changing import now_of, touch

pytestmark = pytest.mark.asyncio


async def test_anna_moves_at_the_lobby_or_gives_it_back(house: House, anna: Browser) -> None:
    mine = await booked(house, "anna", utc(28, 9), utc(28, 11))
    reason = LocalText("Der Boden wird geschliffen")
    await anna.get(f"/kiosk/mine/{id_text(mine.id)}")
    with pytest.raises(AssertionError, match="nothing to touch"):
        await touch(anna, "Umziehen oder zurückgeben")

    wanted = Closure(b"", TargetKind.SPACE, mine.space_id, utc(28, 0), utc(28, 12), reason)
    await house.node.store.write(
        lambda write: shut(write, house.cast.actor(write, "demir"), wanted, now=house.clock.now())
    )
    page = await anna.get(f"/kiosk/mine/{id_text(mine.id)}")
    assert "Geschlossen: Der Boden wird geschliffen" in page.text
    page = await touch(anna, "Umziehen oder zurückgeben")
    assert "Kostenlos zurückgeben" in page.text
    page = await touch(anna, "2 Werkraum")
    assert page.title == "Dorthin umziehen?"
    assert "vorher:" in page.text
    assert (await now_of(house, mine)).space_id == mine.space_id, "looking changes nothing"
    address = f"/kiosk/mine/{id_text(mine.id)}"
    page = await anna.submit(f"{address}/closed")
    assert page.title == "Geändert."
    moved = await now_of(house, mine)
    assert (moved.space_id, moved.period) == (
        house.cast.files.id_of("space", "werkraum"),
        mine.period,
    )
    page = await anna.get(f"{address}/closed")
    assert page.path == address, "it is hit no more"
    assert moved.status_at(house.clock.now()) is Status.CONFIRMED
