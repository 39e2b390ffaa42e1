"""A door opened by who may come in, at their time, through a real broker: once for each touch, and
with a way that helps where the lock is away.
"""

from __future__ import annotations

import asyncio
import csv
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node import lock_files, people, spaces, upkeep
from node.app import ERASING
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.refusals import Refusal
from node.devices import Locks, mqtt_lock
from node.store import Write
from tests.devices.authority import Authority
from tests.devices.door import BROKER, PASSWORD, Broker, Door, broker
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_hand_over import ALL_FITS, anna_is_in, seen
from tests.journeys.test_safe_code import set_code
from tests.journeys.test_series import at_portal

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.timeout(90),
    pytest.mark.skipif(BROKER is None, reason="needs Debian's mosquitto"),
]
TOUCH = re.compile(r'name="touch" value="(\w+)"')
AT_THEIR_TIME = datetime(2026, 11, 28, 14, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_lock, "WITHIN_SECONDS", 1.0)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Broker]:
    with broker(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def door(house: Broker) -> Iterator[Door]:
    relay = Door(house.port)
    relay.come()
    yield relay
    relay.go()


@asynccontextmanager
async def a_locked_town(folder: Path, clock: FrozenClock, house: Broker) -> AsyncIterator[Town]:
    """The town, whose court room has a lock."""
    secret = folder / "lock-password"
    secret.write_text(PASSWORD + "\n")
    locks = (f"hofsaal = {house.address()}",)
    async with a_town(folder, clock, locks=locks, lock_password_file=str(secret)) as town:
        yield town


@asynccontextmanager
async def behind_tls(
    folder: Path, clock: FrozenClock, house: Broker, trusted: Path
) -> AsyncIterator[Town]:
    """The same by TLS, trusting what a file holds."""
    secret = folder / "lock-password"
    secret.write_text(PASSWORD + "\n")
    async with a_town(
        folder,
        clock,
        locks=(f"hofsaal = {house.sealed_address()}",),
        lock_password_file=str(secret),
        lock_ca_file=str(trusted),
    ) as town:
        yield town


async def test_a_certificate_that_is_not_to_be_trusted_is_told_until_it_is(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the health page before anybody stands at the door, at the door, and by the doctor."""
    lindenhof, trusted = Authority(), tmp_path / "authority.pem"
    trusted.write_bytes(Authority().pem)
    with broker(tmp_path / "broker", lindenhof.certificate()) as house:
        door = Door(house.port)
        door.come()
        async with behind_tls(tmp_path, clock, house, trusted) as town:
            locks = town.node.house.service(Locks)
            demir = await at_desk(town)
            told = f"Dem Zertifikat des MQTT-Brokers 127.0.0.1:{house.tls_port} der Schlösser"
            assert told not in (await demir.get("/desk/health")).text
            await asyncio.to_thread(locks.look)
            page = (await demir.get("/desk/health")).text
            assert page.count(told) == 1
            assert "stammt nicht von der Stelle in lock_ca_file" in page
            number = await booked(town)
            clock.set(AT_THEIR_TIME)
            anna = await at_portal(town, "anna")
            await anna.get(f"/mine/{number}/open")
            shut = await anna.post(f"/mine/{number}/open", touch=touch_on(anna))
            assert "Die Tür ist offen." not in shut.text
            assert door.opened == []
            demir = await at_desk(town)
            page = (await demir.get("/desk/health")).text
            assert page.count(told) == 1
            assert "hat zuletzt nicht geöffnet" not in page, "one matter is told once"
            settings = town.node.settings
        monkeypatch.setenv("LANG", "de_DE.UTF-8")
        assert [each.what for each in upkeep.find_devices(settings) if told in each.what]
        trusted.write_bytes(lindenhof.pem)
        assert not [each.what for each in upkeep.find_devices(settings) if told in each.what]
        assert door.opened == [], "who looks opens nothing"
        door.go()


def touch_on(person: Person) -> str:
    found = TOUCH.search(person.seen)
    assert found is not None, person.seen[-1500:]
    return found[1]


async def booked(town: Town) -> str:
    program = await town.program("anna")
    made = (await program.post("/api/reservations", json=town.wish())).json()
    number: str = made["id"]
    return number


async def test_anna_comes_and_opens_with_one_touch(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        number = await booked(town)
        page = f"/mine/{number}/open"
        anna = await at_portal(town, "anna")
        early = await anna.get(page)
        assert "zu früh" in early.text
        assert "Jetzt öffnen" not in early.text
        clock.set(AT_THEIR_TIME)
        anna = await at_portal(town, "anna")
        await anna.get(f"/mine/{number}")
        assert page in seen(anna), "the way stands with the booking"
        await anna.get(f"/at/{town.space('hofsaal')}")
        assert page in seen(anna), "and where the code at the door leads"
        first = await anna.get(page)
        assert first.headers["cache-control"] == "private, no-store"
        assert "Einchecken und öffnen" in first.text
        touch = touch_on(anna)
        opened = await anna.post(page, touch=touch)
        assert "Die Tür ist offen." in opened.text
        assert door.opened == ["ON"]
        await anna.get(f"/mine/{number}")
        assert "eingecheckt" in seen(anna).lower()
        # The same form sent once more is the same touch.
        await anna.get(page)
        again = await anna.post(page, touch=touch)
        assert "Die Tür ist offen." in again.text
        assert door.opened == ["ON"]
        # She goes for bread, and comes back.
        await anna.get(page)
        assert "Jetzt öffnen" in anna.seen
        await anna.post(page, touch=touch_on(anna))
        assert door.opened == ["ON", "ON"]
        demir = await at_desk(town)
        await demir.get(f"/desk/places/{town.space('hofsaal')}")
        lock_page = f"/desk/places/{town.space('hofsaal')}/open"
        assert lock_page in seen(demir)
        await demir.get(lock_page)
        assert demir.seen.count("Anna") == 2


async def test_nobody_elses_and_never_after_its_time(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        anna, number = await anna_is_in(town, clock)
        page = f"/mine/{number}/open"
        await anna.get(page)
        touch = touch_on(anna)
        clara = await at_portal(town, "clara")
        await clara.get("/mine")
        assert (await clara.get(page)).status_code == 404
        await clara.get("/mine")
        assert (await clara.post(page, touch=touch)).status_code == 404
        bilal = await at_portal(town, "bilal")
        assert (await bilal.get(page)).status_code == 200, "her household is in with her"
        nobody = town.browser()
        await nobody.get("/sign-in")
        assert "Jetzt öffnen" not in (await nobody.get(page)).text
        # She stays too long: the next people have the room now.
        clock.set(datetime(2026, 11, 28, 18, 0, tzinfo=UTC))
        anna = await at_portal(town, "anna")
        late = await anna.get(page)
        assert "Ihre Zeit hier ist vorbei" in late.text
        assert (await anna.post(page, touch=touch)).status_code == 409
        assert door.opened == []
        rows = await town.node.store.read(lambda read: read.rows("select id from lock_opening"))
        assert not rows


async def test_a_lock_that_is_away_is_said_with_what_helps(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        await set_code(town)
        anna, number = await anna_is_in(town, clock)
        page = f"/mine/{number}/open"
        await anna.get(page)
        door.say("tele/{}/LWT", "Offline")
        away = await anna.post(page, touch=touch_on(anna))
        assert away.status_code == 200
        assert "Das Schloss ist gerade nicht zu erreichen. Die Tür ist zu." in seen(anna)
        assert f"/mine/{number}/code" in seen(anna), "the key is in the safe"
        assert "Service-Point" in seen(anna)
        # It is there, hears it, and says nothing.
        door.say("tele/{}/LWT", "Online")
        door.answers = False
        await anna.post(page, touch=touch_on(anna))
        assert "Drücken Sie gegen die Tür" in seen(anna)
        eva = await at_desk(town, "eva")
        await eva.get("/desk/health")
        assert "Das Schloss von „Hofsaal“ hat zuletzt nicht geöffnet." in seen(eva)
        # The broker is gone.
        house.process.kill()
        house.process.wait()
        await anna.post(page, touch=touch_on(anna))
        assert "nicht zu erreichen" in seen(anna)
        assert door.opened == ["ON"]
        await eva.get("/desk/health")
        gone = f"Der MQTT-Broker 127.0.0.1:{house.port} der Schlösser ist nicht zu erreichen."
        assert gone in seen(eva)


async def test_the_desk_opens_and_who_of_it_did_is_noted(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        page = f"/desk/places/{town.space('hofsaal')}/open"
        demir = await at_desk(town)
        await demir.get(page)
        await demir.post(page, touch=touch_on(demir))
        assert "Die Tür ist offen." in demir.seen
        assert "Demir" in demir.seen
        assert door.opened == ["ON"]
        eva = await at_desk(town, "eva")
        assert (await eva.get(page)).status_code == 403
        await eva.get("/desk/health")
        assert (await eva.post(page, touch="0" * 26)).status_code == 403
        # A place without a lock here has no such page, and a forged form opens nothing.
        none = f"/desk/places/{town.space('werkraum')}/open"
        assert (await demir.get(none)).status_code == 404
        await demir.get(page)
        assert (await demir.post(none)).status_code == 404
        assert door.opened == ["ON"]


async def test_where_the_place_asks_for_it_the_arrival_is_signed_first(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        store, now = town.node.store, clock.now()
        space_id = town.cast.files.id_of("space", "hofsaal")

        def ask(write: Write) -> object:
            from dataclasses import replace

            demir = town.cast.actor(write, "demir", face=Face.DESK)
            space = spaces.find_space(write, space_id)
            assert space is not None
            row = replace(space.row, lock_after_handover=True)
            return spaces.set_rules(write, demir, space_id, row, now=now)

        assert not isinstance(await store.write(ask), Refusal)
        anna, number = await anna_is_in(town, clock)
        page, come = f"/mine/{number}/open", f"/mine/{number}/hand-over/in"
        await anna.get(page)
        assert "zuerst die Übergabe" in seen(anna)
        assert come in seen(anna)
        refused = await anna.post(page, touch="0" * 26)
        assert refused.status_code == 409
        await anna.get(come)
        await anna.post(come, act="sign", **ALL_FITS, number_power="1")
        await anna.get(page)
        await anna.post(page, touch=touch_on(anna))
        assert door.opened == ["ON"]


async def test_who_opened_goes_with_whom_it_is_about(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        anna, number = await anna_is_in(town, clock)
        page = f"/mine/{number}/open"
        await anna.get(page)
        await anna.post(page, touch=touch_on(anna))
        anna_id, now, store = town.cast.id("anna"), clock.now(), town.node.store
        told = await store.read(lambda read: spaces.told_about(read, anna_id, now))
        assert any(each["openings"] for each in told)

        def erase(write: Write) -> people.Erasure | Refusal:
            staff = town.cast.actor(write, "demir", face=Face.DESK)
            return ERASING.erase(write, staff, anna_id, reason="moved_out", now=now)

        assert isinstance(await store.write(erase), people.Erasure)
        rows = await store.read(lambda read: read.rows("select person_id from lock_opening"))
        assert {row[0] for row in rows} == {b""}


async def test_for_whom_it_should_be_open_and_who_opened_is_told_to_other_programs(
    tmp_path: Path, clock: FrozenClock, house: Broker, door: Door
) -> None:
    async with a_locked_town(tmp_path, clock, house) as town:
        anna, number = await anna_is_in(town, clock)
        page = f"/mine/{number}/open"
        await anna.get(page)
        await anna.post(page, touch=touch_on(anna))
        store, locks = town.node.store, town.node.house.service(Locks)
        await lock_files.tell(store, locks)
        plan = json.loads((tmp_path / "locks" / "plan.json").read_text("utf-8"))
        (told,) = plan["doors"]
        (entry,) = told["open_for"]
        assert told["place"] == "hofsaal"
        assert (entry["booking"], entry["is_in"]) == (number, True)
        assert entry["until"] == "2026-11-28T19:00:00+01:00"
        assert entry["booked_by"].startswith("Anna")
        rows = list(csv.DictReader((tmp_path / "locks" / "openings.csv").open(encoding="utf-8")))
        assert [(row["by"], row["lock"], row["booking"]) for row in rows] == [
            ("resident", "opened", number)
        ]
        assert (tmp_path / "locks" / "plan.json").stat().st_mode & 0o077 == 0
        # Her time is over: so is her line in the plan.
        clock.set(datetime(2026, 11, 28, 18, 0, tzinfo=UTC))
        await lock_files.tell(store, locks)
        plan = json.loads((tmp_path / "locks" / "plan.json").read_text("utf-8"))
        assert plan["doors"][0]["open_for"] == []
