"""A door display: hung by the desk, read by everybody, used with a card or a pass, of nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest
import pytest_asyncio

from node.spaces import Status, find_reservation
from tests.app_client import Browser, House, Page
from tests.cast import PINS
from tests.kiosk.conftest import at_the_desk, booked, code_for, hung, pass_of, utc
from tests.kiosk.conftest import with_card as at_the_lobby

pytestmark = pytest.mark.asyncio

NAMES = ("Anna", "Bilal", "Clara")


@pytest_asyncio.fixture
async def tablet(house: House) -> Browser:
    """A tablet at the courtyard hall."""
    return await hung(house)


def big(page: Page) -> str:
    """What is to be read from afar at this moment: the first scene."""
    found = re.search(r"<section class=\"door-scene.*?</section>", page.html, re.DOTALL)
    assert found, page.text
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


async def test_any_other_browser_is_asked_for_a_code(house: House) -> None:
    page = await house.browser().get("/door")
    assert page.status == 200
    assert "Code vom Service-Point" in page.text
    assert "Hofsaal" not in page.html


@pytest.mark.parametrize("code", ["ABCD EFGH", "'; drop table space; --", "Ü" * 50])
async def test_a_wrong_code_opens_nothing(house: House, code: str) -> None:
    tablet = house.browser()
    await tablet.get("/door")
    page = await tablet.submit("/door/open", code=code)
    assert page.status == 404
    assert "gilt nicht" in page.text
    assert "Hofsaal" not in (await tablet.get("/door")).html


async def test_the_board_says_free_until_and_what_comes(house: House, tablet: Browser) -> None:
    await booked(house, "anna", utc(24, 14), utc(24, 18))
    page = await tablet.get("/door")
    assert page.answer.headers["cache-control"] == "no-store"
    assert big(page) == "Frei bis 14:30 Uhr Danach belegt: 15 bis 19 Uhr"
    assert not any(name in page.html for name in NAMES)
    house.clock.set(utc(24, 14, 5))
    page = await tablet.get("/door")
    assert big(page) == "Belegt bis 19 Uhr Danach frei: 20 bis 22 Uhr"
    assert not any(name in page.html for name in NAMES)


async def test_what_is_open_to_everybody_is_named(house: House, tablet: Browser) -> None:
    from dataclasses import replace

    from node import spaces
    from node.base.periods import Period

    wish = spaces.Wish(
        space_id=house.cast.files.id_of("space", "hofsaal"),
        period=Period(utc(24, 10), utc(24, 12)),
        people=10,
        purpose="open",
    )
    actor = await house.node.store.read(lambda read: house.cast.actor(read, "anna"))
    signer, now = house.node.store.core.identity, house.clock.now()
    made = await house.node.store.write(
        lambda write: spaces.reserve(write, replace(actor), wish, now=now, signer=signer)
    )
    assert isinstance(made, spaces.Reservation), made
    house.clock.set(utc(24, 10, 5))
    assert "Offen für alle" in big(await tablet.get("/door"))


async def test_a_whole_day_is_told_in_scenes_that_follow_each_other(
    house: House, tablet: Browser
) -> None:
    """So a board whose node is away goes on by itself."""
    await booked(house, "anna", utc(24, 14), utc(24, 18))
    page = await tablet.get("/door")
    times = [
        (int(starts), int(ends))
        for starts, ends in re.findall(r"data-starts=\"(\d+)\" data-ends=\"(\d+)\"", page.html)
    ]
    assert len(times) >= 5
    for (_, ends), (starts, _) in pairwise(times):
        assert ends == starts
    assert times[0][0] == int(house.clock.now().timestamp())


async def with_card(tablet: Browser, house: House, pin: str = PINS["anna"]) -> Page:
    await tablet.get("/door/scan")
    await tablet.submit("/door/scan", code=house.cards["anna"])
    return await tablet.submit("/door/pin", pin=pin)


async def test_anna_books_on_the_spot_and_is_forgotten(house: House, tablet: Browser) -> None:
    """Ten o'clock here; the hall is had for two hours at least."""
    page = await tablet.get("/door")
    assert "Jetzt buchen bis 12 Uhr" in page.text
    page = await with_card(tablet, house)
    assert page.path == "/door/confirm", page.text
    assert "10 bis 12 Uhr" in page.text
    assert "36,00 €" in page.text
    assert "Anna" not in page.html
    page = await tablet.submit("/door/book", press="Zahlungspflichtig buchen")
    assert page.path == "/door?done=booked"
    assert "Gebucht. Sie sind eingecheckt." in page.text
    assert big(page).startswith("Belegt bis 12 Uhr")
    assert {cookie.name for cookie in tablet.client.cookies.jar} == {"quartier_door"}
    assert (await tablet.get("/door/confirm")).path == "/door/scan"
    rows = await house.node.store.read(
        lambda read: read.rows(
            "select reservation_id from reservation_state where status = 'checked_in'"
        )
    )
    made = await house.node.store.read(lambda read: find_reservation(read, rows[-1][0]))
    assert made is not None
    assert made.person_id == house.cast.id("anna")
    assert made.status_at(house.clock.now()) is Status.CHECKED_IN


