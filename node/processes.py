"""Several nodes as processes of this one: started together, watched, ended together.

For the demo. Where nodes run for good, systemd does this.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from node.base.refusals import N_, SaidError

SILENT = N_("Der Knoten {name} antwortet seit {seconds} Sekunden nicht.")
ONE_ENDED = N_("Der Knoten {name} ist zu Ende; die anderen wurden auch beendet.")
READY_SECONDS = 60.0
END_SECONDS = 20.0
_PR_SET_PDEATHSIG = 1


class ProcessError(SaidError):
    """A node ended by itself or never answered; the text says which."""


@dataclass(frozen=True, slots=True)
class NodeProcess:
    """One node to run: its name, its directory, its environment, the port of its pages."""

    name: str
    folder: Path
    environment: Mapping[str, str]
    port: int


def run_together(nodes: list[NodeProcess], *, ready: Callable[[], None]) -> None:
    """Run nodes until Ctrl-C; `ready` is called when all answer. Raises `ProcessError`."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for node in nodes:
            running[node.name] = _start(node)
        for node in nodes:
            _wait_until_ready(node, running)
        ready()
        while True:
            _check_alive(running)
            time.sleep(0.2)
    finally:
        _end(list(running.values()))


@contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end what runs here as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def _start(node: NodeProcess) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches only us, who then end it.
    return subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-m", "node", "serve", "--data", str(node.folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - there is only this one thread
        cwd=Path(__file__).resolve().parents[1],
        env=node.environment,
    )


def _end_with_parent() -> None:
    """Have the kernel end a node when we are killed and cannot do it ourselves (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(node: NodeProcess, running: dict[str, subprocess.Popen[bytes]]) -> None:
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        _check_alive(running)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{node.port}/health", timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise ProcessError(SILENT, name=node.name, seconds=f"{READY_SECONDS:g}")


def _check_alive(running: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, process in running.items():
        if process.poll() is not None:
            raise ProcessError(ONE_ENDED, name=name)


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
