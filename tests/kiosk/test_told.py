"""The team moves a booking: whose it is reads it, at the lobby, on the phone, or is called."""

from __future__ import annotations

import re

import pytest

from node.base.ids import id_text
from node.spaces import Reservation, Status, Undone
from node.web.told import COMES_TO, UNDONE
from tests.app_client import Browser, House, Page
from tests.cast import PINS
from tests.kiosk.conftest import at_the_desk, booked, utc, with_card

pytestmark = pytest.mark.asyncio
WHY = "Am Vormittag kommt der Glaser <b>Kunz</b>."
MOVED = "Das Team hat Ihre Buchung verlegt"


async def test_whatever_is_taken_back_is_told_in_words_of_its_own() -> None:
    assert set(UNDONE) == set(COMES_TO) == set(Undone)


async def moved(house: House, desk: Browser, mine: Reservation, starts: int, **more: str) -> Page:
    """To other hours of its Saturday, for the price that is shown."""
    path = f"/desk/reservations/{id_text(mine.id)}/change"
    fields = {
        "space": id_text(mine.space_id),
        "day": "2026-11-28",
        "starts": f"{starts:02}:00",
        "ends": f"{starts + 2:02}:00",
        "people": "4",
    }
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    page = await desk.get(f"{path}?search=1&{query}")
    total = re.search(r'name="total" value="(\d+)"', page.html)
    assert total is not None, page.text
    csrf = next(form.fields["csrf"] for form in page.forms if "csrf" in form.fields)
    page = await desk.post(path, csrf=csrf, **fields, total=total[1], **more)
    assert page.path == f"/desk/reservations/{id_text(mine.id)}", page.text
    return page


async def on_the_phone(house: House, name: str, words: str) -> Browser:
    phone = house.browser()
    page = await phone.sign_in(house.codes[name], words, PINS[name])
    assert page.path == "/", page.text
    return phone


async def test_who_signs_in_at_the_lobby_reads_it_first_and_then_nowhere_again(
    house: House, lobby: Browser
) -> None:
    mine = await booked(house, "anna", utc(28, 9), utc(28, 11))
    desk = await at_the_desk(house)
    await moved(house, desk, mine, 14, words=WHY)
    page = await with_card(lobby, house.cards["anna"], PINS["anna"])
    assert page.path == "/kiosk/told"
    assert MOVED in page.text
    assert "vorher: Sa 28. Nov., 10 bis 12 Uhr" in page.text
    assert "jetzt: Sa 28. Nov., 14 bis 16 Uhr" in page.text
    assert WHY in page.text
    assert "<b>Kunz" not in page.html, "what was typed is shown as it was typed"
    assert "Demir" not in page.text, "the team is named, nobody of it"
    page = await lobby.get("/kiosk/home")
    assert "Was möchten Sie tun?" in page.text, "who has no time now goes on"
    phone = await on_the_phone(house, "anna", "Anna Linde")
    assert MOVED in (await phone.get("/")).text
    await lobby.get("/kiosk/told")
    page = await lobby.submit(f"/kiosk/told/{id_text(mine.id)}")
    assert page.path == "/kiosk/home"
    assert MOVED not in (await phone.get("/")).text
    assert MOVED not in (await phone.get(f"/mine/{id_text(mine.id)}")).text
    again = await house.browser().get("/kiosk/told")
    assert again.path.startswith("/kiosk/sign-in"), "nobody signed in reads anything"


async def test_on_the_phone_it_stands_on_the_first_page_and_at_the_booking(
    house: House,
) -> None:
    mine = await booked(house, "anna", utc(28, 9), utc(28, 11))
    desk = await at_the_desk(house)
    await moved(house, desk, mine, 14)
    phone = await on_the_phone(house, "anna", "Anna Linde")
    page = await phone.get(f"/mine/{id_text(mine.id)}")
    assert MOVED in page.text
    page = await phone.get("/")
    assert page.text.count(MOVED) == 1
    form = page.form(f"/mine/{id_text(mine.id)}/seen")
    await moved(house, desk, mine, 16)
    page = await phone.post(f"/mine/{id_text(mine.id)}/seen", **form.fields)
    assert page.path == "/"
    assert MOVED in page.text, "what was done after the page was seen is not read"
    assert "vorher: Sa 28. Nov., 14 bis 16 Uhr" in page.text
    page = await phone.submit(f"/mine/{id_text(mine.id)}/seen")
    assert MOVED not in page.text


