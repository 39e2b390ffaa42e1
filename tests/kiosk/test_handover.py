"""The short links to a phone: good for ten minutes, signed, and never a session."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from node.kiosk.handover import page_link, pass_link
from node.spaces import Line, Status
from node.web.visit import House as WebHouse
from tests.app_client import Browser, House
from tests.kiosk.conftest import booked, pass_of, utc

pytestmark = pytest.mark.asyncio


class Stand:
    """As much of a visit as a link needs."""

    def __init__(self, house: House) -> None:
        self.house: WebHouse = house.node.pages._house  # type: ignore[attr-defined]
        self.now = house.clock.now()


async def test_a_page_asks_the_phone_to_sign_in(house: House) -> None:
    link = page_link(Stand(house), "/find?day=2026-11-28&starts=15:00")  # type: ignore[arg-type]
    phone = house.browser()
    page = await phone.get(urlsplit(link).path)
    assert page.path.startswith("/sign-in?back=")
    assert not any("session" in name for name in phone.client.cookies)


async def test_a_pass_is_shown_as_it_is(house: House) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    _, code = await pass_of(house, reservation)
    from node import spaces

    space = await house.node.store.read(lambda read: spaces.find_space(read, reservation.space_id))
    assert space is not None
    line = Line(reservation, space, Status.CONFIRMED, code)
    link = pass_link(Stand(house), line)  # type: ignore[arg-type]
    page = await house.browser().get(urlsplit(link).path)
    assert page.status == 200
    assert page.path.startswith("/p/")
    assert "Hofsaal" in page.text
    assert "Anna" not in page.html


async def test_a_link_ends_after_ten_minutes(house: House) -> None:
    link = urlsplit(page_link(Stand(house), "/mine")).path  # type: ignore[arg-type]
    house.clock.advance(timedelta(minutes=9))
    assert (await house.browser().get(link)).status == 200
    house.clock.advance(timedelta(minutes=2))
    page = await house.browser().get(link)
    assert page.status == 404
    assert "gilt nicht mehr" in page.text


async def test_a_changed_link_leads_nowhere(house: House) -> None:
    link = urlsplit(page_link(Stand(house), "/mine")).path  # type: ignore[arg-type]
    token = link.rpartition("/")[2]
    raw = bytearray(base64.b32decode(token.upper() + "=" * (-len(token) % 8)))
    for place in range(len(raw)):
        raw[place] ^= 1
        changed = base64.b32encode(bytes(raw)).decode().rstrip("=").lower()
        raw[place] ^= 1
        # Guesses are counted: after twenty it says how long to wait.
        assert (await house.browser().get(f"/h/{changed}")).status in {404, 429}
    assert (await house.browser().get(f"/h/{changed}")).status == 429
    assert (await house.browser().get(link)).status == 200, "a right one is never kept waiting"
    for rubbish in ("x", "a" * 500, "ü", "====", token[:-3]):
        assert (await house.browser().get(f"/h/{rubbish}")).status in {404, 429}


async def test_the_search_goes_on_at_the_phone(house: House, lobby: Browser) -> None:
    """What the lobby was asked is what the portal is asked."""
    from node.kiosk import spaces as lobby_spaces

    await lobby.get("/kiosk/spaces?day=2026-11-28&from=15:00&until=19:00&people=12")
    assert re.search("data:image", lobby.at.html)  # type: ignore[union-attr]
    asked = lobby_spaces.read_asked(
        {"day": "2026-11-28", "from": "15:00", "until": "19:00", "people": "12"},
        today=house.clock.now().date(),
    )
    phone = house.browser()
    await phone.sign_in(house.codes["anna"], "Anna Linde", "4711")
    page = await phone.get("/find?" + lobby_spaces._portal_query(asked))
    assert page.status == 200
    assert "15 bis 19 Uhr, 12 Personen" in page.text
