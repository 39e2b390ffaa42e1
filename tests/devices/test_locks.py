"""Locks through a real broker (Debian's mosquitto) and through files: what opens, what surely does
not, and what comes of old, retained and repeated commands.

Needs `mosquitto`, which set-up installs; without it those through a broker are skipped, which
proves nothing.
"""

from __future__ import annotations

import asyncio
import json
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.devices import Lock, Locks, Order, Outcome, locks, mqtt_lock, order_until, read_lock
from node.devices.file_lock import ORDERS, open_by_file
from node.devices.locks import HOW, LockKind, LockTrouble, Tried
from tests.devices.door import BROKER, PASSWORD, RIGHTS, Broker, Door, broker

pytestmark = pytest.mark.timeout(60)
NOW = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
needs_broker = pytest.mark.skipif(BROKER is None, reason="needs Debian's mosquitto")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same ways with shorter waits; a broker counts the life of a message in whole seconds."""
    monkeypatch.setattr(mqtt_lock, "WITHIN_SECONDS", 1.0)
    monkeypatch.setattr("node.devices.file_lock.WITHIN_SECONDS", 0.5)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def door(house: Broker, request: pytest.FixtureRequest) -> Iterator[Door]:
    relay = Door(house.port, name=request.node.name[:60].replace("_", "-"))
    relay.come()
    yield relay
    relay.go()


def open_(house: Broker, door: Door, *, password: str = PASSWORD) -> Outcome:
    lock = read_lock(f"hofsaal = {house.address(door.name)}")
    return mqtt_lock.open_by_mqtt(lock, password=password, ca_file="").outcome


@needs_broker
def test_a_lock_opens_once_and_says_so(house: Broker, door: Door) -> None:
    assert open_(house, door) is Outcome.OPENED
    assert door.opened == ["ON"]


@needs_broker
def test_what_the_broker_remembers_of_another_opening_confirms_nothing(
    house: Broker, door: Door
) -> None:
    door.answers = False
    door.say("stat/{}/POWER", "ON")
    assert open_(house, door) is Outcome.SILENT
    assert door.opened == ["ON"], "it may have opened: that is what silent means"


@needs_broker
def test_a_lock_that_comes_back_finds_nothing_old(house: Broker, door: Door) -> None:
    """It is gone without a word (no will), with a session that the broker keeps for it."""
    door.go()
    assert open_(house, door) is Outcome.SILENT
    time.sleep(1.5)
    door.come()
    time.sleep(0.5)
    assert door.opened == []
    assert open_(house, door) is Outcome.OPENED


@needs_broker
def test_that_broker_would_have_kept_a_command_that_does_not_expire(
    house: Broker, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one before could not fail otherwise."""
    monkeypatch.setattr(mqtt_lock, "int", lambda _: 3600, raising=False)
    door.go()
    assert open_(house, door) is Outcome.SILENT
    time.sleep(1.5)
    door.come()
    time.sleep(0.5)
    assert door.opened == ["ON"]


@needs_broker
def test_nothing_is_said_to_a_lock_that_is_known_to_be_away(house: Broker, door: Door) -> None:
    door.say("tele/{}/LWT", "Offline")
    assert open_(house, door) is Outcome.AWAY
    assert door.opened == []


@needs_broker
def test_a_command_that_somebody_left_in_the_brokers_memory_is_cleared_away(
    house: Broker, door: Door
) -> None:
    door.say("cmnd/{}/POWER", "ON")
    assert open_(house, door) is Outcome.OPENED
    opened = len(door.opened)
    door.go()
    door.come()
    time.sleep(0.3)
    assert len(door.opened) == opened, "it would open at each return"


@needs_broker
def test_who_is_not_let_in_by_the_broker_has_opened_nothing(house: Broker, door: Door) -> None:
    assert open_(house, door, password="wrong") is Outcome.AWAY
    assert door.opened == []


@needs_broker
def test_a_broker_that_drops_what_is_said_is_told_apart_from_a_lock_that_says_nothing(
    tmp_path: Path,
) -> None:
    """It says nothing of a command that it drops for want of rights; what a lock heard comes back
    to this box, too."""
    no_write = RIGHTS.replace("topic write cmnd/+/POWER\n", "", 1)
    for rights, why, heard in (
        (no_write, LockTrouble.DROPPED, []),
        (RIGHTS, None, ["ON"]),
        # Who may not read there hears nothing either; what it says names both rights.
        (no_write.replace("topic read cmnd/+/POWER\n", "", 1), LockTrouble.DROPPED, []),
    ):
        with broker(tmp_path / str(len(rights)), rights=rights) as house:
            door = Door(house.port, name="mute", answers=False)
            door.come()
            lock = read_lock(f"hofsaal = {house.address(door.name)}")
            tried = mqtt_lock.open_by_mqtt(lock, password=PASSWORD, ca_file="")
            assert (tried.outcome, tried.why) == (Outcome.SILENT, why), rights
            assert door.opened == heard
            door.answers = True
            tried = mqtt_lock.open_by_mqtt(lock, password=PASSWORD, ca_file="")
            assert (tried.outcome is Outcome.OPENED) is bool(heard)
            door.go()


