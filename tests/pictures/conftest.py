"""The stage, and what was found on one walk through all of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.pictures.look import Look, front, in_another_light, measured
from tests.pictures.shots import SCENES, SHOTS
from tests.pictures.stage import Stage, staged
from tests.pictures.walk import Seen, Walk

Album = dict[str, Look | Exception]
OTHER_LIGHT = ("portal-today", "portal-confirm", "kiosk-home", "kiosk-confirm", "desk-today")
SCENE_OF = {shot.name: scene for scene in SCENES for shot in scene.shots}
FIRST_OF_TEMPLATE = tuple(
    next(shot.name for shot in SHOTS.values() if shot.template == template)
    for template in dict.fromkeys(shot.template for shot in SHOTS.values() if not shot.once)
)
"""One shot of each template, to be reached without script and in English too."""


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
        shot = seen.shot
        look = found[shot.name] = measured(seen, as_used=True)
        if shot.name in OTHER_LIGHT:
            look.serious_in_another_light = in_another_light(seen.page)
        if shot.name in FIRST_OF_TEMPLATE:

            def plain(bare: Seen) -> None:
                look.front_without_script = front(bare)

            def english(other: Seen) -> None:
                look.in_english = measured(other)

            walk.show(shot, SCENE_OF[shot.name], plain, java_script_enabled=False)
            walk.show(shot, SCENE_OF[shot.name], english, language="en")

    walk.through(note, failed=lambda shot, error: found.setdefault(shot.name, error))
    return found
