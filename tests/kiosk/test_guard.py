"""Only lobby screens get the lobby's pages, and nobody may store one."""

from __future__ import annotations

import html

import httpx
import pytest

from node.kiosk import KioskRules
from tests.app_client import ORIGIN, Browser, House
from tests.kiosk.conftest import with_card

pytestmark = pytest.mark.asyncio

PAGES = (
    "/kiosk",
    "/kiosk/home",
    "/kiosk/sign-in",
    "/kiosk/check-in",
    "/kiosk/spaces",
    "/kiosk/house",
    "/kiosk/desk",
    "/kiosk/mine",
)


def client(house: House, address: str, **headers: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=house.node.pages, client=(address, 50000))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers)


@pytest.mark.parametrize("path", PAGES)
async def test_a_phone_is_shown_the_way_to_the_portal(house: House, path: str) -> None:
    answer = await client(house, "192.0.2.7").get(path)
    assert answer.status_code == 403
    assert house.node.settings.public_address in html.unescape(answer.text)
    assert "Bildschirm in der Lobby" in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_phone_cannot_scan_reset_or_beat(house: House) -> None:
    phone = client(house, "192.0.2.7")
    for path in ("/kiosk/scan", "/kiosk/reset", "/kiosk/beat", "/kiosk/pin"):
        assert (await phone.post(path, data={"code": "X"})).status_code == 403


async def test_a_program_elsewhere_gets_a_problem(house: House) -> None:
    answer = await client(house, "192.0.2.7", accept="application/json").get("/kiosk/home")
    assert answer.status_code == 403
    assert answer.json()["code"] == "kiosk.not_here"


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
async def test_what_came_through_a_proxy_is_no_lobby_screen(house: House, header: str) -> None:
    """The proxy's own address is loopback: it must open the lobby's pages to nobody."""
    answer = await client(house, "127.0.0.1", **{header: "for=192.0.2.7"}).get("/kiosk/home")
    assert answer.status_code == 403


async def test_networks_and_mapped_addresses_count(house: House) -> None:
    def allows(rules: KioskRules, address: str) -> bool:
        request = httpx.Request("GET", ORIGIN)
        stand_in = type(
            "R", (), {"client": type("C", (), {"host": address}), "headers": request.headers}
        )
        return rules.is_lobby_screen(stand_in)  # type: ignore[arg-type]

    rules = KioskRules(frozenset({"10.77.0.0/28", "::1"}), "")
    assert allows(rules, "10.77.0.9")
    assert allows(rules, "::ffff:10.77.0.9")
    assert allows(rules, "::1")
    assert not allows(rules, "10.77.0.16")
    assert not allows(rules, "not-an-address")


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_is_stored(house: House, lobby: Browser, path: str) -> None:
    await with_card(lobby, house.cards["anna"], "4711")
    page = await lobby.get(path)
    assert page.status == 200
    assert page.answer.headers["cache-control"] == "no-store"


async def test_a_refusal_is_not_stored_either(anna: Browser) -> None:
    page = await anna.get("/kiosk/mine/nothing")
    assert page.status == 404
    assert page.answer.headers["cache-control"] == "no-store"
