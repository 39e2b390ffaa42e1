"""The stage, and what was found on one walk through all of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.pictures.look import Look, measured
from tests.pictures.stage import Stage, staged
from tests.pictures.walk import Seen, Walk

Album = dict[str, Look | Exception]


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo quarter, running."""
    with staged(tmp_path_factory.mktemp("stage") / "demo") as running:
        yield running


@pytest.fixture(scope="session")
def walk(stage: Stage, chromium: Any) -> Walk:
    """Somebody who can go anywhere on the stage, as anybody."""
    return Walk(stage, chromium)


@pytest.fixture(scope="session")
def album(walk: Walk) -> Album:
    """Every page, measured; pages that cannot be reached with the reason.

    One walk in the order of the scenes, whatever the order of the tests: what is done on the way
    stays done.
    """
    found: Album = {}

    def note(seen: Seen) -> None:
        found[seen.shot.name] = measured(seen)

    walk.through(note, failed=lambda shot, error: found.setdefault(shot.name, error))
    return found
