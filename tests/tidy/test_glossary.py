"""Every word of the glossary stands in the code of its room, once, and no banned word does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TERMS = re.compile(r"^\| (?P<german>[^|]+) \| (?P<code>`[^|]+`) \| (?P<room>\w+) \|", re.MULTILINE)
ROWS = [found.groupdict() for found in TERMS.finditer((ROOT / "docs/glossary.md").read_text())]
BANNED = re.compile(
    r"^(class|def|async def) \w*(Service|Event|_event|login|Login)\w*[(:]", re.MULTILINE
)


def source(room: str) -> str:
    files = sorted((ROOT / "node" / room).rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["german"])
def test_each_word_is_used_in_its_room(row: dict[str, str]) -> None:
    text = source(row["room"])
    for term in re.findall(r"`([^`]+)`", row["code"]):
        assert re.search(rf"\b{term}\b", text), f"{term} is not in node/{row['room']}"


def test_each_word_is_defined_once() -> None:
    for column in ("german", "code"):
        words = [row[column] for row in ROWS]
        assert len(words) == len(set(words)), column
    assert len(ROWS) > 50


def test_banned_words_name_nothing() -> None:
    for path in sorted((ROOT / "node").rglob("*.py")):
        assert not BANNED.search(path.read_text(encoding="utf-8")), path
