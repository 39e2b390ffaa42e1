"""From a wheelchair: "Bedienung unten" at each type size, measured in a real browser."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

HALF = 1920 / 2
TARGET, APART = 72, 16
PAGES = {
    1: ("/kiosk/home", "/kiosk/check-in", "/kiosk/sign-in"),
    2: ("/kiosk/home",),
    3: ("/kiosk/home",),
}
"""At the larger sizes the other pages scroll within the lower half."""
MEASURE = (
    """() => {
  const seen = [...document.querySelectorAll("a[href], button, select, input:not([type=hidden])")]
    .filter((one) => one.checkVisibility())
    .filter((one) => !one.closest("dialog, .aside-read, .skip-link, .keyboard"))
    .map((one) => ({ box: (one.type === "radio" || one.type === "checkbox"
      ? one.closest("label") ?? one : one).getBoundingClientRect(), one }))
    .filter(({ box }) => box.width > 1 && box.bottom > 0);
  const name = ({ one }) => (one.innerText || one.name || one.className).trim().slice(0, 30);
  const wrong = [];
  for (const each of seen) {
    const { box, one } = each;
    if (box.top < HALF) wrong.push(`too high: ${name(each)} at ${box.top}`);
    if (box.bottom > innerHeight + 1) wrong.push(`below the glass: ${name(each)} to ${box.bottom}`);
    if (box.left < 0 || box.right > innerWidth) wrong.push(`beside the glass: ${name(each)}`);
    if (Math.min(box.width, box.height) < TARGET - 0.5) wrong.push(`small: ${name(each)}`);
    if (one.matches("a, button") && one.scrollWidth > one.clientWidth + 1)
      wrong.push(`cut: ${name(each)}`);
  }
  seen.forEach((one, at) => seen.slice(at + 1).forEach((other) => {
    if (one.one.contains(other.one) || other.one.contains(one.one)) return;
    const [a, b] = [one.box, other.box];
    const across = Math.max(a.left, b.left) - Math.min(a.right, b.right);
    const down = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom);
    const apart = Math.max(across, down);
    if (apart < APART - 0.5) wrong.push(`close: ${name(one)} / ${name(other)} ${apart}`);
  }));
  return wrong;
}""".replace("HALF", str(HALF))
    .replace("TARGET", str(TARGET))
    .replace("APART", str(APART))
)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_everything_is_within_reach_at_each_size(town: Town, opens: Opens, size: int) -> None:
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk/home")
    lobby.touch("Bedienung unten")
    lobby.page.wait_for_selector("html[data-reach=low]")
    lobby.page.wait_for_load_state()
    for larger in range(2, size + 1):
        lobby.touch("Schrift größer")
        lobby.page.wait_for_selector(f"html[data-size='{larger}']")
        lobby.page.wait_for_load_state()
    wrong = {}
    for path in PAGES[size]:
        lobby.open(path)
        assert lobby.page.get_attribute("html", "data-reach") == "low"
        assert lobby.page.get_attribute("html", "data-size") == str(size)
        assert lobby.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = lobby.page.evaluate(MEASURE)
        lobby.picture()
        if found:
            wrong[path] = found
    assert not wrong
