"""Real nodes and the people's screens."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.screens import Screen, screen
from tests.nodes import Blueprint, Town, built

Opens = Callable[..., Screen]


@pytest.fixture
def town(blueprint: Blueprint, tmp_path: Path) -> Iterator[Town]:
    """The quarter of this story, its nodes not started yet."""
    with built(blueprint, tmp_path / "town") as made:
        yield made


@pytest.fixture
def opens(town: Town, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Gives somebody a screen: `opens("phone")`, at another node `opens("lobby", "kiosk")`."""
    story = request.node.name.removeprefix("test_")[:60]
    with contextlib.ExitStack() as stack:

        def give(kind: str, node: str = "home", *, browser: Any = chromium, **more: Any) -> Screen:
            return stack.enter_context(screen(browser, town.address(node), kind, story, **more))

        yield give
