"""Fixtures that all tests share: a frozen clock and a fresh store on a real file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import sync_playwright

from node.base.clock import FrozenClock
from node.registry import REGISTRY
from node.store import Core
from tests.chromium import launched
from tests.nodes import Blueprint, draw

# On a busy machine the first draw is slow and says nothing of the code.
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The gate asks the same of the same code, so that it tells of a change; to look further is for
# `make properties`, whose draws are of chance.
settings.register_profile("gate", settings.get_profile("search"), derandomize=True)
settings.load_profile("gate")

# Verbs speak the terminal's language: here English, whatever the terminal of who tests.
os.environ["LANG"] = "en_GB.UTF-8"
for _name in ("LC_ALL", "LC_MESSAGES"):
    os.environ.pop(_name, None)


TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""24 November 2026, 10:00 in Düsseldorf: when most tests happen."""


@pytest.fixture
def clock() -> FrozenClock:
    """Stands at that Tuesday until it is moved."""
    return FrozenClock(TUESDAY)


@pytest.fixture(scope="session")
def blueprint(tmp_path_factory: pytest.TempPathFactory) -> Blueprint:
    """The small quarter on three nodes, to be copied and run as processes."""
    return draw(tmp_path_factory.mktemp("quarter") / "blueprint", FrozenClock(TUESDAY))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """What drives Chromium; one for the whole run: beside a running one, a second refuses."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
    """A Chromium for all stories; each opens a context of its own."""
    with launched(playwright) as browser:
        yield browser


@pytest.fixture
def core(tmp_path: Path, clock: FrozenClock) -> Iterator[Core]:
    """A fresh, migrated store of a new quarter with all tables of the release."""
    opened = Core.open(tmp_path / "quarter.db", REGISTRY, clock=clock)
    yield opened
    opened.close()
