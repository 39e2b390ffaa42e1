"""Anna has no phone with her: the screen prints her pass, or says why not and what she can do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from node import devices
from node.base.ids import id_text
from node.devices import Printers
from tests.app_client import Browser, House
from tests.devices.till import Till, till
from tests.kiosk.conftest import at_the_desk, booked, pass_of, utc

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def with_printer(house: House, paper: Till) -> AsyncIterator[None]:
    """The same node with a slip printer in the lobby."""
    printers = Printers.read([f"Lobby = escpos://127.0.0.1:{paper.port}"], "Lobby")
    house.node.house.services = {**house.node.house.services, Printers: printers}
    hand = asyncio.create_task(devices.keep_printing(house.node.store, printers.all[0]))
    try:
        yield
    finally:
        hand.cancel()
        with suppress(asyncio.CancelledError):
            await hand


async def says(browser: Browser, path: str, words: str) -> str:
    """What a page says, once it says these words."""
    page = await browser.get(path)
    for _ in range(200):
        if words in page.text:
            return page.text
        await asyncio.sleep(0.03)
        page = await browser.get(path)
    raise AssertionError(page.text)


async def test_a_pass_is_printed_beside_the_screen(house: House, anna: Browser) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    text, code = await pass_of(house, reservation)
    address = f"/kiosk/mine/{id_text(reservation.id)}"
    with till() as paper:
        assert "Auf Papier drucken" not in (await anna.get(address)).text, "no printer, no button"
        async with with_printer(house, paper):
            assert "Auf Papier drucken" in (await anna.get(address)).text
            await anna.submit(f"{address}/print")
            await says(anna, address, "Gedruckt.")
            (slip,) = await asyncio.to_thread(paper.wait_for, 1)
    (printed,) = slip.codes
    assert printed.endswith(text.rpartition("/P/")[2])
    words = " ".join(slip.text.split())
    for said in ("Hofsaal", "Samstag, 28. November", "15 bis 19 Uhr", f"{code[:4]} {code[4:]}"):
        assert said in words
    assert "72,00 €" in words
    assert "Anna" not in slip.text, "paper is lost: it bears no name"


async def test_who_holds_a_pass_prints_it_and_a_stranger_nothing(
    house: House, lobby: Browser
) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    text, _ = await pass_of(house, reservation)
    with till() as paper:
        async with with_printer(house, paper):
            house.clock.set(utc(28, 13, 50))
            await lobby.get("/kiosk/check-in")
            await lobby.submit("/kiosk/scan", code=text)
            await lobby.submit("/kiosk/check-in/pass/print")
            await says(lobby, "/kiosk/check-in/pass", "Gedruckt.")
            (slip,) = await asyncio.to_thread(paper.wait_for, 1)
            assert "Eingecheckt: Sa 28. Nov., 14:50" in " ".join(slip.text.split())
            stranger = house.browser()
            page = await stranger.get("/kiosk/home")
            csrf = page.forms[0].fields["csrf"]
            await stranger.post("/kiosk/check-in/pass/print", csrf=csrf)
            address = f"/kiosk/mine/{id_text(reservation.id)}/print"
            assert (await stranger.post(address, csrf=csrf)).path == "/kiosk/sign-in"
    assert len(paper.slips) == 1


async def test_a_cancellation_has_a_receipt(house: House, anna: Browser) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    address = f"/kiosk/mine/{id_text(reservation.id)}"
    with till() as paper:
        async with with_printer(house, paper):
            await anna.get(f"{address}/cancel")
            await anna.submit(f"{address}/cancel")
            await anna.submit(f"{address}/print")
            await says(anna, address, "Gedruckt.")
            (slip,) = await asyncio.to_thread(paper.wait_for, 1)
    words = " ".join(slip.text.split())
    assert "Beleg der Absage" in words
    assert "Abgesagt: Di 24. Nov., 10 Uhr." in words
    assert "Die Absage kostet nichts." in words
    assert slip.codes == [], "nothing that lets in"


async def test_without_paper_the_screen_says_what_else_there_is_and_the_desk_what_to_do(
    house: House, anna: Browser
) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    address = f"/kiosk/mine/{id_text(reservation.id)}"
    with till("paper") as paper:
        async with with_printer(house, paper):
            await anna.get(address)
            await anna.submit(f"{address}/print")
            said = await says(anna, address, "Im Drucker fehlt Papier.")
            assert "mit dem Handy" in said
            assert "Auf Papier drucken" not in said, "what waits is not asked for twice"
            desk = await at_the_desk(house)
            for path in ("/desk/printers", "/desk/health"):
                text = (await desk.get(path)).text
                assert "Im Drucker „Lobby“ fehlt Papier." in text
                assert "Legen Sie eine neue Rolle ein." in text
            told = await house.node.status("de")
            assert "Im Drucker „Lobby“ fehlt Papier." in [each["text"] for each in told["troubles"]]


async def test_the_desk_prints_a_test_page_and_a_pass(house: House) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    desk = await at_the_desk(house)
    with till() as paper:
        async with with_printer(house, paper):
            await desk.get("/desk/printers")
            await desk.submit("/desk/printers/test")
            (test,) = await asyncio.to_thread(paper.wait_for, 1)
            assert "ÄÖÜ äöü ß é ç € 72,00" in test.text
            assert test.codes
            address = f"/desk/reservations/{id_text(reservation.id)}"
            await desk.get(address)
            await desk.submit(f"{address}/print")
            assert len(await asyncio.to_thread(paper.wait_for, 2)) == 2
            await says(desk, "/desk/printers", "Ausweis, Hofsaal, Samstag, 28. November")


async def test_a_job_of_the_queue_is_dropped_and_a_printer_that_is_not_there_refused(
    house: House,
) -> None:
    desk = await at_the_desk(house)
    with till("paper") as paper:
        async with with_printer(house, paper):
            page = await desk.get("/desk/printers")
            csrf = page.form("/desk/printers/test").fields["csrf"]
            wrong = await desk.post("/desk/printers/test", csrf=csrf, printer="Keller")
            assert wrong.status == 404
            await desk.get("/desk/printers")
            await desk.submit("/desk/printers/test")
            await says(desk, "/desk/printers", "fehlt Papier")
            page = await desk.get("/desk/printers")
            action = next(form.action for form in page.forms if form.action.endswith("/drop"))
            await desk.submit(action)
            await says(desk, "/desk/printers", "nicht gedruckt")
            again = action.replace("/drop", "/again")
            assert (await desk.post(again, csrf=csrf)).status == 409
