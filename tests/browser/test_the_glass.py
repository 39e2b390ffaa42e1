"""The lobby's glass: it is wiped, and it gets wet. Touches are Chromium's own, by its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_lobby
from tests.browser.screens import Screen
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CORNER = (900, 330)
"""Where a drop runs down: over the board, far from what is touched."""


class Glass:
    """Touches as the panel reports them, several at once."""

    def __init__(self, lobby: Screen) -> None:
        self._keys = lobby.page.context.new_cdp_session(lobby.page)
        self._down: dict[int, tuple[int, int]] = {}

    def down(self, finger: int, at: tuple[int, int]) -> None:
        self._down[finger] = at
        self._tell("touchStart", self._down)

    def up(self, finger: int) -> None:
        # Chromium lets go of the fingers that an end names.
        self._tell("touchEnd", {finger: self._down.pop(finger)})

    def tap(self, finger: int, at: tuple[int, int]) -> None:
        self.down(finger, at)
        self.up(finger)

    def _tell(self, kind: str, fingers: dict[int, tuple[int, int]]) -> None:
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in fingers.items()]
        self._keys.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@contextmanager
def by_hand(lobby: Screen) -> Iterator[Any]:
    """The page's own clock in the test's hand."""
    lobby.page.clock.install()
    lobby.page.reload()
    yield lobby.page.clock


def middle(lobby: Screen, words: str) -> tuple[int, int]:
    """Where something is touched."""
    box = lobby.find(words).bounding_box()
    assert box is not None
    return int(box["x"] + box["width"] / 2), int(box["y"] + box["height"] / 2)


WET = "Bitte wischen Sie ihn trocken."


def reported(town: Town) -> int:
    return len(town.rows("home", "select 1 from screen_touch"))


def test_a_drop_that_stays_is_left_out_and_everything_else_goes_on(
    town: Town, opens: Opens
) -> None:
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk/home")
    with by_hand(lobby) as clock:
        glass = Glass(lobby)
        lobby.does_not_see(WET)
        glass.down(1, CORNER)
        clock.run_for(4_000)
        lobby.does_not_see(WET)
        clock.run_for(7_000)
        lobby.sees(WET)
        lobby.page.wait_for_timeout(300)
        assert reported(town) == 1
        lobby.is_well()
        glass.tap(2, middle(lobby, "Was ist los?"))
        lobby.is_at("/kiosk/house")


def test_it_is_well_again_by_itself(town: Town, opens: Opens) -> None:
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk/home")
    with by_hand(lobby) as clock:
        glass = Glass(lobby)
        glass.down(1, CORNER)
        clock.run_for(11_000)
        lobby.sees(WET)
        glass.up(1)
        clock.run_for(16_000)
        lobby.does_not_see(WET)
        lobby.page.wait_for_timeout(300)
        assert reported(town) == 0


def test_rain_of_touches_presses_nothing_and_keeps_nobodys_page_open(
    town: Town, opens: Opens
) -> None:
    """A spot on a button is hit a hundred times: the page of Anna, who left, still goes."""
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk")
    at_the_lobby(town, lobby)
    lobby.sees("Guten Tag, Anna")
    with by_hand(lobby) as clock:
        glass = Glass(lobby)
        for _ in range(75):
            glass.tap(1, CORNER)
            clock.run_for(400)
        lobby.sees(WET)
        for _ in range(75):
            glass.tap(1, CORNER)
            clock.run_for(800)
        lobby.is_at("/kiosk")
        lobby.does_not_see("Anna")


def test_the_screen_is_wiped_for_a_minute_and_nothing_happens_by_it(
    town: Town, opens: Opens
) -> None:
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk")
    at_the_lobby(town, lobby)
    lobby.sees("Guten Tag, Anna")
    lobby.open("/kiosk/desk")
    lobby.touch("Bildschirm reinigen")
    lobby.is_titled("Der Bildschirm wird gereinigt")
    lobby.does_not_see("Anna")
    assert lobby.page.context.cookies() == []
    lobby.is_well()
    with by_hand(lobby) as clock:
        glass = Glass(lobby)
        # Chromium's clock goes on meanwhile, so a busy machine has time until the end.
        for number in range(20):
            glass.tap(1, (60 + number * 46, 1900 - number * 80))
            lobby.page.keyboard.press("Enter")
            clock.run_for(1_000)
        lobby.is_titled("Der Bildschirm wird gereinigt")
        clock.run_for(41_000)
        lobby.is_at("/kiosk")
        lobby.touch("Bildschirm berühren")
        lobby.is_titled("Was möchten Sie tun?")


def test_who_reads_slowly_stops_the_pictures_and_they_go_on_for_the_next(
    town: Town, opens: Opens
) -> None:
    """WCAG 2.2.2, with the page's own clock; a narrow screen shows one picture at a time."""
    town.start("home")
    lobby = opens("lobby")
    lobby.page.goto(f"{town.address('home')}/kiosk")
    lobby.page.set_viewport_size({"width": 1080, "height": 1100})

    def shown() -> list[str]:
        return lobby.page.locator("[data-frame]:visible h2").all_inner_texts()

    with by_hand(lobby) as clock:
        clock.run_for(1_000)
        first = shown()
        clock.run_for(12_000)
        second = shown()
        assert second != first, "they change by themselves"
        pause = lobby.page.get_by_role("button", name="Bilder anhalten")
        pause.click()
        assert lobby.page.get_by_role("button", name="Weiter wechseln").is_visible()
        clock.run_for(45_000)
        assert shown() == second
        clock.run_for(30_000)
        pause.wait_for(timeout=15_000)