@needs_broker
def test_a_look_does_not_forget_what_only_an_opening_shows(tmp_path: Path) -> None:
    """Until one opens, or is heard."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    rights = RIGHTS.replace("topic write cmnd/+/POWER\n", "", 1)
    with broker(tmp_path / "broker", rights=rights) as house:
        door = Door(house.port, name="mute")
        door.come()
        texts = [f"hofsaal = {house.address(door.name)}"]
        made = Locks.read(texts, tmp_path, password_file=str(secret))
        made.look()
        assert made.troubles == {}, "nothing that a look can see"
        order = Order("1", "hofsaal", order_until(NOW))
        lock = made.all["hofsaal"]
        assert asyncio.run(made.open(lock, order)) is Outcome.SILENT
        assert made.troubles == {"hofsaal": LockTrouble.DROPPED}
        made.look()
        assert made.troubles == {"hofsaal": LockTrouble.DROPPED}
        (house.folder / "rights").write_text(RIGHTS)
        house.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert asyncio.run(made.open(lock, order)) is Outcome.OPENED
        assert made.troubles == {}
        door.go()


@needs_broker
def test_another_name_of_the_broker_opens_no_other_door(house: Broker, door: Door) -> None:
    other = Door(house.port, name="other")
    other.come()
    assert open_(house, door) is Outcome.OPENED
    assert other.opened == []
    other.go()


def test_a_broker_that_is_not_there_has_opened_nothing() -> None:
    lock = read_lock("hofsaal = mqtt://127.0.0.1:9/door?as=tasmota")
    tried = mqtt_lock.open_by_mqtt(lock, password="", ca_file="")
    assert tried == Tried(Outcome.AWAY, LockTrouble.UNREACHED)


# Through files


def an_order(name: str = "a" * 26) -> Order:
    return Order(name, "hofsaal", order_until(NOW))


def test_who_takes_the_file_opens_and_confirms_by_it(tmp_path: Path) -> None:
    told: list[dict[str, str]] = []

    def caretaker() -> None:
        for _ in range(100):
            for path in (tmp_path / ORDERS).glob("*.json"):
                taken = path.rename(path.with_suffix(".taken"))
                told.append(json.loads(taken.read_text("utf-8")))
                return
            time.sleep(0.01)

    hand = threading.Thread(target=caretaker)
    hand.start()
    assert open_by_file(tmp_path, an_order()) is Outcome.OPENED
    hand.join()
    assert told == [{"place": "hofsaal", "until": "2026-11-28T14:00:05+00:00"}]


def test_what_nobody_took_is_taken_back_and_so_is_what_a_dead_box_left(tmp_path: Path) -> None:
    orders = tmp_path / ORDERS
    orders.mkdir()
    (orders / "old.json").write_text("{}")
    assert open_by_file(tmp_path, an_order()) is Outcome.AWAY
    assert list(orders.iterdir()) == []


@pytest.mark.asyncio
async def test_who_waited_too_long_for_a_turn_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "WITHIN_SECONDS", 0.1)
    known = Locks.read(["hofsaal = file"], tmp_path)
    lock = known.of("hofsaal")
    assert lock is not None
    first, second = await asyncio.gather(
        known.open(lock, an_order()), known.open(lock, an_order("b" * 26))
    )
    assert (first, second) == (Outcome.AWAY, Outcome.AWAY)
    assert not (tmp_path / ORDERS / ("b" * 26 + ".json")).exists()


# As the settings name them


def test_the_makes_have_the_topics_that_their_makers_document() -> None:
    tasmota = read_lock("hofsaal = mqtts://node@10.77.0.5/door-1?as=tasmota")
    assert (tasmota.kind, tasmota.port, tasmota.user, tasmota.is_tls) == (
        LockKind.MQTT,
        8883,
        "node",
        True,
    )
    assert tasmota.topics is not None
    assert tasmota.topics.command == "cmnd/door-1/POWER"
    esphome = read_lock("a-101 = mqtt://10.77.0.5/entry/switch/door?as=esphome").topics
    assert esphome is not None
    assert (esphome.command, esphome.online) == ("entry/switch/door/command", "entry/status")
    zigbee = read_lock("a-101 = mqtt://10.77.0.5/front door?as=zigbee2mqtt").topics
    assert zigbee is not None
    assert (zigbee.payload, zigbee.command) == ('{"state": "UNLOCK"}', "zigbee2mqtt/front door/set")
    own = read_lock("a = mqtt://h/locks/1/do?with=OPEN&answer=locks/1/is&opened=open").topics
    assert own is not None
    assert (own.command, own.payload, own.answer, own.opened) == (
        "locks/1/do",
        "OPEN",
        "locks/1/is",
        "open",
    )


@pytest.mark.parametrize(
    "text",
    [
        "hofsaal",
        "= file",
        "hofsaal = http://10.77.0.5/door",
        "hofsaal = mqtt:///door?as=tasmota",
        "hofsaal = mqtt://10.77.0.5/door",
        "hofsaal = mqtt://10.77.0.5/door?as=cheap",
        "hofsaal = mqtt://10.77.0.5/?as=tasmota&more=1",
        "hofsaal = mqtt://10.77.0.5/door/%23?as=tasmota",
        "hofsaal = mqtt://10.77.0.5/+/POWER?answer=stat/door",
        "hofsaal = mqtt://node:secret@10.77.0.5/door?as=tasmota",
        "hofsaal = mqtt://10.77.0.5:99999/door?as=tasmota",
    ],
)
def test_what_is_no_lock_is_refused_with_how_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="Schreiben Sie ") as told:
        read_lock(text)
    assert str(told.value) == HOW


@given(st.text(max_size=60))
def test_whatever_stands_there_is_a_lock_or_a_sentence(text: str) -> None:
    def reading() -> str:
        try:
            return type(read_lock(text)).__name__
        except ValueError as error:
            return str(error)

    assert reading() in {Lock.__name__, HOW}
