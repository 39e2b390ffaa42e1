"""Figures of running nodes: the demo quarter in processes of its own, asked from outside."""

from __future__ import annotations

import functools
import json
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, against_limit
from benchmarks.shipped import environment
from benchmarks.town import scratch
from node import demo, spaces
from node.base.actors import Actor, Face
from node.base.clock import SystemClock
from node.base.ids import id_text, parse_id
from node.base.periods import Period, to_epoch
from node.people.access import actor_of
from node.people.model import Knock
from node.people.sessions import start_session
from node.registry import REGISTRY
from node.store import Core, Read, Write
from node.store.connection import open_reader
from node.web.gate import SESSION_COOKIES

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS = 30.0
IDLE_SECONDS = 5.0
STARTS = 5
VISIBLE_TIMES = 15
VISIBLE_SECONDS = 10.0
PEOPLE = 50
"""Who have their phone in the hand at once in a large quarter."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The demo quarter on disk: ports of home and kiosk, sessions, a time that is free."""

    folder: Path
    home_port: int
    kiosk_port: int
    tokens: list[str]
    free: dict[str, Any]

    @property
    def cookies(self) -> list[str]:
        """The sessions as browsers send them, one a person."""
        name = f"{SESSION_COOKIES[Face.PORTAL]}_{self.home_port}"
        return [f"{name}={token}" for token in self.tokens]

    @property
    def cookie(self) -> str:
        """The session of one who has a reservation ahead."""
        return self.cookies[0]


@functools.cache
def prepared() -> Prepared:
    """Make the demo quarter once for all figures of this run."""
    folder = scratch() / "demo"
    port = free_ports()
    stdout, sys.stdout = sys.stdout, sys.stderr
    try:
        demo.prepare(folder, demo.QUARTER, first_port=port)
    finally:
        sys.stdout = stdout
    core = Core.open(folder / "home" / "quarter.db", REGISTRY, clock=SystemClock())
    try:
        tokens, free = core.write(_some_people)  # type: ignore[misc]
    finally:
        core.close()
    return Prepared(folder, port, port + 10, tokens, free)


def _some_people(write: Write) -> tuple[list[str], dict[str, Any]]:
    """Sign in people who have a reservation ahead, and find a time that the first can have."""
    now = SystemClock().now()
    rows = write.rows(
        "select distinct person_id from reservation_state"
        " where status = 'confirmed' and starts_at > :now order by starts_at limit :people",
        now=to_epoch(now),
        people=PEOPLE,
    )
    found = [actor_of(write, row[0], face=Face.PORTAL, now=now) for row in rows]
    actors = [actor for actor in found if actor is not None]
    if not actors:
        raise ValueError("nobody in the demo quarter has a reservation ahead")
    tokens = [start_session(write, actor, Knock(), now=now).token for actor in actors]
    return tokens, _free_time(write, actors[0], now)


def _free_time(read: Read, actor: Actor, now: datetime) -> dict[str, Any]:
    """A room and time that somebody can have at once, as the API takes it."""
    start = now.replace(minute=0, second=0, microsecond=0)
    for hours in range(48, 24 * 30):
        begin = start + timedelta(hours=hours)
        query = spaces.Query(period=Period(begin, begin + timedelta(hours=2)), people=2)
        for offer in spaces.search(read, actor, query, now=now).offers:
            if not offer.needs_request and not offer.space.is_by_night:
                purposes = offer.space.row.purposes
                return {
                    "space_id": id_text(offer.space.id),
                    "starts_at": offer.period.starts_at.isoformat(),
                    "ends_at": offer.period.ends_at.isoformat(),
                    "people": 2,
                    "purpose": purposes[0] if purposes else "",
                }
    raise ValueError("nothing is free in the demo quarter")


