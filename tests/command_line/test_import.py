"""`quartier import` as its user: all errors at once, nothing half, nothing of somebody else's."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from node import people
from node.__main__ import main
from node.base.actors import Face
from node.base.clock import SystemClock
from node.base.refusals import Refusal
from node.people.model import Knock
from node.registry import REGISTRY
from node.store import Store
from tests.quarter.conftest import SMALL

HISTORY = "history/reservations.csv"

Spoil = Callable[[str, str, str], None]
Run = Callable[..., tuple[int, str, str]]

WRONG = (
    # what an operator writes by hand, all of it in one directory
    ("quarter.toml", '"NW"', '"XX"', "Bundesland"),
    ("buildings.csv", "leaf,1,pine", "leaf,1,neongrün", "neongrün"),
    ("flats.csv", "62.5", "62qm", "keine Zahl"),
    ("households.csv", "2015-07-15", "15.07.15", "kein Datum"),
    ("people.csv", "anna@lindenhof.example", "anna bei lindenhof", "E-Mail"),
    ("contracts.csv", "24.90", "-24.90", "negativ"),
    ("staff.csv", "staff,demir", "resident,demir", "kennt „resident“ nicht"),
    ("outside_neighbours.csv", "P-ANNA", "P-NOBODY", "P-NOBODY"),
    ("spaces/hofsaal.toml", "deposit = 100.00", "deposit = -1", "negativ"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "files"
    shutil.copytree(SMALL, copy)
    return copy


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    def change(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text, file
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


@pytest.fixture
def node(tmp_path: Path) -> Path:
    data = tmp_path / "node"
    assert main(["init", "--data", str(data)]) == 0
    return data


@pytest.fixture
def run(
    node: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """The verb on the copy; status, output, errors."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    def go(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = main(["import", str(folder), "--data", str(node), *words])
        return status, *capsys.readouterr()

    return go


def rows(node: Path) -> dict[str, int]:
    """How many rows each table has, and what its journal holds."""
    with sqlite3.connect(f"file:{node / 'quarter.db'}?mode=ro", uri=True) as connection:
        tables = ("journal", "building", "flat", "person", "space", "reservation_decision")
        return {
            name: connection.execute(f"select count(*) from {name}").fetchone()[0]
            for name in tables
        }


def test_all_errors_are_told_at_once_with_file_line_and_remedy(
    run: Run, spoil: Spoil, folder: Path, node: Path
) -> None:
    for file, old, new, _ in WRONG:
        spoil(file, old, new)
    before = rows(node)
    status, said, errors = run()
    assert (status, said) == (1, "")
    *lines, closing = errors.splitlines()
    assert closing == f"{len(lines)} Fehler gefunden. Es wurde nichts geändert."
    for file, _, new, part in WRONG:
        found = [line for line in lines if line.startswith(f"{file}:") and part in line]
        assert found, file
        number = int(found[0].split(":")[1])
        assert new.splitlines()[0] in (folder / file).read_text("utf-8").splitlines()[number - 1]
        assert found[0].count(".") >= 2, "the matter and what helps"
    assert rows(node) == before
    assert run("--check")[0] == 1


def test_a_second_import_writes_nothing_and_a_changed_file_only_its_change(
    run: Run, spoil: Spoil, node: Path
) -> None:
    status, said, errors = run()
    assert (status, errors) == (0, "")
    assert "Eingelesen. Änderungen: 75." in said
    assert [line.split(":")[0].strip() for line in said.splitlines()[:3]] == [
        "Quartier",
        "Menschen",
        "Buchungen",
    ]
    before = rows(node)
    assert run() == (0, "Eingelesen. Änderungen: 0.\n", "")
    assert rows(node) == before
    spoil("buildings.csv", "Haus Birke", "Haus Weißbirke")
    assert "Änderungen: 1." in run()[1]
    assert rows(node)["building"] == before["building"]


def test_checking_needs_no_node_and_changes_nothing(run: Run, node: Path) -> None:
    before = rows(node)
    assert run("--check")[0] == 0
    assert rows(node) == before


def test_files_of_another_quarter_end_nothing_here(run: Run, spoil: Spoil, node: Path) -> None:
    assert run()[0] == 0
    before = rows(node)
    spoil("quarter.toml", 'key = "', 'key = "other-')
    status, _, errors = run()
    assert status == 1
    assert "gehört zu einem anderen Quartier" in errors
    assert rows(node) == before


def test_a_changed_seed_of_the_ids_ends_nothing_here(run: Run, spoil: Spoil, node: Path) -> None:
    assert run()[0] == 0
    before = rows(node)
    spoil("quarter.toml", "[quarter]", '[quarter]\nid_seed = "another"')
    status, _, errors = run()
    assert status == 1
    assert "id_seed" in errors
    assert rows(node) == before


def test_what_is_reserved_here_is_not_given_away_by_a_file(
    run: Run, folder: Path, node: Path
) -> None:
    """R-4 is confirmed; a file that has it no more but another one in its time meets it here."""
    assert run()[0] == 0
    before = rows(node)
    path = folder / HISTORY
    text = path.read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("R-4,"))
    path.write_text(text.replace(line, line.replace("R-4,", "R-9,")), "utf-8")
    status, _, errors = run()
    assert status == 1
    number = text.splitlines().index(line) + 1
    assert errors.startswith(f"{HISTORY}:{number}: „R-9“ trifft auf eine Buchung")
    assert rows(node) == before


def test_where_the_store_refuses_to_write_nothing_is_called_imported(
    run: Run, node: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A restored node waits for its neighbours first."""
    assert run()[0] == 0
    backups = node.parent / "backups"
    assert main(["backup", str(backups), "--data", str(node)]) == 0
    backup = next(backups.iterdir())
    assert main(["restore", str(backup), "--replace", "--data", str(node)]) == 0
    (node.parent / "files" / "people.csv").write_text(
        (SMALL / "people.csv").read_text("utf-8").replace("1961", "1962"), "utf-8"
    )
    status, said, errors = run()
    assert status == 1
    assert errors.startswith("quartier: ")
    assert "Eingelesen" not in said


def test_the_team_gets_its_first_passwords(
    run: Run, node: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without this verb nobody could ever sign in at the desk of a new quarter."""
    assert run()[0] == 0
    assert main(["password", "Demir", "--data", str(node)]) == 0
    password = capsys.readouterr().out.strip()
    assert asyncio.run(sign_in(node, "demir", password))
    assert not asyncio.run(sign_in(node, "demir", password + "x"))
    assert main(["password", "nobody", "--data", str(node)]) == 1
    assert "Niemand vom Team meldet sich als „nobody“ an" in capsys.readouterr().err


async def sign_in(node: Path, name: str, password: str) -> bool:
    store = await Store.open(node / "quarter.db", REGISTRY, clock=SystemClock())
    try:
        now = store.core.clock.now()
        knock = Knock(address="127.0.0.1", face=Face.DESK)
        result = await people.sign_in_with_name(store, knock, name, password, now=now)
    finally:
        await store.close()
    return not isinstance(result, Refusal)


def test_a_file_that_is_no_directory_is_named(
    node: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (tmp_path / "nowhere", SMALL / "people.csv"):
        assert main(["import", str(place), "--data", str(node)]) == 1
        assert capsys.readouterr().err.startswith(f"{place}: ")
