"""Taxes as facts say them: what cannot be read counts for nothing and stops nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.quarter import get_profile, import_quarter
from node.quarter.files import QuarterFiles
from node.registry import REGISTRY
from node.store import Core

DEEP = '{"y":' + "[" * 1900 + "]" * 1900 + "}"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("fact", ["", "\0", "{", "[]", DEEP, '{"at": 1}', '{"at": "x"}'])
def test_a_fact_that_cannot_be_read_leaves_what_the_files_say(
    small: QuarterFiles, tmp_path: Path, fact: str
) -> None:
    core = Core.open(tmp_path / "q.db", REGISTRY, clock=FrozenClock(NOW))
    try:
        import_quarter(core, small, now=NOW)
        before = core.read(get_profile)
        core.write(lambda write: write.insert("tax_rate", id=b"T" * 16, number=1, fact=fact))
        assert core.read(get_profile) == before
    finally:
        core.close()
