"""The caretaker swaps the box that burnt: a new one is plugged in and its screen asks the way.

Real processes: the home node dies with its disk, the lobby's box lives on, and the emergency sheet
is typed at the screen of an empty box.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import serious
from tests.command_line.serving import wait_until_answers
from tests.command_line.test_boxes import Boxes, until
from tests.command_line.test_first_start import founded
from tests.command_line.test_recovery import quartier

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LOBBY = {"width": 1080, "height": 1920}


def said(page: Any) -> str:
    return str(page.text_content("main"))


def test_the_caretaker_swaps_the_burnt_box(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    chromium: Any,
) -> None:
    monkeypatch.setenv("QUARTIER_DISCOVERY", "no")
    boxes = Boxes(tmp_path, capsys)
    lines = founded(boxes)
    code = boxes.code("--name", "Foyer")
    with boxes.serving("home") as home:
        wait_until_answers(boxes.ports["home"][0])
        joined = quartier("join", boxes.peer("home"), code, "--data", str(boxes.at("foyer")))
        assert joined.returncode == 0, joined.stderr
        people = boxes.rows("home", "select count(*) from person")
        with boxes.serving("foyer"), boxes.serving("new"):
            wait_until_answers(boxes.ports["foyer"][0])
            until(lambda: boxes.rows("foyer", "select count(*) from person") == people)
            home.process.kill()
            home.process.wait()
            shutil.rmtree(boxes.at("home"))
            context = chromium.new_context(viewport=LOBBY, locale="de-DE")
            page = context.new_page()
            until(lambda: reached(page, boxes.ports["new"][0]))
            page.click("a:has-text('Eine kaputte Box ersetzen')")
            page.fill("#address", boxes.peer("foyer"))
            page.fill("#sheet", "\n".join([lines[0], lines[0], *lines[2:]]))
            page.click("main .button-primary")
            assert "Zeile 2 ist nicht richtig geschrieben" in said(page)
            assert page.input_value("#address") == boxes.peer("foyer")
            assert serious(page) == []
            page.fill("#sheet", "\n".join(lines))
            page.click("main .button-primary")
            assert "Welche Box ist kaputt?" in said(page)
            assert re.search(r"Service-Point\s*Hauptknoten", said(page))
            assert serious(page) == []
            page.click("main .button-primary")
            # From here on the page goes on by itself: the work, its end, the node's own lobby.
            page.wait_for_url("**/kiosk", timeout=90_000)
            page.wait_for_selector(".kiosk-idle, [data-face=kiosk] main", timeout=30_000)
            assert page.evaluate("document.title").endswith("Lindenhof")
            context.close()
        assert boxes.rows("new", "select count(*) from person") == people
        assert boxes.on("new", "doctor").endswith("Everything agrees.\n")


def reached(page: Any, port: int) -> bool:
    """Whether the new box's screen shows its first page."""
    try:
        page.goto(f"http://localhost:{port}/kiosk")
    except Exception:  # noqa: BLE001 - nobody listens yet
        return False
    return "Was soll sie werden?" in said(page)
