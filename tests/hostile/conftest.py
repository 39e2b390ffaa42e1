"""One listening node for all tests of a process that change nothing; see `live.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from tests.hostile.live import LiveNode, listening
from tests.hostile.town import START, Town, build_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return build_town(tmp_path_factory.mktemp("town"), FrozenClock(START))


@pytest.fixture(scope="session")
def shared(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNode]:
    """The node behind `live`."""
    folder = tmp_path_factory.mktemp("live") / "node"
    with listening(town, folder, FrozenClock(START)) as running:
        yield running


@pytest.fixture
def live(shared: LiveNode) -> LiveNode:
    """A node that may be changed only by what is allowed; tests must not depend on its state."""
    # It hears the whole process, so also what other tests made the product say meanwhile.
    shared.log.lines.clear()
    return shared


@pytest.fixture
def own(town: Town, tmp_path: Path) -> Iterator[LiveNode]:
    """A node for one test alone."""
    with listening(town, tmp_path / "node", FrozenClock(START)) as running:
        yield running
