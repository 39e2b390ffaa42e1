"""`docs/import.md` names every file, column and field that the reader knows, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from node.quarter.files import Approval, Audience, Channel, PastStatus, Tenure
from node.quarter.files.reader import KNOWN_NAMES
from node.quarter.model import MARK_COLOURS, Exemption, WasteKind

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
READER = ROOT / "node" / "quarter" / "files"
FIELD = re.compile(
    r"\.(?:text|key|reference|whole|number|money|cents|flag|choice|day|instant|clock|words|local_text|table|tables|raw|has)"
    r"\(\s*\"([a-z_0-9]+)\""
)
APART = re.compile(r"(?:read_spans|read_weekdays|_day_of_year)\(fields, \"([a-z_0-9]+)\"")
COLUMNS = re.compile(r"read_rows\((.*?)\)", re.DOTALL)


def fields_read() -> set[str]:
    found: set[str] = set()
    for path in READER.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        found.update(FIELD.findall(text), APART.findall(text))
        for call in COLUMNS.findall(text):
            words = re.findall(r'"([a-z_0-9 .]+)"', call)
            found.update(word for part in words if ".csv" not in part for word in part.split())
    return found


@pytest.mark.parametrize("name", sorted(fields_read()))
def test_a_field_that_is_read_is_documented(name: str) -> None:
    assert re.search(rf"\b{name}\b", DOCS), f"say in docs/import.md what {name} means"


def test_many_fields_were_found() -> None:
    """Or the tests above would hold for no reason."""
    assert len(fields_read()) > 120


def test_files_and_choices_are_documented() -> None:
    for name in KNOWN_NAMES:
        assert name == "README.md" or name in DOCS
    for choices in (Approval, Audience, Channel, Exemption, PastStatus, Tenure, MARK_COLOURS):
        for word in choices:
            assert word in DOCS
    assert all(kind in DOCS for kind in WasteKind if kind is not WasteKind.OTHER)


def test_fields_that_are_documented_are_read() -> None:
    sections = DOCS.split("## quarter.toml")[1].split("## Calendars")[0]
    named = set(re.findall(r"(?<![\w/.])`([a-z]+(?:_[a-z0-9]+)+)`", sections))
    choices = {
        *Approval,
        *Audience,
        *Channel,
        *Exemption,
        "guest_apartment",
        "house_rule",
        "mark_icon",
    }
    unread = named - fields_read() - choices - {"mark_number", "mark_colour"}
    assert not unread
