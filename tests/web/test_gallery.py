"""The pages as a person meets them, in Chromium: readable, reachable, whole at every size."""

from pathlib import Path
from typing import Any

import pytest

from tests.web import gallery
from tests.web.gallery import show

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
TARGET = 72
GAP = 16
TOUCHED = "a[href], button, input:not([type=hidden]), select, textarea, summary, label.radio-tile"


@pytest.mark.parametrize("name", gallery.PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Any, base: str, name: str, theme: str) -> None:
    show(page, base, name, theme=theme)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    serious = [
        (rule["id"], rule["help"], [node["html"][:160] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in {"serious", "critical"}
    ]
    assert not serious


@pytest.mark.parametrize("name", [name for name in gallery.PAGES if "desk" not in name])
@pytest.mark.parametrize("size", ["1", "2", "3"])
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_nothing_is_cut_at_the_side(
    page: Any, base: str, name: str, size: str, direction: str
) -> None:
    """At 200 %, too, nothing has to be pushed sideways but a plan in its own frame."""
    show(page, base, name, size=size, dir=direction)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("scrollX") == 0
    beyond = page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter((one) => {
          const box = one.getBoundingClientRect();
          return box.width && one.checkVisibility() &&
            (box.right > innerWidth + 1 || box.left < -1) &&
            !one.closest('.plan-frame, .aside-read, .segments-list, dialog, .skip-link');
        }).map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert not beyond


def boxes(page: Any) -> list[dict[str, Any]]:
    """What can be touched now, where it is; a tile's own input lies under its label."""
    return page.evaluate(  # type: ignore[no-any-return]
        """(what) => [...document.querySelectorAll(what)].filter((one) =>
            one.checkVisibility({visibilityProperty: true}) && !one.disabled &&
            !one.closest('.skip-link, .radio-tile input, dialog:not([open])') &&
            !one.matches('.radio-tile input')
          ).map((one) => {
            const field = one.matches('.check input') ? one.closest('.check') : one;
            const box = (one.matches('.row-link') ? one.closest('li') : field)
              .getBoundingClientRect();
            return {what: one.outerHTML.slice(0, 100), x: box.x, y: box.y,
                    width: box.width, height: box.height};
          })""",
        TOUCHED,
    )


@pytest.mark.parametrize("size", ["1", "2", "3"])
@pytest.mark.parametrize("name", [name for name in gallery.PAGES if "kiosk" in name])
def test_lobby_targets_are_large(page: Any, base: str, name: str, size: str) -> None:
    show(page, base, name, size=size)
    small = [
        box for box in boxes(page) if round(box["width"]) < TARGET or round(box["height"]) < TARGET
    ]
    assert not small


def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
    """The gap between two boxes in CSS pixels; 0 where they touch or overlap."""
    across = max(one["x"], other["x"]) - min(one["x"] + one["width"], other["x"] + other["width"])
    down = max(one["y"], other["y"]) - min(one["y"] + one["height"], other["y"] + other["height"])
    return max(across, down, 0)


@pytest.mark.parametrize("size", ["1", "3"])
@pytest.mark.parametrize("name", ["kiosk-idle", "kiosk-home", "kiosk-home-signed-in"])
def test_lobby_targets_stand_apart(page: Any, base: str, name: str, size: str) -> None:
    show(page, base, name, size=size)
    found = boxes(page)
    close = [
        (one["what"], other["what"], apart(one, other))
        for place, one in enumerate(found)
        for other in found[place + 1 :]
        if apart(one, other) < GAP - 0.5
    ]
    assert len(found) > 3
    assert not close


@pytest.mark.parametrize("name", ["kiosk-idle", "kiosk-home", "kiosk-home-signed-in"])
def test_lobby_is_reached_from_a_wheelchair(page: Any, base: str, name: str) -> None:
    """Controls in the lower two thirds, and all of them on the screen without scrolling."""
    show(page, base, name)
    for box in boxes(page):
        assert box["y"] >= 1920 / 3, box["what"]
        assert box["y"] + box["height"] <= 1920, box["what"]


@pytest.mark.parametrize("name", [name for name in gallery.PAGES if "portal" in name])
def test_phone_targets_are_large_enough(page: Any, base: str, name: str) -> None:
    """Buttons, fields and navigation; links in running text are text."""
    show(page, base, name)
    running = ("<a href", '<a class="card-more', "flash-undo")
    small = [
        box
        for box in boxes(page)
        if round(box["height"]) < 48 and not box["what"].startswith(running)
    ]
    assert not [box for box in small if 'type="checkbox"' not in box["what"]]


@pytest.mark.parametrize("size", ["1", "3"])
@pytest.mark.parametrize("name", ["portal-today", "desk-today"])
def test_display_panel_opens_within_the_window(page: Any, base: str, name: str, size: str) -> None:
    show(page, base, name, size=size)
    page.click(".display > summary")
    panel = page.query_selector(".display-panel").bounding_box()
    width, _ = gallery.SCREENS[gallery.PAGES[name].face]
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= width
    page.keyboard.press("Escape")
    assert page.is_hidden(".display-panel .button")
