"""Real nodes and the people's screens."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.browser.screens import Screen, screen
from tests.chromium import launched
from tests.nodes import Blueprint, Town, built

Opens = Callable[..., Screen]


@pytest.fixture
def town(blueprint: Blueprint, tmp_path: Path) -> Iterator[Town]:
    """The quarter of this story, its nodes not started yet."""
    with built(blueprint, tmp_path / "town") as made:
        yield made


@pytest.fixture
def opens(
    town: Town, playwright: Any, chromium: Any, request: pytest.FixtureRequest
) -> Iterator[Opens]:
    """Gives somebody a screen: `opens("phone")`, at another node `opens("lobby", "kiosk")`.

    With `flags` the screen has a browser of its own, that is started with them.
    """
    story = request.node.name.removeprefix("test_")[:60]
    with contextlib.ExitStack() as stack:

        def give(
            kind: str, node: str = "home", *, flags: Sequence[str] = (), **more: Any
        ) -> Screen:
            browser = chromium
            if flags:
                browser = stack.enter_context(launched(playwright, *flags))
            return stack.enter_context(screen(browser, town.address(node), kind, story, **more))

        yield give
