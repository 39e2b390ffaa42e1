"""Anna changes what she has booked: she sees what it costs before it is done."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from node.base.clock import FrozenClock
from tests.app_client import Browser, House, Page
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk
from tests.portal.test_booking import booked
from tests.portal.test_reservations import pass_address

pytestmark = pytest.mark.asyncio
NEW = "search=1&day=2026-11-28&starts=18:00&ends=21:00&people=8"


def hidden_of(answer: httpx.Response) -> dict[str, str]:
    form = re.search(r'<form method="post" action="[^"]*change".*?</form>', answer.text, re.DOTALL)
    assert form is not None, answer.text[-3000:]
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    return {name: unescape(value) for name, value in found.items()}


async def test_the_desk_changes_a_time_for_somebody_and_that_is_recorded(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        demir = await at_desk(town)
        address = f"/desk/reservations/{made['id']}/change"
        page = await demir.get(f"/desk/reservations/{made['id']}")
        assert address in unescape(page.text)
        empty = await demir.get(address)
        assert 'value="15:00"' in empty.text, "the fields hold what is booked"
        offer = await demir.get(f"{address}?{NEW}&space={town.space('hofsaal')}")
        assert "bisher:" in offer.text
        done = await demir.http.post(address, data=hidden_of(offer), follow_redirects=True)
        assert done.url.path == f"/desk/reservations/{made['id']}"
        assert "18" in done.text
        assert "Demir" in done.text
        now = (await clara.get(f"/api/reservations/{made['id']}")).json()
        assert now["starts_at"].startswith("2026-11-28T17:00")
        assert now["status"] == "confirmed"


async def test_anna_moves_her_time_keeps_her_pass_and_pays_what_was_shown(
    house: House, anna: Browser
) -> None:
    page = await booked(anna)
    mine = page.path.split("?")[0]
    code = await pass_address(anna)
    page = await anna.get(mine)
    assert page.link("Ändern") == f"{mine}/change"
    page = await anna.get(f"{mine}/change")
    page = await anna.submit(f"{mine}/change", starts="16:00", ends="21:00")
    assert "Es kommen 18,00 € dazu." in page.text
    assert "Zahlungspflichtig ändern" in page.text
    done = Page(await anna.client.post(f"{mine}/change", data=hidden_of(page.answer)))
    assert done.path.startswith(mine)
    assert "Geändert." in done.text
    assert "90,00 €" in done.text
    await anna.get(mine)
    assert await pass_address(anna) == code


async def test_a_total_that_was_never_shown_changes_nothing(house: House, anna: Browser) -> None:
    page = await booked(anna)
    mine = page.path.split("?")[0]
    page = await anna.get(f"{mine}/change")
    page = await anna.submit(f"{mine}/change", starts="16:00", ends="21:00")
    sent = hidden_of(page.answer) | {"total": "1"}
    page = Page(await anna.client.post(f"{mine}/change", data=sent))
    assert page.status == 409
    assert "Der Preis der Änderung ist inzwischen ein anderer." in page.text
    assert "90,00 €" in page.text, "the page shows what it costs now"
    assert "72,00 €" in (await anna.get(mine)).text


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("search=1&day=2026-11-28&starts=18:00&ends=17:00&people=8", 422, "nach dem Anfang"),
        ("search=1&day=2026-11-28&starts=18:00&ends=21:00&people=0", 422, "Zahl von 1"),
        ("search=1&day=2026-11-28&starts=03:00&ends=07:00&people=8", 409, "geöffnet"),
        ("search=1&day=2026-11-20&starts=15:00&ends=18:00&people=8", 409, "vorbei"),
    ],
)
async def test_what_cannot_be_had_is_said_and_the_old_time_stands(
    tmp_path: Path, clock: FrozenClock, asked: str, status: int, said: str
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        demir = await at_desk(town)
        address = f"/desk/reservations/{made['id']}/change"
        answer = await demir.get(f"{address}?{asked}&space={town.space('hofsaal')}")
        assert answer.status_code == status
        assert said in unescape(answer.text)


async def test_nobody_changes_what_is_a_neighbours(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        made = (await anna.post("/api/reservations", json=town.wish())).json()
        eva = await at_desk(town, "eva")
        answer = await eva.get(f"/desk/reservations/{made['id']}/change")
        assert answer.status_code == 403
