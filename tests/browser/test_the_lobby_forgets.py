"""Anna is called away from the lobby's screen. A minute later nothing there is hers any more."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error as BrowserError

from tests.browser.conftest import Opens
from tests.browser.people import at_the_lobby, at_the_phone, books
from tests.browser.screens import Screen
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

HERS = ("Anna", "Hofsaal, Sa", "Sa 28. Nov.", "Courtyard hall", "Sat 28 Nov")
KEPT = "[sessionStorage.length, localStorage.length, document.cookie]"


def leaves_her_booking_open(town: Town, lobby: Screen) -> None:
    """Sign in by card, wish to read English and large, and look at one's booking."""
    lobby.open("/kiosk")
    at_the_lobby(town, lobby)
    lobby.sees("Guten Tag, Anna")
    lobby.page.clock.install()
    lobby.touch("English")
    lobby.touch("Larger type")
    lobby.sees("Hello, Anna")
    lobby.touch("My bookings")
    lobby.touch("Courtyard hall")
    lobby.sees("Sat 28 Nov")
    lobby.page.evaluate("sessionStorage.setItem('left', 'behind')")


def test_a_minute_later_nothing_is_left_and_no_way_leads_back(town: Town, opens: Opens) -> None:
    town.start("home")
    phone, lobby = opens("phone"), opens("lobby")
    at_the_phone(town, phone, "anna")
    books(phone, "2026-11-28", "15:00", "19:00")
    leaves_her_booking_open(town, lobby)
    booking, hers = lobby.page.url, lobby.page.context.cookies()
    assert hers
    lobby.page.clock.run_for(46_000)
    lobby.sees("Are you still there?")
    lobby.is_well()
    lobby.page.clock.run_for(16_000)
    lobby.is_at("/kiosk")
    lobby.sees("Bildschirm berühren")
    assert lobby.page.context.cookies() == []
    assert lobby.page.evaluate(KEPT) == [0, 0, ""]
    assert lobby.page.evaluate("document.documentElement.dataset.size") == "1"
    goes_back_as_far_as_it_goes(lobby)
    lobby.open(booking)
    lobby.is_titled("Halten Sie Ihre Karte vor die Kamera")
    lobby.page.context.add_cookies(hers)
    lobby.open(booking)
    lobby.does_not_see(*HERS)


def goes_back_as_far_as_it_goes(lobby: Screen) -> None:
    """Nothing that the browser remembers shows anything of hers, forwards either."""
    pages = lobby.page.evaluate("history.length")
    assert pages > 3
    for way in ("go_back", "go_forward"):
        for _ in range(pages):
            # What was a form's answer is not asked for again: then the browser has nothing.
            with suppress(BrowserError):
                getattr(lobby.page, way)()
            lobby.does_not_see(*HERS)


def test_a_touch_keeps_everything_where_it_was(town: Town, opens: Opens) -> None:
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk")
    at_the_lobby(town, lobby)
    lobby.sees("Guten Tag, Anna")
    lobby.page.clock.install()
    lobby.page.reload()
    lobby.page.clock.run_for(50_000)
    lobby.touch("Ja, weitermachen")
    lobby.page.clock.run_for(40_000)
    lobby.sees("Guten Tag, Anna")
    lobby.touch("Meine Buchungen")
    lobby.is_titled("Meine Buchungen")
