"""Real processes: boxes join by a code, the home burns down, the sheet brings it back."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from node.__main__ import main
from node.store.reading import FileValues
from node.sync import new_sheet, read_roster, sheet_lines
from tests.command_line.serving import Serving, free_port, wait_until_answers
from tests.quarter.conftest import SMALL


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


class Boxes:
    """Directories and ports of the boxes of one story."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.ports: dict[str, tuple[int, int]] = {}

    def at(self, name: str) -> Path:
        return self.folder / name

    def settings(self, name: str, **more: object) -> dict[str, object]:
        if name not in self.ports:
            self.ports[name] = (free_port(), free_port())
        port, sync_port = self.ports[name]
        return {"port": port, "sync_port": sync_port, **more}

    def peer(self, name: str) -> str:
        return f"127.0.0.1:{self.settings(name)['sync_port']}"

    def serving(self, name: str, **more: object) -> Serving:
        return Serving(self.at(name), settings=self.settings(name, **more))

    def on(self, name: str, *words: str, status: int = 0) -> str:
        """What a verb says about a box: where it refuses, the reason."""
        self.capsys.readouterr()
        assert main([words[0], "--data", str(self.at(name)), *words[1:]]) == status
        shown = self.capsys.readouterr()
        return shown.err if status else shown.out

    def code(self, *words: str) -> str:
        """A pairing code of the home node."""
        found = re.search(r"^Code for .*: (\S+)$", self.on("home", "invite", *words), re.MULTILINE)
        assert found is not None
        return found[1]

    def heads(self) -> dict[str, object]:
        """What each box holds and what stopped it, for who has to find out why."""
        asked = ("select hex(site), scope, held from head", "select scope, reason from quarantine")
        boxes = [name for name in self.ports if (self.at(name) / "quarter.db").exists()]
        return {name: [self.rows(name, each) for each in asked] for name in boxes}

    def knows(self, name: str, other: str) -> bool:
        """Whether a box has heard of another one."""
        with contextlib.closing(FileValues(self.at(name) / "quarter.db")) as values:
            roster = read_roster(values)
        return roster is not None and other in {node.name for node in roster.nodes.values()}

    def rows(self, name: str, query: str) -> list[tuple[object, ...]]:
        """What lies in the file, read past the node."""
        address = f"file:{self.at(name)}/quarter.db?mode=ro"
        with sqlite3.connect(address, uri=True) as connection:
            return connection.execute(query).fetchall()


def until(
    condition: Callable[[], object],
    seconds: float = 60.0,
    *,
    told: Callable[[], object] = lambda: "",
) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"did not come about in time: {told()}"
        time.sleep(0.1)


def test_a_slip_of_the_pen_is_told_by_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boxes = Boxes(tmp_path, capsys)
    lines = sheet_lines(new_sheet())
    slip = tmp_path / "slip.txt"
    slip.write_text("\n".join([lines[1], *lines[1:]]), encoding="utf-8")
    nobody = f"127.0.0.1:{free_port()}"
    assert "Line 1" in boxes.on("new", "replace", nobody, "--sheet", str(slip), status=1)
    # Nobody is there: the verb has ended, so it promises nothing that only a running node does.
    slip.write_text("\n".join(lines), encoding="utf-8")
    said = boxes.on("new", "replace", nobody, "--sheet", str(slip), status=1)
    assert "try again" in said
    assert "by itself" not in said
    assert not (boxes.at("new") / "quarter.db").exists()


@pytest.mark.timeout(300)
def test_a_burnt_home_comes_back_from_central_and_the_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTIER_DISCOVERY", "no")
    boxes = Boxes(tmp_path, capsys)
    on, code, rows = boxes.on, boxes.code, boxes.rows
    on("home", "init", "--name", "Service-Point")
    on("home", "import", str(SMALL))
    sheet = tmp_path / "sheet.txt"
    lines = re.findall(r"^  \d  (.*)$", on("home", "sheet"), re.MULTILINE)
    sheet.write_text("\n".join(lines), encoding="utf-8")
    assert "stays the only one" in on("home", "sheet", status=1)
    foyer = code("--name", "Foyer")
    centre = code("--name", "Zentrale", "--role", "central", "--address", boxes.peer("central"))
    with boxes.serving("home", central=boxes.peer("central")) as home:
        wait_until_answers(boxes.ports["home"][0])
        on("foyer", "join", boxes.peer("home"), foyer)
        assert "counts no more" in on("thief", "join", boxes.peer("home"), foyer, status=1)
        assert "letters and digits" in on("thief", "join", boxes.peer("home"), "zu kurz", status=1)
        on("central", "join", boxes.peer("home"), centre)
        with boxes.serving("central"), boxes.serving("foyer", central=boxes.peer("central")):
            people = rows("home", "select count(*) from person")
            until(lambda: rows("foyer", "select count(*) from person") == people)
            until(lambda: rows("central", "select 1 from head where scope = 'sealed'"))
            # Else it had nobody left to hear of the new home from: nothing is discovered here.
            until(lambda: boxes.knows("foyer", "Zentrale"))
            assert rows("central", "select count(*) from person") == [(0,)]
            home.process.send_signal(signal.SIGKILL)
            home.process.wait()
            shutil.rmtree(boxes.at("home"))
            where = boxes.peer("central")
            monkeypatch.setenv("QUARTIER_SYNC_PORT", str(boxes.settings("new")["sync_port"]))
            on("new", "replace", where, "--sheet", str(sheet))
            monkeypatch.delenv("QUARTIER_SYNC_PORT")
            assert rows("new", "select count(*) from person") == people
            assert "Everything agrees" in on("new", "doctor")
            with boxes.serving("new", central=where):
                terms = "select max(term) from home_term"
                until(lambda: rows("foyer", terms) == [(2,)], told=boxes.heads)
                assert len(rows("foyer", "select distinct home_site from space")) == 1
    assert re.search(r"Service-Point\s+Main node.*revoked", on("new", "nodes"))
