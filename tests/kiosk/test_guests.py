"""Guests say at the lobby who they are; who must sign does so there, and the screen forgets it."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape

import pytest

from node import spaces
from node.base.ids import parse_id
from node.spaces import Line, guests
from node.spaces.guests import Stay
from tests.app_client import Browser, House, Page
from tests.cast import PINS
from tests.kiosk.conftest import with_card
from tests.portal.guest_kit import link_of, stay_of

pytestmark = pytest.mark.asyncio
START = "/kiosk/check-in/guests"
STROKES = ";".join(
    " ".join(f"{10 * x},{40 + 7 * (x % 5) + 90 * line}" for x in range(2, 60)) for line in (1, 2)
)
LUC = {
    "family_name": "Petit",
    "given_names": "Luc",
    "born": "29.02.1984",
    "nationalities": "französisch",
    "address": "12 rue du Port, Nantes, Frankreich",
    "passport": "22AB12345",
}


def at(house: House, day: int, hour: int = 15) -> None:
    house.clock.advance(datetime(2026, 12, day, hour, tzinfo=UTC) - house.clock.now())


async def line_of(house: House, reservation: str) -> Line:
    actor = await house.node.store.read(lambda read: house.cast.actor(read, "anna"))
    found = await house.node.store.read(
        lambda read: spaces.get_line(read, actor, parse_id(reservation), now=house.clock.now())
    )
    assert isinstance(found, Line), found
    return found


async def stay(house: House, reservation: str) -> Stay:
    line = await line_of(house, reservation)
    return await house.node.store.read(
        lambda read: guests.stay_of(read, line, now=house.clock.now())
    )


async def come(house: House, lobby: Browser, reservation: str) -> Page:
    """Hold up the stay's pass on the day of arrival."""
    at(house, 14)
    await lobby.get("/kiosk/check-in")
    line = await line_of(house, reservation)
    page = await lobby.submit("/kiosk/scan", code=line.code)
    assert START in unescape(page.html).replace("&#x2f;", "/"), page.text
    return page


async def test_luc_signs_at_the_lobby_and_marie_is_only_named(house: House, lobby: Browser) -> None:
    made = await stay_of(house, "anna", 14, 17)
    await come(house, lobby, made)
    page = await lobby.get(START)
    assert page.text.count("noch offen") == 2
    await lobby.get(f"{START}/0")
    page = await lobby.submit(f"{START}/0", name="Luc Petit", nation="other")
    assert page.path == f"{START}/1", "names come first"
    page = await lobby.submit(f"{START}/1", name="Marie Petit", nation="german")
    assert page.path == START
    assert page.text.count("Meldeschein") == 2, (
        "the sentence on top and Luc's, for Marie signs none"
    )
    await lobby.get(f"{START}/0/form")
    page = await lobby.submit(f"{START}/0/form", **LUC)
    assert page.path == f"{START}/0/sign"
    assert "22AB12345" in page.text
    page = await lobby.submit(f"{START}/0/sign", strokes=STROKES)
    assert page.path == START
    assert page.title == "Danke, alles ist gesagt."
    found = await stay(house, made)
    assert [(g.name, g.is_foreign) for _, g in found.guests.named] == [  # type: ignore[union-attr]
        ("Luc Petit", True),
        ("Marie Petit", False),
    ]
    assert found.forms[0].is_signed
    assert found.forms[0].form.born == "1984-02-29"
    page = await lobby.get("/kiosk/check-in/pass")
    assert "Gäste und Meldeschein" not in page.text


async def test_what_was_filled_in_is_gone_with_the_screen_and_not_shown_to_the_next(
    house: House, lobby: Browser
) -> None:
    made = await stay_of(house, "anna", 14, 17)
    await come(house, lobby, made)
    await lobby.get(START)
    await lobby.get(f"{START}/0")
    await lobby.submit(f"{START}/0", name="Luc Petit", nation="other")
    await lobby.get(f"{START}/0/form")
    await lobby.submit(f"{START}/0/form", **LUC)
    await lobby.submit("/kiosk/reset")
    for page in (START, f"{START}/0", f"{START}/0/form", f"{START}/0/sign"):
        answer = await lobby.get(page)
        assert "Petit" not in answer.text
        assert answer.path == "/kiosk/check-in"
    await come(house, lobby, made)
    await lobby.get(START)
    page = await lobby.get(f"{START}/0/sign")
    assert page.path == START
    page = await lobby.get(f"{START}/0/form")
    for secret in ("22AB12345", "rue du Port", "29.02"):
        assert secret not in page.html, "a pass is no link: it shows nobody's passport"


async def test_a_form_that_lacks_something_says_so_and_keeps_what_was_typed(
    house: House, lobby: Browser
) -> None:
    made = await stay_of(house, "anna", 14, 17)
    await come(house, lobby, made)
    await lobby.get(START)
    await lobby.get(f"{START}/0")
    page = await lobby.submit(f"{START}/0", name="", nation="other")
    assert page.status == 422
    page = await lobby.submit(f"{START}/0", name="Luc Petit")
    assert "Bitte wählen Sie eine der Möglichkeiten." in page.text
    await lobby.submit(f"{START}/0", name="Luc Petit", nation="other")
    await lobby.get(f"{START}/0/form")
    page = await lobby.submit(f"{START}/0/form", **(LUC | {"passport": "", "born": "gestern"}))
    assert page.status == 422
    assert page.form(f"{START}/0/form").fields["address"] == LUC["address"]
    assert (await stay(house, made)).forms == {}
    await lobby.submit(f"{START}/0/form", **LUC)
    page = await lobby.submit(f"{START}/0/sign", strokes="")
    assert page.status == 422
    assert not (await stay(house, made)).forms[0].is_signed


async def test_before_the_day_there_is_no_field_to_sign_in(house: House, lobby: Browser) -> None:
    made = await stay_of(house, "anna", 14, 17)
    line = await line_of(house, made)
    await lobby.get("/kiosk/check-in")
    await lobby.submit("/kiosk/scan", code=line.code)
    await lobby.get(START)
    await lobby.get(f"{START}/0")
    await lobby.submit(f"{START}/0", name="Luc Petit", nation="other")
    await lobby.get(f"{START}/0/form")
    page = await lobby.submit(f"{START}/0/form", **LUC)
    assert "canvas" not in page.html
    assert "Am Service-Point geht es auch auf Papier." in page.text


async def test_the_link_of_the_guests_checks_in_as_the_pass_does(
    house: House, lobby: Browser
) -> None:
    made = await stay_of(house, "anna", 14, 17)
    phone = house.browser()
    await phone.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    link = await link_of(phone, made)
    at(house, 14)
    await lobby.get("/kiosk/check-in")
    page = await lobby.submit("/kiosk/scan", code=f"http://localhost:8080{link}")
    assert page.title == "Willkommen. Sie sind eingecheckt."
    assert "Gäste und Meldeschein" in page.text
    await lobby.submit("/kiosk/reset")
    await lobby.get("/kiosk/check-in")
    page = await lobby.submit("/kiosk/scan", code="http://localhost:8080/guest/0123456789ab")
    assert page.status == 404
    assert "Gäste und Meldeschein" not in page.text


async def test_a_room_asks_for_no_guests(house: House, lobby: Browser) -> None:
    page = await lobby.get(START)
    assert page.path == "/kiosk/check-in"
    await with_card(lobby, house.cards["anna"], PINS["anna"])
    assert (await lobby.get(f"{START}/0")).path == "/kiosk/check-in"
