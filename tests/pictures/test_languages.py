"""The covered pages in Arabic and Ukrainian: whole at every size, sound, light, and run their way.

Arabic turns the page round, Ukrainian has the longest words.
"""

from __future__ import annotations

import pytest

from tests.pictures.conftest import FIRST_OF_TEMPLATE, SCENE_OF
from tests.pictures.look import Look, measured
from tests.pictures.shots import SHOTS
from tests.pictures.test_pages import BYTES_MAX
from tests.pictures.walk import Seen, Walk
from tests.tidy.covered import TEMPLATES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]
LANGUAGES = {"ar": "rtl", "uk": "ltr"}
COVERED = [name for name in FIRST_OF_TEMPLATE if SHOTS[name].template in TEMPLATES]
Foreign = dict[tuple[str, str], tuple[Look, str, int] | Exception]
"""How a page looks in a language, its direction and how many notes say that it is part German."""


@pytest.fixture(scope="session")
def foreign(walk: Walk) -> Foreign:
    """Every covered page in both languages, in the order of the scenes."""
    found: Foreign = {}

    def note(seen: Seen) -> None:
        runs = seen.page.evaluate("getComputedStyle(document.body).direction")
        notes = seen.page.locator(".in-german").count()
        found[seen.shot.name, seen.language] = measured(seen), runs, notes

    def failed(shot: object, error: Exception) -> None:
        name = getattr(shot, "name", "")
        for language in LANGUAGES:
            found.setdefault((name, language), error)

    walk.through(note, names=COVERED, languages=LANGUAGES, failed=failed)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", COVERED)
def test_a_covered_page_is_as_sound_as_the_german_one(
    foreign: Foreign, name: str, language: str
) -> None:
    seen = foreign[name, language]
    if isinstance(seen, Exception):
        raise seen
    look, runs, notes = seen
    assert runs == LANGUAGES[language]
    assert notes == 0
    assert look.status == SHOTS[name].status
    assert not [*look.serious, *look.slips, *look.said, *look.strangers]
    assert not [*look.small, *look.close]
    assert not look.crowded
    assert not {size: beyond for size, beyond in look.beyond.items() if beyond}
    assert look.weight < BYTES_MAX


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["kiosk-idle", "kiosk-home"])
def test_the_five_tasks_are_reached_without_scrolling(
    foreign: Foreign, name: str, language: str
) -> None:
    seen = foreign[name, language]
    assert not isinstance(seen, Exception)
    assert seen[0].overflow <= 0
    assert seen[0].highest >= 1920 / 3


def test_every_covered_page_is_looked_at() -> None:
    """Parts and layouts are seen within pages."""
    shown = {SHOTS[name].template for name in COVERED}
    whole = {name for name in TEMPLATES if "/" in name and "/_" not in name}
    assert whole - shown == set()
    assert SCENE_OF.keys() >= set(COVERED)
