"""One price on every face: a family's three nights in the apartment of the example, 259.00 EUR.

Provence's prices, two adults, children of nine and five: first night 99, two more at 59, the third
person 24, the city's levy for two adults 18. Wherever it is looked up and however it is booked, it
is this sum, and the parts of it.
"""

from __future__ import annotations

import re
from html import unescape

import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House, Page
from tests.cast import PASSWORDS, PINS
from tests.portal.guest_kit import stay_of

pytestmark = pytest.mark.asyncio

TOTAL = "259,00 €"
PARTS = ("99,00 €", "118,00 €", "24,00 €", "18,00 €")
FAMILY = "people=4&ages=9,5"
NIGHTS = "kind=guest_apartment&day=2026-12-15&until=2026-12-18"


def assert_the_bill(page: Page) -> None:
    assert TOTAL in page.text, page.text
    missing = [part for part in PARTS if part not in page.text]
    assert not missing, page.text


def assert_in_list(page: Page) -> None:
    assert "Gartenzimmer" in page.text
    assert TOTAL in page.text, page.text


async def touched(lobby: Browser, words: str) -> Page:
    assert lobby.at is not None
    for href, inner in re.findall(r'<a class="pick[^"]*" href="([^"]*)">(.*?)</a>', lobby.at.html):
        if " ".join(unescape(re.sub(r"<[^>]+>", " ", inner)).split()).startswith(words):
            return await lobby.get(unescape(href))
    raise AssertionError(f"nothing to touch named {words!r} at {lobby.at.path}")


async def test_on_the_phone(anna: Browser) -> None:
    page = await anna.get(f"/find?{NIGHTS}&{FAMILY}")
    assert_in_list(page)
    page = await anna.submit("/hold", press="Gartenzimmer")
    assert_the_bill(page)
    page = await anna.submit("/book/", press="buchen")
    assert "Gebucht." in page.text
    assert_the_bill(page)


async def test_in_the_lobby(house: House) -> None:
    lobby = house.browser()
    await lobby.get("/kiosk/sign-in")
    await lobby.submit("/kiosk/scan", code=house.cards["anna"])
    await lobby.submit("/kiosk/pin", pin=PINS["anna"])
    await lobby.get("/kiosk/spaces?kind=guest_apartment&day=2026-12-15")
    for words in ("3 Nächte", "4", "9", "5", "Fertig"):
        page = await touched(lobby, words)
    assert "Alter der Kinder: 9, 5" in page.text
    assert_in_list(page)
    offer = page.form("/kiosk/hold").buttons[0]["value"]
    page = await lobby.submit("/kiosk/hold", offer=offer)
    assert_the_bill(page)
    page = await lobby.submit("/kiosk/book/", press="Zahlungspflichtig buchen")
    assert page.title == "Gebucht."
    phone = house.browser()
    await phone.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    assert_the_bill(await phone.get(page.path.replace("/kiosk", "").split("?")[0]))


async def test_without_children_the_lobby_asks_once_and_counts_adults(house: House) -> None:
    lobby = house.browser()
    await lobby.get("/kiosk/spaces?kind=guest_apartment&day=2026-12-15&nights=3&people=2")
    page = await touched(lobby, "Keine Kinder")
    assert page.title == "Das ist frei"
    # A lone guest is asked nothing more.
    page = await lobby.get("/kiosk/spaces?kind=guest_apartment&day=2026-12-15&nights=3&people=1")
    assert page.title == "Das ist frei"


async def test_at_the_desk_and_on_the_bill_and_in_the_book(house: House) -> None:
    desk = house.browser()
    await desk.get("/desk/sign-in")
    await desk.submit("/desk/sign-in", name="demir", password=PASSWORDS["demir"])
    person = id_text(house.cast.id("anna"))
    page = await desk.get(f"/desk/find?search=1&person={person}&{NIGHTS}&{FAMILY}")
    assert_in_list(page)
    stay = await stay_of(house, "anna", 15, 18, people=4, ages=(9, 5))
    assert_the_bill(await desk.get(f"/desk/reservations/{stay}"))
    page = await desk.get("/desk/stays?quarter=2026-4")
    assert "18,00 €" in page.text


async def test_for_programs(house: House) -> None:
    http = house.browser().client
    answer = await http.post(
        "/api/sessions",
        json={
            "code": house.codes["anna"],
            "person_id": id_text(house.cast.id("anna")),
            "secret": PINS["anna"],
        },
    )
    assert answer.status_code == 201, answer.text
    headers = {"authorization": f"Bearer {answer.json()['token']}"}
    when = {"starts_at": "2026-12-15T14:00:00+00:00", "ends_at": "2026-12-18T10:00:00+00:00"}
    found = await http.get(
        "/api/spaces/search",
        params={**when, "people": 4, "kind": "guest_apartment", "ages": [9, 5]},
        headers=headers,
    )
    (offer,) = found.json()["offers"]
    wish = {"space_id": id_text(house.cast.files.id_of("space", "gartenzimmer")), **when}
    made = await http.post(
        "/api/reservations", json={**wish, "people": 4, "ages": [9, 5]}, headers=headers
    )
    assert made.status_code == 201, made.text
    for bill in (offer["bill"], made.json()["bill"]):
        assert bill["total_cents"] == 25_900
        assert [line["cents"] for line in bill["lines"]] == [9900, 11_800, 2400, 1800]
