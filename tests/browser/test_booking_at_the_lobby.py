"""Anna comes by with her card: the hall is booked at the lobby while the line is cut.

At the home node the booking is final. At a second node it is a request, and says so until the
line is joined and the home node has answered.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_lobby
from tests.browser.screens import Screen
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def wishes_saturday_afternoon(lobby: Screen) -> None:
    """From the picture at rest to what is free: one touch for each answer."""
    lobby.open("/kiosk")
    lobby.touch("Bildschirm berühren")
    lobby.is_titled("Was möchten Sie tun?")
    lobby.is_well()
    lobby.touch("Raum oder Gästewohnung buchen")
    lobby.is_titled("An welchem Tag?")
    lobby.is_well()
    lobby.touch("Sa 28. Nov.")
    lobby.is_titled("Ab wann?")
    lobby.is_well()
    lobby.touch("15")
    lobby.is_titled("Bis wann?")
    lobby.touch("19")
    lobby.is_titled("Wie viele Personen?")
    lobby.is_well()
    lobby.touch("bis 12")
    lobby.is_titled("Das ist frei")
    lobby.is_well()


def comes_with_her_card(town: Town, lobby: Screen) -> None:
    """Choose the hall, be asked who one is, and come back to the same offers with prices."""
    lobby.touch("Hofsaal")
    lobby.is_titled("Halten Sie Ihre Karte vor die Kamera")
    lobby.is_well()
    at_the_lobby(town, lobby)
    lobby.is_titled("Das ist frei")
    lobby.sees("72,00 €")
    lobby.is_well()
    lobby.touch("Hofsaal")
    lobby.is_titled("Stimmt alles?")
    lobby.sees("Hofsaal, Sa 28. Nov., 15 bis 19 Uhr, 72,00 €", "12 Personen")
    lobby.is_well()


def test_at_the_home_node_the_booking_is_final_without_a_line(town: Town, opens: Opens) -> None:
    town.cut()
    town.start("home")
    lobby = opens("lobby")
    wishes_saturday_afternoon(lobby)
    lobby.sees("Leitung getrennt")
    comes_with_her_card(town, lobby)
    lobby.touch("Zahlungspflichtig buchen")
    lobby.is_titled("Gebucht.")
    lobby.sees("Haus Ahorn", "Sa 28. Nov., 15 bis 19 Uhr", "72,00 €")
    lobby.is_well()
    lobby.touch("Fertig und abmelden")
    lobby.does_not_see("Anna", "Hofsaal, Sa")
    assert lobby.touches <= 18


def test_at_a_second_node_it_is_asked_for_until_the_line_is_joined(
    town: Town, opens: Opens
) -> None:
    town.cut()
    town.start("home", "kiosk")
    lobby = opens("lobby", "kiosk")
    wishes_saturday_afternoon(lobby)
    lobby.sees("auf Anfrage")
    comes_with_her_card(town, lobby)
    lobby.sees("Das wird angefragt.")
    lobby.touch("Zahlungspflichtig anfragen")
    lobby.is_titled("Angefragt.")
    lobby.sees("angefragt: wird bestätigt, sobald das Haus erreichbar ist", "1 Änderung wartet")
    lobby.is_well()
    town.join()
    lobby.is_titled("Gebucht.")
    lobby.does_not_see("Leitung getrennt")
    lobby.is_well()
