"""The registration form of a foreign guest: by link, at the desk, on paper; never of a German."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import pytest_asyncio

from tests.app_client import Browser, House
from tests.cast import PASSWORDS
from tests.papers import words_of
from tests.portal.guest_kit import link_of, stay_of

pytestmark = pytest.mark.asyncio

LUC = {
    "family_name": "Petit",
    "given_names": "Luc",
    "born": "1984-02-29",
    "nationalities": "französisch",
    "address": "12 rue du Port, Nantes, Frankreich",
    "passport": "22AB12345",
}
STROKES = "10,10 20,20 30,30 40,40 50,50;60,60 70,70 80,80 90,90"


def december(day: int, hour: int) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=UTC)


@pytest_asyncio.fixture
async def stay(house: House) -> str:
    return await stay_of(house, "anna", 14, 17)


@pytest_asyncio.fixture
async def link(house: House, anna: Browser, stay: str) -> str:
    return await link_of(anna, stay)


@pytest_asyncio.fixture
async def guest(house: House, link: str) -> Browser:
    """A German and Luc, who is none, have said that they come."""
    phone = house.browser()
    await phone.get(f"{link}/arrival")
    page = await phone.submit(
        f"{link}/arrival",
        name_0="Ines Kremer",
        nation_0="german",
        name_1="Luc Petit",
        nation_1="other",
    )
    assert page.path == link
    return phone


async def at_the_desk(house: House, name: str = "demir") -> Browser:
    desk = house.browser()
    await desk.get("/desk/sign-in")
    await desk.submit("/desk/sign-in", name=name, password=PASSWORDS[name])
    return desk


async def records(house: House, kind: str) -> int:
    found: int = await house.node.store.read(
        lambda read: read.value("select count(*) from guest_record where kind = :kind", kind=kind)
    )
    return found


async def test_only_the_foreign_guest_is_asked(guest: Browser, link: str) -> None:
    page = await guest.get(link)
    assert page.text.count("Meldeschein") == 1
    assert page.link("Meldeschein") == f"{link}/form/1"
    assert (await guest.get(f"{link}/form/0")).status == 404
    assert (await guest.get(f"{link}/form/7")).status == 404


async def test_filled_in_before_and_signed_on_the_day(
    house: House, guest: Browser, link: str
) -> None:
    await guest.get(f"{link}/form/1")
    page = await guest.submit(f"{link}/form/1", **LUC)
    assert page.path == f"{link}/sign/1"
    assert "Unterschrieben wird am Tag der Anreise" in page.text
    assert "29.02.1984" in page.text
    assert page.forms == [] or all("/sign/" not in form.action for form in page.forms)
    csrf = (await guest.get(f"{link}/arrival")).form(f"{link}/arrival").fields["csrf"]
    page = await guest.post(f"{link}/sign/1", csrf=csrf, strokes=STROKES)
    assert page.status == 409
    assert await records(house, "signed") == 0
    house.clock.set(december(14, 15))
    await guest.get(f"{link}/sign/1")
    page = await guest.submit(f"{link}/sign/1", strokes="1,1")
    assert page.status == 422
    assert "noch keine Unterschrift" in page.text
    for _ in range(2):
        page = await guest.post(f"{link}/sign/1", csrf=csrf, strokes=STROKES)
        assert page.path == link
        assert "unterschrieben" in page.text
    assert await records(house, "signed") == 1
    page = await guest.post(f"{link}/form/1", csrf=csrf, **{**LUC, "passport": "X"})
    assert page.status == 409
    assert "ändert sich nicht mehr" in page.text
    page = await guest.post(f"{link}/arrival", csrf=csrf, name_0="Udo", nation_0="german")
    assert page.status == 409


async def test_the_same_form_twice_is_one(house: House, guest: Browser, link: str) -> None:
    for _ in range(2):
        await guest.get(f"{link}/form/1")
        await guest.submit(f"{link}/form/1", **LUC)
    assert await records(house, "form") == 1


async def test_what_is_missing_is_said_at_its_field(
    house: House, guest: Browser, link: str
) -> None:
    await guest.get(f"{link}/form/1")
    page = await guest.submit(f"{link}/form/1", **{**LUC, "passport": "", "born": "3026-01-01"})
    assert page.status == 422
    assert "Bitte füllen Sie dieses Feld aus." in page.text
    assert 'value="Nantes' in page.html or "Nantes" in page.html
    page = await guest.submit(f"{link}/form/1", **{**LUC, "born": "3026-01-01"})
    assert page.status == 422
    assert "Geburtsdatum" in page.text
    assert await records(house, "form") == 0


async def test_a_name_that_paper_cannot_show_is_asked_for_in_latin_letters(
    house: House, guest: Browser, link: str
) -> None:
    await guest.get(f"{link}/form/1")
    page = await guest.submit(f"{link}/form/1", **{**LUC, "family_name": "ᚐᚑᚒ"})
    assert page.status == 422
    assert "Bitte schreiben Sie es in lateinischen Buchstaben, wie im Pass." in page.text
    assert await records(house, "form") == 0
    await guest.submit(f"{link}/form/1", **{**LUC, "family_name": "Шевченко"})
    assert await records(house, "form") == 1


async def test_the_desk_sees_what_is_missing_and_does_it_for_guests_without_a_phone(
    house: House, stay: str
) -> None:
    house.clock.set(december(14, 10))
    demir = await at_the_desk(house)
    page = await demir.get("/desk")
    assert "Angaben der Gäste fehlen" in page.text
    await demir.get(f"/desk/guests/{stay}")
    page = await demir.submit(f"/desk/guests/{stay}", name_0="Luc Petit", nation_0="other")
    assert page.path == f"/desk/guests/{stay}"
    page = await demir.get("/desk")
    assert "Meldeschein offen: 1" in page.text
    await demir.get(f"/desk/guests/{stay}/form/0")
    page = await demir.submit(f"/desk/guests/{stay}/form/0", **LUC)
    assert "ausgefüllt, Unterschrift fehlt" in page.text
    paper = await demir.get(f"/desk/guests/{stay}/form/0/paper")
    words = words_of(paper.answer.content)
    assert "Meldeschein für ausländische Gäste" in words
    assert f"Familienname {LUC['family_name']} Vornamen {LUC['given_names']}" in words
    await demir.get(f"/desk/guests/{stay}")
    page = await demir.submit(f"/desk/guests/{stay}/form/0/signed")
    assert "unterschrieben" in page.text
    page = await demir.submit(f"/desk/guests/{stay}/form/0/seen")
    assert "Pass gesehen heute, 11 Uhr" in page.text
    page = await demir.get("/desk")
    assert "Meldeschein offen" not in page.text


async def test_a_form_filled_in_anew_by_the_desk_must_be_signed_anew(
    house: House, guest: Browser, link: str, stay: str
) -> None:
    await guest.get(f"{link}/form/1")
    await guest.submit(f"{link}/form/1", **LUC)
    house.clock.set(december(14, 15))
    await guest.get(f"{link}/sign/1")
    await guest.submit(f"{link}/sign/1", strokes=STROKES)
    demir = await at_the_desk(house)
    paper = await demir.get(f"/desk/guests/{stay}/form/1/paper")
    assert f"Seriennummer des Passes {LUC['passport']}" in words_of(paper.answer.content)
    await demir.get(f"/desk/guests/{stay}/form/1")
    page = await demir.submit(f"/desk/guests/{stay}/form/1", **{**LUC, "passport": "99ZZ"})
    assert "Unterschrift fehlt" in page.text


async def test_one_links_form_is_nobody_elses(
    house: House, guest: Browser, clara: Browser, link: str
) -> None:
    await guest.get(f"{link}/form/1")
    await guest.submit(f"{link}/form/1", **LUC)
    other = await link_of(clara, await stay_of(house, "clara", 6, 8))
    for path in ("form/1", "sign/1"):
        page = await house.browser().get(f"{other}/{path}")
        assert page.status == 404
        assert "Petit" not in page.html


async def test_residents_and_the_management_read_no_form(
    house: House, guest: Browser, anna: Browser, link: str, stay: str
) -> None:
    await guest.get(f"{link}/form/1")
    await guest.submit(f"{link}/form/1", **LUC)
    eva = await at_the_desk(house, "eva")
    for who in (anna, eva):
        for path in ("", "/form/1", "/form/1/paper"):
            page = await who.get(f"/desk/guests/{stay}{path}")
            assert "22AB12345" not in page.html
            assert page.status in {401, 403} or page.path.startswith(("/sign-in", "/desk/sign-in"))
    page = await anna.get(f"/mine/{stay}")
    assert "Petit" not in page.html
    page = await anna.get("/account/data/file?kind=json")
    assert "Petit" not in page.html


async def test_after_the_departure_the_link_shows_no_form(
    house: House, guest: Browser, link: str
) -> None:
    await guest.get(f"{link}/form/1")
    await guest.submit(f"{link}/form/1", **LUC)
    house.clock.set(december(18, 10))
    for path in ("form/1", "sign/1"):
        page = await guest.get(f"{link}/{path}")
        assert page.status == 404
        assert "Petit" not in page.html
