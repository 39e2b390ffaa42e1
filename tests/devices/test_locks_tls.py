"""Locks over TLS, through Debian's mosquitto with a certificate of the operator's own authority:
who is not to be believed is told nothing, and opens nothing.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from node.devices import Locks, LockTrouble, Outcome, mqtt_lock, read_lock
from node.devices.locks import Tried, keep_looking
from tests.devices.authority import Authority, Certificate
from tests.devices.door import BROKER, PASSWORD, Broker, Door, broker
from tests.devices.test_locks import an_order

pytestmark = [
    pytest.mark.timeout(60),
    pytest.mark.skipif(BROKER is None, reason="needs Debian's mosquitto"),
]
LINDENHOF = Authority()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt_lock, "WITHIN_SECONDS", 1.0)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with broker(tmp_path_factory.mktemp("broker"), LINDENHOF.certificate()) as running:
        yield running


@pytest.fixture
def door(house: Broker, request: pytest.FixtureRequest) -> Iterator[Door]:
    relay = Door(house.port, name=request.node.name[:60].replace("_", "-"))
    relay.come()
    yield relay
    relay.go()


@pytest.fixture
def trusted(tmp_path: Path) -> str:
    """The file with what this box trusts."""
    path = tmp_path / "authority.pem"
    path.write_bytes(LINDENHOF.pem)
    return str(path)


def tried(address: str, ca_file: str, *, password: str = PASSWORD, left: float = 5.0) -> Tried:
    lock = read_lock(f"hofsaal = {address}")
    opened = mqtt_lock.open_by_mqtt(lock, password=password, ca_file=ca_file, left=left)
    if opened.outcome is Outcome.AWAY:
        looked = mqtt_lock.look_by_mqtt(lock, password=password, ca_file=ca_file)
        assert looked in {opened.why, None}, "a look finds what an opening meets"
    return opened


def test_a_door_opens_once_over_tls_by_name_and_password(
    house: Broker, door: Door, trusted: str
) -> None:
    address = house.sealed_address(door.name)
    assert tried(address, trusted) == Tried(Outcome.OPENED)
    assert door.opened == ["ON"]
    lock = read_lock(f"hofsaal = {address}")
    assert mqtt_lock.look_by_mqtt(lock, password=PASSWORD, ca_file=trusted) is None
    assert door.opened == ["ON"], "who looks opens nothing"


@pytest.mark.parametrize(
    "shown",
    [
        Authority("Lindenhof").certificate(),
        LINDENHOF.certificate(is_over=True),
        LINDENHOF.certificate("broker.example", to=""),
        LINDENHOF.certificate(to="10.77.0.5"),
    ],
    ids=["another authority of the same name", "over", "another name", "another address"],
)
def test_a_broker_with_the_wrong_certificate_is_told_nothing(
    tmp_path: Path, trusted: str, shown: Certificate
) -> None:
    with broker(tmp_path / "broker", shown) as false:
        relay = Door(false.port)
        relay.come()
        assert tried(false.sealed_address(), trusted) == Tried(
            Outcome.AWAY, LockTrouble.CERTIFICATE
        )
        assert relay.opened == []
        relay.go()
        assert "u'node'" not in (false.folder / "log").read_text("utf-8"), "not even its name"


def test_without_a_file_the_systems_authorities_are_asked_and_know_it_not(
    house: Broker, door: Door
) -> None:
    assert tried(house.sealed_address(door.name), "").why is LockTrouble.CERTIFICATE
    assert door.opened == []


def test_who_is_not_let_in_says_so(house: Broker, door: Door, trusted: str) -> None:
    address = house.sealed_address(door.name)
    assert tried(address, trusted, password="wrong").why is LockTrouble.REFUSED
    assert door.opened == []


def test_a_port_without_tls_gets_no_password(house: Broker, door: Door, trusted: str) -> None:
    plain = house.sealed_address(door.name, port=house.port)
    assert tried(plain, trusted).why in {LockTrouble.NO_TLS, LockTrouble.UNREACHED}
    sealed = house.sealed_address(door.name).replace("mqtts://", "mqtt://")
    assert tried(sealed, trusted).why is LockTrouble.UNREACHED
    assert door.opened == []


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_a_file_that_holds_no_certificate_is_said_to_be_the_matter(
    house: Broker, door: Door, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_bytes(content)
    assert tried(house.sealed_address(door.name), str(path)).why is LockTrouble.FILES
    assert door.opened == []


@pytest.mark.asyncio
async def test_a_password_that_cannot_be_read_opens_nothing_and_is_told(
    house: Broker, door: Door, trusted: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    texts = [f"hofsaal = {house.sealed_address(door.name)}"]
    locks = Locks.read(texts, tmp_path, password_file=str(secret), ca_file=trusted)
    lock = locks.of("hofsaal")
    assert lock is not None
    assert await locks.open(lock, an_order()) is Outcome.AWAY
    assert locks.troubles == {"hofsaal": LockTrouble.FILES}
    secret.write_text(PASSWORD)
    looking = asyncio.create_task(keep_looking(locks, first=0.0, every=60.0))
    async with asyncio.timeout(10):
        while locks.troubles:  # noqa: ASYNC110 - the look is a thread's, it tells nobody
            await asyncio.sleep(0.02)
    looking.cancel()
    assert door.opened == []
    assert await locks.open(lock, an_order("b" * 26)) is Outcome.OPENED


@contextmanager
def listener_between(port: int, *, after: float = 0.0) -> Iterator[tuple[int, list[bytes]]]:
    """A port that passes everything on, answers so many seconds late, and what went over it."""
    heard: list[bytes] = []

    def passed(source: socket.socket, target: socket.socket, wait: float) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                heard.append(data)
                time.sleep(wait)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            with suppress(OSError):
                while True:
                    near, _ = server.accept()
                    far = socket.create_connection(("127.0.0.1", port))
                    for pair in ((near, far, 0.0), (far, near, after)):
                        threading.Thread(target=passed, args=pair, daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield server.getsockname()[1], heard
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def test_who_listens_on_the_line_reads_neither_password_nor_door(
    house: Broker, door: Door, trusted: str
) -> None:
    secrets = (PASSWORD.encode(), door.name.encode())
    with listener_between(house.tls_port) as (port, heard):
        assert tried(house.sealed_address(door.name, port=port), trusted).outcome is Outcome.OPENED
        assert not any(secret in b"".join(heard) for secret in secrets)
    with listener_between(house.port) as (port, heard):
        plain = house.address(door.name).replace(f":{house.port}/", f":{port}/")
        assert tried(plain, "").outcome is Outcome.OPENED
        assert all(secret in b"".join(heard) for secret in secrets), "or this hears nothing"


def test_what_took_too_long_to_get_to_the_broker_is_not_sent(
    house: Broker, door: Door, trusted: str
) -> None:
    """Each answer of the broker comes half a second late: whoever touched may have gone away."""
    with listener_between(house.tls_port, after=0.5) as (port, _):
        late = tried(house.sealed_address(door.name, port=port), trusted, left=1.0)
        assert late == Tried(Outcome.AWAY, LockTrouble.UNREACHED)
        assert door.opened == []
        in_time = tried(house.sealed_address(door.name, port=port), trusted, left=5.0)
        assert in_time.outcome is Outcome.OPENED, "or it was not the time that kept it"


def test_a_port_that_says_nothing_is_given_up_before_people_are(trusted: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        lock = read_lock(f"hofsaal = mqtts://127.0.0.1:{server.getsockname()[1]}/d?as=tasmota")
        began = time.monotonic()
        found = mqtt_lock.open_by_mqtt(lock, password="", ca_file=trusted)
        assert time.monotonic() - began < 2 * mqtt_lock.CONNECT_SECONDS
    assert found == Tried(Outcome.AWAY, LockTrouble.UNREACHED)
