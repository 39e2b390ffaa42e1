"""Debian's Chromium under Playwright, quiet, and speaking German like the people here."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless",
    "--lang=de",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parents[1] / "build" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}


@contextmanager
def launched(playwright: Any, *more: str) -> Iterator[Any]:
    """A Chromium; `more` are further flags."""
    chromium = playwright.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=[*FLAGS, *more],
        env={**os.environ, "LANGUAGE": "de"},
    )
    try:
        yield chromium
    finally:
        chromium.close()


@functools.cache
def axe() -> str:
    """The script of axe-core."""
    return AXE.read_text("utf-8")


def serious(page: Any) -> list[str]:
    """What axe calls serious or critical on a page as it stands there."""
    # In one go: a page that is refreshed in between would know no axe.
    found = page.evaluate(f"{axe()}\n;axe.run({{resultTypes: ['violations']}})")["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def scan(page: Any, code: str, *, ends: str = "\r") -> None:
    """Type as a scanner does that hangs on the machine like a keyboard: ten milliseconds a sign,
    by the events' own time, for a busy machine may deliver them late. `ends` is what it adds.
    """
    keyboard = page.context.new_cdp_session(page)
    at = time.time()
    for number, sign in enumerate([*code, *ends]):
        named = {
            "\r": {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13},
            "\t": {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9},
        }
        key = named.get(sign, {"key": sign})
        event = {"text": sign, "timestamp": at + number / 100, **key}
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})
    keyboard.detach()
