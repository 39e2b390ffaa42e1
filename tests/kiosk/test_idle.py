"""The picture at rest, the five ways, the languages, and forgetting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node.web.screens import SILENT_AFTER, Screens
from tests.app_client import Browser, House
from tests.kiosk.conftest import booked, utc, with_card

pytestmark = pytest.mark.asyncio


async def test_the_picture_is_never_empty(lobby: Browser) -> None:
    page = await lobby.get("/kiosk")
    assert page.status == 200
    assert "Guten Morgen · Lindenhof" in page.text
    assert "Service-Point" in page.text
    assert "Jetzt frei" in page.text
    assert "Mit dem Handy weiter" in page.text
    assert "Abfall" in page.text


async def test_the_picture_can_be_asked_for_without_its_body(lobby: Browser) -> None:
    """The screen asks so before it loads the picture anew."""
    answer = await lobby.client.head("/kiosk")
    assert answer.status_code == 200


async def test_what_is_open_to_all_is_announced_and_private_things_are_not(
    house: House, lobby: Browser
) -> None:
    from node import spaces
    from node.base.periods import Period
    from node.spaces import Wish

    private = await booked(house, "anna", utc(24, 10), utc(24, 12))
    assert private.decision is not None
    actor = await house.node.store.read(lambda read: house.cast.actor(read, "clara"))
    wish = Wish(
        space_id=house.cast.files.id_of("space", "hofsaal"),
        period=Period(utc(26, 15), utc(26, 17)),
        people=20,
        purpose="open",
    )
    await house.node.store.write(
        lambda write: spaces.reserve(
            write, actor, wish, now=house.clock.now(), signer=house.node.store.core.identity
        )
    )
    page = await lobby.get("/kiosk")
    assert "Offen für alle" in page.text
    assert "16 bis 18 Uhr, Hofsaal" in page.text
    assert "Anna" not in page.html
    assert "Privat" not in page.text


async def test_home_has_five_ways_in_their_places(lobby: Browser) -> None:
    page = await lobby.get("/kiosk/home")
    ways = ("/kiosk/spaces", "/kiosk/check-in", "/kiosk/mine", "/kiosk/house", "/kiosk/desk")
    places = [page.html.index(f'href="{way}"'.replace("/", "&#x2f;")) for way in ways]
    assert places == sorted(places)
    assert page.html.count('class="tile"') == 5


@pytest.mark.parametrize("path", ["/kiosk/house", "/kiosk/desk"])
async def test_the_house_and_its_desk_are_told(lobby: Browser, path: str) -> None:
    page = await lobby.get(path)
    assert page.status == 200
    assert "Service-Point" in page.text
    assert "9 bis 14 Uhr" in page.text


async def test_the_language_is_the_next_persons_again_after_a_reset(lobby: Browser) -> None:
    await lobby.get("/kiosk/spaces?day=2026-11-28")
    page = await lobby.submit("/kiosk/prefs", lang="en")
    assert page.path == "/kiosk/spaces?day=2026-11-28"
    assert 'lang="en"' in page.html
    page = await lobby.submit("/kiosk/prefs", size="3")
    assert 'data-size="3"' in page.html
    assert 'lang="en"' in page.html
    page = await lobby.submit("/kiosk/reset")
    assert page.path == "/kiosk"
    assert 'lang="de"' in page.html
    assert 'data-size="1"' in page.html


async def test_the_browsers_own_language_does_not_count(lobby: Browser) -> None:
    page = await lobby.get("/kiosk", **{"accept-language": "en-US"})
    assert '<html lang="de"' in page.html


async def test_a_reset_forgets_everything(house: House, lobby: Browser) -> None:
    await with_card(lobby, house.cards["anna"], "4711")
    await lobby.submit("/kiosk/prefs", lang="en")
    await lobby.get("/kiosk/check-in")
    await lobby.submit("/kiosk/scan", code="0000 0000")
    session = lobby.client.cookies["quartier_kiosk"]
    answer = await lobby.client.post("/kiosk/reset", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/kiosk"
    assert answer.headers["clear-site-data"] == '"cookies", "storage"'
    assert not dict(lobby.client.cookies)
    lobby.client.cookies.set("quartier_kiosk", session)
    page = await lobby.get("/kiosk/mine")
    assert page.path.startswith("/kiosk/sign-in"), "the session itself has ended, not its cookie"


async def test_a_reset_leaves_the_portal_of_the_same_browser_alone(
    house: House, lobby: Browser
) -> None:
    await lobby.sign_in(house.codes["anna"], "Anna Linde", "4711")
    await lobby.client.post("/kiosk/reset")
    assert (await lobby.get("/mine")).path == "/mine"


async def test_whoever_is_signed_in_sees_their_own_at_home(house: House, lobby: Browser) -> None:
    await booked(house, "anna", utc(25, 10), utc(25, 12))
    page = await with_card(lobby, house.cards["anna"], "4711")
    assert "Ihre nächsten Buchungen" in page.text
    assert "Hofsaal" in page.text
    assert (await lobby.get("/kiosk")).path == "/kiosk/home"


async def test_a_screen_that_beats_no_more_is_silent(house: House, lobby: Browser) -> None:
    answer = await lobby.client.post("/kiosk/beat", data={"frames": "58"})
    assert answer.status_code == 204
    screens: Screens = house.node.pages._house.service(Screens)  # type: ignore[attr-defined]
    assert [(screen.address, screen.frames) for screen in screens.all()] == [("127.0.0.1", 58)]
    assert not screens.silent(now=house.clock.now())
    house.clock.advance(SILENT_AFTER + timedelta(seconds=1))
    assert screens.silent(now=house.clock.now())


@pytest.mark.parametrize("frames", ["", "-1", "many", "9" * 400])
async def test_a_strange_beat_is_still_a_beat(lobby: Browser, frames: str) -> None:
    assert (await lobby.client.post("/kiosk/beat", data={"frames": frames})).status_code == 204


async def test_the_weekend_s_guest_apartments_are_told_until_somebody_has_them(
    house: House, lobby: Browser
) -> None:
    """Tuesday the 24th; the weekend is the 27th to the 29th, and guests come on Thursday."""
    page = await lobby.get("/kiosk")
    assert "Gästewohnungen frei" in page.text
    assert "heute Nacht" in page.text
    assert "Fr 27. Nov. bis So 29. Nov." not in page.text, "somebody is there then"
    await booked(house, "clara", utc(24, 14), utc(25, 10), space="gartenzimmer")
    page = await lobby.get("/kiosk")
    assert "heute Nacht" not in page.text