async def test_going_back_to_the_board_signs_out(house: House, tablet: Browser) -> None:
    await with_card(tablet, house)
    session = tablet.client.cookies.get("quartier_door_person")
    assert session
    await tablet.get("/door")
    assert (await tablet.get("/door/confirm")).path == "/door/scan"
    tablet.client.cookies.set("quartier_door_person", session)
    assert (await tablet.get("/door/confirm")).path == "/door/scan", "ended at the node, too"


async def test_a_wrong_pin_is_asked_again_and_books_nothing(house: House, tablet: Browser) -> None:
    page = await with_card(tablet, house, pin="0000")
    assert page.status in {401, 403, 409, 422}
    assert page.path == "/door/pin"
    assert (await tablet.get("/door/confirm")).path == "/door/scan"


async def test_somebody_was_quicker(house: House, tablet: Browser) -> None:
    """The rules refuse with their own sentence, and nothing is booked."""
    await with_card(tablet, house)
    await booked(house, "clara", utc(24, 10), utc(24, 12))
    before = await count(house)
    page = await tablet.submit("/door/book")
    assert page.status == 409
    assert "nichts frei" in page.text
    assert await count(house) == before


async def test_a_household_at_its_limit_hears_that_rule(house: House, tablet: Browser) -> None:
    for day in (26, 27):
        await booked(house, "anna", utc(day, 14), utc(day, 18))
    page = await with_card(tablet, house)
    assert page.status == 409
    assert "offene Buchungen" in page.text


async def count(house: House) -> int:
    found: int = await house.node.store.read(
        lambda read: read.value("select count(*) from reservation_decision")
    )
    return found


async def test_a_pass_checks_in_at_its_own_door_only(house: House, tablet: Browser) -> None:
    text, code = await pass_of(house, await booked(house, "anna", utc(24, 14), utc(24, 18)))
    house.clock.set(utc(24, 13, 50))
    other = await hung(house, "werkraum")
    await other.get("/door/scan")
    page = await other.submit("/door/scan", code=text)
    assert page.status == 409
    assert "nicht hier" in page.text
    await tablet.get("/door/scan")
    page = await tablet.submit("/door/scan", code=code)
    assert page.path == "/door?done=in"
    assert "Willkommen. Sie sind eingecheckt." in page.text
    assert not any(name in page.html for name in NAMES)
    await tablet.get("/door/scan")
    page = await tablet.submit("/door/scan", code=text)
    assert page.path == "/door/pass", "held up twice sends nobody home"
    page = await tablet.submit("/door/pass", press="Auschecken")
    assert page.path == "/door?done=out"
    assert "Ausgecheckt" in page.text
    assert {cookie.name for cookie in tablet.client.cookies.jar} == {"quartier_door"}


@pytest.mark.parametrize("path", ["/door/scan", "/door/pin", "/door/confirm", "/door/pass"])
async def test_no_other_device_gets_further(house: House, path: str) -> None:
    page = await house.browser().get(path)
    assert page.status == 403
    assert "keine Türanzeige" in page.text


