"""A door opened from the lobby with a pass, through a real broker: by the same rules as on a phone,
in the lobby's own house only, and nothing is left on the screen.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from node import spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.refusals import Refusal
from node.store import Write
from tests.camera import scanned
from tests.devices.door import PASSWORD, Broker, Door
from tests.journeys.conftest import PINS, Person, Town, a_town
from tests.journeys.test_caretaker import card_of, with_card
from tests.journeys.test_desk import at_desk
from tests.journeys.test_hand_over import seen
from tests.journeys.test_locks import (
    AT_THEIR_TIME,
    a_locked_town,
    booked,
    door,
    house,
    impatient,
    pytestmark,
    touch_on,
)
from tests.journeys.test_safe_code import set_code
from tests.journeys.test_series import at_portal

__all__ = ["door", "house", "impatient", "pytestmark"]
PAGE, PASS = "/kiosk/check-in/open", "/kiosk/check-in/pass"


async def a_pass(town: Town) -> str:
    """The pass of Anna's booking, whose time it is now."""
    number = await booked(town)
    town.clock.set(AT_THEIR_TIME)
    program = await town.program("anna")
    text: str = (await program.get(f"/api/reservations/{number}")).json()["pass"]
    return text


async def at_the_reader(town: Town, text: str) -> Person:
    """Somebody holds it to the reader of a lobby."""
    lobby = town.browser(client="127.0.0.1")
    await lobby.get("/kiosk/check-in")
    await lobby.post("/kiosk/scan", code=text)
    return lobby


