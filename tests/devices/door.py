"""A broker as Debian has it, and a lock behind it that does what it is told, as relays do."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.devices.authority import Certificate

BROKER = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
PASSWORD = "kunterbunt-42"

CONF = """
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/rights
{tls}
# The unkind choice: what is for somebody who is away is kept for them, whatever its quality.
queue_qos0_messages true
persistence false
# As root it would become a user who may not read the files of a test.
user root
"""
TLS = """
listener {port} 127.0.0.1
certfile {folder}/broker.pem
keyfile {folder}/broker.key
"""
RIGHTS = """
user node
topic write cmnd/+/POWER
topic read cmnd/+/POWER
topic read stat/+/POWER
topic read tele/+/LWT
user door
topic readwrite #
"""


@dataclass
class Broker:
    """Where it listens, and the process."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    tls_port: int = 0

    def address(self, name: str = "door", *, user: str = "node") -> str:
        return f"mqtt://{user}@127.0.0.1:{self.port}/{name}?as=tasmota"

    def sealed_address(self, name: str = "door", *, port: int = 0) -> str:
        return f"mqtts://node@127.0.0.1:{port or self.tls_port}/{name}?as=tasmota"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextmanager
def broker(
    folder: Path, certificate: Certificate | None = None, *, rights: str = RIGHTS
) -> Iterator[Broker]:
    """Mosquitto with two users: the node, which may do what a lock needs, and the lock; with a
    certificate it listens for TLS, too.
    """
    assert BROKER is not None
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    passwords = folder / "passwords"
    passwords.touch(mode=0o644)
    for user in ("node", "door"):
        subprocess.run(
            ["mosquitto_passwd", "-b", str(passwords), user, PASSWORD],
            check=True,
            capture_output=True,
        )
    passwords.chmod(0o644)
    (folder / "rights").write_text(rights)
    port, tls_port, tls = free_port(), 0, ""
    if certificate is not None:
        (folder / "broker.pem").write_bytes(certificate.chain)
        (folder / "broker.key").write_bytes(certificate.key)
        tls_port = free_port()
        tls = TLS.format(port=tls_port, folder=folder)
    (folder / "mosquitto.conf").write_text(CONF.format(port=port, folder=folder, tls=tls))
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [BROKER, "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=subprocess.STDOUT
    )
    try:
        until = time.monotonic() + 10
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", tls_port or port), 1):
                break
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.05)
        yield Broker(folder, port, process, tls_port)
    finally:
        process.kill()
        process.wait()
        log.close()


@dataclass
class Door:
    """A relay with Tasmota's topics. `opened` is what came to it; `answers` whether it says so."""

    port: int
    name: str = "door"
    answers: bool = True
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._heard = threading.Event()
        self.client = self._client()

    def _client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=self.name, protocol=MQTTProtocolVersion.MQTTv5
        )
        client.username_pw_set("door", PASSWORD)
        client.on_connect = lambda *_: client.subscribe(f"cmnd/{self.name}/POWER", qos=1)
        client.on_subscribe = lambda *_: self._heard.set()
        client.on_message = self._message
        return client

    def come(self) -> None:
        """Connect, as a lock does that the broker keeps a session for."""
        kept = Properties(PacketTypes.CONNECT)
        kept.SessionExpiryInterval = 3600
        self._heard.clear()
        self.client.connect("127.0.0.1", self.port, clean_start=False, properties=kept)
        self.client.loop_start()
        assert self._heard.wait(5)
        self.say("tele/{}/LWT", "Online")

    def go(self) -> None:
        """Be switched off."""
        self.client.disconnect()
        self.client.loop_stop()

    def say(self, topic: str, text: str, *, retain: bool = True) -> None:
        self.client.publish(topic.format(self.name), text, qos=1, retain=retain).wait_for_publish(5)

    def _message(self, client: Client, _userdata: object, message: MQTTMessage) -> None:
        text = message.payload.decode()
        if not text:
            return
        self.opened.append(text)
        if self.answers:
            client.publish(f"stat/{self.name}/POWER", "ON", retain=True)
