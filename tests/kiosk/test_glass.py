"""What a screen says of its glass: told at the desk, in the status, and over when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node import devices
from tests.app_client import Browser, House
from tests.kiosk.conftest import at_the_desk

pytestmark = pytest.mark.asyncio
SAID = (
    "Der Bildschirm in der Lobby (127.0.0.1) meldet seit 10:00 Uhr eine Berührung, wo niemand ist"
)


async def troubles(house: House) -> list[str]:
    return [each["text"] for each in (await house.node.status("de"))["troubles"]]


async def test_a_stuck_touch_is_told_until_it_ends(house: House, lobby: Browser) -> None:
    await lobby.get("/kiosk")
    desk = await at_the_desk(house)
    assert (await lobby.post("/kiosk/touch", stuck="1")).status == 204
    house.clock.advance(timedelta(seconds=30))
    await lobby.post("/kiosk/touch", stuck="1")
    assert SAID in (await desk.get("/desk/health")).text
    assert [text for text in await troubles(house) if text.startswith(SAID)]
    await lobby.post("/kiosk/touch", stuck="0")
    assert SAID not in (await desk.get("/desk/health")).text
    assert not [text for text in await troubles(house) if text.startswith(SAID)]


async def test_a_screen_that_says_nothing_more_is_not_told_of_for_ever(
    house: House, lobby: Browser
) -> None:
    """Nobody can tell any more: the doctor still knows of it for a day."""
    await lobby.post("/kiosk/touch", stuck="1")
    house.clock.advance(timedelta(minutes=3))
    now = house.clock.now()
    assert not [text for text in await troubles(house) if text.startswith(SAID)]
    day = timedelta(days=1)
    found = await house.node.store.read(
        lambda read: devices.stuck_touches(read, now=now, within=day)
    )
    assert len(found) == 1
    await lobby.post("/kiosk/touch", stuck="1")
    (again,) = await house.node.store.read(lambda read: devices.stuck_touches(read, now=now))
    assert again.since == now, "a new one is a new one"


async def test_cleaning_forgets_who_was_there(anna: Browser) -> None:
    page = await anna.get("/kiosk/desk")
    assert "Bildschirm reinigen" in page.text
    page = await anna.submit("/kiosk/clean")
    assert page.path == "/kiosk/clean"
    assert "Anna" not in page.html
    assert not page.forms, "nothing there can be pressed"
    assert "Anna" not in (await anna.get("/kiosk/home")).html
