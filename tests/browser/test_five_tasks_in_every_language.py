"""The five commonest tasks of the lobby in each other language: as many touches as in German.

Who touches here goes by where things stand, not by their words. Not counted are proving who one is,
as in German, and choosing the language.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone, books, eight_signs
from tests.browser.screens import FITS, Screen
from tests.browser.test_five_tasks import MOST
from tests.browser.test_reading_their_language import reads
from tests.cast import PINS
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
LANGUAGES = {"de-simple": "ltr", "en": "ltr", "tr": "ltr", "uk": "ltr", "ar": "rtl"}
LARGEST = "document.documentElement.dataset.size = '3'"
BEGIN = "main a[href='/kiosk/home']"


class Lobby:
    """Somebody before the screen, in their language, with the largest type."""

    def __init__(self, town: Town, screen: Screen, language: str) -> None:
        self.town, self.screen, self.language = town, screen, language
        self.touches = 0

    def comes(self) -> None:
        """The screen rests, and they choose their language."""
        self.screen.open("/kiosk")
        self.screen.page.locator(f".language[value='{self.language}']").tap()
        self.is_read()
        self.touches = 0

    def begins(self) -> None:
        """They come and touch the screen, as it says."""
        self.comes()
        self.touches_first(BEGIN, leads="/kiosk/home$")

    def is_read(self) -> None:
        reads(self.screen, self.language, LANGUAGES[self.language])
        self.screen.looked(lambda: self.screen.page.evaluate(LARGEST))
        assert self.screen.looked(lambda: self.screen.page.evaluate(FITS)), self.screen.page.url

    def touches_first(self, *wanted: str, leads: str) -> None:
        """Touch the first of what is wanted, in that order, until its page is there."""
        self.touches += 1
        self.screen.page.locator(", ".join(wanted)).filter(visible=True).first.tap()
        expect(self.screen.page).to_have_url(re.compile(leads))
        self.is_read()

    def shows_who(self) -> None:
        self.screen.scan(self.town.cards["anna"])
        self.screen.page.locator(".keyboard").wait_for()
        for figure in PINS["anna"]:
            self.screen.press(figure)
        self.screen.page.locator("main button.button-primary").tap()
        self.screen.page.wait_for_url(re.compile(r"/kiosk/(home|offers|spaces|told)"))

    def is_done(self) -> None:
        assert 0 < self.touches <= MOST, (self.language, self.touches)
        self.screen.page.context.clear_cookies()  # whoever comes next is somebody else


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_five_tasks_within_six_touches(town: Town, opens: Opens, language: str) -> None:
    town.start("home")
    phone, screen = opens("phone"), opens("lobby")
    at_the_phone(town, phone, "anna")
    books(phone, "2026-11-28", "15:00", "19:00")
    lobby = Lobby(town, screen, language)

    for look in ("house", "desk"):
        lobby.begins()
        lobby.touches_first(f"a.tile[href='/kiosk/{look}']", leads=f"/kiosk/{look}$")
        lobby.is_done()

    lobby.comes()
    lobby.shows_who()
    lobby.touches_first("a.tile[href='/kiosk/mine']", leads="/kiosk/mine$")
    lobby.touches_first(".lobby-offer >> nth=-1", leads="/kiosk/mine/")
    lobby.touches_first("a[href$='/cancel']", leads="/cancel")
    lobby.touches_first("main .button-danger", leads="/kiosk/mine/[^/]*$")
    lobby.is_done()

    lobby.begins()
    lobby.touches_first("a.tile[href^='/kiosk/spaces']", leads="/kiosk/spaces")
    lobby.touches_first("a.pick-now", leads="from=")
    lobby.touches_first("a.pick[href*='people=12']", leads="people=12")
    lobby.touches_first(".lobby-offer", leads="/kiosk/sign-in")
    lobby.touches -= 1  # the same offer again: to show who one is comes in between
    lobby.shows_who()
    lobby.touches_first(".lobby-offer", leads="/kiosk/book/")
    lobby.touches_first("main .button-primary", leads="/kiosk/mine/")
    lobby.is_done()

    booked = books(phone, "2026-11-24", "14:00", "16:00")
    phone.open(f"{booked}/pass")
    code = eight_signs(phone)
    town.clock.set(town.clock.now().replace(hour=12, minute=55))
    lobby.comes()
    screen.scan(code)
    screen.page.wait_for_url("**/check-in/pass")
    lobby.is_read()
    lobby.touches += 1
    screen.page.locator("main form[action='/kiosk/reset'] button").tap()
    reads(screen, "de")
    lobby.is_done()
    phone.open("/mine")
    phone.sees("ist da")
