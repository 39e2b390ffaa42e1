"""Locks that this box can open, as the operator names them, and what may become of an opening.

An *order* is one touch of somebody who may come in; whether they may is decided elsewhere
(`spaces.unlocking`). An order reaches a lock within `WITHIN_SECONDS` or never: a door that opens a
minute later opens for whoever stands there then. So no order is sent a second time, none is kept,
and what a lock has confirmed is told apart from what it perhaps got.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from node.base.refusals import N_

WITHIN_SECONDS = 5.0
"""People who have touched stand before the door so long; whatever reaches the lock later is old."""
LOOKS_EVERY_SECONDS = 3600.0
LOOKS_AGAIN_SECONDS = 60.0
"""While something is wrong, so that the page says soon that it is no more."""
LOOKS_FIRST_SECONDS = 20.0
"""After a power cut the broker starts at the same time as this box."""
MQTT_PORT, MQTTS_PORT = 1883, 8883
TOPIC_CHARS_MAX = 200
KEY_CHARS_MAX = 64

log = logging.getLogger("quartier.locks")


class LockKind(StrEnum):
    """How a lock is reached."""

    FILE = "file"
    MQTT = "mqtt"


class Outcome(StrEnum):
    """What became of an order. Only after `AWAY` is it sure that the lock does not open by it."""

    OPENED = "opened"
    AWAY = "away"
    SILENT = "silent"


class LockTrouble(StrEnum):
    """What keeps a box from its lock, as the last conversation with the broker showed it."""

    FILES = "files"
    """The password or the certificate of the settings cannot be read."""
    UNREACHED = "unreached"
    CERTIFICATE = "certificate"
    """The broker's is of nobody whom this box trusts, is over, or bears another name."""
    NO_TLS = "no_tls"
    REFUSED = "refused"
    """The broker knows the name or the password not."""
    RIGHTS = "rights"
    """It does not let this box listen to the lock."""
    DROPPED = "dropped"
    """It passes nothing on that this box says to the lock, or does not let it hear that: a broker
    is silent of it, so it is known only once somebody has touched."""
    OFFLINE = "offline"
    """The lock itself is not there, as its will says."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of an order, and why where it did not get through."""

    outcome: Outcome
    why: LockTrouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """What is said to a lock over MQTT, and what it says: `opened` on `answer` confirms an opening;
    "offline" on `online` (where it says that) that it is not there."""

    command: str
    payload: str
    answer: str
    opened: str
    online: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of the place whose key in the operator's files is `place`."""

    place: str
    kind: LockKind
    host: str = ""
    port: int = MQTT_PORT
    user: str = ""
    is_tls: bool = False
    topics: Topics | None = None

    @property
    def broker(self) -> str:
        """Whom a lock is reached through, as the operator knows it."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Order:
    """One opening that somebody asked for, and until when it may be carried out."""

    id: str
    place: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Locks:
    """The locks of this box by place; where those that are opened through files have their folder,
    and what the broker asks for."""

    all: Mapping[str, Lock] = field(default_factory=dict)
    folder: Path = Path("locks")
    password_file: str = ""
    ca_file: str = ""
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    troubles: dict[str, LockTrouble] = field(default_factory=dict)
    """What was wrong at the last conversation, by place; of this process, in no table."""

    @classmethod
    def read(
        cls, texts: Sequence[str], folder: Path, *, password_file: str = "", ca_file: str = ""
    ) -> Locks:
        """As the settings name them. Raises `ValueError`."""
        known = {lock.place: lock for lock in map(read_lock, texts)}
        return cls(known, folder, password_file, ca_file)

    def of(self, place: str) -> Lock | None:
        """The lock of a place, where this box can open it."""
        return self.all.get(place)

    async def open(self, lock: Lock, order: Order) -> Outcome:
        """Carry an order out, one after another for each lock; what had to wait too long for its
        turn is not sent at all."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        async with self.turns.setdefault(lock.place, asyncio.Lock()):
            left = asked + WITHIN_SECONDS - loop.time()
            if left <= 0:
                return Outcome.AWAY
            return await asyncio.to_thread(self._open, lock, order, left)

    def _open(self, lock: Lock, order: Order, left: float) -> Outcome:
        if lock.kind is LockKind.FILE:
            from node.devices.file_lock import open_by_file  # noqa: PLC0415 - few boxes have one

            return open_by_file(self.folder, order)
        # A megabyte that a box without such a lock saves.
        from node.devices.mqtt_lock import open_by_mqtt  # noqa: PLC0415

        tried = Tried(Outcome.AWAY, LockTrouble.FILES)
        if (password := self._password(lock)) is not None:
            tried = open_by_mqtt(lock, password=password, ca_file=self.ca_file, left=left)
        self._note(lock, tried.why)
        return tried.outcome

    def look(self) -> None:
        """Ask each lock's broker whether this box would get through; nothing is opened by it."""
        for lock in self.all.values():
            if lock.kind is LockKind.MQTT:
                from node.devices.mqtt_lock import look_by_mqtt  # noqa: PLC0415 - see above

                password = self._password(lock)
                why: LockTrouble | None = LockTrouble.FILES
                if password is not None:
                    why = look_by_mqtt(lock, password=password, ca_file=self.ca_file)
                if why is not None or self.troubles.get(lock.place) is not LockTrouble.DROPPED:
                    # Whether it passes commands on no look can say, only an opening.
                    self._note(lock, why)

    def _password(self, lock: Lock) -> str | None:
        """What the broker asks for; None where the file with it cannot be read."""
        if not lock.user:
            return ""
        try:
            return Path(self.password_file).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            log.warning("the password of the locks is not read: %s", error)
            return None

    def _note(self, lock: Lock, why: LockTrouble | None) -> None:
        if why is None:
            self.troubles.pop(lock.place, None)
        else:
            self.troubles[lock.place] = why


