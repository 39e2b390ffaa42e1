"""What somebody has booked, at the lobby: so many as stand above the bar, and the next ones."""

from __future__ import annotations

import re

import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House
from tests.cast import PINS
from tests.kiosk.conftest import booked, utc, with_card

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
