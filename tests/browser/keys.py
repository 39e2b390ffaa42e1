"""Somebody at a keyboard, without a mouse: Tab, Enter, and what they type."""

from __future__ import annotations

import re

from tests.browser.screens import Screen

TABS_AT_MOST = 60
BY_HAND = 90
"""Milliseconds from key to key: quicker ones are a scanner's."""
FOCUSED = r"""() => {
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
  const name = label.trim().replace(/\s+/g, " ");
  return {name, seen: seen && inside, at: at.outerHTML.slice(0, 120)};
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
            if re.match(rf"{re.escape(words)}(?!\w)", at["name"]):
                return
        raise AssertionError(f"{words!r} cannot be reached with the Tab key")

    def types(self, words: str, text: str) -> None:
        self.goes_to(words)
        self.keyboard.type(text, delay=BY_HAND)

    def types_day(self, words: str, day: int, month: int, year: int) -> None:
        """Type a day as the browser asks for it: day first, or month first where it speaks English,
        as Debian's does without its package of languages.
        """
        self.types(words, f"{day:02}{month:02}{year}")
        if self.screen.field(words).input_value() != f"{year}-{month:02}-{day:02}":
            self.keyboard.press("ArrowLeft")
            self.keyboard.press("ArrowLeft")
            self.keyboard.type(f"{month:02}{day:02}{year}", delay=BY_HAND)
        assert self.screen.field(words).input_value() == f"{year}-{month:02}-{day:02}"

    def presses(self, words: str) -> None:
        self.goes_to(words)
        self.keyboard.press("Enter")
