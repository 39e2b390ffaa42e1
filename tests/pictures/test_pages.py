"""Every real page in Chromium: readable, reachable, whole at every size, light, all our own."""

from __future__ import annotations

import pytest

from tests.pictures.conftest import FIRST_OF_TEMPLATE, OTHER_LIGHT, Album
from tests.pictures.heard import Heard
from tests.pictures.look import Look
from tests.pictures.shots import SHOTS
from tests.pictures.test_every_page import pattern_of, route_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]
PHONES = [name for name, shot in SHOTS.items() if shot.screen == "phone"]
DESK = [name for name, shot in SHOTS.items() if shot.screen == "desk"]
LOBBY = [name for name, shot in SHOTS.items() if shot.screen == "lobby"]
BYTES_MAX = 150_000
WITHOUT_SCROLLING = ("kiosk-idle", "kiosk-home", "kiosk-home-card")
"""What lies between a person and the five commonest tasks."""


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


@pytest.mark.parametrize("name", SHOTS)
def test_a_page_is_whole_for_who_hears_it(album: Album, name: str) -> None:
    """Titles and landmarks to jump by, a name for whatever is used, no two names alike, hints and
    errors that are read with their field.
    """
    assert look_at(album, name).heard == Heard()


@pytest.mark.parametrize("name", DESK)
def test_the_desk_is_gone_through_by_keys_alone(album: Album, name: str) -> None:
    """In the order of reading, everywhere, with a ring that nothing covers, and out again."""
    assert not look_at(album, name).by_keyboard


@pytest.mark.parametrize("name", OTHER_LIGHT)
def test_axe_finds_nothing_serious_in_another_light(album: Album, name: str) -> None:
    found = look_at(album, name).serious_in_another_light
    assert found == {"theme=dark": [], "contrast=more": []}


@pytest.mark.parametrize("name", FIRST_OF_TEMPLATE)
def test_an_english_page_is_as_sound_as_the_german_one(album: Album, name: str) -> None:
    english = look_at(album, name).in_english
    assert english is not None
    assert english.status == SHOTS[name].status
    assert not [*english.serious, *english.slips, *english.said, *english.small]
    assert not {size: found for size, found in english.beyond.items() if found}


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
    look = look_at(album, name)
    assert not look.close
    assert not look.crowded


@pytest.mark.parametrize("name", WITHOUT_SCROLLING)
def test_the_five_tasks_are_reached_without_scrolling(album: Album, name: str) -> None:
    assert look_at(album, name).overflow <= 0


@pytest.mark.parametrize("name", ["kiosk-idle", "kiosk-home", "kiosk-home-card"])
def test_the_lobby_is_reached_from_a_wheelchair(album: Album, name: str) -> None:
    """What is touched is in the lower two thirds."""
    assert look_at(album, name).highest >= 1920 / 3


@pytest.mark.parametrize("name", FIRST_OF_TEMPLATE)
def test_a_page_comes_without_script(album: Album, name: str) -> None:
    """The same words at the top, the same forms, by the same steps."""
    look = look_at(album, name)
    assert look.front == look.front_without_script
