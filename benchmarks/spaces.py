"""Figures of reserving: the whole of a booking against the least that could be written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from benchmarks.figures import Figure, against_peer, alternating
from node.base.actors import Actor, Role
from node.base.clock import FrozenClock
from node.base.ids import new_id, random_id
from node.base.periods import Period, local_instant
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles, read_quarter
from node.registry import REGISTRY
from node.serving import settle
from node.spaces import Reservation, Wish, import_spaces, reserve
from node.spaces.opening import opening_of
from node.store import Core
from node.store.connection import close_writer, open_writer

SMALL = Path(__file__).resolve().parents[1] / "tests" / "data" / "small-quarter"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WRITES_A_ROUND = 120
ROUNDS = 7
QUIET = time(21)
"""Later than this the hall needs the desk's approval, which is another story."""


def booking_vs_plain_insert() -> Figure:
    """Bookings a second (rules, facts, projections, pass, signed journal), one transaction each,
    to transactions of one plain row; same disk, driver and pragmas, durable both."""
    files = read_quarter(SMALL)
    if not isinstance(files, QuarterFiles):
        raise TypeError(f"{SMALL} cannot be read: {files}")
    files = replace(files, closures=())
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        core = _quarter(Path(folder) / "q.db", files)
        plain = open_writer(Path(folder) / "plain.db")
        plain.execute("create table plain (id blob primary key, details text)")
        wishes = iter(list(_wishes(files)))
        settle()
        booking, reference = alternating(
            {
                "value": lambda: _rate(lambda: _book(core, next(wishes))),
                "reference": lambda: _rate(lambda: _insert(plain)),
            },
            rounds=ROUNDS,
        )
        core.close()
        close_writer(plain)
    return against_peer(
        "booking_vs_plain_insert", booking, "1/s", "plain insert 1/s", reference, at_least=0.25
    )


def _quarter(path: Path, files: QuarterFiles) -> Core:
    core = Core.open(path, REGISTRY, clock=FrozenClock(NOW))
    import_quarter(core, files, now=NOW)
    import_spaces(core, files, signer=core.identity, now=NOW)
    return core


def _wishes(files: QuarterFiles) -> Iterator[Wish]:
    """Free times, each once, a day after the other; turns of all rooms."""
    zone = ZoneInfo(files.profile.timezone)
    rooms = [row for row in files.spaces if row.stay is None]
    for number in range(2, 175):
        day = date(2026, 11, 24) + timedelta(days=number)
        for room in rooms:
            buffers = timedelta(minutes=room.buffer_before_minutes + room.buffer_after_minutes)
            length = timedelta(minutes=room.minutes_min)
            for hours in opening_of(room, [day], zone):
                start = hours.starts_at
                while start + length <= min(hours.ends_at, local_instant(day, QUIET, zone)):
                    yield Wish(
                        space_id=files.id_of("space", room.key),
                        period=Period(start, start + length),
                        people=2,
                        purpose="private",
                    )
                    start += _whole_steps(length + buffers, room.step_minutes)


def _whole_steps(length: timedelta, step_minutes: int) -> timedelta:
    step = timedelta(minutes=step_minutes)
    return -(-length // step) * step


def _book(core: Core, wish: Wish) -> None:
    """Somebody who has nothing booked yet books, and gets it."""
    who = Actor(random_id(), random_id(), frozenset({Role.RESIDENT}), has_contract=True)
    made = core.write(lambda write: reserve(write, who, wish, now=NOW, signer=core.identity))
    if not isinstance(made, Reservation) or not made.has_pass:
        raise ValueError(f"not booked: {made}")


def _insert(connection: object) -> None:
    connection.execute("begin immediate")  # type: ignore[attr-defined]
    connection.execute(  # type: ignore[attr-defined]
        "insert into plain (id, details) values (:id, :details)",
        {"id": new_id(), "details": "x" * 200},
    )
    connection.execute("commit")  # type: ignore[attr-defined]


def _rate(once: Callable[[], None]) -> float:
    started = perf_counter()
    for _ in range(WRITES_A_ROUND):
        once()
    return WRITES_A_ROUND / (perf_counter() - started)