async def test_who_holds_the_pass_opens_with_one_touch(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        lobby = await at_the_reader(town, await a_pass(town))
        assert PAGE in seen(lobby), "the way stands with the pass"
        page = await lobby.get(PAGE)
        assert page.headers["cache-control"] == "no-store"
        assert "Die Tür öffnet sich sofort" in seen(lobby), "said before the touch"
        assert door.opened == []
        touch = touch_on(lobby)
        await lobby.post(PAGE, touch=touch)
        assert "Die Tür ist offen." in seen(lobby)
        assert door.opened == ["ON"]
        # Sent twice, one touch; touched once more, one more.
        await lobby.post(PAGE, touch=touch)
        assert door.opened == ["ON"]
        assert "Noch einmal öffnen" in seen(lobby)
        await lobby.post(PAGE, touch=touch_on(lobby))
        assert door.opened == ["ON", "ON"]
        assert "Anna" not in seen(lobby), "whoever holds a pass is told no name"
        demir = await at_desk(town)
        await demir.get(f"/desk/places/{town.space('hofsaal')}/open")
        assert seen(demir).count("Ausweis von Anna Linde, in der Lobby") == 2


async def test_the_screen_forgets_them_and_then_opens_nothing(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        text = await a_pass(town)
        lobby = await at_the_reader(town, text)
        await lobby.get(PAGE)
        touch = touch_on(lobby)
        await lobby.post("/kiosk/reset")
        assert "Jetzt öffnen" not in seen(lobby)
        await lobby.get("/kiosk/check-in")
        await lobby.post(PAGE, touch=touch)
        assert "Die Tür ist offen." not in seen(lobby)
        # Another screen was shown nothing, and two minutes later nothing is left of the pass.
        other = town.browser(client="127.0.0.1")
        await other.get("/kiosk/check-in")
        await other.post(PAGE, touch="0" * 26)
        lobby = await at_the_reader(town, text)
        await lobby.get(PAGE)
        touch = touch_on(lobby)
        clock.set(clock.now() + timedelta(minutes=2, seconds=1))
        await lobby.post(PAGE, touch=touch)
        assert door.opened == []


async def test_no_answer_and_no_lock_are_said_with_what_helps(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        await set_code(town)
        lobby = await at_the_reader(town, await a_pass(town))
        await lobby.get(PAGE)
        door.answers = False
        await lobby.post(PAGE, touch=touch_on(lobby))
        assert "Das Schloss hat nicht geantwortet." in seen(lobby)
        assert "Sehen Sie bitte nach, ob die Tür offen ist." in seen(lobby)
        assert "/kiosk/check-in/code" in seen(lobby), "the key is in the safe"
        assert "tel:" not in seen(lobby), "nobody telephones with this screen"
        door.say("tele/{}/LWT", "Offline")
        await lobby.post(PAGE, touch=touch_on(lobby))
        assert "nicht zu erreichen. Die Tür ist zu." in seen(lobby)
        assert door.opened == ["ON"]


async def test_the_list_comes_first_where_the_place_asks_for_it_and_never_after_their_time(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        await ask_for_the_list(town)
        text = await a_pass(town)
        lobby = await at_the_reader(town, text)
        await lobby.get(PAGE)
        assert "zuerst die Übergabe" in seen(lobby)
        assert "/kiosk/check-in/hand-over/in" in seen(lobby)
        await lobby.post(PAGE, touch="0" * 26)
        assert door.opened == []
        come = "/kiosk/check-in/hand-over/in"
        await lobby.get(come)
        for said in (
            {"row": "crockery", "is_crockery": "fits"},
            {"row": "power", "number_power": "1"},
            {"row": "key", "is_key": "fits"},
            {"row": "floor", "is_floor": "fits"},
            {"act": "sign"},
        ):
            await lobby.post(come, **said)
        await lobby.get(PAGE)
        await lobby.post(PAGE, touch=touch_on(lobby))
        assert door.opened == ["ON"], seen(lobby)
        await lobby.get(PAGE)
        touch = touch_on(lobby)
        clock.set(datetime(2026, 11, 28, 18, 0, tzinfo=UTC))
        lobby = await at_the_reader(town, text)
        assert PAGE not in seen(lobby)
        await lobby.post(PAGE, touch=touch)
        assert door.opened == ["ON"]


async def test_who_is_signed_in_may_open_from_their_phone_before_the_door(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        text = await a_pass(town)
        nobody = await at_the_reader(town, text)
        await nobody.get(PAGE)
        assert "mit dem Handy weiter" not in seen(nobody), "whose pass it is, is not known"
        anna = await with_card(town, await card_of(town, "anna"), PINS["anna"])
        await anna.get("/kiosk/check-in")
        await anna.post("/kiosk/scan", code=text)
        await anna.get(PAGE)
        assert "mit dem Handy weiter" in seen(anna)
        way = urlsplit(scanned(anna.seen)).path
        # The code signs nobody in: on a stranger's phone it asks who they are.
        stranger = town.browser()
        assert (await stranger.get(way)).url.path == "/sign-in"
        phone = await at_portal(town, "anna")
        page = await phone.get(way)
        assert page.url.path.endswith("/open")
        assert door.opened == []
        await phone.post(page.url.path, touch=touch_on(phone))
        assert door.opened == ["ON"], seen(phone)


async def ask_for_the_list(town: Town) -> None:
    space_id, now = town.cast.files.id_of("space", "hofsaal"), town.clock.now()

    def ask(write: Write) -> object:
        demir = town.cast.actor(write, "demir", face=Face.DESK)
        space = spaces.find_space(write, space_id)
        assert space is not None
        row = replace(space.row, lock_after_handover=True)
        return spaces.set_rules(write, demir, space_id, row, now=now)

    assert not isinstance(await town.node.store.write(ask), Refusal)


@pytest.mark.parametrize(("lobby_of", "opens"), [("B-AHO", True), ("B-BIR", False)])
async def test_a_lobby_opens_doors_of_its_own_house_only(
    tmp_path: Path,
    clock: FrozenClock,
    house: Broker,
    door: Door,
    lobby_of: str,
    opens: bool,
) -> None:
    """A door in the house across the street would stand open for whoever passes."""
    secret = tmp_path / "lock-password"
    secret.write_text(PASSWORD + "\n")
    locks = (f"hofsaal = {house.address()}",)
    async with a_town(
        tmp_path, clock, locks=locks, lock_password_file=str(secret), kiosk_house=lobby_of
    ) as town:
        text = await a_pass(town)
        lobby = await at_the_reader(town, text)
        assert (PAGE in seen(lobby)) is opens
        await lobby.post(PAGE, touch="0" * 26)
        assert door.opened == (["ON"] if opens else [])
