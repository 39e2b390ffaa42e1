"""Mira reads with the largest type: the screen is her work's, and the ways stand above it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk
from tests.browser.screens import FITS
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LEFT = "1 - document.querySelector('main').getBoundingClientRect().top / innerHeight"
WAYS = "[...document.querySelectorAll('.side-word span:first-of-type')].every((one) => \
  one.scrollWidth <= one.clientWidth + 1)"
WAITING = """document.querySelector(".bar-line span").textContent = "125 Änderungen warten";"""
PAGES = ("/desk", "/desk/plan", "/desk/people", "/desk/find", "/desk/places", "/desk/waiting")


def test_more_than_half_of_the_screen_is_left_to_the_work(town: Town, opens: Opens) -> None:
    """Of the desk's, at each size of type; on the phone that she carries a quarter at the least."""
    town.start("home")
    desk = opens("desk")
    at_the_desk(desk)
    desk.open("/desk")
    for size in ("1", "2", "3"):
        for (width, height), least in (((1440, 900), 0.5), ((1280, 720), 0.5), ((390, 844), 0.25)):
            desk.page.set_viewport_size({"width": width, "height": height})
            for path in PAGES:
                desk.open(path)
                desk.page.evaluate(f"{WAITING} document.documentElement.dataset.size = '{size}'")
                desk.page.wait_for_function(f"() => {LEFT} > {least}", timeout=2_000)
                assert desk.page.evaluate(FITS), (path, size, width)
                assert desk.page.evaluate(WAYS), (path, size, width)


def test_each_way_is_gone_by_its_key_in_the_largest_type(town: Town, opens: Opens) -> None:
    town.start("home")
    desk = opens("desk")
    at_the_desk(desk)
    for key, path in (("2", "/find"), ("3", "/plan"), ("4", "/people"), ("9", "/waiting")):
        desk.open("/desk")
        desk.page.evaluate("document.documentElement.dataset.size = '3'")
        desk.page.keyboard.press(key)
        desk.is_at(path)
        desk.is_well()
