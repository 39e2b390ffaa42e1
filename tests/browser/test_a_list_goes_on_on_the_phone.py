"""Saturday, three o'clock: somebody begins the hall's list at the lobby and takes it along.

The phone's camera reads the screen, the stain is photographed upstairs, and the list is confirmed
where they stand. Nobody signs in.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone, books, eight_signs
from tests.browser.screens import Screen
from tests.nodes import Town
from tests.web.test_pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
AT_THREE = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)


def read_off(screen: Screen) -> str:
    """The address in the code that stands there."""
    shown = screen.page.locator(".phone-code").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(shown)))
    return urlsplit(code.text).path


def test_photos_are_taken_where_one_stands(town: Town, opens: Opens, tmp_path: Path) -> None:
    town.start("home")
    annas, lobby, phone = opens("phone"), opens("lobby"), opens("phone")
    at_the_phone(town, annas, "anna")
    booked = books(annas, "2026-11-28", "15:00", "19:00")
    town.clock.set(AT_THREE)
    annas.open(f"{booked}/pass")
    code = eight_signs(annas)
    lobby.open("/kiosk/check-in")
    lobby.scan(code)
    lobby.touch("Übergabe")
    lobby.sees("Mit Fotos, auf dem Handy")
    lobby.is_well()
    # Somebody's phone, which nobody has signed in at.
    phone.open(read_off(lobby))
    phone.sees("Übergabe bei der Ankunft", "Diese Seite gilt bis")
    phone.does_not_see("Anna", "Zurück zur Buchung")
    phone.is_well()
    lobby.touch("Passt", within="form:has([name=is_crockery])")
    floor = tmp_path / "floor.jpg"
    floor.write_bytes(picture((1200, 900)))
    phone.page.locator("#photo_").set_input_files(floor)
    phone.touch("Später weiter")
    phone.sees("Gespeichert.")
    assert len(town.rows("home", "select 1 from hand_over_photo")) == 1
    lobby.open("/kiosk/check-in/hand-over/in?row=crockery")
    lobby.sees("Fotos bisher: 1.")
    phone.type("Stand in kWh", "1204,5")
    phone.touch("Alles Übrige passt")
    phone.touch("Bestätigen")
    phone.sees("Danke. Das ist bestätigt.")
    phone.is_well()
    lobby.open("/kiosk/check-in/pass")
    assert lobby.page.locator("[href$='/hand-over/in']").count() == 0, "it is done here, too"