async def keep_looking(
    locks: Locks, *, first: float = LOOKS_FIRST_SECONDS, every: float = LOOKS_EVERY_SECONDS
) -> None:
    """Look soon after the start and then every hour, until cancelled: that a certificate is over
    is to be known before somebody stands at the door.
    """
    await asyncio.sleep(first)
    while True:
        try:
            await asyncio.to_thread(locks.look)
        except Exception:
            log.exception("the locks could not be looked at")
        await asyncio.sleep(min(every, LOOKS_AGAIN_SECONDS) if locks.troubles else every)


def order_until(now: datetime) -> datetime:
    """Until when an order that is given now may be carried out."""
    return now + timedelta(seconds=WITHIN_SECONDS)


def read_lock(text: str) -> Lock:
    """A lock as the settings name it: `hofsaal = mqtt://10.77.0.5/door-1?as=tasmota`.

    Raises `ValueError`, whose text says how it should be written.
    """
    place, sign, address = (part.strip() for part in text.partition("="))
    if not place or not sign or len(place) > KEY_CHARS_MAX:
        raise ValueError(HOW)
    if address == "file":
        return Lock(place, LockKind.FILE)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError(HOW) from None
    is_tls = parts.scheme == "mqtts"
    if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or parts.password:
        raise ValueError(HOW)
    return Lock(
        place,
        LockKind.MQTT,
        host=parts.hostname,
        port=port or (MQTTS_PORT if is_tls else MQTT_PORT),
        user=unquote(parts.username or ""),
        is_tls=is_tls,
        topics=_topics(unquote(parts.path.strip("/")), dict(parse_qsl(parts.query))),
    )


def _topics(name: str, options: dict[str, str]) -> Topics:
    make = options.pop("as", "")
    if make:
        if make not in MAKES or options:
            raise ValueError(HOW)
        first = name.split("/", 1)[0]
        told = MAKES[make].items()
        topics = Topics(**{key: _named(text, name, first) for key, text in told})
    else:
        if set(options) - {"with", "answer", "opened", "online"} or not options.get("answer"):
            raise ValueError(HOW)
        payload = options.get("with", "ON")
        topics = Topics(
            command=name,
            payload=payload,
            answer=options["answer"],
            opened=options.get("opened", payload),
            online=options.get("online", ""),
        )
    for each in (topics.command, topics.answer, topics.online or "-"):
        # A wildcard would hear, or open, more than this one door.
        if not each or len(each) > TOPIC_CHARS_MAX or set(each) & set("+#\0$"):
            raise ValueError(HOW)
    return topics


def _named(text: str, name: str, first: str) -> str:
    return text.replace("NAME", name).replace("FIRST", first)


MAKES: dict[str, dict[str, str]] = {
    "tasmota": {
        "command": "cmnd/NAME/POWER",
        "payload": "ON",
        "answer": "stat/NAME/POWER",
        "opened": "ON",
        "online": "tele/NAME/LWT",
    },
    "esphome": {
        "command": "NAME/command",
        "payload": "ON",
        "answer": "NAME/state",
        "opened": "ON",
        "online": "FIRST/status",
    },
    "zigbee2mqtt": {
        "command": "zigbee2mqtt/NAME/set",
        "payload": '{"state": "UNLOCK"}',
        "answer": "zigbee2mqtt/NAME",
        "opened": "UNLOCK",
        "online": "zigbee2mqtt/NAME/availability",
    },
}
"""The topics of firmware that many relays and locks run, as its makers document them."""

HOW = N_(
    'Schreiben Sie "PLACE = file" oder "PLACE = mqtt://USER@HOST/NAME?as=tasmota" (oder esphome, '
    'zigbee2mqtt), oder "PLACE = mqtt://USER@HOST/TOPIC?with=ON&answer=TOPIC&opened=ON&online='
    'TOPIC"; mqtts:// für TLS. Das Passwort steht in einer eigenen Datei, lock_password_file.'
)
