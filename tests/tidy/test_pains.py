"""Each complaint that we say we answer has its journey."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
PAINS = range(1, 14)


def test_each_complaint_is_answered_by_a_test_that_is_there() -> None:
    told = (ROOT / "docs/pains.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \|(.*)$", told, re.MULTILINE)
    assert [int(number) for number, _ in rows] == [*PAINS]
    for number, row in rows:
        shown = NAMED.findall(row)
        assert shown, number
        for path, name in shown:
            source = (ROOT / path).read_text("utf-8")
            assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), name
