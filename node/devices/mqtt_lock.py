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
import time
from collections.abc import Callable
from contextlib import suppress

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from node.devices.locks import WITHIN_SECONDS, Lock, Outcome, Topics

CONNECT_SECONDS = 3.0
REMEMBERED_SECONDS = 0.3
"""What the broker remembers comes right behind its answer to a subscription."""
STEP_SECONDS = 0.05
log = logging.getLogger("quartier.locks")


def open_by_mqtt(lock: Lock, *, password: str, ca_file: str) -> Outcome:
    """Send the command and wait for the lock to say that it has opened."""
    if lock.topics is None:
        raise ValueError(lock)
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    if lock.user:
        client.username_pw_set(lock.user, password)
    if lock.is_tls:
        client.tls_set(ca_certs=ca_file or None)
    client.connect_timeout = CONNECT_SECONDS
    talk = _Talk(client, lock.topics)
    try:
        client.connect(lock.host, lock.port, clean_start=True)
        return talk.open()
    except (OSError, ValueError) as error:
        log.warning("the lock of %s: the broker is not reached: %s", lock.place, error)
        return talk.outcome
    finally:
        with suppress(OSError):
            client.disconnect()
            client.loop(STEP_SECONDS)


class _Talk:
    """One conversation about one opening; `outcome` is what is sure so far."""

    def __init__(self, client: Client, topics: Topics) -> None:
        self.outcome = Outcome.AWAY
        self._client = client
        self._topics = topics
        self._is_known = self._is_heard = self._is_offline = self._is_old = False
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._message

    def open(self) -> Outcome:
        """Connect, listen, look at what the broker remembers, and only then say it."""
        if not self._until(lambda: self._is_known, CONNECT_SECONDS):
            return self.outcome
        topics = self._topics
        wanted = [(topics.answer, SubscribeOptions(qos=1, retainHandling=_NOTHING_OLD))]
        wanted.append((topics.command, SubscribeOptions(qos=1, noLocal=True)))
        if topics.online:
            wanted.append((topics.online, SubscribeOptions(qos=1)))
        self._client.subscribe(wanted)
        if not self._until(lambda: self._is_heard, CONNECT_SECONDS):
            return self.outcome
        self._until(lambda: self._is_offline, REMEMBERED_SECONDS)
        if self._is_old:
            log.warning("an old command lay on %s and was cleared away", topics.command)
            self._client.publish(topics.command, b"", retain=True)
        if self._is_offline:
            return self.outcome
        self._say()
        self._until(lambda: self.outcome is Outcome.OPENED, WITHIN_SECONDS)
        return self.outcome

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

    def _subscribed(self, *told: object) -> None:
        reasons = told[3]
        self._is_heard = isinstance(reasons, list) and not reasons[0].is_failure

    def _message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        topics = self._topics
        text = _said(message.payload)
        if message.topic == topics.online:
            self._is_offline = text == "offline"
        elif message.topic == topics.command:
            self._is_old = self._is_old or (message.retain and bool(message.payload))
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