async def test_clara_does_not_look_by_herself_and_is_called(house: House) -> None:
    mine = await booked(house, "clara", utc(28, 9), utc(28, 11))
    desk = await at_the_desk(house)
    assert "Alle wissen Bescheid." in (await desk.get("/desk/telling")).text
    page = await desk.get(f"/desk/reservations/{id_text(mine.id)}")
    page = await desk.submit(
        f"/desk/reservations/{id_text(mine.id)}/cancel", reason="Das Dach ist undicht."
    )
    page = await desk.get("/desk")
    assert "Bescheid sagen" in page.text
    page = await desk.get("/desk/telling")
    assert "Clara Moreau" in page.text
    assert "Das Team hat Ihre Buchung abgesagt" in page.text
    assert "Das Dach ist undicht." in page.text
    page = await desk.submit(f"/desk/telling/{id_text(mine.id)}")
    assert "Alle wissen Bescheid." in page.text
    phone = await on_the_phone(house, "clara", "Clara Moreau")
    assert "abgesagt" not in (await phone.get("/")).text, "she was told"


async def test_only_who_books_for_others_notes_that_somebody_was_told(house: House) -> None:
    mine = await booked(house, "clara", utc(28, 9), utc(28, 11))
    desk = await at_the_desk(house)
    await moved(house, desk, mine, 14)
    act = (await desk.get("/desk/telling")).form(f"/desk/telling/{id_text(mine.id)}").fields
    phone = await on_the_phone(house, "anna", "Anna Linde")
    page = await phone.get("/account")
    for path in (f"/desk/telling/{id_text(mine.id)}", f"/mine/{id_text(mine.id)}/seen"):
        csrf = next(form.fields["csrf"] for form in page.forms if "csrf" in form.fields)
        refused = await phone.post(path, csrf=csrf, act=act["act"])
        assert refused.status == 404 or refused.path.startswith("/desk/sign-in"), path
    assert "Clara Moreau" in (await desk.get("/desk/telling")).text


YES = "Das Team hat Ihre Anfrage bestätigt"
NO = "Das Team hat Ihre Anfrage abgelehnt"


async def answered(house: House, mine: Reservation, act: str, **more: str) -> Page:
    """What the desk says to a request."""
    desk = await at_the_desk(house)
    address = f"/desk/reservations/{id_text(mine.id)}"
    await desk.get(address)
    return await desk.submit(f"{address}/{act}", **more)


async def test_the_desks_yes_is_read_at_the_lobby_and_then_nowhere_again(
    house: House, lobby: Browser
) -> None:
    mine = await booked(house, "anna", utc(28, 18), utc(28, 21, 30))
    assert mine.base_status is Status.REQUESTED
    await answered(house, mine, "approve")
    page = await with_card(lobby, house.cards["anna"], PINS["anna"])
    assert page.path == "/kiosk/told"
    assert YES in page.text
    page = await lobby.submit(f"/kiosk/told/{id_text(mine.id)}")
    assert page.path == "/kiosk/home"
    phone = await on_the_phone(house, "anna", "Anna Linde")
    assert YES not in (await phone.get("/")).text


async def test_the_desks_no_stands_on_the_first_page_with_its_words_until_it_is_read(
    house: House,
) -> None:
    mine = await booked(house, "anna", utc(28, 18), utc(28, 21, 30))
    await answered(house, mine, "decline", reason="Da singt der Chor <b>Kunz</b>.")
    phone = await on_the_phone(house, "anna", "Anna Linde")
    page = await phone.get("/")
    assert page.text.count(NO) == 1
    assert "Da singt der Chor <b>Kunz</b>." in page.text, "as it was written"
    page = await phone.submit(f"/mine/{id_text(mine.id)}/seen")
    assert NO not in (await phone.get("/")).text
    page = await phone.get(f"/mine/{id_text(mine.id)}")
    assert "Da singt der Chor" in page.text, "at the booking it stays"


async def test_clara_does_not_look_and_is_called_about_the_answer(house: House) -> None:
    mine = await booked(house, "clara", utc(28, 18), utc(28, 21, 30))
    await answered(house, mine, "decline", reason="Da singt der Chor.")
    desk = await at_the_desk(house)
    page = await desk.get("/desk/telling")
    assert NO in page.text
    assert "Da singt der Chor." in page.text
    page = await desk.submit(f"/desk/telling/{id_text(mine.id)}")
    assert "Alle wissen Bescheid." in page.text
