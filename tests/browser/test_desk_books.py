"""Clara, 84, has no e-mail and no phone. Demir books for her at the desk, prints, finds again."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk, at_the_phone
from tests.nodes import Town
from tests.web.test_letters import pages, squares

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_demir_books_for_clara_prints_her_slip_and_finds_it_again(town: Town, opens: Opens) -> None:
    town.start("home")
    desk = opens("desk")
    at_the_desk(desk)
    desk.is_well()
    desk.type("Person, Wohnung, Code, Raum oder Paket suchen", "Clara")
    desk.page.keyboard.press("Enter")
    desk.is_at(r"/desk/search\?query=Clara")
    desk.is_well()
    desk.touch("Clara Moreau", within="[aria-labelledby=found-persons]")
    desk.is_titled("Clara Moreau")
    desk.is_well()
    desk.touch("Für diese Person buchen")
    desk.sees("für Clara Moreau")
    desk.type("Tag", "2026-11-28")
    desk.type("Von", "15:00")
    desk.type("Bis", "19:00")
    desk.type("Personen", "12")
    desk.touch("Suchen", within="form.panel")
    desk.sees("Hofsaal", "104,00 €")
    desk.is_well()
    desk.touch("Buchen Hofsaal")
    desk.is_titled("Hofsaal")
    desk.sees("Clara Moreau", "bestätigt", "Demir Aksoy, Team für diese Person")
    desk.is_well()
    for printing in ("Ausweis als PDF", "Bon als PDF"):
        with desk.page.expect_download() as printed:
            desk.touch(printing)
        (sheet,) = pages(printed.value.path().read_bytes())
        assert squares(sheet).startswith(f"{town.address()}/P/".upper())
    code = desk.page.locator(".code-large").inner_text()
    desk.open("/desk")
    desk.type("Person, Wohnung, Code, Raum oder Paket suchen", code)
    desk.page.keyboard.press("Enter")
    desk.is_titled("Hofsaal")
    clara = opens("phone")
    at_the_phone(town, clara, "clara")
    clara.open("/mine")
    clara.touch("Hofsaal")
    clara.sees("Gebucht durch", "Service-Point für Sie")
