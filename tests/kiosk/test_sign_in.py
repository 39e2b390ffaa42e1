"""Signing in at the lobby: with a card, or with the letter; only ever by PIN."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from node import people
from tests.app_client import Browser, House
from tests.cast import PINS
from tests.kiosk.conftest import with_card

pytestmark = pytest.mark.asyncio


async def test_anna_signs_in_with_card_and_pin_within_five_seconds(
    house: House, lobby: Browser
) -> None:
    begun = time.perf_counter()
    page = await with_card(lobby, house.cards["anna"], PINS["anna"])
    assert time.perf_counter() - begun < 5
    assert page.path == "/kiosk/home"
    assert "Guten Tag, Anna" in page.text


async def test_the_session_is_of_the_browser_and_lasts_five_minutes(
    house: House, lobby: Browser
) -> None:
    await lobby.get("/kiosk/sign-in")
    await lobby.submit("/kiosk/scan", code=house.cards["anna"])
    form = lobby.at.form("/kiosk/pin")  # type: ignore[union-attr]
    answer = await lobby.client.post(
        "/kiosk/pin", data={**form.fields, "pin": PINS["anna"]}, follow_redirects=False
    )
    cookie = next(
        line for line in answer.headers.get_list("set-cookie") if "quartier_kiosk=" in line
    )
    assert "HttpOnly" in cookie
    assert "max-age" not in cookie.lower()
    assert "expires" not in cookie.lower()
    assert (await lobby.get("/kiosk/mine")).path == "/kiosk/mine"
    house.clock.advance(timedelta(minutes=6))
    assert (await lobby.get("/kiosk/mine")).path.startswith("/kiosk/sign-in")


async def test_a_found_card_tells_nobody_whose_it_is(house: House, lobby: Browser) -> None:
    await lobby.get("/kiosk/sign-in")
    page = await lobby.submit("/kiosk/scan", code=house.cards["anna"])
    assert page.path == "/kiosk/pin"
    assert "Anna" not in page.html
    assert house.cards["anna"] not in page.html


async def test_a_wrong_pin_is_typed_again_and_pauses_say_how_long(
    house: House, lobby: Browser
) -> None:
    page = await with_card(lobby, house.cards["anna"], "9999")
    assert page.status == 403
    assert "Das war nicht richtig." in page.text
    for _ in range(12):
        page = await lobby.submit("/kiosk/pin", pin="9998")
        if page.status == 429:
            break
    assert page.status == 429
    assert "Sekunden" in page.text
    house.clock.advance(timedelta(minutes=1))
    page = await with_card(lobby, house.cards["anna"], PINS["anna"])
    assert page.path == "/kiosk/home", page.text


async def test_a_password_is_not_asked_for_and_not_taken(house: House, lobby: Browser) -> None:
    page = await with_card(lobby, house.cards["anna"], "acht rote Stühle")
    assert page.status == 422
    assert "PIN" in page.text


async def test_an_empty_pin_is_said_at_its_field(house: House, lobby: Browser) -> None:
    page = await with_card(lobby, house.cards["anna"], "")
    assert page.status == 422
    assert "Bitte geben Sie Ihre PIN ein." in page.text


async def test_a_revoked_card_sends_to_the_desk(house: House, lobby: Browser) -> None:
    now = house.clock.now()
    revoked = await house.node.store.write(
        lambda write: people.revoke_cards(
            write, people.COMMAND_LINE, house.cast.id("anna"), now=now
        )
    )
    assert revoked == 1
    page = await with_card(lobby, house.cards["anna"], PINS["anna"])
    assert page.status == 403
    assert "Service-Point" in page.text
    assert (await lobby.get("/kiosk/pin")).path == "/kiosk/sign-in"


async def test_the_letter_signs_in_who_has_no_card(house: House, lobby: Browser) -> None:
    await lobby.get("/kiosk/sign-in")
    page = await lobby.submit("/kiosk/scan", code=house.codes["anna"])
    assert page.path == "/kiosk/who"
    page = await lobby.submit("/kiosk/who", press="Bilal Kaya")
    assert page.path == "/kiosk/pin"
    page = await lobby.submit("/kiosk/pin", pin=PINS["bilal"])
    assert page.path == "/kiosk/home"
    assert "Guten Tag, Bilal" in page.text


async def test_the_letters_own_address_is_understood(house: House, lobby: Browser) -> None:
    await lobby.get("/kiosk/sign-in")
    code = house.codes["clara"].replace(" ", "")
    page = await lobby.submit("/kiosk/scan", code=f"http://localhost:8080/c/{code}")
    assert page.path == "/kiosk/who"


async def test_without_a_pin_the_phone_is_the_way(house: House, lobby: Browser) -> None:
    await lobby.get("/kiosk/sign-in")
    await lobby.submit("/kiosk/scan", code=house.codes["sam"])
    page = await lobby.submit("/kiosk/who", press="Sam Sommer")
    assert "noch keine PIN" in page.text
    assert "data:image" in page.html


async def test_nobody_of_another_household_is_chosen(house: House, lobby: Browser) -> None:
    from node.base.ids import id_text

    await lobby.get("/kiosk/sign-in")
    await lobby.submit("/kiosk/scan", code=house.codes["clara"])
    page = await lobby.submit("/kiosk/who", person=id_text(house.cast.id("anna")))
    assert page.status == 400


async def test_a_wrong_letter_code_is_refused(house: House, lobby: Browser) -> None:
    await lobby.get("/kiosk/sign-in")
    page = await lobby.submit("/kiosk/scan", code="0000 0000 0000")
    assert page.status == 403
    assert "passt nicht" in page.text


async def test_signing_in_leads_back_to_what_was_wanted(house: House, lobby: Browser) -> None:
    page = await lobby.get("/kiosk/mine")
    assert page.path.startswith("/kiosk/sign-in")
    await lobby.submit("/kiosk/scan", code=house.cards["anna"])
    page = await lobby.submit("/kiosk/pin", pin=PINS["anna"])
    assert page.path == "/kiosk/mine"


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/desk", "/kiosk\\x"])
async def test_the_way_back_stays_in_the_lobby(house: House, lobby: Browser, back: str) -> None:
    await lobby.get(f"/kiosk/sign-in?back={back}")
    await lobby.submit("/kiosk/scan", code=house.cards["anna"])
    page = await lobby.submit("/kiosk/pin", pin=PINS["anna"])
    assert page.path == "/kiosk/home"


async def test_a_card_that_was_held_up_long_ago_is_forgotten(house: House, lobby: Browser) -> None:
    await lobby.get("/kiosk/sign-in")
    await lobby.submit("/kiosk/scan", code=house.cards["anna"])
    house.clock.advance(timedelta(minutes=3))
    assert (await lobby.get("/kiosk/pin")).path == "/kiosk/sign-in"


async def test_the_portals_session_opens_nothing_here(house: House, lobby: Browser) -> None:
    page = await lobby.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    assert page.path == "/"
    assert (await lobby.get("/kiosk/mine")).path.startswith("/kiosk/sign-in")