def free_ports() -> int:
    """The first of a row of ports that nobody listens on."""
    for first in range(18080, 28080, 100):
        if all(_is_free(first + more) for more in (0, 1, 10, 11, 20, 21, 30)):
            return first
    raise OSError("no free ports between 18080 and 28080")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def running(*arguments: str, port: int, path: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that serves, from its first good answer to its clean end."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env=environment() if arguments[0] == "node" else None,
    )
    try:
        wait_for_page(process, port, path)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for_page(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    """Ask for a page until it comes. Raises `TimeoutError`, or `OSError` if the process ended."""
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise OSError(f"the process ended with {process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                answer.read()
                return
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.005)
    raise TimeoutError(f"nothing answered on port {port} within {READY_SECONDS:g} seconds")


def home() -> Any:
    """The demo's home node, running."""
    quarter = prepared()
    data = str(quarter.folder / "home")
    return running("node", "serve", "--data", data, port=quarter.home_port, path="/health")


def idle_mb() -> Figure:
    """A node's resident memory with the demo quarter, after a page was shown, idle."""
    quarter = prepared()
    with home() as process:
        _open("/", quarter.home_port, cookie=quarter.cookie)
        time.sleep(IDLE_SECONDS)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    kibibytes = next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)
    return against_limit("idle_mb", kibibytes / 1024, "MB", at_most=120)


def cold_start_s() -> Figure:
    """Process start to the first page that somebody signed in sees, median."""
    quarter = prepared()
    times = []
    for _ in range(STARTS):
        started = time.perf_counter()
        with home():
            _open("/", quarter.home_port, cookie=quarter.cookie)
            times.append(time.perf_counter() - started)
    return against_limit("cold_start_s", statistics.median(times), "s", at_most=3)


def lan_visible_ms() -> Figure:
    """From asking one node to reserve or cancel until the other's lists show it, median."""
    quarter = prepared()
    data = str(quarter.folder / "kiosk")
    kiosk = running("node", "serve", "--data", data, port=quarter.kiosk_port, path="/health")
    with home(), kiosk:
        reader = open_reader(quarter.folder / "kiosk" / "quarter.db")
        try:
            # The first one waits for the two to meet.
            times = [_until_seen(quarter, reader) for _ in range(VISIBLE_TIMES + 1)][1:]
        finally:
            reader.close()
    took = [milliseconds for pair in times for milliseconds in pair]
    return against_limit("lan_visible_ms", statistics.median(took), "ms", at_most=500)


def _until_seen(quarter: Prepared, reader: Any) -> tuple[float, float]:
    made = _timed(lambda: _post(quarter, "/api/reservations", quarter.free))
    reservation = parse_id(made[1]["id"])
    shown = _wait_until_shown(reader, reservation, "confirmed") - made[0]
    path = f"/api/reservations/{made[1]['id']}/cancellation"
    gone = _timed(lambda: _post(quarter, path, {}))
    return shown * 1000, (_wait_until_shown(reader, reservation, "cancelled") - gone[0]) * 1000


def _timed(ask: Callable[[], dict[str, Any]]) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    return started, ask()


def _wait_until_shown(reader: Any, reservation: bytes, status: str) -> float:
    ends = time.perf_counter() + VISIBLE_SECONDS
    while time.perf_counter() < ends:
        row = reader.execute(
            "select 1 from reservation_state where reservation_id = :id and status = :status",
            {"id": reservation, "status": status},
        ).fetchone()
        if row is not None:
            return time.perf_counter()
        time.sleep(0.002)
    raise TimeoutError(f"not seen as {status} within {VISIBLE_SECONDS:g} seconds")


def _post(quarter: Prepared, path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": f"{time.perf_counter_ns()}",
    }
    answer = _open(
        path, quarter.home_port, cookie=quarter.cookie, data=json.dumps(body).encode(), **headers
    )
    found: dict[str, Any] = json.loads(answer)
    return found


def ask(path: str, port: int, *, cookie: str) -> float:
    """How many seconds a page takes, to its last byte."""
    started = time.perf_counter()
    _open(path, port, cookie=cookie)
    return time.perf_counter() - started


def _open(path: str, port: int, *, cookie: str, data: bytes | None = None, **headers: str) -> bytes:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=data, headers={"Cookie": cookie, **headers}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        body: bytes = answer.read()
        return body
