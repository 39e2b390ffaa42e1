"""The hand-over and the safe's code at the lobby, for who has a pass and no phone: one line a page,
kept as it is said, and nothing left on the screen.
"""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from node import spaces
from node.base.actors import Face
from node.base.ids import id_text
from node.base.refusals import Refusal
from node.spaces import HandOver
from node.store import Write
from tests.app_client import Browser, House, Page
from tests.camera import scanned
from tests.kiosk.conftest import booked, pass_of, utc
from tests.kiosk.test_check_in import at, scan
from tests.web.test_pictures import picture

pytestmark = pytest.mark.asyncio
CODE = "K 8305"  # No random token of a page can hold this by chance.
COME, LEAVE = "/kiosk/check-in/hand-over/in", "/kiosk/check-in/hand-over/out"


async def anna_is_in(house: House, lobby: Browser) -> tuple[bytes, str]:
    """Somebody holds the pass of Anna's booking to the reader at its time."""
    made = await booked(house, "anna", utc(28, 14), utc(28, 18))
    text, _ = await pass_of(house, made)
    at(house, utc(28, 14, 5))
    page = await scan(lobby, text)
    assert "Willkommen" in page.text
    return made.id, text


async def found(house: House, number: bytes) -> HandOver:
    def look(read: Write) -> HandOver | Refusal:
        demir = house.cast.actor(read, "demir", face=Face.DESK)
        return spaces.find_hand_over(read, demir, number, now=house.clock.now())

    done = await house.node.store.write(look)
    assert isinstance(done, HandOver)
    return done


async def set_code(house: House, *, asks_protocol: bool) -> None:
    space_id, now = house.cast.files.id_of("space", "hofsaal"), house.clock.now()
    await house.node.store.write(
        lambda write: spaces.set_safe_code(
            write,
            house.cast.actor(write, "demir", face=Face.DESK),
            space_id,
            CODE,
            asks_protocol=asks_protocol,
            now=now,
        )
    )


async def fits(lobby: Browser, page: str) -> Page:
    return await lobby.submit(page, press="Passt")


async def test_who_holds_the_pass_goes_through_the_list_and_signs(
    house: House, lobby: Browser
) -> None:
    number, text = await anna_is_in(house, lobby)
    page = await lobby.get(COME)
    assert "Geschirr" in page.text
    assert "Schritt 1 von 4" in page.text
    assert page.answer.headers["cache-control"] == "no-store"
    assert "Anna" not in page.html
    page = await fits(lobby, COME)
    assert "Stromzähler" in page.text
    empty = await lobby.submit(COME, press="Weiter", number_power="")
    assert empty.status == 422
    assert "lesen Sie den Zähler ab" in empty.text
    page = await lobby.submit(COME, press="Weiter", number_power="1.204,5")
    assert "Schlüssel" in page.text
    # They are called away: the next scan goes on where they were.
    await scan(lobby, text)
    page = await lobby.get(COME)
    assert "Schritt 3 von 4" in page.text
    await lobby.get(f"{COME}?row=key&no=1")
    wrong = await lobby.submit(COME, press="Weiter", number_key="", words_key="")
    assert wrong.status == 422
    assert "Was ist anders?" in wrong.text
    await lobby.submit(COME, press="Weiter", number_key="0", words_key="")
    page = await fits(lobby, COME)
    assert "Stimmt das so?" in page.text
    assert "1.204,5 kWh" in page.text
    page = await lobby.submit(COME, press="Bestätigen")
    assert page.path == "/kiosk/check-in/pass"
    said = await found(house, number)
    assert said.arrival.signed is not None
    assert said.arrival.signed.fact.by_bearer
    assert said.arrival.answers["key"].fact.number == 0
    assert not said.arrival.signed.person_id, "nobody's name: whoever held the pass"
    # Leaving: what was signed is not asked again, the other protocol is.
    page = await scan(lobby, text)
    assert COME not in page.html.replace("&#x2f;", "/")
    page = await lobby.get(LEAVE)
    assert "Geschirr" in page.text


def link_on(page: Page) -> str:
    """What a phone's camera reads off the screen."""
    return urlsplit(scanned(page.html)).path


async def on_the_phone(house: House, lobby: Browser, path: str) -> tuple[Browser, str]:
    """The phone that scanned the screen, and the address that it is at."""
    phone = house.browser()
    page = await phone.get(link_on(await lobby.get(path)))
    assert page.status == 200, page.text
    return phone, page.path


async def send_photo(phone: Browser, path: str, **fields: str) -> int:
    csrf = (await phone.get(path)).form(path).fields["csrf"]
    answer = await phone.client.post(
        path,
        data={"csrf": csrf, "act": "keep", **fields},
        files={"photo_floor": ("IMG_1.jpg", picture((900, 700)), "image/jpeg")},
        follow_redirects=True,
    )
    return answer.status_code


