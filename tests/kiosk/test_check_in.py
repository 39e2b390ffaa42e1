"""Coming and going at the lobby: by scan or typed code, once each, every no its own sentence."""

from __future__ import annotations

from datetime import datetime

import pytest

from node import spaces
from tests.app_client import Browser, House, Page
from tests.kiosk.conftest import booked, pass_of, utc, with_card

pytestmark = pytest.mark.asyncio


async def scan(lobby: Browser, text: str) -> Page:
    await lobby.get("/kiosk/check-in")
    return await lobby.submit("/kiosk/scan", code=text)


async def passages(house: House) -> int:
    count: int = await house.node.store.read(
        lambda read: read.value("select count(*) from passage")
    )
    return count


def at(house: House, instant: datetime) -> None:
    house.clock.set(instant)


@pytest.mark.parametrize("typed", [False, True])
async def test_fritz_comes_and_goes_once_with_annas_pass(
    house: House, lobby: Browser, typed: bool
) -> None:
    """A guest without an account, by QR or by the eight characters."""
    text, code = await pass_of(house, await booked(house, "anna", utc(28, 14), utc(28, 18)))
    before = await passages(house)
    at(house, utc(28, 13, 50))
    shown = f"{code[:4].lower()} {code[4:]}" if typed else text
    page = await scan(lobby, shown)
    assert page.path == "/kiosk/check-in/pass"
    assert "Willkommen. Sie sind eingecheckt." in page.text
    assert "Hofsaal" in page.text
    assert "Anna" not in page.html
    page = await scan(lobby, shown)
    assert await passages(house) == before + 1, "held up twice is one check-in"
    assert "Auschecken" in page.text
    at(house, utc(28, 16))
    await scan(lobby, shown)
    page = await lobby.submit("/kiosk/check-in/pass", press="Auschecken", act="out")
    assert "Auf Wiedersehen" in page.text
    assert await passages(house) == before + 2
    page = await scan(lobby, shown)
    assert page.status == 409
    assert "schon benutzt" in page.text
    assert await passages(house) == before + 2


async def refusal_of(house: House, lobby: Browser, text: str) -> tuple[int, str]:
    before = await passages(house)
    page = await scan(lobby, text)
    assert await passages(house) == before, "a no changes nothing"
    again = await lobby.get(page.forms[-3].fields.get("back", "/kiosk/check-in"))
    assert again.status in {200, page.status}
    return page.status, page.text


async def test_too_early_says_from_when(house: House, lobby: Browser) -> None:
    text, _ = await pass_of(house, await booked(house, "anna", utc(28, 14), utc(28, 18)))
    at(house, utc(28, 13, 30))
    status, words = await refusal_of(house, lobby, text)
    assert status == 409
    assert "zu früh" in words
    assert "14:45" in words
    assert "2026-11-28T" not in words


async def test_too_late_says_so(house: House, lobby: Browser) -> None:
    text, _ = await pass_of(
        house, await booked(house, "anna", utc(27, 9), utc(27, 11), space="werkraum")
    )
    at(house, utc(27, 11, 30))
    status, words = await refusal_of(house, lobby, text)
    assert status == 409
    assert "vorbei" in words


async def test_nobody_came_says_that_the_room_was_released(house: House, lobby: Browser) -> None:
    text, _ = await pass_of(house, await booked(house, "anna", utc(28, 14), utc(28, 18)))
    at(house, utc(28, 14, 30))
    status, words = await refusal_of(house, lobby, text)
    assert status == 409
    assert "freigegeben" in words


async def test_a_cancelled_pass_is_void(house: House, lobby: Browser) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    text, _ = await pass_of(house, reservation)
    actor = await house.node.store.read(lambda read: house.cast.actor(read, "anna"))
    await house.node.store.write(
        lambda write: spaces.cancel(write, actor, reservation.id, now=house.clock.now())
    )
    at(house, utc(28, 13, 50))
    status, words = await refusal_of(house, lobby, text)
    assert status == 409
    assert "gilt nicht mehr" in words


async def test_a_forged_pass_is_called_so(house: House, lobby: Browser) -> None:
    text, _ = await pass_of(house, await booked(house, "anna", utc(28, 14), utc(28, 18)))
    at(house, utc(28, 13, 50))
    # The bit beside the signature's end is padding, so change a character well inside.
    forged = text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:]
    status, words = await refusal_of(house, lobby, forged)
    assert status == 403
    assert "nicht echt" in words


async def test_another_quarters_pass_is_named(house: House, lobby: Browser) -> None:
    from node.spaces.passes import issue

    class Other:
        def sign(self, _purpose: str, _message: bytes) -> bytes:
            return b"s" * 64

    text = spaces.pass_text(
        issue(Other(), quarter_id=b"other quarter 16", reservation_id=b"r" * 16)
    )
    status, words = await refusal_of(house, lobby, text)
    assert status == 403
    assert "anderen Quartier" in words


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("", 422, "halten Sie den Code vor"),
        ("ABCD EFGH", 404, "keine gültige Buchung"),
        ("Hallo", 422, "kein Ausweis"),
        ("https://example.org/wlan", 422, "kein Ausweis"),
        ("\x00\x01'; drop table passage; --", 422, "kein Ausweis"),
        ("Ü" * 5000, 422, "kein Ausweis"),
    ],
)
async def test_rubbish_is_refused_kindly(
    house: House, lobby: Browser, text: str, status: int, words: str
) -> None:
    found, said = await refusal_of(house, lobby, text)
    assert found == status, said
    assert words in said


async def test_anna_touches_her_own_booking_instead(house: House, lobby: Browser) -> None:
    await booked(house, "anna", utc(28, 14), utc(28, 18))
    at(house, utc(28, 13, 50))
    await with_card(lobby, house.cards["anna"], "4711")
    await lobby.get("/kiosk/check-in")
    page = await lobby.submit("/kiosk/mine/")
    assert "Willkommen. Sie sind eingecheckt." in page.text


async def test_another_households_booking_cannot_be_touched(house: House, lobby: Browser) -> None:
    from node.base.ids import id_text

    theirs = await booked(house, "clara", utc(28, 14), utc(28, 18))
    before = await passages(house)
    at(house, utc(28, 13, 50))
    await with_card(lobby, house.cards["anna"], "4711")
    page = await lobby.get("/kiosk/check-in")
    csrf = page.forms[0].fields["csrf"]
    page = await lobby.post(f"/kiosk/mine/{id_text(theirs.id)}/pass", csrf=csrf)
    assert page.status == 404
    assert await passages(house) == before


async def test_the_guest_apartment_says_where_the_key_is(house: House, lobby: Browser) -> None:
    text, _ = await pass_of(
        house, await booked(house, "clara", utc(24, 14), utc(25, 10), space="gartenzimmer")
    )
    at(house, utc(24, 14, 30))
    page = await scan(lobby, text)
    assert "Willkommen" in page.text
    assert "Am Service-Point." in page.text


async def test_a_pass_is_not_remembered_for_long(house: House, lobby: Browser) -> None:
    text, _ = await pass_of(house, await booked(house, "anna", utc(28, 14), utc(28, 18)))
    at(house, utc(28, 13, 50))
    await scan(lobby, text)
    at(house, utc(28, 13, 53))
    assert (await lobby.get("/kiosk/check-in/pass")).path == "/kiosk/check-in"


async def test_the_answer_of_a_scan_can_be_loaded_anew(house: House, lobby: Browser) -> None:
    assert (await lobby.get("/kiosk/scan")).path == "/kiosk/check-in"
