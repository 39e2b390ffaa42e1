"""What most people come to the lobby for, each within six touches: counted by who clicks.

Not counted is proving who one is: the card is held up, and its PIN is as long as it is. And all of
it is done from a wheelchair, with nothing to touch in the upper half of the glass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_lobby, at_the_phone, books
from tests.browser.screens import Screen
from tests.browser.test_check_in_at_the_lobby import TEN_TO_THREE, WELCOME
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
MOST = 6


@contextmanager
def uncounted(lobby: Screen) -> Iterator[None]:
    """Who one is, is shown; that is no way through the pages."""
    before = lobby.touches
    yield
    lobby.touches = before


def within_six(lobby: Screen) -> None:
    assert lobby.touches <= MOST, lobby.touches
    lobby.touches = 0


def a_room_now(town: Town, lobby: Screen) -> None:
    lobby.open("/kiosk")
    lobby.touch("Bildschirm berühren")
    lobby.is_titled("Was möchten Sie tun?")
    reached(lobby)
    lobby.touch("Raum oder Gästewohnung buchen")
    lobby.is_titled("An welchem Tag?")
    reached(lobby)
    lobby.touch("Jetzt, bis 11 Uhr")
    lobby.is_titled("Wie viele Personen?")
    reached(lobby)
    lobby.touch("bis 12")
    takes_the_first(lobby)
    lobby.is_titled("Halten Sie Ihre Karte vor die Kamera")
    with uncounted(lobby):
        at_the_lobby(town, lobby)
        lobby.does_not_see("melden Sie sich mit Ihrer Karte an")
        takes_the_first(lobby)
    lobby.is_titled("Stimmt alles?")
    reached(lobby)
    lobby.touch("Zahlungspflichtig buchen")
    lobby.is_titled("Gebucht.")
    reached(lobby)


def takes_the_first(lobby: Screen) -> None:
    """Touch the first of the offers: free at once, or next to it."""
    offer = lobby.page.locator(".lobby-offer").first
    offer.wait_for()
    reached(lobby)
    lobby.touches += 1
    offer.tap()


def comes_with_a_pass(town: Town, lobby: Screen, code: str) -> None:
    lobby.open("/kiosk")
    lobby.sees("Bildschirm berühren")
    with uncounted(lobby):
        lobby.scan(code)
    lobby.is_titled(WELCOME)
    reached(lobby)
    lobby.touch("Fertig")
    lobby.is_at("/kiosk")


def gives_up(town: Town, lobby: Screen) -> None:
    lobby.open("/kiosk")
    lobby.sees("Bildschirm berühren")
    with uncounted(lobby):
        at_the_lobby(town, lobby)
        lobby.sees("Guten Tag, Anna")
    lobby.touch("Meine Buchungen")
    lobby.is_titled("Meine Buchungen")
    reached(lobby)
    lobby.touch("Hofsaal Sa 28. Nov.")
    lobby.touch("Absagen", within="main")
    lobby.is_titled("Diese Buchung absagen?")
    reached(lobby)
    lobby.touch("Absagen", within="main")
    lobby.is_titled("Abgesagt.")
    lobby.touch("Fertig und abmelden")
    lobby.is_at("/kiosk")


def looks(tile: str, said: str) -> Callable[[Town, Screen], None]:
    def look(town: Town, lobby: Screen) -> None:
        lobby.open("/kiosk")
        lobby.touch("Bildschirm berühren")
        lobby.touch(tile)
        lobby.sees(said)
        reached(lobby)

    return look


LOWER_HALF = """[...document.querySelectorAll(
  "main a[href], main button, main summary, footer a[href], footer button, .keyboard button")]
  .filter((one) => one.checkVisibility() && one.getClientRects().length)
  .filter((one) => one.getBoundingClientRect().top < innerHeight / 2)
  .map((one) => one.textContent.trim())"""


def reached(lobby: Screen) -> None:
    """Where somebody wished so, nothing that is touched lies in the upper half."""
    is_low = "document.documentElement.dataset.reach === 'low'"
    assert lobby.looked(lambda: lobby.page.evaluate(f"{is_low} ? {LOWER_HALF} : []")) == []


@pytest.mark.parametrize("low", [False, True])
def test_the_five_commonest_tasks(town: Town, opens: Opens, low: bool) -> None:
    town.start("home")
    lobby = opens("lobby")

    def begin() -> None:
        """The wish lasts for one person: after each task it is made anew."""
        lobby.touches = 0
        if low:
            lobby.open("/kiosk/home")
            assert lobby.page.evaluate("document.documentElement.dataset.reach") is None
            with uncounted(lobby):
                lobby.touch("Bedienung unten")
                lobby.page.wait_for_selector(":root[data-reach=low]")
                lobby.is_well()

    for task in (
        looks("Was ist los?", "Abfall"),
        looks("Service-Point", "Öffnungszeiten"),
    ):
        begin()
        task(town, lobby)
        within_six(lobby)
        lobby.touch("Abbrechen")
        lobby.is_at("/kiosk")
    begin()
    a_room_now(town, lobby)
    within_six(lobby)
    lobby.touch("Fertig und abmelden")
    phone = opens("phone")
    at_the_phone(town, phone, "anna")
    books(phone, "2026-11-28", "15:00", "19:00")
    begin()
    gives_up(town, lobby)
    within_six(lobby)


def test_a_pass_is_held_up(town: Town, opens: Opens) -> None:
    town.start("home")
    phone, lobby = opens("phone"), opens("lobby")
    at_the_phone(town, phone, "anna")
    booked = books(phone, "2026-11-28", "15:00", "19:00")
    phone.open(f"{booked}/pass")
    code = "".join(phone.page.locator(".pass-signs [aria-hidden]").all_inner_texts())
    town.clock.set(TEN_TO_THREE)
    lobby.touches = 0
    comes_with_a_pass(town, lobby, code)
    within_six(lobby)
