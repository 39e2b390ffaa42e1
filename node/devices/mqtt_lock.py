"""Opening over MQTT 5 (an OASIS standard), through any broker; see docs/decisions/0020.

A command is never retained, goes with quality of service 0 (at most once: whatever is sent twice
opens twice) and expires in the broker, so that a lock which was away finds nothing old when it
comes back. Only what the lock says *after* the command confirms it: the broker's memory of what it
said before is not asked for. A command that somebody else has left in the broker's memory would
open at each of the lock's returns; it is cleared away.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Callable
from contextlib import suppress

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from node.devices.locks import WITHIN_SECONDS, Lock, LockTrouble, Outcome, Topics, Tried

CONNECT_SECONDS = 3.0
REMEMBERED_SECONDS = 0.3
"""What the broker remembers comes right behind its answer to a subscription."""
STEP_SECONDS = 0.05
log = logging.getLogger("quartier.locks")


def open_by_mqtt(lock: Lock, *, password: str, ca_file: str, left: float = WITHIN_SECONDS) -> Tried:
    """Send the command within the seconds that are left, and wait for the lock to say that it has
    opened."""
    until = time.monotonic() + left
    return _talked(lock, password, ca_file, lambda talk: talk.open(until))


def look_by_mqtt(lock: Lock, *, password: str, ca_file: str) -> LockTrouble | None:
    """What would keep an order from the lock, as far as can be known without giving one."""
    return _talked(lock, password, ca_file, _Talk.listen).why


def _talked(lock: Lock, password: str, ca_file: str, say: Callable[[_Talk], object]) -> Tried:
    if lock.topics is None:
        raise ValueError(lock)
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    if lock.user:
        client.username_pw_set(lock.user, password)
    try:
        if lock.is_tls:
            client.tls_set(ca_certs=ca_file or None)
    except (OSError, ValueError) as error:
        log.warning("the certificate of lock_ca_file is not read: %s", error)
        return Tried(Outcome.AWAY, LockTrouble.FILES)
    client.connect_timeout = CONNECT_SECONDS
    talk = _Talk(client, lock.topics)
    try:
        client.connect(lock.host, lock.port, clean_start=True)
        say(talk)
    except (OSError, ValueError) as error:
        log.warning("the lock of %s: the broker is not reached: %s", lock.place, error)
        talk.why = _why(lock, error)
    finally:
        with suppress(OSError):
            client.disconnect()
            client.loop(STEP_SECONDS)
    return Tried(talk.outcome, talk.why)


def _why(lock: Lock, error: Exception) -> LockTrouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        return LockTrouble.CERTIFICATE
    if isinstance(error, ssl.SSLError) or (lock.is_tls and isinstance(error, ConnectionResetError)):
        return LockTrouble.NO_TLS
    return LockTrouble.UNREACHED


class _Talk:
    """One conversation about one opening; `outcome` is what is sure so far."""

    def __init__(self, client: Client, topics: Topics) -> None:
        self.outcome = Outcome.AWAY
        self.why: LockTrouble | None = None
        self._client = client
        self._topics = topics
        self._is_known = self._is_heard = self._is_offline = self._is_old = False
        self._is_refused = self._is_denied = False
        self._hears_itself = self._is_passed_on = False
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._message

    def listen(self) -> bool:
        """Connect, listen, and look at what the broker remembers; whether the lock may be there."""
        if not self._until(lambda: self._is_known, CONNECT_SECONDS):
            self.why = LockTrouble.REFUSED if self._is_refused else LockTrouble.UNREACHED
            return False
        topics = self._topics
        wanted = [(topics.answer, SubscribeOptions(qos=1, retainHandling=_NOTHING_OLD))]
        # What this box says comes back to it: so it knows whether the broker passed it on.
        wanted.append((topics.command, SubscribeOptions(qos=1)))
        if topics.online:
            wanted.append((topics.online, SubscribeOptions(qos=1)))
        self._client.subscribe(wanted)
        if not self._until(lambda: self._is_heard, CONNECT_SECONDS):
            self.why = LockTrouble.RIGHTS if self._is_denied else LockTrouble.UNREACHED
            return False
        self._until(lambda: self._is_offline, REMEMBERED_SECONDS)
        self.why = LockTrouble.OFFLINE if self._is_offline else None
        return not self._is_offline

    def open(self, until: float) -> None:
        """Listen, and only then say it; not at all where that took too long."""
        is_there = self.listen()
        if self._is_old:
            log.warning("an old command lay on %s and was cleared away", self._topics.command)
            self._client.publish(self._topics.command, b"", retain=True)
        if not is_there:
            return
        if time.monotonic() > until:
            self.why = LockTrouble.UNREACHED
            return
        self._say()
        self._until(lambda: self.outcome is Outcome.OPENED, WITHIN_SECONDS)
        if self.outcome is Outcome.SILENT and self._hears_itself and not self._is_passed_on:
            # A broker says nothing of a command that it drops for want of rights.
            log.warning("the broker passes no command on to %s: its rights?", self._topics.command)
            self.why = LockTrouble.DROPPED

    def _say(self) -> None:
        expiring = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        expiring.MessageExpiryInterval = int(WITHIN_SECONDS)
        # From here on nobody knows whether the lock got it, until it says so.
        self.outcome = Outcome.SILENT
        topics = self._topics
        self._client.publish(topics.command, topics.payload, qos=0, properties=expiring)

    def _until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not is_so() and time.monotonic() < until:
            if self._client.loop(STEP_SECONDS) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                break
        return is_so()

    def _connected(self, *told: object) -> None:
        reason = told[3]
        self._is_known = not getattr(reason, "is_failure", True)
        if not self._is_known:
            log.warning("the broker of the locks does not let this box in: %s", reason)
            self._is_refused = True

    def _subscribed(self, *told: object) -> None:
        reasons = told[3]
        self._is_heard = isinstance(reasons, list) and not reasons[0].is_failure
        self._hears_itself = isinstance(reasons, list) and not reasons[1].is_failure
        self._is_denied = not self._is_heard

    def _message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        topics = self._topics
        text = _said(message.payload)
        if message.topic == topics.online:
            self._is_offline = text == "offline"
        elif message.topic == topics.command:
            self._is_old = self._is_old or (message.retain and bool(message.payload))
            said = self.outcome is not Outcome.AWAY and not message.retain
            self._is_passed_on = self._is_passed_on or (
                said and text == _said(topics.payload.encode())
            )
        elif message.topic == topics.answer and not message.retain and text == _low(topics.opened):
            # Before the command was said it is somebody else's opening.
            self.outcome = Outcome.OPENED if self.outcome is Outcome.SILENT else self.outcome


_NOTHING_OLD = SubscribeOptions.RETAIN_DO_NOT_SEND


def _said(payload: bytes | bytearray) -> str:
    """What a lock says, as a word or as `state` of a JSON object."""
    with suppress(ValueError):
        told = json.loads(payload)
        if isinstance(told, dict):
            return _low(str(told.get("state", "")))
    return _low(payload.decode("utf-8", "replace"))


def _low(text: str) -> str:
    return text.strip().lower()
