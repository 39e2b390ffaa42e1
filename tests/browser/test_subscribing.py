"""Anna gets her bookings into her calendar: three touches, or no mouse at all."""

from __future__ import annotations

import urllib.request
from urllib.parse import urlsplit

import icalendar
import pytest

from node.settings import FILE
from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone
from tests.browser.screens import Screen
from tests.browser.test_booking_by_keyboard import Keys
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NAME = "quartier.example"
PASTE_IN = "Vorname"


def pasted(screen: Screen) -> str:
    """What the device's clipboard holds, as somebody pastes it."""
    screen.open("/account/profile")
    screen.field(PASTE_IN).focus()
    screen.page.keyboard.press("Control+a")
    screen.page.keyboard.press("Control+v")
    return screen.field(PASTE_IN).input_value()


def test_her_bookings_are_three_touches_from_her_calendar(town: Town, opens: Opens) -> None:
    town.start("home")
    phone = opens("phone")
    at_the_phone(town, phone, "anna")
    phone.open("/mine")
    before = phone.touches
    phone.touch("Kalender abonnieren")
    phone.touch("Adresse einrichten : Meine Buchungen")
    phone.sees("Diese Adresse zeigen wir nur dieses eine Mal.")
    phone.touch("Adresse kopieren")
    phone.sees("Kopiert.")
    assert phone.touches - before == 3
    address = phone.field("Adresse des Kalenders").input_value()
    opens_calendar = phone.find("Im Kalender öffnen").get_attribute("href")
    assert opens_calendar == address.replace("http:", "webcal:")
    phone.is_well()
    assert pasted(phone) == address[:80]
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own
        read = icalendar.Calendar.from_ical(answer.read())
    assert str(read["x-wr-calname"]).startswith("Meine Buchungen")


def test_on_a_plain_line_copying_goes_by_the_selection_and_without_a_mouse(
    town: Town, opens: Opens
) -> None:
    """By a name in the house's network, where browsers keep their clipboard to themselves."""
    settings = town.folder / "home" / FILE
    settings.write_text(f'{settings.read_text("utf-8")}hosts = ["{NAME}"]\n', encoding="utf-8")
    town.start("home")
    computer = opens("desk", flags=[f"--host-resolver-rules=MAP {NAME} 127.0.0.1"])
    computer.address = computer.address.replace(str(urlsplit(computer.address).hostname), NAME)
    at_the_phone(town, computer, "anna")
    computer.open("/mine")
    assert computer.page.evaluate("window.isSecureContext") is False
    keys = Keys(computer)
    keys.presses("Kalender abonnieren")
    computer.is_titled("Kalender abonnieren")
    keys.presses("Adresse einrichten")
    computer.sees("Diese Adresse zeigen wir nur dieses eine Mal.")
    keys.presses("Adresse kopieren")
    computer.sees("Kopiert.")
    address = computer.field("Adresse des Kalenders").input_value()
    assert urlsplit(address).hostname == NAME
    computer.is_well()
    assert pasted(computer) == address[:80]
    # What Chromium says of every page that comes over a plain line.
    computer.wrong = [said for said in computer.wrong if "Opener-Policy" not in said]


def test_without_script_the_field_is_there_to_select_from(town: Town, opens: Opens) -> None:
    town.start("home")
    phone = opens("phone", java_script_enabled=False)
    at_the_phone(town, phone, "anna")
    phone.open("/account/calendars")
    phone.touch("Adresse einrichten : Meine Buchungen")
    field = phone.field("Adresse des Kalenders")
    assert field.input_value().endswith(".ics")
    assert field.get_attribute("readonly") is not None
    assert phone.find("Adresse kopieren").count() == 0
    phone.is_well()
