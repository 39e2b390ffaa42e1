"""What somebody has booked, at the lobby: so many as stand above the bar, and the next ones."""

from __future__ import annotations

import re

import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House
from tests.kiosk.conftest import booked, utc

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
