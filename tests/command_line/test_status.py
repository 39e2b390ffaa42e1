"""`quartier sync status`: what the health page says, on the command line and as data."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from node.__main__ import main
from node.registry import REGISTRY
from node.settings import FILE
from node.store import Core
from node.store.age import SPOILT
from node.store.record import Drilled, Failed, keep_record, read_record
from tests.nodes import Blueprint, Town, built


def status(town: Town, name: str, capsys: pytest.CaptureFixture[str], *more: str) -> tuple:
    capsys.readouterr()
    code = main(["sync", "status", "--data", str(town.folder / name), *more])
    return code, capsys.readouterr().out


def as_data(town: Town, name: str, capsys: pytest.CaptureFixture[str]) -> dict:
    _, said = status(town, name, capsys, "--json")
    found = json.loads(said)
    assert isinstance(found, dict)
    return found


def until(town: Town, name: str, capsys: pytest.CaptureFixture[str], line: str) -> dict:
    ends = time.monotonic() + 40
    while True:
        found = as_data(town, name, capsys)
        if {peer["line"] for peer in found["peers"]} == {line}:
            return found
        assert time.monotonic() < ends, found
        time.sleep(0.1)


def test_a_running_node_tells_how_its_lines_are_and_so_does_its_page(
    blueprint: Blueprint, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    with built(blueprint, tmp_path / ("town" + "x" * 90)) as town:
        with town.running("home", "kiosk", "central"):
            town.until_even()
            well = until(town, "home", capsys, "open")
            assert well["is_running"]
            assert [peer["name"] for peer in well["peers"]] == ["Lobby", "Zentrale"]
            code, said = status(town, "home", capsys)
            assert (code == 0) == well["is_well"]
            assert "Lobby (Kiosk): erreichbar" in said
            assert "Mit Lobby ist alles abgeglichen." in said
            metrics = status(town, "home", capsys, "--metrics")[1]
            assert re.search(r"\nquartier_waiting_for_update{quarter=\"\w+\"} 0\n", metrics)
            town.cut()
            down = until(town, "home", capsys, "cut")
            assert not down["is_well"]
            assert {peer["problem"] for peer in down["peers"]} != {""}
            code, said = status(town, "home", capsys)
            assert code == 1
            assert "Leitung getrennt" in said
            english = status(town, "home", capsys)[1]
            monkeypatch.setenv("LANG", "en_GB.UTF-8")
            assert status(town, "home", capsys)[1] != english
        assert not (town.folder / "home" / "status.sock").exists()


def test_of_a_node_that_stands_still_its_file_tells_what_it_last_knew(
    blueprint: Blueprint, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    with built(blueprint, tmp_path / "town") as town:
        with town.running("home", "kiosk"):
            town.until_even()
            until_met(town, capsys)
        found = as_data(town, "home", capsys)
        assert not found["is_running"]
        assert not found["is_well"]
        lobby = next(peer for peer in found["peers"] if peer["name"] == "Lobby")
        assert lobby["line"] == "unknown"
        assert lobby["last_success"] is not None
        code, said = status(town, "home", capsys)
        assert code == 1
        assert "Dieser Knoten läuft nicht" in said
        assert "quartier serve" in said


def until_met(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    ends = time.monotonic() + 40
    while not as_data(town, "home", capsys)["peers"][0]["last_success"]:
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_what_was_stopped_is_told_with_its_reason(
    blueprint: Blueprint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        core = Core.open(town.folder / "home" / "quarter.db", REGISTRY, clock=town.clock)
        lobby = site_of(town, "kiosk")
        core._connection.execute(
            "insert into quarantine values (?, 'house', 7, 'a law', 1795000000, x'', x'')", (lobby,)
        )
        core.close()
        found = as_data(town, "home", capsys)
        assert [(each["name"], each["number"], each["reason"]) for each in found["stopped"]] == [
            ("Lobby", 7, "a law")
        ]
        code, said = status(town, "home", capsys)
        assert code == 1
        assert "house 7: a law" in said


def site_of(town: Town, name: str) -> bytes:
    core = Core.open(town.folder / name / "quarter.db", REGISTRY, clock=town.clock)
    try:
        return core.site_id
    finally:
        core.close()


def test_what_is_wrong_with_backups_is_told_here_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch
) -> None:
    """A stick that was pulled out weeks ago, a test restore that failed: as on the health page."""
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    box = tmp_path / "box"
    where = ("--data", str(box))
    assert main(["init", *where]) == 0
    capsys.readouterr()
    main(["sync", "status", *where])
    assert "gesichert" not in capsys.readouterr().out, "of a new box it is no trouble yet"
    assert main(["backup", *where]) == 0
    assert main(["drill", *where]) == 0
    capsys.readouterr()
    main(["sync", "status", "--metrics", *where])
    well = capsys.readouterr().out
    at = int(read_record(box).drilled.at.timestamp())
    assert re.search(rf"quartier_drill_last_seconds{{quarter=\"\w+\"}} {at}\n", well)
    assert re.search(r"quartier_(backup|drill)_failed{quarter=\"\w+\"} 1", well) is None
    made = read_record(box).made
    weeks_ago = made.at - timedelta(days=40)
    keep_record(
        box,
        current_at=weeks_ago,
        backup_failed=Failed.of(replace(SPOILT, values={"name": "y.age"}), made.at),
        drilled=Drilled(at=weeks_ago, name="x.age", tables=2, rows=3, problems=["wish"]),
    )
    assert main(["sync", "status", *where]) == 1
    said = capsys.readouterr().out
    assert "y.age ist keine Sicherung oder wurde beschädigt" in said
    assert "Seitdem kam keine Sicherung mehr zustande." in said
    assert "x.age" in said
    assert "{" not in said
    main(["sync", "status", "--metrics", *where])
    told = capsys.readouterr().out
    for name, value in (
        ("backup_failed", 1),
        ("drill_failed", 1),
        ("backup_last_seconds", int(weeks_ago.timestamp())),
    ):
        assert re.search(rf"quartier_{name}{{quarter=\"\w+\"}} {value}\n", told), name


def test_nobodys_box_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FILE).write_text('name = "Neu"\n', encoding="utf-8")
    assert main(["sync", "status", "--data", str(tmp_path)]) == 1
    assert "quartier:" in capsys.readouterr().err
