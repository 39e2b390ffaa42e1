"""The only place that asks the machine for the time.

A small box has no clock battery: after a power cut its time may be years off. So a clock tells
whether it can be trusted, and until it is synchronised never shows a time before its floor (the
release's build time or the latest time that the store has seen). What was seen may itself have
been years ahead, so a synchronised time counts whatever the floor is. Order comes from journals,
never from here.
"""

from __future__ import annotations

import math
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

BUILT_AT = datetime(2026, 11, 1, tzinfo=UTC)
"""No release of this code ran before this instant; an earlier time on the clock is wrong."""

_START_MARK = Path("/proc/sys/kernel/random/boot_id")

TRUST_ASKED_EVERY_SECONDS = 60.0
"""Asking the system costs a process; synchronisation does not come and go by the second."""


class Clock(Protocol):
    """What the rooms need of a clock: the present instant (UTC) and whether to believe it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether the time was synchronised, or set by staff, since the machine started."""
        ...

    def set_by_hand(self, instant: datetime) -> str:
        """Believe somebody who says what time it is, until the machine is synchronised or starts
        anew; answers what to keep for the next process (`recall`).
        """
        ...


KEPT = "clock.by_hand"
"""Where a store keeps what `set_by_hand` answered."""


class SystemClock:
    """The machine's clock; while nobody says that it is right, held above what was seen before."""

    def __init__(
        self,
        *,
        floor: datetime = BUILT_AT,
        is_synchronised: Callable[[], bool] | None = None,
    ) -> None:
        self._floor = max(floor, BUILT_AT)
        self._is_synchronised = is_synchronised or system_clock_is_synchronised
        self._asked_at = -math.inf
        self._synchronised = False
        self._started_at: datetime | None = None
        """When the machine started by the time that somebody has said."""

    def now(self) -> datetime:
        """The machine's time; where it is not synchronised, what somebody has said, or the floor
        where the machine is behind it.
        """
        machine = datetime.now(UTC)
        if self._started_at is not None and not self._is_right(machine):
            return self._started_at + _since_start()
        if machine >= self._floor or (machine >= BUILT_AT and self._is_in_step()):
            return machine
        return self._floor

    def raise_floor(self, instant: datetime) -> None:
        """Remember that `instant` was seen: no time before it is believed without proof."""
        self._floor = max(self._floor, instant)

    @property
    def trusted(self) -> bool:
        """Whether the system says it is synchronised, at a time that can be, or somebody has set
        the clock.
        """
        return self._started_at is not None or self._is_right(datetime.now(UTC))

    def set_by_hand(self, instant: datetime) -> str:
        """See `Clock.set_by_hand`."""
        self._started_at = instant - _since_start()
        return f"{_this_start()} {self._started_at.isoformat()}"

    def recall(self, kept: str) -> None:
        """Take up what another process kept, if the machine has not started anew since."""
        start, _, instant = kept.partition(" ")
        if start == _this_start():
            self._started_at = datetime.fromisoformat(instant)

    def _is_right(self, machine: datetime) -> bool:
        return self._is_in_step() and machine >= BUILT_AT

    def _is_in_step(self) -> bool:
        """What the system said last. Nobody waits for its answer but who asks first: it comes from
        a process, and pages ask between two of their own.
        """
        elapsed, is_first = time.monotonic(), self._asked_at < 0
        if elapsed - self._asked_at >= TRUST_ASKED_EVERY_SECONDS:
            self._asked_at = elapsed
            if is_first:
                self._ask()
            else:
                threading.Thread(target=self._ask, name="clock", daemon=True).start()
        return self._synchronised

    def _ask(self) -> None:
        self._synchronised = self._is_synchronised()


def _since_start() -> timedelta:
    """Since the machine started, its sleep included; not moved by whoever sets its clock."""
    return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))


def _this_start() -> str:
    """The mark of this start of the machine; see random(4)."""
    return _START_MARK.read_text(encoding="ascii").strip()


class FrozenClock:
    """A clock for tests and simulations: stands still until it is advanced."""

    def __init__(self, at: datetime, *, trusted: bool = True) -> None:
        self._now = at.astimezone(UTC)
        self.trusted = trusted

    def now(self) -> datetime:
        """The instant the clock was set to."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock forward."""
        self._now += by

    def set(self, at: datetime) -> None:
        """Put the clock to another instant, also an earlier one."""
        self._now = at.astimezone(UTC)

    def set_by_hand(self, instant: datetime) -> str:
        """See `Clock.set_by_hand`."""
        self.set(instant)
        self.trusted = True
        return ""


def system_clock_is_synchronised() -> bool:
    """Ask systemd whether the time is synchronised.

    Where no service keeps the time (a container, a virtual machine whose host keeps it) there is
    no answer; then the time counts as right when it lies after the build, for the host's own
    clock has a battery.
    """
    try:
        answer = subprocess.run(
            ["/usr/bin/timedatectl", "show", "-p", "NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=2,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return datetime.now(UTC) > BUILT_AT
    if answer.returncode != 0:
        return datetime.now(UTC) > BUILT_AT
    return answer.stdout.strip() == "yes"
