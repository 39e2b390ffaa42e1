"""A copy of the small quarter that a test may spoil, and a reader of what was told about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from node.quarter.files import FileError, QuarterFiles, read_quarter

SMALL = Path(__file__).resolve().parent.parent / "data" / "small-quarter"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    copy = tmp_path / "quarter"
    shutil.copytree(SMALL, copy)
    return copy


@pytest.fixture
def spoil(directory: Path) -> Callable[[str, str, str], list[FileError]]:
    """Replace a text in a file of the copy and read it: the errors."""

    def change(file: str, old: str, new: str) -> list[FileError]:
        path = directory / file
        text = path.read_bytes().decode()
        assert old in text, f"{old!r} is not in {file}"
        path.write_bytes(text.replace(old, new, 1).encode())
        found = read_quarter(directory)
        return found if isinstance(found, list) else []

    return change


@pytest.fixture
def small() -> QuarterFiles:
    return read_well(SMALL)


def read_well(directory: Path) -> QuarterFiles:
    found = read_quarter(directory)
    assert isinstance(found, QuarterFiles), [str(error) for error in found]
    return found
