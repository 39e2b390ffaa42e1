"""What systemd gives a node and wants of it: a socket, and word of how the node is.

The plain protocols of sd_listen_fds(3) and sd_notify(3). Where another program started the node,
nothing is given and nothing is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass

from node.base.refusals import N_, SaidError

log = logging.getLogger("quartier")
Socket = socket.socket

FIRST_SOCKET = 3
"""The number of the first handle that systemd passes on."""

MORE_SECONDS = 60
"""By so much the manager's patience is prolonged while a start goes on."""

SIGNS_IN_TIME = 3
"""Signs of life in the time that systemd waits for one: a single late one is no reason to end."""


class UnitError(SaidError):
    """A unit hands over something that the node cannot use; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Manager:
    """The service manager that started this process, or nobody."""

    address: str = ""
    watchdog_seconds: float | None = None
    socket: socket.socket | None = None

    @classmethod
    def taken_from(cls, environment: MutableMapping[str, str]) -> Manager:
        """What the manager told this process; taken out, so that no child believes it is meant.

        Raises `UnitError`.
        """
        told = {
            name: environment.pop(name, "")
            for name in (
                "NOTIFY_SOCKET",
                "WATCHDOG_PID",
                "WATCHDOG_USEC",
                "LISTEN_PID",
                "LISTEN_FDS",
                "LISTEN_FDNAMES",
            )
        }
        own = str(os.getpid())
        given = _given_socket(int(told["LISTEN_FDS"] or 0)) if told["LISTEN_PID"] == own else None
        microseconds = int(told["WATCHDOG_USEC"] or 0) if told["WATCHDOG_PID"] in {"", own} else 0
        return cls(told["NOTIFY_SOCKET"], microseconds / 1_000_000 or None, given)

    def take_socket(self) -> Socket | None:
        """A handle of its own on the socket that we were given: whoever serves it closes it."""
        return self.socket.dup() if self.socket else None

    @contextlib.asynccontextmanager
    async def more_time(self) -> AsyncIterator[None]:
        """Keep the manager from giving up on a start that takes long: a check, a migration."""

        async def ask() -> None:
            while True:
                await asyncio.sleep(MORE_SECONDS / SIGNS_IN_TIME)
                self.tell(f"EXTEND_TIMEOUT_USEC={MORE_SECONDS * 1_000_000}")

        asking = asyncio.create_task(ask())
        try:
            yield
        finally:
            asking.cancel()

    def tell(self, state: str) -> None:
        """Tell how we are, if the manager asks."""
        if not self.address:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.connect(address)
            sock.sendall(state.encode())

    async def keep_watchdog(self, is_well: Callable[[], Awaitable[None]]) -> None:
        """Give a sign of life whenever `is_well` has come back, until cancelled.

        A check that hangs or raises gives none: then the manager starts the node anew, which is
        what a caretaker would do.
        """
        if self.watchdog_seconds is None:
            return
        while True:
            try:
                await is_well()
            except Exception:
                log.exception("the node does not work; the watchdog will start it anew")
            else:
                self.tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_seconds / SIGNS_IN_TIME)


def _given_socket(count: int) -> socket.socket | None:
    if count > 1:
        # Nobody would answer at the others.
        raise UnitError(ONE_SOCKET, count=count)
    return socket.socket(fileno=FIRST_SOCKET) if count else None


ONE_SOCKET = N_("Die Socket-Unit übergibt {count} Sockets. Lassen Sie eine ListenStream= darin.")
