"""How people of the cast begin: signed in at their phone, at the desk, at the lobby."""

from __future__ import annotations

from tests.browser.screens import Screen
from tests.cast import PASSWORDS, PINS
from tests.nodes import Town

NAMES = {"anna": "Anna Linde", "bilal": "Bilal Kaya", "clara": "Clara Moreau"}
LETTERS = {"bilal": "anna"}
"""Whose letter opens, where a household shares it."""


def at_the_phone(town: Town, phone: Screen, name: str) -> None:
    """Sign in with the letter's code and one's PIN."""
    phone.open(f"/c/{town.codes[LETTERS.get(name, name)]}")
    phone.touch("Weiter")
    phone.touch(NAMES[name])
    phone.type("PIN oder Passwort", PINS[name])
    phone.touch("Anmelden")
    phone.is_at("/")


def at_the_desk(desk: Screen, name: str = "demir") -> None:
    """Begin a shift."""
    desk.open("/desk/sign-in")
    desk.type("Anmeldename", name)
    desk.type("Passwort", PASSWORDS[name])
    desk.touch("Anmelden")
    desk.is_at("/desk")


def at_the_lobby(town: Town, lobby: Screen, name: str = "anna") -> None:
    """Hold the card to the scanner, which types what it reads, and touch the PIN."""
    lobby.scan(town.cards[name])
    lobby.is_titled("Ihre PIN")
    for figure in PINS[name]:
        lobby.press(figure)
    lobby.touch("Anmelden")
