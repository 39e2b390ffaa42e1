"""Quarters of two bare nodes for the figures of sync: made on disk, then run as processes."""

from __future__ import annotations

import asyncio
import atexit
import functools
import itertools
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peer import REGISTRY
from node.base.clock import SystemClock
from node.base.ids import new_id
from node.store import Core, Founding, NodeRole, Write
from node.store.connection import open_reader
from node.sync import Root, add_node, found_roster, join_roster, sealing_public_key

ROOT = Path(__file__).resolve().parents[1]
ROWS_A_WRITE = 400
PATIENCE_SECONDS = 600.0
WORDS = ("Leiter", "Bohrer", "Gartenzimmer", "Hofsaal", "Brötchen", "Schlüssel", "Waschküche")
STATES = ("frei", "belegt", "angefragt")


@functools.cache
def scratch() -> Path:
    """A folder on this disk for all figures of this run."""
    folder = Path(tempfile.mkdtemp(dir=Path.cwd(), prefix=".benchmark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def open_core(folder: Path) -> Core:
    """The node's file."""
    return Core.open(folder / "quarter.db", REGISTRY, clock=SystemClock())


@dataclass(frozen=True, slots=True)
class Pair:
    """Two nodes of a quarter that know each other and have not met."""

    giver: Path
    taker: Path

    @property
    def chain(self) -> bytes:
        """The giver's site id."""
        with closing(open_core(self.giver)) as core:
            return core.site_id


def make_pair(name: str, *, rows: int, at_once: int = ROWS_A_WRITE) -> Pair:
    """A giver that has written so many small rows, and a taker that has none of them."""
    folder = scratch() / name
    pair = Pair(folder / "giver", folder / "taker")
    founding = Founding(b"Q" * 16, b"E" * 16)
    cores = []
    for each in (pair.giver, pair.taker):
        each.mkdir(parents=True)
        cores.append(
            Core.open(each / "quarter.db", REGISTRY, clock=SystemClock(), founding=founding)
        )
    giver, taker = cores
    found_roster(giver, name="giver")
    roster = add_node(
        giver,
        taker.identity.public_key,
        name="taker",
        role=NodeRole.KIOSK,
        sealing_key=sealing_public_key(taker.identity),
    )
    join_roster(taker, roster.signed, root=Root(giver.identity.public_key))
    add_rows(giver, rows, at_once=at_once)
    for core in cores:
        core.close()
    return pair


def add_rows(core: Core, count: int, *, at_once: int) -> None:
    """Write small rows as facts come: ids in order, small numbers, a few words."""
    chance = random.Random(7)
    for start in range(0, count, at_once):
        here = min(at_once, count - start)
        core.write(lambda write, here=here: _add(write, chance, here))  # type: ignore[misc]


def _add(write: Write, chance: random.Random, count: int) -> None:
    for _ in range(count):
        write.insert(
            "fact",
            id=new_id(),
            place=chance.randrange(40),
            at=1_795_000_000 + chance.randrange(90 * 96) * 900,
            word=chance.choice(WORDS),
            state=chance.choice(STATES),
        )


def edit_rows(core: Core, count: int, *, seed: int, at_once: int = ROWS_A_WRITE) -> None:
    """Change so many cells, each once before any a second time, in an order of chance."""
    chance = random.Random(seed)
    ids = [row[0] for row in core.read(lambda read: read.rows("select id from fact order by id"))]
    cells = [(row_id, column) for row_id in ids for column in VALUES]
    chance.shuffle(cells)
    some = itertools.islice(itertools.cycle(cells), count)
    while batch := list(itertools.islice(some, at_once)):
        core.write(lambda write, batch=batch: _edit(write, chance, batch))  # type: ignore[misc]


VALUES: dict[str, Callable[[random.Random], int | str]] = {
    "place": lambda chance: chance.randrange(40, 80),
    "at": lambda chance: 1_795_000_000 + chance.randrange(10**7),
    "word": lambda chance: f"{chance.choice(WORDS)} {chance.randrange(10**6)}",
    "state": lambda chance: f"{chance.choice(STATES)} {chance.randrange(100)}",
}


def _edit(write: Write, chance: random.Random, cells: list[tuple[bytes, str]]) -> None:
    for row_id, column in cells:
        write.execute(
            f"update fact set {column} = :value where id = :id",
            id=row_id,
            value=VALUES[column](chance),
        )


class Running:
    """A node's process."""

    def __init__(self, folder: Path, *peers: int) -> None:
        self.folder = folder
        self.port = free_port()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "benchmarks.peer", str(folder), str(self.port)),
                *(f"127.0.0.1:{port}" for port in peers),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        if self._line() != "ready":
            raise OSError("a node of the benchmark did not start")

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def write(self) -> tuple[bytes, float]:
        """Write one row; its id, and when it was committed."""
        assert self._process.stdin is not None
        self._process.stdin.write("write\n")
        _, row_id, at = self._line().split()
        return bytes.fromhex(row_id), float(at)

    @property
    def memory(self) -> dict[str, float]:
        """Resident memory in MB: "VmRSS" now, "VmHWM" at most so far."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        lines = (line.split() for line in status.splitlines())
        return {line[0].rstrip(":"): int(line[1]) / 1024 for line in lines if line[0][:2] == "Vm"}

    @property
    def cpu_seconds(self) -> float:
        """What it has worked, in its own code and the kernel's."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def end(self) -> None:
        """Ask it to end."""
        assert self._process.stdin is not None
        self._process.stdin.write("end\n")
        self._process.wait(timeout=60)


@contextmanager
def running(folder: Path, *peers: int) -> Iterator[Running]:
    """A node's process, from ready to ended."""
    node = Running(folder, *peers)
    try:
        yield node
    finally:
        node.end()


@contextmanager
def reading(folder: Path) -> Iterator[Any]:
    """A connection that looks into a running node's file."""
    connection = open_reader(folder / "quarter.db")
    try:
        yield connection
    finally:
        connection.close()


def applied(reader: Any, site: bytes) -> int:
    """Up to which number the file holds a site's chain, applied."""
    row = reader.execute(
        "select applied from head where site = ? and scope = 'house'", (site,)
    ).fetchone()
    return int(row[0]) if row else 0


def wait_for(reader: Any, site: bytes, number: int) -> float:
    """Wait until a chain is applied up to a number; when that was seen (steady clock)."""
    ends = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < ends:
        if applied(reader, site) >= number:
            return time.perf_counter()
        time.sleep(0.005)
    raise TimeoutError(f"number {number} was not reached within {PATIENCE_SECONDS:g} s")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Relay:
    """A wire between two nodes that counts what goes over it."""

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self.bytes = 0
        self.bursts = 0
        """How often something was said after a silence of a tenth of a second."""
        self._target = port
        self._last = 0.0

    @contextmanager
    def open(self) -> Iterator[Relay]:
        """Let it pass on what comes, until closed."""
        loop = asyncio.new_event_loop()

        async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while data := await reader.read(65536):
                    self._count(len(data))
                    writer.write(data)
                    await writer.drain()
            writer.close()

        async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            other_reader, other = await asyncio.open_connection("127.0.0.1", self._target)
            await asyncio.gather(
                pipe(reader, other), pipe(other_reader, writer), return_exceptions=True
            )

        server = loop.run_until_complete(asyncio.start_server(join, "127.0.0.1", self.port))
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()

    def _count(self, size: int) -> None:
        now = time.monotonic()
        self.bursts += now - self._last > 0.1
        self._last = now
        self.bytes += size


async def _hang_up(server: asyncio.Server) -> None:
    server.close()
    joined = asyncio.all_tasks() - {asyncio.current_task()}
    for task in joined:
        task.cancel()
    await asyncio.gather(*joined, return_exceptions=True)
