"""Every real page in Chromium: readable, reachable, whole at every size, light, all our own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chromium import serious
from tests.pictures.conftest import Album
from tests.pictures.look import Look
from tests.pictures.shots import SCENES, SHOTS
from tests.pictures.test_every_page import pattern_of, route_of
from tests.pictures.walk import Seen, Walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
PHONES = [name for name, shot in SHOTS.items() if shot.screen == "phone"]
LOBBY = [name for name, shot in SHOTS.items() if shot.screen == "lobby"]
BYTES_MAX = 150_000
WITHOUT_SCROLLING = ("kiosk-idle", "kiosk-home", "kiosk-home-card")
"""What lies between a person and the five commonest tasks."""
OTHER_LIGHT = ("portal-today", "portal-confirm", "kiosk-home", "kiosk-confirm", "desk-today")


def look_at(album: Album, name: str) -> Look:
    found = album[name]
    if isinstance(found, Exception):
        raise found
    return found


@pytest.mark.parametrize("name", SHOTS)
def test_a_page_is_reached_and_answers_as_it_should(album: Album, name: str) -> None:
    shot, look = SHOTS[name], look_at(album, name)
    assert look.status == shot.status
    route = shot.at or route_of(shot)
    assert not route or pattern_of(route).fullmatch(look.path), look.path


@pytest.mark.parametrize("name", SHOTS)
def test_axe_finds_nothing_serious(album: Album, name: str) -> None:
    assert not look_at(album, name).serious


@pytest.mark.parametrize("name", OTHER_LIGHT)
@pytest.mark.parametrize("wish", ["theme=dark", "contrast=more"])
def test_axe_finds_nothing_serious_in_another_light(walk: Walk, name: str, wish: str) -> None:
    attribute, _, value = wish.partition("=")
    found: list[str] = []

    def in_that_light(seen: Seen) -> None:
        seen.page.evaluate(f"document.documentElement.dataset.{attribute} = '{value}'")
        found.extend(serious(seen.page))

    walk.through(in_that_light, names=[name])
    assert not found


@pytest.mark.parametrize("name", SHOTS)
def test_ids_stand_once_and_references_lead_somewhere(album: Album, name: str) -> None:
    assert not look_at(album, name).slips


@pytest.mark.parametrize("name", SHOTS)
def test_nothing_sticks_out(album: Album, name: str) -> None:
    """At its own size, with twice the type, and on the narrowest phone."""
    assert not {size: found for size, found in look_at(album, name).beyond.items() if found}


@pytest.mark.parametrize("name", SHOTS)
def test_the_console_is_silent(album: Album, name: str) -> None:
    assert not look_at(album, name).said


@pytest.mark.parametrize("name", SHOTS)
def test_nothing_is_asked_of_strangers(album: Album, name: str) -> None:
    assert not look_at(album, name).strangers


@pytest.mark.parametrize("name", [name for name in SHOTS if not SHOTS[name].steps])
def test_a_first_view_is_light(album: Album, name: str) -> None:
    """Everything that comes over the line: page, sheets, scripts, sprite and font."""
    assert 10_000 < look_at(album, name).weight < BYTES_MAX


@pytest.mark.parametrize("name", [*PHONES, *LOBBY])
def test_fingers_find_what_they_touch(album: Album, name: str) -> None:
    assert not look_at(album, name).small


@pytest.mark.parametrize("name", LOBBY)
def test_fingers_hit_one_thing_at_a_time(album: Album, name: str) -> None:
    assert not look_at(album, name).close


@pytest.mark.parametrize("name", WITHOUT_SCROLLING)
def test_the_five_tasks_are_reached_without_scrolling(album: Album, name: str) -> None:
    assert look_at(album, name).overflow <= 0


@pytest.mark.parametrize("name", ["kiosk-idle", "kiosk-home", "kiosk-home-card"])
def test_the_lobby_is_reached_from_a_wheelchair(album: Album, name: str) -> None:
    """What is touched is in the lower two thirds."""
    assert look_at(album, name).highest >= 1920 / 3


def test_every_page_comes_without_script(walk: Walk) -> None:
    """The same words at the top, the same forms, by the same steps."""
    titles: dict[bool, dict[str, Any]] = {True: {}, False: {}}
    chosen = {shot.template: shot.name for scene in SCENES for shot in scene.shots}
    for script, found in titles.items():

        def read(seen: Seen, found: dict[str, Any] = found) -> None:
            page = seen.page
            found[seen.shot.name] = (
                page.text_content("h1"),
                page.locator("main form:not([hidden])").count(),
                seen.status,
            )

        walk.through(read, names=chosen.values(), java_script_enabled=script)
    assert titles[True] == titles[False]
