"""Anna looks for a room for Saturday at her phone, and holds the pass a minute later."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_saturday_from_15_to_19_for_twelve(town: Town, opens: Opens, *, script: bool) -> None:
    town.start("home")
    phone = opens("phone", java_script_enabled=script)
    at_the_phone(town, phone, "anna")
    before = phone.touches
    phone.touch("Buchen", within="nav")
    phone.is_titled("Wann und für wie viele?")
    phone.type("Tag", "2026-11-28")
    phone.type("Von", "15:00")
    phone.type("Bis", "19:00")
    phone.type("Personen", "12")
    phone.touch("Suchen")
    phone.sees("Sa 28. Nov., 15 bis 19 Uhr, 12 Personen", "Das ist frei", "72,00 €")
    phone.unfold("Warum die anderen nicht gehen")
    phone.sees("Hier ist Platz für höchstens 4 Personen.")
    phone.is_well()
    phone.touch("Hofsaal", within=".offers")
    phone.is_titled("Stimmt alles?")
    phone.sees(
        "Hofsaal, Sa 28. Nov., 15 bis 19 Uhr, 72,00 €, frei absagbar bis morgen, 15 Uhr",
        "Für Sie gehalten bis" if not script else "für Sie gehalten",
    )
    phone.is_well()
    phone.touch("Zahlungspflichtig buchen")
    phone.sees("Gebucht", "bestätigt", "Anna Linde")
    code = phone.page.locator(".pass .qr")
    assert code.evaluate("picture => picture.decode().then(() => picture.naturalWidth > 0)")
    phone.is_well()
    assert phone.touches - before <= 9
    phone.open("/")
    phone.sees("Hofsaal", "Sa 28. Nov.")
