"""An address that leads nowhere answers as the lobby does: in its strips, its person's language."""

from __future__ import annotations

import httpx
import pytest

from tests.app_client import ORIGIN, Browser, House
from tests.foreign import is_whole, language_of
from tests.kiosk.conftest import with_card
from tests.kiosk.test_languages import LANGUAGES, chooses

pytestmark = pytest.mark.asyncio

UNKNOWN = (
    "/kiosk/nothing",
    "/kiosk/mine/x/y/z",
    "/kiosk/check-in/guests/two",
    "/kiosk/check-in/guests/1e3/form",
    "/kiosk/check-in/guests/--1/sign",
    "/kiosk/check-in/guests/" + "9" * 5000,
)


@pytest.mark.parametrize("path", UNKNOWN)
async def test_it_is_told_in_the_language_of_the_screen(lobby: Browser, path: str) -> None:
    await lobby.get("/kiosk")
    await chooses(lobby, "en")
    page = await lobby.get(path)
    assert page.status == 404
    assert page.title == "There is no such page."
    assert language_of(page) == "en"
    assert page.answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_word_of_it_stays_german(lobby: Browser, language: str) -> None:
    await lobby.get("/kiosk")
    await chooses(lobby, language)
    is_whole(await lobby.get("/kiosk/nothing"), language)


async def test_it_stands_in_the_strips_and_is_forgotten_like_every_page(lobby: Browser) -> None:
    page = await lobby.get("/kiosk/nothing")
    assert "strip-time" in page.html
    assert "Service-Point" in page.whole
    assert 'data-reset="&#x2f;kiosk&#x2f;reset"' in page.html
    assert page.form("/kiosk/prefs").fields["back"] == "/kiosk/nothing"


async def test_a_no_of_a_handler_has_the_same_strips(anna: Browser) -> None:
    page = await anna.get("/kiosk/mine/nothing")
    assert page.status == 404
    assert "strip-time" in page.html


async def test_after_a_form_that_leads_nowhere_another_language_leads_home(lobby: Browser) -> None:
    await lobby.get("/kiosk")
    for path in ("/kiosk/nothing", "/kiosk/house"):
        page = await lobby.post(path)
        assert page.status in {404, 405}
        assert page.form("/kiosk/prefs").fields["back"] == "/kiosk/home"


async def test_a_program_is_told_as_data(house: House) -> None:
    lobby = house.browser(accept="application/json")
    page = await lobby.get("/kiosk/nothing")
    assert (page.status, page.answer.json()["code"]) == (404, "web.http_404")


@pytest.mark.parametrize(
    "path", ["/kiosk/nothing", "//kiosk/home", "/kiosk//home", "//kiosk", "/kiosk/"]
)
async def test_a_phone_is_shown_the_way_to_the_portal_there_too(house: House, path: str) -> None:
    """However an address is written that routing takes for one of the lobby's."""
    transport = httpx.ASGITransport(app=house.node.pages, client=("192.0.2.7", 50000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport) as phone:
        answer = await phone.get(f"{ORIGIN}{path}")
    assert answer.status_code == 403
    assert "Bildschirm in der Lobby" in answer.text


async def test_a_signed_in_person_can_still_leave_from_there(house: House, lobby: Browser) -> None:
    await with_card(lobby, house.cards["anna"], "4711")
    page = await lobby.get("/kiosk/nothing")
    assert "Abmelden" in page.whole
    page = await lobby.submit("/kiosk/reset")
    assert page.path == "/kiosk"


async def test_a_door_display_stays_a_door_display(house: House) -> None:
    page = await house.browser().get("/door/nothing")
    assert page.status == 404
    assert "door.css" in page.html
    assert page.answer.headers["cache-control"] == "no-store"


async def test_a_no_is_told_without_its_strips_where_those_cannot_be_had(
    house: House, lobby: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What broke a page may break what stands around it, too."""

    async def broken() -> tuple[int, bool]:
        raise OSError("the line's state cannot be read")

    monkeypatch.setattr(house.node.house, "line", broken)
    await lobby.get("/kiosk/prefs")
    page = await lobby.get("/kiosk/home")
    assert page.status == 500
    assert page.title.startswith("Hier ist ein Fehler passiert")
    assert "strip-languages" in page.html
