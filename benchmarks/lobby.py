"""The figure of the lobby's screen: a card held up until the first personal page is painted.

Debian's Chromium with its processor slowed five times, as a small box's is, and a real node with
the demo quarter. The PIN is typed at once, as no person can: what is left is the machine's time.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

from benchmarks.figures import Figure, against_limit
from benchmarks.nodes import Prepared, home, prepared

SLOWED = 5
TIMES = 9
KEY_SECONDS = 0.002
"""Between two keys of a scanner, by the keys' own times."""
CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--lang=de", "--no-first-run")
LOBBY = {"width": 1080, "height": 1920}
PAINTED = """() => new Promise((tell) => {
  const found = () => performance.getEntriesByName("first-contentful-paint")[0];
  const look = () => found()
    ? tell((performance.timeOrigin + found().startTime) / 1000)
    : setTimeout(look, 5);
  look();
})"""


def kiosk_card_s() -> Figure:
    """Median of how long a card's holder waits for the page with their name."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this figure needs it

    quarter = prepared()
    told = json.loads((quarter.folder / "sign-ins.json").read_text(encoding="utf-8"))
    with home(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        try:
            # The first one warms node and browser, as the day's first visitor does.
            times = [_card_to_page(browser, quarter, told) for _ in range(TIMES + 1)][1:]
        finally:
            browser.close()
    return against_limit("kiosk_card_s", statistics.median(times), "s", at_most=1)


def _card_to_page(browser: Any, quarter: Prepared, told: dict[str, str]) -> float:
    context = browser.new_context(viewport=LOBBY, has_touch=True, locale="de-DE")
    try:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{quarter.home_port}/kiosk", wait_until="load")
        slow = context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
        began = _hold_up(slow, told["card"])
        page.wait_for_url("**/kiosk/pin", wait_until="commit")
        page.fill("input[name=pin]", told["pin"])
        page.press("input[name=pin]", "Enter")
        page.wait_for_url("**/kiosk/home", wait_until="commit")
        painted: float = page.evaluate(PAINTED)
        if told["person"].split(" ")[0] not in page.inner_text("h1"):
            raise ValueError("the page that came is not a personal one")
        return painted - began
    finally:
        context.close()


def _hold_up(keys: Any, card: str) -> float:
    """Type a card as a scanner does; when its Enter came."""
    begin = time.time()
    for number, sign in enumerate(card):
        key = {"key": sign, "text": sign, "timestamp": begin + number * KEY_SECONDS}
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", **key})
        keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    ends = time.time()
    at = begin + len(card) * KEY_SECONDS
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "timestamp": at}
    keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **enter})
    return ends
