"""The small quarter on real nodes: home, kiosk and central, a process each, as in the demo.

They are made once and copied for every story. Their clock can be moved (`tests/serve.py`), so a
story about Saturday is told on any day.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx

from node.base.clock import FrozenClock
from node.demo import NODES, surround, switch_line
from node.registry import REGISTRY
from node.settings import load
from node.store import Core
from tests.app_client import Furnished, furnish
from tests.cast import Cast, small_quarter
from tests.serve import AHEAD, MovedClock

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 60.0
LOG = "log.txt"


@dataclass(frozen=True)
class Blueprint:
    """The folders of three nodes that know each other, to be copied."""

    folder: Path
    furnished: Furnished
    began: datetime


def draw(folder: Path, clock: FrozenClock) -> Blueprint:
    """Make the nodes on free ports, and let them meet once so that all hold the same."""
    (folder / "home").mkdir(parents=True)
    furnished = furnish(folder / "home", clock)
    home = Core.open(folder / "home" / "quarter.db", REGISTRY, clock=clock)
    try:
        surround(folder, home, first_port=claim_ports())
    finally:
        home.close()
    MovedClock(folder / AHEAD).set(clock.now())
    town = Town(folder, furnished)
    with town.running(*NODES):
        town.until_even()
    return Blueprint(folder, furnished, clock.now())


def claim_ports(lowest: int = 21_000) -> int:
    """The first of thirty ports that are this process's own, as three nodes of a demo want them.

    The last one stays taken for as long as the process lives: that is how another run of the tests
    on this machine knows to look further.
    """
    for first in range(lowest, 32_000, 30):
        with contextlib.suppress(OSError), contextlib.ExitStack() as held:
            ports = (10 * node + place for node in range(len(NODES)) for place in (0, 1))
            claim = held.enter_context(socket.create_server(("127.0.0.1", first + 29)))
            for port in ports:
                socket.create_server(("127.0.0.1", first + port)).close()
            _CLAIMS.append(claim)
            held.pop_all()
            return first
    raise RuntimeError("no free ports")


_CLAIMS: list[socket.socket] = []


@contextlib.contextmanager
def built(blueprint: Blueprint, folder: Path) -> Iterator[Town]:
    """A copy of the quarter, at the time of the blueprint; its processes end with the story."""
    shutil.copytree(blueprint.folder, folder)
    town = Town(folder, blueprint.furnished)
    town.clock.set(blueprint.began)
    try:
        yield town
    finally:
        town.stop()


@dataclass
class Nodes:
    """The nodes in a folder as processes, by a clock that can be moved."""

    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict, init=False)
    builds: dict[str, Path] = field(default_factory=dict, init=False)
    """Where the code lies that runs a node, where it is not ours; see `tests/older.py`."""

    def __post_init__(self) -> None:
        self.clock = MovedClock(self.folder / AHEAD)

    def address(self, name: str = "home") -> str:
        """Where people find a node."""
        return load(self.folder / name, {}).public_address

    def start(self, *names: str) -> None:
        """Start nodes and wait until they serve."""
        self.spawn(*names)
        for name in names:
            self._await(name)

    def spawn(self, *names: str) -> None:
        """Start nodes."""
        for name in names:
            with (self.folder / name / LOG).open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "tests.serve", str(self.folder / name)],
                    cwd=self.builds.get(name, ROOT),
                    env={**os.environ, "QUARTIER_CRSQLITE": str(ROOT / "build" / "crsqlite.so")},
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                )

    def _await(self, name: str) -> None:
        ends = time.monotonic() + READY_SECONDS
        while time.monotonic() < ends:
            assert self.processes[name].poll() is None, self.log(name)
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.get(f"{self.address(name)}/health", timeout=1)
                if "start.renewing" not in answer.text:
                    return
            time.sleep(0.03)
        raise TimeoutError(self.log(name))

    def stop(self, *names: str) -> dict[str, int]:
        """Ask nodes to end, all without names; their exit statuses."""
        ending = {name: self.processes.pop(name) for name in names or tuple(self.processes)}
        for process in ending.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(timeout=20) for name, process in ending.items()}
        for process in ending.values():
            assert process.stdin is not None
            process.stdin.close()
        return codes

    def log(self, name: str) -> str:
        """What a node wrote down."""
        path = self.folder / name / LOG
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @contextlib.contextmanager
    def running(self, *names: str) -> Iterator[Self]:
        """Nodes for a while."""
        self.start(*names)
        try:
            yield self
        finally:
            self.stop(*names)

    def cut(self) -> None:
        """Cut the line between all nodes, as `quartier demo cut` does."""
        switch_line(self.folder, cut=True)

    def join(self) -> None:
        """Join it again, as `quartier demo join` does."""
        switch_line(self.folder, cut=False)

    def until_even(self, *, seconds: float = 60) -> None:
        """Wait until the running nodes hold the same: central what it may, the others all."""
        ends = time.monotonic() + seconds
        while not (self._is_even("quarter") and self._is_even("house", but="central")):
            assert time.monotonic() < ends, "the nodes do not come together"
            time.sleep(0.05)

    def _is_even(self, scope: str, but: str = "") -> bool:
        heads = [
            self._heads(name, scope) for name in NODES if name in self.processes and name != but
        ]
        return all(found == heads[0] for found in heads)

    def _heads(self, name: str, scope: str) -> list[tuple[bytes, int]]:
        return self.rows(
            name, f"select site, applied from head where scope = '{scope}' order by site"
        )

    def rows(self, name: str, question: str) -> list[tuple[Any, ...]]:
        """What lies in a node's file."""
        file = f"file:{self.folder / name / 'quarter.db'}?mode=ro"
        with contextlib.closing(sqlite3.connect(file, uri=True)) as database:
            return database.execute(question).fetchall()


@dataclass
class Town(Nodes):
    """Three nodes of the small quarter and what its people hold in their hands."""

    furnished: Furnished

    def __post_init__(self) -> None:
        super().__post_init__()
        self.cast = Cast(small_quarter(), self.clock.now())

    @property
    def codes(self) -> dict[str, str]:
        """The codes of the letters."""
        return self.furnished.codes

    @property
    def cards(self) -> dict[str, str]:
        """What the QR of somebody's card says."""
        return self.furnished.cards
