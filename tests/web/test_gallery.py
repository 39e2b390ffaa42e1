"""Every component as a person meets it, in Chromium: readable, reachable, whole at every size."""

from typing import Any

import pytest

from tests.chromium import serious
from tests.pictures.look import (
    APART,
    FIND_BEYOND,
    FIND_BOXES,
    FINGER,
    RUNNING_TEXT,
    SCROLLS,
    TOUCHED,
    apart,
    is_small,
)
from tests.web import gallery
from tests.web.gallery import show

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", gallery.PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Any, base: str, name: str, theme: str) -> None:
    show(page, base, name, theme=theme)
    assert not serious(page)


@pytest.mark.parametrize("name", ["gallery-portal", "gallery-kiosk"])
@pytest.mark.parametrize("size", ["1", "2", "3"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_is_cut_at_the_side(
    page: Any, base: str, name: str, size: str, direction: str
) -> None:
    """At 200 %, too, nothing has to be pushed sideways but a plan in its own frame."""
    show(page, base, name, size=size, dir=direction)
    assert page.evaluate("scrollX") == 0
    assert not page.evaluate(FIND_BEYOND, SCROLLS)


@pytest.mark.parametrize("size", ["1", "2", "3"])
@pytest.mark.parametrize("name", ["gallery-portal", "gallery-kiosk"])
def test_targets_are_large(page: Any, base: str, name: str, size: str) -> None:
    show(page, base, name, size=size)
    screen = gallery.PAGES[name]
    boxes = page.evaluate(FIND_BOXES, [TOUCHED, RUNNING_TEXT if screen == "phone" else ""])
    assert len(boxes) > 20
    assert not [box["what"] for box in boxes if is_small(box, FINGER[screen])]


def test_two_boxes_are_as_far_apart_as_their_nearest_edges() -> None:
    one = {"x": 0, "y": 0, "width": 10, "height": 10}
    assert apart(one, {"x": 10 + APART, "y": 5, "width": 10, "height": 10}) == APART
    assert apart(one, {"x": 3, "y": 10 + APART, "width": 10, "height": 10}) == APART
    assert apart(one, {"x": 5, "y": 5, "width": 10, "height": 10}) == 0
