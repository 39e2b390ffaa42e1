"""Real processes: the house hands the list of its boxes to central, the sheet takes it back."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest

from node.store.reading import FileValues
from node.sync import new_sheet, read_roster, sheet_lines
from tests.command_line.serving import wait_until_answers
from tests.command_line.test_boxes import Boxes, until

pytestmark = pytest.mark.timeout(200)


def keeps_the_list(boxes: Boxes, name: str) -> str:
    """Who keeps the list, as a box knows."""
    with contextlib.closing(FileValues(boxes.at(name) / "quarter.db")) as values:
        roster = read_roster(values)
    assert roster is not None
    return next(n.name for n in roster.body.nodes if n.public_key == roster.body.authority)


def test_the_list_goes_to_central_and_comes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTIER_DISCOVERY", "no")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    boxes = Boxes(tmp_path, capsys)
    boxes.on("home", "init", "--name", "Service-Point")
    sheet, strange = tmp_path / "sheet", tmp_path / "strange"
    sheet.write_text(
        "\n".join(re.findall(r"^  \d  (.*)$", boxes.on("home", "sheet"), re.MULTILINE))
    )
    strange.write_text("\n".join(sheet_lines(new_sheet())))
    where = boxes.peer("central")
    code = boxes.code("--name", "Zentrale", "--role", "central", "--address", where)
    assert "has not been found" in boxes.on("home", "authority", status=1)
    with boxes.serving("home"):
        wait_until_answers(boxes.ports["home"][0])
        boxes.on("central", "join", boxes.peer("home"), code)
    with boxes.serving("central"):
        wait_until_answers(boxes.ports["central"][0])
        assert "Central keeps the list" in boxes.on("home", "authority")
        assert keeps_the_list(boxes, "home") == "Zentrale"
        until(lambda: keeps_the_list(boxes, "central") == "Zentrale")
        assert boxes.on("home", "authority", status=1)
        assert "do that there" in boxes.on("home", "revoke", "Zentrale", status=1)
        taken = ("authority", "--take", "--sheet")
        assert boxes.on("home", *taken, str(strange), status=1)
        assert keeps_the_list(boxes, "home") == "Zentrale"
        assert "This box keeps the list" in boxes.on("home", *taken, str(sheet))
        assert keeps_the_list(boxes, "home") == "Service-Point"
        with boxes.serving("home", central=where):
            until(lambda: keeps_the_list(boxes, "central") == "Service-Point")
