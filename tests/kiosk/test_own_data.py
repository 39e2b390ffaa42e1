"""Where somebody gets their data at the lobby, and how far an erasure is."""

from __future__ import annotations

import html

import pytest

from node import people
from node.base.actors import Face
from node.base.refusals import granted
from tests.app_client import Browser, House

pytestmark = pytest.mark.asyncio


async def asked_by(house: House, name: str) -> people.Erasure:
    """Somebody asks to be erased, at the portal of this box."""
    erasing, now = house.node.house.service(people.Erasing), house.clock.now()
    person_id = house.cast.id(name)

    def run(write):
        actor = people.actor_of(write, person_id, face=Face.PORTAL, now=now)
        assert actor is not None
        return granted(erasing.erase_me(write, actor, now=now))

    return await house.node.store.write(run)


async def test_the_lobby_leads_to_the_phone_and_to_paper_and_shows_nothing_itself(
    anna: Browser,
) -> None:
    desk = await anna.get("/kiosk/desk")
    assert "/kiosk/data" in html.unescape(desk.html)
    page = await anna.get("/kiosk/data")
    assert page.status == 200
    assert "mit dem Handy weiter" in page.html
    assert "am Service-Point auf Papier" in page.text
    assert "anna@lindenhof" not in html.unescape(page.html)


async def test_whoever_has_the_number_sees_how_far_the_erasure_is(
    house: House, lobby: Browser
) -> None:
    erasure = await asked_by(house, "clara")
    typed = erasure.number.lower().replace("-", " ")
    page = await lobby.get(f"/kiosk/data?number={typed}")
    assert page.status == 200
    assert erasure.number in page.text
    assert "Verlangt" in page.text
    assert "Clara" not in page.html
    for wrong in ("AAAA-BBBB-CCCC", "x", "0" * 500):
        missing = await lobby.get(f"/kiosk/data?number={wrong}")
        assert missing.status == 404
        assert "Diese Nummer kennen wir nicht" in missing.text
