"""What somebody has booked, at the lobby: so many as stand above the bar, and the next ones."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House
from tests.cast import PINS
from tests.kiosk.conftest import booked, utc, with_card
from tests.kiosk.test_changing import now_of

pytestmark = pytest.mark.asyncio

OFFER = re.compile(r'class="lobby-offer" href="[^"]*mine(?:/|&#x2f;)([0-9a-z]{26})"')


async def test_who_has_much_ahead_leafs_through_it_without_a_phone(
    house: House, anna: Browser
) -> None:
    times = [(day, hour) for day in (25, 26, 27) for hour in (10, 15)]
    made = [
        await booked(house, "anna", utc(day, hour), utc(day, hour + 2), by="demir")
        for day, hour in times
    ]
    first = await anna.get("/kiosk/mine")
    assert "weitere zeigen" in first.text
    rest = await anna.get("/kiosk/mine?from=4")
    assert "Von vorn" in rest.text
    pages = [OFFER.findall(page.html) for page in (first, rest)]
    assert len(pages[0]) == 4
    assert {id_text(each.id) for each in made} <= {*pages[0], *pages[1]}
    assert OFFER.findall((await anna.get("/kiosk/mine?from=-1")).html) == pages[0]


async def test_who_does_not_come_reads_before_and_after_what_stays_due(
    house: House, anna: Browser
) -> None:
    made = await booked(house, "anna", utc(28, 14), utc(28, 18))
    offers = "/kiosk/spaces?day=2026-11-27&from=15:00&until=19:00&people=12"
    offer = (await anna.get(offers)).form("/kiosk/hold").buttons[0]["value"]
    summary = await anna.submit("/kiosk/hold", offer=offer)
    assert "Dann bleiben 72,00 € fällig." in summary.text.replace("\xa0", " ")
    house.clock.set(utc(28, 14, 20))
    anna = house.browser()
    await with_card(anna, house.cards["anna"], PINS["anna"])
    page = await anna.get(f"/kiosk/mine/{id_text(made.id)}")
    assert "72,00 € bleiben fällig" in page.text.replace("\xa0", " ")


async def test_what_is_taken_is_what_was_shown_or_nothing_is_given_up(
    house: House, lobby: Browser
) -> None:
    made = await booked(house, "anna", utc(28, 14), utc(28, 18))
    house.clock.set(utc(25, 13, 59))
    await with_card(lobby, house.cards["anna"], PINS["anna"])
    address = f"/kiosk/mine/{id_text(made.id)}/cancel"
    page = await lobby.get(address)
    assert "Das kostet nichts." in page.text
    house.clock.set(utc(25, 14) + timedelta(seconds=1))
    page = await lobby.submit(address)
    assert page.status == 409
    assert "Es wurde noch nichts abgesagt." in page.text
    assert "Das kostet jetzt 36,00 €." in page.text.replace("\xa0", " ")
    assert (await now_of(house, made)).cancellation is None
    page = await lobby.submit(address)
    assert page.title.startswith("Abgesagt.")
    gone = (await now_of(house, made)).cancellation
    assert gone is not None
    assert gone.fee_cents == 3_600