async def test_the_desk_takes_a_display_back(house: House) -> None:
    desk, code = await code_for(house)
    tablet = house.browser()
    await tablet.get(f"/door/open/{code}")
    await tablet.submit("/door/open")
    page = await desk.get("/desk/displays")
    assert "läuft" in page.text
    house.clock.set(house.clock.now() + timedelta(minutes=10))
    assert "schweigt seit" in (await desk.get("/desk/displays")).text
    page = await desk.submit("/desk/displays/")
    assert "Sie zeigt nichts mehr" in page.whole
    assert "Code vom Service-Point" in (await tablet.get("/door")).text
    assert (await tablet.get("/door/scan")).status == 403


async def test_a_resident_hangs_no_display(house: House) -> None:
    anna = house.browser()
    await anna.sign_in(house.codes["anna"], "Anna", PINS["anna"])
    for path in ("/desk/displays",):
        page = await anna.get(path)
        assert page.path.startswith("/desk/sign-in")


async def test_at_night_the_board_is_dark(house: House, tablet: Browser) -> None:
    assert 'data-theme="light"' in (await tablet.get("/door")).html
    house.clock.set(utc(24, 21))
    page = await tablet.get("/door")
    assert 'data-theme="dark"' in page.html
    assert big(page).startswith("Geschlossen den Rest des Tages")


async def test_without_script_the_board_fetches_itself(tablet: Browser) -> None:
    page = await tablet.get("/door")
    assert '<noscript><meta http-equiv="refresh" content="30; url=/door"></noscript>' in page.html
    page = await tablet.get("/door?done=booked")
    assert "Gebucht" in page.text
    page = await tablet.get("/door?done=<script>")
    assert "script>" not in page.text


async def test_the_lobby_in_the_same_browser_keeps_its_own_person(
    house: House, tablet: Browser
) -> None:
    """As in a demo, where one browser shows every face."""
    await at_the_lobby(tablet, house.cards["anna"], PINS["anna"])
    assert (await tablet.get("/door/confirm")).path == "/door/scan"
    await tablet.get("/door")
    assert "Guten Tag, Anna" in (await tablet.get("/kiosk/home")).text


async def test_a_display_that_asks_no_more_is_missed_at_the_desk(
    house: House, tablet: Browser
) -> None:
    await tablet.get("/door")
    desk = await at_the_desk(house)
    house.clock.set(house.clock.now() + timedelta(minutes=4))
    for path in ("/desk", "/desk/health"):
        assert "Meldet sich nicht" not in (await desk.get(path)).text, path
    house.clock.set(house.clock.now() + timedelta(minutes=2))
    board = await desk.get("/desk")
    assert "Meldet sich nicht seit: heute, 10 Uhr" in board.text
    health = await desk.get("/desk/health")
    assert "Die Türanzeige „Hofsaal“ meldet sich nicht mehr, zuletzt: heute, 10 Uhr." in health.text
    assert "Strom und WLAN" in health.text
    await tablet.get("/door")
    assert "meldet sich nicht mehr" not in (await desk.get("/desk/health")).text


async def test_a_display_that_was_taken_back_is_not_missed(house: House, tablet: Browser) -> None:
    await tablet.get("/door")
    desk = await at_the_desk(house)
    await desk.get("/desk/displays")
    action = next(form.action for form in desk.at.forms if form.action.endswith("/end"))
    await desk.submit(action, press="Sperren")
    house.clock.set(house.clock.now() + timedelta(hours=1))
    assert "meldet sich nicht mehr" not in (await desk.get("/desk/health")).text


async def test_the_displays_own_worker_may_answer_for_the_board(tablet: Browser) -> None:
    page = await tablet.get("/door/sw.js")
    assert page.answer.headers["service-worker-allowed"] == "/door"
    assert page.answer.headers["content-type"].startswith("text/javascript")
    assert "Diese Anzeige versucht es von selbst wieder" in page.html
