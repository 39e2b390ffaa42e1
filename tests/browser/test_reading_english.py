"""Anna's guest reads English: chosen before signing in, it stays, on the phone and at the lobby."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.people import NAMES
from tests.browser.screens import Screen
from tests.cast import PINS
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def reads(screen: Screen, language: str) -> None:
    """The page is in this language, and says so to a voice that reads it aloud."""
    expect(screen.page.locator("html")).to_have_attribute("lang", language)


def chooses(phone: Screen, panel: str, language: str, apply: str) -> None:
    """Choose a language behind "Anzeige"."""
    phone.unfold(panel)
    phone.page.locator(".display-panel .choice", has_text=language).tap()
    phone.touch(apply)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_what_was_chosen_before_signing_in_stays(town: Town, opens: Opens, *, script: bool) -> None:
    town.start("home")
    phone = opens("phone", java_script_enabled=script)
    phone.open("/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12")
    reads(phone, "de")
    chooses(phone, "Anzeige", "English", "Anzeige übernehmen")
    reads(phone, "en")
    phone.sees("Step 1 of 3")
    phone.type("Code from your letter", town.codes["anna"])
    phone.touch("Continue")
    phone.is_titled("Who are you?")
    chooses(phone, "Display", "Deutsch", "Apply display")
    phone.is_titled("Wer sind Sie?")
    chooses(phone, "Anzeige", "English", "Anzeige übernehmen")
    phone.touch(NAMES["anna"])
    phone.type("PIN or password", PINS["anna"])
    phone.touch("Sign in")
    phone.sees("Sat 28 Nov, 15:00 to 19:00, 12 people")
    reads(phone, "en")
    phone.is_well()
    phone.open("/account")
    phone.touch("Sign out here")
    reads(phone, "en")


def test_at_the_lobby_it_stays_for_this_person_and_goes_with_them(town: Town, opens: Opens) -> None:
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk")
    lobby.touch("English")
    reads(lobby, "en")
    lobby.scan(town.cards["anna"])
    lobby.is_titled("Your PIN")
    reads(lobby, "en")
    lobby.is_well()
    for figure in PINS["anna"]:
        lobby.press(figure)
    lobby.touch("Sign in")
    lobby.is_titled("Hello, Anna")
    reads(lobby, "en")
    lobby.touch("Sign out")
    lobby.is_at("/kiosk")
    reads(lobby, "de")