async def test_the_list_goes_on_on_a_phone_with_photos(house: House, lobby: Browser) -> None:
    """What was said at the lobby is there, a photo of the floor is added, and it counts here."""
    number, text = await anna_is_in(house, lobby)
    await lobby.get(COME)
    await fits(lobby, COME)
    phone, path = await on_the_phone(house, lobby, f"{COME}?row=crockery")
    page = await phone.get(path)
    assert page.answer.headers["cache-control"] == "private, no-store"
    assert "Diese Seite gilt bis heute, 16:05 Uhr." in page.text
    assert "Anna" not in page.html
    fields = {"is_floor": "differs", "words_floor": "Fleck"}
    assert await send_photo(phone, path, **fields) == 200
    page = await phone.get(path)
    (shown,) = re.findall(r'<img src="([^"]*/photos/\w+)"', html.unescape(page.html))
    assert (await phone.get(shown)).answer.headers["content-type"] == "image/jpeg"
    await scan(lobby, text)
    page = await lobby.get(f"{COME}?row=crockery")
    assert "Fotos bisher: 1." in page.text
    assert "Schritt 3 von 4" in page.text, "the dishes and the floor are said"
    said = await found(house, number)
    assert said.arrival.answers["floor"].words == "Fleck"
    assert said.arrival.answers["floor"].fact.by_bearer


async def test_the_link_is_for_one_protocol_and_for_an_hour(house: House, lobby: Browser) -> None:
    number, _ = await anna_is_in(house, lobby)
    phone, path = await on_the_phone(house, lobby, COME)
    assert (await phone.get(path.replace("/in", "/out"))).status == 404
    other = f"/mine/{id_text(number)}"
    assert (await phone.get(other)).path.startswith("/sign-in"), "it signs nobody in"
    csrf = (await phone.get(path)).form(path).fields["csrf"]
    house.clock.set(house.clock.now() + timedelta(hours=1, seconds=1))
    page = await phone.post(path, csrf=csrf, act="rest")
    assert page.status == 404
    assert "Dieser Link gilt nicht mehr." in page.text
    assert not (await found(house, number)).arrival.answers


async def test_who_guesses_at_such_an_address_has_to_wait(house: House, lobby: Browser) -> None:
    await anna_is_in(house, lobby)
    phone, path = await on_the_phone(house, lobby, COME)
    token = path.split("/")[2]
    statuses = []
    for number in range(22):
        sign = "a" if token[number] != "a" else "b"
        wrong = token[:number] + sign + token[number + 1 :]
        statuses.append((await phone.get(path.replace(token, wrong))).status)
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert (await phone.get(path)).status == 200, "who has the right one is never kept waiting"


async def test_the_code_of_the_safe_under_its_rule(house: House, lobby: Browser) -> None:
    await set_code(house, asks_protocol=True)
    _, text = await anna_is_in(house, lobby)
    page = await lobby.get("/kiosk/check-in/code")
    assert "zuerst die Übergabe" in page.text
    assert CODE not in page.html
    await set_code(house, asks_protocol=False)
    await scan(lobby, text)
    page = await lobby.get("/kiosk/check-in/code")
    assert CODE not in page.html
    page = await lobby.submit("/kiosk/check-in/code", press="Code zeigen")
    assert CODE in page.text
    assert page.answer.headers["cache-control"] == "no-store"
    # Two minutes later, or once the screen has forgotten them, it is gone.
    house.clock.set(house.clock.now() + timedelta(minutes=2, seconds=1))
    page = await lobby.get("/kiosk/check-in/code")
    assert page.path == "/kiosk/check-in"
    assert CODE not in page.html
    await scan(lobby, text)
    await lobby.get("/kiosk/check-in/pass")
    await lobby.submit("/kiosk/reset", press="Fertig")
    assert CODE not in (await lobby.get("/kiosk/check-in/code")).html


async def test_without_a_pass_there_is_nothing_and_after_its_time_no_code(
    house: House, lobby: Browser
) -> None:
    for path in (COME, LEAVE, "/kiosk/check-in/code"):
        page = await lobby.get(path)
        assert page.path == "/kiosk/check-in"
    await set_code(house, asks_protocol=False)
    _, text = await anna_is_in(house, lobby)
    other = house.browser()
    await other.get("/kiosk/check-in")
    page = await other.get("/kiosk/check-in/code")
    assert page.path == "/kiosk/check-in", "what one screen was shown another does not know"
    at(house, utc(28, 19, 1))
    await scan(lobby, text)
    page = await lobby.get("/kiosk/check-in/code")
    assert CODE not in page.html
    assert "wird nicht mehr gezeigt" in page.text
    assert (await lobby.get("/kiosk/check-in/hand-over/sideways")).status == 404
