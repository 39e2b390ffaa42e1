"""A device becomes the door display of a place once, shows that place, and can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    DoorDisplay,
    InvitedDisplay,
    become_display,
    end_display,
    find_display,
    has_display,
    invite_display,
    is_at_display,
    list_displays,
    presence_figures,
)
from node.store import Core
from tests.spaces.conftest import Quarter


def invited(core: Core, who: Actor, space_id: bytes, clock: FrozenClock) -> InvitedDisplay:
    made = core.write(lambda write: invite_display(write, who, space_id, now=clock.now()))
    assert isinstance(made, InvitedDisplay), made
    return made


def hung(core: Core, who: Actor, space_id: bytes, clock: FrozenClock) -> str:
    code = invited(core, who, space_id, clock).code
    token = core.write(lambda write: become_display(write, code, now=clock.now()))
    assert isinstance(token, str), token
    return token


def shown(core: Core, token: str) -> DoorDisplay | None:
    return core.read(lambda read: find_display(read, token))


@pytest.fixture
def hall(files: QuarterFiles) -> bytes:
    return files.id_of("space", "hofsaal")


def test_a_code_makes_one_device_the_display(
    house: Core, demir: Actor, hall: bytes, clock: FrozenClock
) -> None:
    code = invited(house, demir, hall, clock).code
    typed = f"{code[:4].lower()} {code[4:]}"
    token = house.write(lambda write: become_display(write, typed, now=clock.now()))
    assert isinstance(token, str)
    found = shown(house, token)
    assert found is not None
    assert found.space_id == hall
    again = house.write(lambda write: become_display(write, code, now=clock.now()))
    assert isinstance(again, Refusal)
    assert again.code == "displays.wrong_code"
    assert shown(house, token) == found


def test_a_code_is_old_after_half_an_hour(
    house: Core, demir: Actor, hall: bytes, clock: FrozenClock
) -> None:
    code = invited(house, demir, hall, clock).code
    clock.advance(timedelta(minutes=30))
    found = house.write(lambda write: become_display(write, code, now=clock.now()))
    assert isinstance(found, Refusal)


@pytest.mark.parametrize("text", ["", "ABCD EFGH", "x" * 5000, "ÄÖÜß'; --"])
def test_nothing_else_opens_anything(house: Core, clock: FrozenClock, text: str) -> None:
    assert isinstance(
        house.write(lambda write: become_display(write, text, now=clock.now())), Refusal
    )
    assert shown(house, text) is None


def test_residents_make_no_displays_and_stays_get_none(
    house: Core, files: QuarterFiles, anna: Actor, demir: Actor, hall: bytes, clock: FrozenClock
) -> None:
    now, stay = clock.now(), files.id_of("space", "gartenzimmer")
    for who, space_id, code in (
        (anna, hall, "displays.not_allowed"),
        (demir, stay, "displays.not_for_stays"),
        (demir, b"n" * 16, "spaces.unknown_space"),
    ):
        made = house.write(lambda write, w=who, s=space_id: invite_display(write, w, s, now=now))
        assert isinstance(made, Refusal)
        assert made.code == code
    assert house.read(list_displays) == []


def test_taken_back_it_shows_nothing_any_more(
    house: Core, anna: Actor, demir: Actor, hall: bytes, clock: FrozenClock
) -> None:
    token = hung(house, demir, hall, clock)
    (display,) = house.read(list_displays)
    no = house.write(lambda write: end_display(write, anna, display.id, now=clock.now()))
    assert isinstance(no, Refusal)
    assert shown(house, token) is not None
    house.write(lambda write: end_display(write, demir, display.id, now=clock.now()))
    assert shown(house, token) is None
    assert house.read(list_displays) == []
    again = house.write(lambda write: end_display(write, demir, display.id, now=clock.now()))
    assert isinstance(again, Refusal)
    assert again.status == 404


def test_the_house_knows_a_display_and_central_does_not(
    quarter: Quarter, demir: Actor, hall: bytes
) -> None:
    home, kiosk, central = (quarter.cores[name] for name in ("home", "kiosk", "central"))
    token = hung(home, demir, hall, quarter.clock)
    quarter.meet("home", "kiosk")
    quarter.meet("home", "central")
    assert shown(kiosk, token) == shown(home, token)
    assert shown(central, token) is None
    assert central.read(lambda read: read.value("select count(*) from door_display_device")) == 0


def test_the_figures_prove_presence_for_two_minutes_and_only_here(
    quarter: Quarter, files: QuarterFiles, demir: Actor, hall: bytes
) -> None:
    home, kiosk, clock = quarter.cores["home"], quarter.cores["kiosk"], quarter.clock
    display = shown(home, hung(home, demir, hall, clock))
    assert display is not None
    quarter.meet("home", "kiosk")
    figures = home.read(lambda read: presence_figures(read, display, now=clock.now()))
    assert len(figures) == 6
    assert figures.isdecimal()

    def counts(core: Core, space_id: bytes, text: str) -> bool:
        return core.read(lambda read: is_at_display(read, space_id, text, now=clock.now()))

    assert counts(home, hall, figures)
    assert counts(kiosk, hall, f"{figures[:3]} {figures[3:]}"), "another box of the house"
    assert not counts(home, files.id_of("space", "werkraum"), figures)
    for wrong in ("", "000", figures[:5], figures + "0", "ä" * 6):
        assert not counts(home, hall, wrong)
    clock.advance(timedelta(seconds=120))
    assert counts(home, hall, figures)
    clock.advance(timedelta(seconds=121))
    assert not counts(home, hall, figures)
    assert figures != home.read(lambda read: presence_figures(read, display, now=clock.now()))


def test_a_place_without_a_device_has_no_display(
    house: Core, demir: Actor, hall: bytes, clock: FrozenClock
) -> None:
    invited(house, demir, hall, clock)
    assert not house.read(lambda read: has_display(read, hall))
    hung(house, demir, hall, clock)
    assert house.read(lambda read: has_display(read, hall))
