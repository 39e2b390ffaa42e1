"""Anna books a room at her computer without a mouse: Tab, Enter, and what she types."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import NAMES
from tests.browser.screens import Screen
from tests.cast import PINS
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TABS_AT_MOST = 60
FOCUSED = """() => {
  const at = document.activeElement;
  if (at === document.body) return {name: "", seen: true, at: "body"};
  const box = at.closest("label") ?? at;
  const drawn = [getComputedStyle(at), getComputedStyle(at, "::after"), getComputedStyle(box)];
  const seen = drawn.some(({outlineStyle, outlineWidth, boxShadow}) => {
    return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
  });
  const label = at.labels?.[0]?.innerText ?? at.getAttribute("aria-label") ?? at.innerText;
  const {top, bottom} = at.getBoundingClientRect();
  const inside = bottom > 0 && top < innerHeight;
  return {name: label.trim(), seen: seen && inside, at: at.outerHTML.slice(0, 120)};
}"""


class Keys:
    """Somebody at a keyboard."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.keyboard = screen.page.keyboard

    def goes_to(self, words: str) -> None:
        """Tab on to what says these words; wherever the focus stops, it is seen."""
        for _ in range(TABS_AT_MOST):
            self.keyboard.press("Tab")
            at = self.screen.page.evaluate(FOCUSED)
            assert at["seen"], at
            if at["name"].startswith(words):
                return
        raise AssertionError(f"{words!r} cannot be reached with the Tab key")

    def types(self, words: str, text: str) -> None:
        self.goes_to(words)
        self.keyboard.type(text)

    def types_day(self, words: str, day: int, month: int, year: int) -> None:
        """Type a day as the browser asks for it: day first, or month first where it speaks English,
        as Debian's does without its package of languages.
        """
        self.types(words, f"{day:02}{month:02}{year}")
        if self.screen.field(words).input_value() != f"{year}-{month:02}-{day:02}":
            self.keyboard.press("ArrowLeft")
            self.keyboard.press("ArrowLeft")
            self.keyboard.type(f"{month:02}{day:02}{year}")
        assert self.screen.field(words).input_value() == f"{year}-{month:02}-{day:02}"

    def presses(self, words: str) -> None:
        self.goes_to(words)
        self.keyboard.press("Enter")


def test_from_the_letter_to_the_pass_without_a_mouse(town: Town, opens: Opens) -> None:
    town.start("home")
    computer = opens("desk")
    keys = Keys(computer)
    computer.open("/")
    computer.sees("Schritt 1 von 3")
    keys.goes_to("Zum Inhalt")
    keys.types("Code aus Ihrem Brief", town.codes["anna"])
    keys.keyboard.press("Enter")
    computer.is_titled("Wer sind Sie?")
    keys.presses(NAMES["anna"])
    computer.is_titled("Ihre PIN")
    computer.page.wait_for_function("document.activeElement?.name === 'secret'")
    keys.keyboard.type(PINS["anna"])
    keys.keyboard.press("Enter")
    computer.is_titled("Anna")
    keys.presses("Buchen")
    computer.is_titled("Wann und für wie viele?")
    keys.types_day("Tag", 28, 11, 2026)
    keys.types("Von", "1500")
    keys.types("Bis", "1900")
    keys.goes_to("Personen")
    keys.keyboard.press("Control+a")
    keys.keyboard.type("12")
    keys.keyboard.press("Enter")
    computer.sees("Sa 28. Nov., 15 bis 19 Uhr, 12 Personen", "Das ist frei")
    keys.presses("Hofsaal")
    computer.is_titled("Stimmt alles?")
    keys.presses("Zahlungspflichtig buchen")
    computer.sees("Gebucht.", "bestätigt")
    assert computer.page.locator(".pass .qr").is_visible()
    assert computer.touches == 0
