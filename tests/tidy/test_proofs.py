"""Each promise about reservations has the tests that are named for it."""

from __future__ import annotations

import re

from tests.tidy.test_pains import NAMED, ROOT


def test_each_promise_is_held_by_tests_that_are_there() -> None:
    told = (ROOT / "docs/proofs.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \|(.*)$", told, re.MULTILINE)
    assert [int(number) for number, _ in rows] == [*range(1, len(rows) + 1)]
    assert rows
    for number, row in rows:
        shown = NAMED.findall(row)
        assert shown, number
        for path, name in shown:
            source = (ROOT / path).read_text("utf-8")
            assert re.search(rf"^(async )?def {name}\(", source, re.MULTILINE), name
