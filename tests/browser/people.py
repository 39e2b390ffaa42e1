"""How people of the cast begin: signed in at their phone, at the desk, at the lobby."""

from __future__ import annotations

import io

from PIL import Image

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


def books(phone: Screen, day: str, starts: str, ends: str, place: str = "Hofsaal") -> str:
    """Book at the phone where one is signed in; the address of what was booked."""
    phone.open(f"/find?kind=room&day={day}&starts={starts}&ends={ends}&people=12")
    phone.touch(place, within=".offers")
    phone.touch("Zahlungspflichtig buchen")
    phone.sees("Gebucht.")
    return phone.page.url.partition("?")[0]


def eight_signs(screen: Screen) -> str:
    """What stands below the code of a pass, as somebody reads it out."""
    return "".join(screen.page.locator(".pass-signs [aria-hidden]").all_inner_texts())


def seen(phone: Screen) -> Image.Image:
    """The code on the phone's screen, as a camera or a scanner sees it."""
    return Image.open(io.BytesIO(phone.page.locator(".pass .qr").screenshot())).convert("L")
