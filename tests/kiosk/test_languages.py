"""The lobby in each partial language: from the picture at rest to a check-in, then forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.app_client import Browser, House, Page
from tests.cast import PINS
from tests.foreign import is_whole, language_of
from tests.kiosk.conftest import booked, pass_of, utc

pytestmark = pytest.mark.asyncio

LANGUAGES = ("tr", "uk", "ar", "de-simple")
NAMES = ["Deutsch", "Einfache Sprache", "English", "Türkçe", "Українська", "العربية"]
SATURDAY = "/kiosk/spaces?day=2026-11-28&from=15:00&until=19:00&people=12"


async def chooses(lobby: Browser, language: str) -> Page:
    """Touch the name of a language in the strip below."""
    assert lobby.at is not None
    [choice] = [form for form in lobby.at.forms if form.texts == NAMES]
    return await lobby.post("/kiosk/prefs", **choice.fields, lang=language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_anna_books_and_checks_in_in_her_language(
    house: House, lobby: Browser, language: str
) -> None:
    await lobby.get("/kiosk")
    page = await chooses(lobby, language)
    assert page.path == "/kiosk"
    is_whole(page, language)
    for path in ("/kiosk/home", "/kiosk/house", "/kiosk/desk", "/kiosk/check-in", "/kiosk/spaces"):
        is_whole(await lobby.get(path), language)
    for step in (
        "?day=2026-11-28",
        "?day=2026-11-28&from=15:00",
        "?day=2026-11-28&from=15:00&until=19:00",
    ):
        is_whole(await lobby.get(f"/kiosk/spaces{step}"), language)
    is_whole(await lobby.get(SATURDAY), language)
    is_whole(await lobby.get("/kiosk/sign-in"), language)
    is_whole(await lobby.submit("/kiosk/scan", code="2222 3333 4444"), language)
    await lobby.get("/kiosk/sign-in")
    page = await lobby.submit("/kiosk/scan", code=house.cards["anna"])
    is_whole(page, language)
    is_whole(await lobby.submit("/kiosk/pin", pin="00000"), language)
    page = await lobby.submit("/kiosk/pin", pin=PINS["anna"])
    is_whole(page, language)
    page = await lobby.get(SATURDAY)
    is_whole(page, language)
    page = await lobby.submit("/kiosk/hold", offer=page.form("/kiosk/hold").buttons[0]["value"])
    assert page.path.startswith("/kiosk/book/")
    is_whole(page, language)
    page = await lobby.submit("/kiosk/book/")
    assert page.path.startswith("/kiosk/mine/"), page.text
    is_whole(page, language)
    is_whole(await lobby.get("/kiosk/mine"), language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_pass_is_read_in_the_language_of_who_holds_it(
    house: House, lobby: Browser, language: str
) -> None:
    made = await booked(house, "anna", utc(24, 10), utc(24, 12))
    _, code = await pass_of(house, made)
    await lobby.get("/kiosk")
    await chooses(lobby, language)
    await lobby.get("/kiosk/check-in")
    is_whole(await lobby.submit("/kiosk/scan", code="2222 3333"), language)
    await lobby.get("/kiosk/check-in")
    is_whole(await lobby.submit("/kiosk/scan", code=code), language)
    house.clock.advance(timedelta(hours=1))
    await lobby.get("/kiosk/check-in")
    page = await lobby.submit("/kiosk/scan", code=code)
    assert page.status == 200
    is_whole(page, language)
    await lobby.get("/kiosk/check-in")
    page = await lobby.submit("/kiosk/scan", code=code)
    is_whole(page, language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_next_person_finds_german_again(
    house: House, lobby: Browser, language: str
) -> None:
    await lobby.get("/kiosk")
    assert language_of(await chooses(lobby, language)) == language
    page = await lobby.post("/kiosk/reset")
    assert page.path == "/kiosk"
    assert language_of(page) == "de"


async def test_what_the_browser_asks_for_is_an_accident_of_its_installation(house: House) -> None:
    lobby = house.browser(**{"accept-language": "ar"})
    assert language_of(await lobby.get("/kiosk")) == "de"


async def test_nobody_chooses_a_language_that_is_none(house: House, lobby: Browser) -> None:
    page = await lobby.get("/kiosk")
    [choice] = [form for form in page.forms if form.texts == NAMES]
    for nonsense in ("xx", "de-x", "../en", ""):
        assert language_of(await lobby.post("/kiosk/prefs", **choice.fields, lang=nonsense)) == "de"
