"""Whoever tries codes at the lobby's screen waits; whoever holds a pass or a link does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node import spaces
from node.base.ids import parse_id
from node.spaces import guests
from node.store import Write
from tests.app_client import Browser, House, Page
from tests.cast import PINS
from tests.kiosk.conftest import booked, hung, pass_of, utc
from tests.kiosk.test_check_in import passages
from tests.kiosk.test_guard import client
from tests.portal.guest_kit import link_of, stay_of

pytestmark = pytest.mark.asyncio
FREE = 10
"""So many wrong codes of a place cost nothing."""
LINK = "http://localhost/guest/" + "7" * 26


async def gives(lobby: Browser, code: str) -> Page:
    await lobby.get("/kiosk/check-in")
    return await lobby.submit("/kiosk/scan", code=code)


async def guesses(lobby: Browser, *codes: str) -> None:
    for code in codes:
        assert (await gives(lobby, code)).status == 404


@pytest.mark.parametrize("wrong", [["2345 6789"], [LINK], ["2345 6789", LINK]])
async def test_after_ten_wrong_ones_the_lobby_waits(
    house: House, lobby: Browser, wrong: list[str]
) -> None:
    made = await booked(house, "anna", utc(24, 9), utc(24, 11))
    signed, code = await pass_of(house, made)
    await guesses(lobby, *(wrong * FREE)[:FREE])
    page = await gives(lobby, wrong[0])
    assert page.status == 429
    assert "Zu viele Versuche. Bitte warten Sie 5 Sekunden." in page.text
    assert "Ein QR-Code vor der Kamera wird auch jetzt gelesen." in page.text
    assert page.answer.headers["cache-control"] == "no-store"
    assert (await gives(lobby, code)).status == 429, "not even a right one: it may be a guess"
    page = await gives(lobby, signed)
    assert page.path == "/kiosk/check-in/pass", "nobody guesses a signature"
    house.clock.advance(timedelta(seconds=6))
    assert (await gives(lobby, code)).path == "/kiosk/check-in/pass"


async def test_a_link_that_opens_a_stay_is_not_kept_waiting(house: House, lobby: Browser) -> None:
    made = await stay_of(house, "anna", 14, 17)
    phone = house.browser()
    await phone.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    link = await link_of(phone, made)
    await guesses(lobby, *[LINK] * FREE)
    assert (await gives(lobby, LINK)).status == 429
    page = await gives(lobby, f"http://localhost{link}")
    assert "Gartenzimmer" in page.text
    assert "Zu viele Versuche" not in page.text


async def test_right_codes_cost_nothing(house: House, lobby: Browser) -> None:
    made = await booked(house, "anna", utc(24, 9), utc(24, 11))
    _, code = await pass_of(house, made)
    for _ in range(FREE + 5):
        assert (await gives(lobby, code)).path == "/kiosk/check-in/pass"


async def test_a_link_that_is_over_is_said_to_be(lobby: Browser) -> None:
    """It was taken for a card, and its guest was asked for a PIN."""
    page = await gives(lobby, LINK)
    assert (page.status, page.path) == (404, "/kiosk/scan")
    assert "Diese Seite für Gäste gibt es nicht oder nicht mehr." in page.text


async def test_the_link_of_a_cancelled_stay_is_no_guess_and_is_said_to_be(
    house: House, lobby: Browser
) -> None:
    mine = await stay_of(house, "anna", 20, 22)

    def give_up(write: Write) -> str:
        anna = house.cast.actor(write, "anna")
        token = guests.make_link(write, anna, parse_id(mine), now=house.clock.now())
        assert isinstance(token, str), token
        spaces.cancel(write, anna, parse_id(mine), now=house.clock.now())
        return token

    token = await house.node.store.write(give_up)
    for _ in range(FREE + 5):
        page = await gives(lobby, f"http://localhost/guest/{token}")
        assert "Ihr Aufenthalt ist abgesagt." in page.text
    assert "Diese Seite für Gäste" in (await gives(lobby, LINK)).text


async def test_programs_that_guess_wait_too(house: House) -> None:
    made = await booked(house, "anna", utc(24, 9), utc(24, 11))
    _, code = await pass_of(house, made)
    program, path = client(house, "192.0.2.7"), "/api/check-ins"
    for _ in range(FREE):
        assert (await program.post(path, json={"pass": "23456789"})).status_code == 404
    answer = await program.post(path, json={"pass": code})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "5"


# At a door


async def holds(tablet: Browser, code: str) -> Page:
    await tablet.get("/door/scan")
    return await tablet.submit("/door/scan", code=code)


async def test_after_ten_wrong_codes_the_door_waits_and_a_signed_pass_does_not(
    house: House,
) -> None:
    """Its guesses are counted with the lobby's: a second screen is no second chance."""
    tablet, before = await hung(house), await passages(house)
    made = await booked(house, "anna", utc(24, 9), utc(24, 11))
    signed, code = await pass_of(house, made)
    for _ in range(FREE):
        page = await holds(tablet, "2345 6789")
        assert page.status == 404, page.text
        assert "Zu viele Versuche" not in page.text
    page = await holds(tablet, "2345 6789")
    assert page.status == 429
    assert "Zu viele Versuche. Bitte warten Sie 5 Sekunden." in page.text
    assert page.answer.headers["cache-control"] == "no-store"
    assert (await holds(tablet, code)).status == 429, "not even a right one: it may be a guess"
    lobby = house.browser()
    await lobby.get("/kiosk/check-in")
    assert (await lobby.submit("/kiosk/scan", code="2345 6789")).status == 429
    assert await passages(house) == before
    page = await holds(tablet, signed)
    assert page.status == 200, "nobody guesses a signature"
    assert await passages(house) == before + 1
    house.clock.advance(timedelta(seconds=6))
    page = await holds(tablet, code)
    assert page.path == "/door/pass", page.text


async def test_right_codes_at_a_door_cost_nothing(house: House) -> None:
    tablet, before = await hung(house), await passages(house)
    made = await booked(house, "anna", utc(24, 9), utc(24, 11))
    _, code = await pass_of(house, made)
    for _ in range(FREE + 5):
        assert (await holds(tablet, code)).status == 200
    assert await passages(house) == before + 1
