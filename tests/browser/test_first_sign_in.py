"""Sam has moved in and holds the letter with the household's code: three screens, and in."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_first_timer_types_the_code_of_the_letter(town: Town, opens: Opens) -> None:
    town.start("home")
    phone = opens("phone")
    phone.open("/")
    phone.sees("Schritt 1 von 3")
    phone.is_well()
    phone.type("Code aus Ihrem Brief", town.codes["sam"].lower())
    phone.touch("Weiter")
    phone.is_titled("Wer sind Sie?")
    phone.is_well()
    phone.touch("Sam Sommer")
    phone.sees("Schritt 3 von 3")
    phone.is_well()
    phone.type("Neue PIN oder neues Passwort", "8642")
    phone.type("Noch einmal dasselbe", "8642")
    phone.touch("Festlegen und anmelden")
    phone.is_titled("Sam")
    phone.is_well()
    assert phone.pages == 4
    assert phone.touches == 6
