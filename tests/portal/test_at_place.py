"""The code at a place's door: one's own booking in one touch, else what is on and what is free."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from node.base.ids import id_text
from node.web.door_sheet import DoorSheet, at_address, door_sheet, drawn
from tests.app_client import Browser, House, Page
from tests.kiosk.conftest import at_the_desk, booked, hung, pass_of, utc

pytestmark = pytest.mark.asyncio

NAMES = ("Clara", "Moreau")


def door(house: House, space: str = "hofsaal") -> str:
    return f"/at/{id_text(house.cast.files.id_of('space', space))}"


async def figures_on(tablet: Browser) -> str:
    page = await tablet.get("/door")
    found = re.search(r"<b>(\d{3} \d{3})</b>", page.html)
    assert found, page.text
    return found[1]


async def passages(house: House) -> int:
    found: int = await house.node.store.read(
        lambda read: read.value("select count(*) from passage")
    )
    return found


async def test_who_is_not_signed_in_comes_back_to_the_place(house: House) -> None:
    page = await house.browser().get(f"{door(house)}?c=123456")
    assert page.path.startswith("/sign-in?back=")
    assert "c%3D123456" in page.path


async def test_anna_comes_and_goes_with_one_touch_each(house: House, anna: Browser) -> None:
    await booked(house, "anna", utc(24, 14), utc(24, 18))
    house.clock.set(utc(24, 13, 50))
    page = await anna.get(door(house))
    assert "15 bis 19 Uhr" in page.text
    page = await anna.submit(door(house), press="Jetzt einchecken")
    assert "Willkommen. Sie sind eingecheckt." in page.text
    house.clock.set(utc(24, 16))
    page = await anna.get(door(house))
    page = await anna.submit(door(house), press="Auschecken")
    assert "Auf Wiedersehen" in page.text


async def test_too_early_says_from_when(house: House, anna: Browser) -> None:
    await booked(house, "anna", utc(24, 14), utc(24, 18))
    page = await anna.get(door(house))
    assert "Einchecken geht ab" in page.text
    assert "14:45" in page.text
    assert "Jetzt einchecken" not in page.text


async def test_where_nothing_is_booked_the_rest_is_offered(house: House, anna: Browser) -> None:
    page = await anna.get(door(house))
    assert "Frei bis 22 Uhr" in page.text
    page = await anna.submit("/hold", press="Jetzt buchen bis 12 Uhr")
    assert page.path.startswith("/book/")
    assert "10 bis 12 Uhr" in page.text


async def test_what_others_have_is_told_without_a_name(house: House, anna: Browser) -> None:
    await booked(house, "clara", utc(24, 14), utc(24, 18))
    house.clock.set(utc(24, 14, 5))
    page = await anna.get(door(house))
    assert "Belegt bis 19 Uhr" in page.text
    assert not any(name in page.html for name in NAMES)
    assert "Jetzt" not in page.text


async def test_nobody_checks_in_what_is_not_theirs(house: House, anna: Browser) -> None:
    await booked(house, "clara", utc(24, 14), utc(24, 18))
    house.clock.set(utc(24, 14, 5))
    before = await passages(house)
    page = await anna.get(door(house))
    csrf = page.forms[0].fields["csrf"]
    for act in ("check-in", "check-out"):
        page = await anna.post(f"{door(house)}/{act}", csrf=csrf)
        assert page.status == 404
        assert "nichts gebucht" in page.text
    assert (await anna.post(f"{door(house)}/else", csrf=csrf)).status == 404
    assert await passages(house) == before


@pytest.mark.parametrize("path", ["/at/none", "/at/zzzzzzzzzzzzzzzzzzzzzzzzzz", "/at/" + "0" * 26])
async def test_a_place_that_is_none_is_not_found(anna: Browser, path: str) -> None:
    assert (await anna.get(path)).status == 404


async def test_where_a_display_hangs_the_printed_code_asks_for_its_figures(
    house: House, anna: Browser
) -> None:
    await booked(house, "anna", utc(24, 14), utc(24, 18))
    house.clock.set(utc(24, 13, 50))
    tablet, before = await hung(house), await passages(house)
    await anna.get(door(house))
    page = await anna.submit(door(house), press="Jetzt einchecken", figures="")
    assert page.status == 422
    assert "sechs Ziffern" in page.text
    page = await anna.submit(door(house), press="Jetzt einchecken", figures="000 000")
    assert page.status == 422
    assert "gerade nicht auf der Türanzeige" in page.text
    assert await passages(house) == before
    figures = await figures_on(tablet)
    page = await anna.submit(door(house), press="Jetzt einchecken", figures=figures)
    assert "Willkommen" in page.text
    assert await passages(house) == before + 1


async def test_the_code_on_the_display_asks_for_nothing(house: House, anna: Browser) -> None:
    await booked(house, "anna", utc(24, 14), utc(24, 18))
    house.clock.set(utc(24, 13, 50))
    figures = (await figures_on(await hung(house))).replace(" ", "")
    page = await anna.get(f"{door(house)}?c={figures}")
    assert "Sechs Ziffern" not in page.text
    page = await anna.submit(door(house), press="Jetzt einchecken")
    assert "Willkommen" in page.text


async def test_old_figures_are_asked_anew(house: House, anna: Browser) -> None:
    """Somebody took a picture of the display and checks in from the sofa."""
    await booked(house, "anna", utc(24, 14), utc(24, 18))
    house.clock.set(utc(24, 13, 50))
    figures = (await figures_on(await hung(house))).replace(" ", "")
    house.clock.set(utc(24, 13, 55))
    page = await anna.get(f"{door(house)}?c={figures}")
    assert "Sechs Ziffern von der Türanzeige" in page.text


async def test_a_pass_on_a_phone_needs_the_figures_too(house: House) -> None:
    text, _ = await pass_of(house, await booked(house, "anna", utc(24, 14), utc(24, 18)))
    house.clock.set(utc(24, 13, 50))
    tablet, phone, before = await hung(house), house.browser(), await passages(house)
    path = "/p/" + text.rpartition("/")[2]
    page = await phone.get(path)
    page = await phone.submit("/p/", press="Einchecken", figures="123")
    assert page.status == 422
    assert await passages(house) == before
    page = await phone.submit("/p/", press="Einchecken", figures=await figures_on(tablet))
    assert "Willkommen" in page.text
    assert await passages(house) == before + 1


# The sheet


async def sheet_of(house: House) -> bytes:
    desk = await at_the_desk(house)
    place = id_text(house.cast.files.id_of("space", "hofsaal"))
    page = await desk.get(f"/desk/places/{place}/sheet")
    assert page.answer.headers["content-type"] == "application/pdf"
    return page.answer.content


async def test_the_sheet_is_one_page_for_the_printer(house: House) -> None:
    assert pages_of(await sheet_of(house)) == 1


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


async def test_only_the_team_prints_it(house: House, anna: Browser) -> None:
    place = id_text(house.cast.files.id_of("space", "hofsaal"))
    page: Page = await anna.get(f"/desk/places/{place}/sheet")
    assert page.path.startswith("/desk/sign-in")


SHOWN = DoorSheet("Q", "Saal", "1", "Haus", "http://x/at/y", "Titel", ("Eins",), "Note", "de")


async def test_a_place_has_the_same_code_for_ever() -> None:
    """No secret, no date, no name of a box: what was printed once goes on counting."""
    space_id = bytes(range(16))
    address = at_address("http://quartier.local/", space_id)
    assert address == f"http://quartier.local/at/{id_text(space_id)}"
    assert at_address("http://q", space_id, "123456").endswith("?c=123456")


async def test_a_long_name_stays_on_the_page() -> None:
    long = replace(SHOWN, place="Gemeinschaftsraum am Quartiersplatz mit Terrasse und Küche")
    assert pages_of(door_sheet(long)) == 1
    assert foot_of(long) < 285


def foot_of(shown: DoorSheet) -> float:
    """How far down the last line ends, in millimetres."""
    return drawn(shown).y
