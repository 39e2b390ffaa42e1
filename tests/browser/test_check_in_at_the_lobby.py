"""Saturday, ten to three: Anna comes to the hall that she booked, and holds up her pass.

By the camera, by a scanner that types like a keyboard, by the eight characters; held up twice, it
is one check-in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp

from tests.base.test_scanned import TO_GERMAN
from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk, at_the_phone, books, eight_signs, seen
from tests.browser.screens import Screen
from tests.cast import PINS
from tests.nodes import Town
from tests.web.films import film, flags

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEN_TO_THREE = datetime(2026, 11, 28, 13, 50, tzinfo=UTC)
LATER = TEN_TO_THREE + timedelta(minutes=10)
WELCOME = "Willkommen. Sie sind eingecheckt."
WAS_HERE = "Eingecheckt: heute, 14:5"
"""A minute after coming, the page welcomes nobody any more: it says when they came. Stories move
the clock on, for how long a step takes says nothing.
"""


def has_a_pass(town: Town, phone: Screen) -> None:
    """Anna's phone shows the pass for Saturday, and it is Saturday."""
    at_the_phone(town, phone, "anna")
    booked = books(phone, "2026-11-28", "15:00", "19:00")
    town.clock.set(TEN_TO_THREE)
    phone.open(f"{booked}/pass")
    phone.is_well()


def passages(town: Town) -> int:
    """How often somebody came or went, by what the node wrote down."""
    return len(town.rows("home", "select 1 from passage"))


def test_the_camera_reads_the_pass_from_the_phone(town: Town, opens: Opens, tmp_path: Path) -> None:
    town.start("home")
    phone = opens("phone")
    has_a_pass(town, phone)
    before = passages(town)
    reel = film(seen(phone), tmp_path / "phone.y4m")
    lobby = opens("lobby", flags=flags(reel))
    lobby.open("/kiosk")
    for at, title in ((TEN_TO_THREE, WELCOME), (LATER, WAS_HERE)):
        town.clock.set(at)
        lobby.touch("Bildschirm berühren")
        lobby.touch("Ein- oder auschecken")
        lobby.is_titled(title)
        lobby.sees("Hofsaal", "Haus Ahorn", "Auschecken")
        lobby.does_not_see("Anna")
        lobby.is_well()
        lobby.touch("Fertig")
        lobby.is_at("/kiosk")
    assert passages(town) == before + 1
    phone.open("/")
    phone.sees("ist da")


def test_a_scanner_reads_it_at_the_picture_at_rest(town: Town, opens: Opens) -> None:
    town.start("home")
    phone, lobby = opens("phone"), opens("lobby")
    has_a_pass(town, phone)
    before = passages(town)
    (code,) = zxingcpp.read_barcodes(seen(phone))
    lobby.open("/kiosk")
    lobby.scan(code.text)
    lobby.is_titled(WELCOME)
    lobby.touch("Fertig")
    lobby.is_at("/kiosk")
    town.clock.set(LATER)
    lobby.scan(code.text)
    lobby.is_titled(WAS_HERE)
    lobby.sees("Auschecken")
    assert passages(town) == before + 1


def test_a_scanner_of_american_layout_reads_card_and_pass(town: Town, opens: Opens) -> None:
    """As it leaves the factory: its keys make German letters, Y for Z and a dash for a slash."""
    town.start("home")
    phone, lobby, desk = opens("phone"), opens("lobby"), opens("desk")
    has_a_pass(town, phone)
    (code,) = zxingcpp.read_barcodes(seen(phone))
    lobby.open("/kiosk")
    heard = code.text.translate(TO_GERMAN)
    assert heard.startswith("HTTPÖ--")
    lobby.scan(heard)
    lobby.is_titled(WELCOME)
    lobby.touch("Fertig")
    lobby.is_at("/kiosk")
    lobby.scan(town.cards["anna"].translate(TO_GERMAN))
    lobby.is_titled("Ihre PIN")
    for figure in PINS["anna"]:
        lobby.press(figure)
    lobby.touch("Anmelden")
    lobby.is_titled("Guten Tag, Anna")
    at_the_desk(desk)
    desk.scan(heard)
    desk.is_titled("Hofsaal")


def test_the_eight_characters_are_typed_at_the_screen(town: Town, opens: Opens) -> None:
    town.start("home")
    phone, lobby = opens("phone"), opens("lobby")
    has_a_pass(town, phone)
    before = passages(town)
    lobby.open("/kiosk/check-in")
    lobby.sees("Hier gibt es gerade keine Kamera. Geben Sie die acht Zeichen ein.")
    lobby.is_well()
    lobby.page.locator("#code").tap()
    for sign in eight_signs(phone):
        lobby.press(sign.lower())
    lobby.touch("Weiter", within=".scan")
    lobby.is_titled(WELCOME)
    lobby.touch("Auschecken")
    lobby.is_titled("Auf Wiedersehen")
    lobby.is_well()
    assert passages(town) == before + 2
