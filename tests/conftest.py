"""Fixtures that all tests share: a frozen clock, a fresh store on a real file, Chromium."""

from __future__ import annotations

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
from tests.nodes import Blueprint, draw
from tests.web import gallery

# On a busy machine the first draw is slow and says nothing of the code.
settings.register_profile("gate", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gate")


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


@pytest.fixture
def core(tmp_path: Path, clock: FrozenClock) -> Iterator[Core]:
    """A fresh, migrated store of a new quarter with all tables of the release."""
    opened = Core.open(tmp_path / "quarter.db", REGISTRY, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """The one Playwright of a process: beside a running one, a second refuses to start."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
    """Debian's Chromium, for all tests that look at pages as a person does."""
    with gallery.launched(playwright) as browser:
        yield browser
