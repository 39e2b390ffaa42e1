"""The only place that asks the machine for the time.

A small box has no clock battery: after a power cut its time may be years off. So a clock tells
whether it can be trusted, and until it is synchronised never shows a time before its floor (the
release's build time or the latest time that the store has seen). What was seen may itself have
been years ahead, so a synchronised time counts whatever the floor is. Order comes from journals,
never from here.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

BUILT_AT = datetime(2026, 11, 1, tzinfo=UTC)
"""No release of this code ran before this instant; an earlier time on the clock is wrong."""

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
        self._asked_at = -TRUST_ASKED_EVERY_SECONDS
        self._synchronised = False

    def now(self) -> datetime:
        """The machine's time, or the floor where the machine is behind it and not synchronised."""
        machine = datetime.now(UTC)
        if machine >= self._floor or (machine >= BUILT_AT and self._is_in_step()):
            return machine
        return self._floor

    def raise_floor(self, instant: datetime) -> None:
        """Remember that `instant` was seen: no time before it is believed without proof."""
        self._floor = max(self._floor, instant)

    @property
    def trusted(self) -> bool:
        """Whether the system says it is synchronised, at a time that can be."""
        return self._is_in_step() and datetime.now(UTC) >= BUILT_AT

    def _is_in_step(self) -> bool:
        elapsed = time.monotonic()
        if elapsed - self._asked_at >= TRUST_ASKED_EVERY_SECONDS:
            self._asked_at = elapsed
            self._synchronised = self._is_synchronised()
        return self._synchronised


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
