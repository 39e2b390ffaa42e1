"""A node as the process that systemd would run: sockets, word and signs of life are real."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 30.0
WITH_SOCKET = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": sys.argv[2]}
os.execv(sys.argv[3], sys.argv[3:])
"""
"""How a service manager starts a process with a socket: number 3, and its own id told."""


def environment(**settings: object) -> dict[str, str]:
    """Our own environment without settings, then those given: `port=1` is QUARTIER_PORT."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("QUARTIER_") or name == "QUARTIER_CRSQLITE"
    }
    told = {f"QUARTIER_{name.upper()}": str(value) for name, value in settings.items()}
    return kept | {"QUARTIER_DISCOVERY": "no"} | told


class Serving:
    """A running `quartier serve`, or `central`; ends when the block does."""

    def __init__(
        self,
        data: Path,
        *,
        settings: Mapping[str, object],
        more: Mapping[str, str] | None = None,
        given: socket.socket | None = None,
        claims: int = 1,
        verb: str = "serve",
    ) -> None:
        command = [sys.executable, "-m", "node", verb, "--data", str(data)]
        handle = given.fileno() if given else -1
        if given:
            first = [sys.executable, "-c", WITH_SOCKET, str(handle), str(claims)]
            command = [*first, *command]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(**settings) | dict(more or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(handle,) if given else (),
            text=True,
        )

    def __enter__(self) -> Serving:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to end; exit status and what it wrote down."""
        self.process.send_signal(number)
        written = self.process.communicate(timeout=SECONDS_MAX)[1]
        return self.process.returncode, written


def answer(port: int, path: str = "/health", *, seconds: float = SECONDS_MAX) -> int:
    """The status of a page; raises what the client meets."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=seconds) as found:
        return int(found.status)


def wait_until_answers(port: int) -> None:
    """Until somebody answers there."""
    ends = time.monotonic() + SECONDS_MAX
    while time.monotonic() < ends:
        try:
            answer(port)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody answers at port {port}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def told(folder: Path) -> Iterator[socket.socket]:
    """The socket on which a service manager hears how its services are."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as hearing:
        hearing.bind(str(folder / "notify"))
        hearing.settimeout(SECONDS_MAX)
        yield hearing


def hear(hearing: socket.socket, until: str) -> list[str]:
    """All that was told up to this word."""
    heard: list[str] = []
    while not heard or heard[-1] != until:
        heard.append(hearing.recv(4096).decode())
    return heard
