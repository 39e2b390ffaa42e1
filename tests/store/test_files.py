"""Files are private, durable and swapped whole, also when the process dies in between."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.store import files

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def lay(folder: Path, **contents: str) -> Path:
    for name, content in contents.items():
        (folder / name.replace("_", ".").replace("0", "-")).write_text(content)
    return folder / "quarter.db"


def laid(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_what_was_there_is_kept_with_its_logs(tmp_path: Path) -> None:
    database = lay(tmp_path, quarter_db="old", quarter_db0wal="its log", fresh="new")
    aside = files.put_in_place(tmp_path / "fresh", database)
    assert aside is not None
    assert laid(tmp_path) == {
        "quarter.db": "new",
        aside.name: "old",
        aside.name + "-wal": "its log",
    }


def test_an_empty_place_takes_it_too(tmp_path: Path) -> None:
    lay(tmp_path, fresh="new")
    assert files.put_in_place(tmp_path / "fresh", tmp_path / "quarter.db") is None
    assert laid(tmp_path) == {"quarter.db": "new"}


def test_a_log_without_its_database_never_meets_the_new_one(tmp_path: Path) -> None:
    database = lay(tmp_path, quarter_db0wal="somebody's log", fresh="new")
    assert files.put_in_place(tmp_path / "fresh", database) is None
    assert database.read_text() == "new"
    assert not (tmp_path / "quarter.db-wal").exists()


@pytest.mark.parametrize("steps", range(8))
def test_a_swap_that_was_cut_off_is_finished(
    tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = lay(
        tmp_path, quarter_db="old", quarter_db0wal="its log", quarter_db0shm="index", fresh="new"
    )
    left = [steps]
    replace = os.replace

    def dies(source: Path, target: Path) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", dies)
        try:
            files.put_in_place(tmp_path / "fresh", database)
            assert steps >= 5
        except KeyboardInterrupt:
            assert steps < 5
    assert files.is_expected(database)
    files.finish_swap(database)
    found = laid(tmp_path)
    if steps:
        [aside] = [name for name, content in found.items() if content == "old"]
        assert found == {
            "quarter.db": "new",
            aside: "old",
            aside + "-wal": "its log",
            aside + "-shm": "index",
        }
    else:
        assert found["quarter.db"] == "old"
        assert found["quarter.db-wal"] == "its log"


def test_nothing_set_aside_replaces_what_was_set_aside_before(tmp_path: Path) -> None:
    for content in ("one", "two", "three"):
        files.set_aside(lay(tmp_path, quarter_db=content), "damaged", NOW)
    assert laid(tmp_path) == {
        "quarter.db.damaged-20261124T100000Z": "one",
        "quarter.db.damaged-20261124T100000Z-2": "two",
        "quarter.db.damaged-20261124T100000Z-3": "three",
    }


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("open to all")
    path.chmod(0o666)
    os.umask(0)
    try:
        files.write_durably(path, b"secret")
    finally:
        os.umask(0o022)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == b"secret"
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]
