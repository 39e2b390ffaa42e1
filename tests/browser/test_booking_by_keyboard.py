"""Anna books a room at her computer without a mouse: Tab, Enter, and what she types."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.keys import Keys
from tests.browser.people import NAMES
from tests.cast import PINS
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_from_the_letter_to_the_pass_without_a_mouse(town: Town, opens: Opens) -> None:
    town.start("home")
    computer = opens("desk")
    keys = Keys(computer)
    computer.open("/")
    computer.sees("Schritt 1 von 3")
    keys.goes_to("Zum Inhalt")
    keys.types("Code aus Ihrem Brief", town.codes["anna"])
    keys.keyboard.press("Enter")
    computer.is_titled("Wer sind Sie?")
    keys.presses(NAMES["anna"])
    computer.is_titled("Ihre PIN")
    computer.page.wait_for_function("document.activeElement?.name === 'secret'")
    keys.keyboard.type(PINS["anna"])
    keys.keyboard.press("Enter")
    computer.is_titled("Anna")
    keys.presses("Buchen")
    computer.is_titled("Wann und für wie viele?")
    keys.types_day("Tag", 28, 11, 2026)
    keys.types("Von", "1500")
    keys.types("Bis", "1900")
    keys.goes_to("Personen")
    keys.keyboard.press("Control+a")
    keys.keyboard.type("12")
    keys.keyboard.press("Enter")
    computer.sees("Sa 28. Nov., 15 bis 19 Uhr, 12 Personen", "Das ist frei")
    keys.presses("Hofsaal")
    computer.is_titled("Stimmt alles?")
    keys.presses("Zahlungspflichtig buchen")
    computer.sees("Gebucht.", "bestätigt")
    assert computer.page.locator(".pass .qr").is_visible()
    assert computer.touches == 0
