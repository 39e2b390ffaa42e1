"""Figures of looking for a place, in a quarter with forty places and twelve years behind it."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import tempfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from benchmarks.figures import Figure, against_limit, alternating
from node.base.actors import Actor, Role
from node.base.clock import FrozenClock
from node.base.ids import new_id, random_id
from node.base.periods import Period, to_epoch
from node.base.refusals import Refusal
from node.quarter import import_quarter
from node.quarter.files import QuarterFiles, SpaceRow, read_quarter
from node.registry import REGISTRY
from node.serving import settle
from node.spaces import (
    Wish,
    find_by_pass,
    import_spaces,
    list_spaces,
    month_plan,
    pass_text,
    passes,
    rules,
    tables,
)
from node.spaces.cases import case_for, circumstances
from node.spaces.folding import project_new
from node.spaces.model import DecisionFact, RequestDetails, RequestFact, Space, Verdict
from node.spaces.terms import Terms
from node.store import Core, Read, Store, Write

T = TypeVar("T")

SMALL = Path(__file__).resolve().parents[1] / "tests" / "data" / "small-quarter"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLACES = 40
RESERVATIONS = 200_000
YEARS = 12
PIECE = 1000
ROUNDS = 9
CHECKS = 400
AHEAD = timedelta(days=120)


@dataclass(frozen=True)
class Ground:
    """A quarter's store on disk, its places, and how it is asked: as a node does."""

    path: Path
    places: list[Space]
    key: bytes

    def ask(self, run: Callable[[Read], T]) -> T:
        """What a reader of the open store finds, with all that it keeps."""

        async def asked() -> T:
            store = await Store.open(self.path, REGISTRY, clock=FrozenClock(NOW))
            try:
                return await store.read(run)
            finally:
                await store.close()

        return asyncio.run(asked())


@contextmanager
def furnished() -> Iterator[Ground]:
    """Forty places, all that was reserved in twelve years and what lies ahead, on disk."""
    files = many_rooms()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        path = Path(folder) / "q.db"
        core = Core.open(path, REGISTRY, clock=FrozenClock(NOW))
        import_quarter(core, files, now=NOW)
        import_spaces(core, files, signer=core.identity, now=NOW)
        places = core.read(list_spaces)
        fill(core, places, now=NOW)
        key = core.identity.public_key
        core.close()
        settle()
        yield Ground(path, places, key)


def many_rooms() -> QuarterFiles:
    """A quarter's files with forty rooms that are alike, and nothing reserved."""
    files = read_quarter(SMALL)
    if not isinstance(files, QuarterFiles):
        raise TypeError(f"{SMALL} cannot be read: {files}")
    room = next(row for row in files.spaces if row.key == "hofsaal")
    rows = tuple(_like(room, number) for number in range(PLACES))
    return replace(files, spaces=rows, closures=(), reservations=())


def _like(room: SpaceRow, number: int) -> SpaceRow:
    return replace(room, key=f"raum-{number}", mark=replace(room.mark, number=number + 1))


def fill(core: Core, places: list[Space], *, now: datetime) -> None:
    """Two hours here and there, in turns of the places, up to some months ahead."""
    each = RESERVATIONS // PLACES
    first = now - timedelta(days=365 * YEARS)
    apart = (now + AHEAD - first) / each
    times = [(space, first + number * apart) for number in range(each) for space in places]
    numbers: dict[bytes, int] = {}
    for start in range(0, len(times), PIECE):
        piece = times[start : start + PIECE]
        core.write(partial(_write, piece=piece, numbers=numbers, core=core))


def _write(
    write: Write, *, piece: list[tuple[Space, datetime]], numbers: dict[bytes, int], core: Core
) -> None:
    for space, at in piece:
        begin = at.replace(minute=0, second=0, microsecond=0)
        request = RequestFact(
            id=new_id(),
            space_id=space.id,
            household_id=random_id(),
            person_id=random_id(),
            period=Period(begin, begin + timedelta(hours=2)),
            requested_at=begin - timedelta(days=7),
            details=RequestDetails(people=4, purpose="private"),
        )
        numbers[space.id] = numbers.get(space.id, 0) + 1
        decision = DecisionFact(
            id=new_id(),
            reservation_id=request.id,
            site=write.site_id,
            term=1,
            number=numbers[space.id],
            verdict=Verdict.CONFIRMED,
            pass_=passes.issue(
                core.identity, quarter_id=write.quarter_id, reservation_id=request.id
            ),
            upon=request,
            terms=Terms.of(space.row),
        )
        tables.insert_decision(write, decision, space_id=space.id)
        project_new(write, request, decision, space)


def search_month_ms() -> Figure:
    """A month of forty places, day by day: open or not, and how much of it is taken."""
    with furnished() as ground:

        def look(read: Read) -> None:
            for space in ground.places:
                month_plan(read, space.id, date(2027, 1, 1), now=NOW)

        took = ground.ask(lambda read: _median(lambda: look(read)))
    return against_limit("search_month_ms", took * 1000, "ms", at_most=5)


def pass_check_ms() -> Figure:
    """A pass held to a reader: decoded, its signature checked, its reservation found."""
    with furnished() as ground:
        took = ground.ask(lambda read: _check_passes(read, ground.key))
    return against_limit("pass_check_ms", took * 1000, "ms", at_most=1)


def _check_passes(read: Read, key: bytes) -> float:
    facts = read.rows("select fact from reservation_decision limit 500")
    texts = [pass_text(b64decode(json.loads(row[0])["pass"])) for row in facts]

    def check() -> None:
        for text in texts:
            if isinstance(find_by_pass(read, text, keys=[key]), Refusal):
                raise TypeError(f"refused: {text}")

    return _median(check) / len(texts)


def conflict_vs_raw() -> Figure:
    """All rules of a place for a wish, the world looked up, to the bare indexed look for an
    overlap; how many times as long."""
    with furnished() as ground:
        random_ = random.Random(1)
        who = Actor(random_id(), random_id(), frozenset({Role.RESIDENT}), has_contract=True)
        wishes = [_wish(random_, ground.places) for _ in range(CHECKS)]

        def compare(read: Read) -> tuple[float, float]:
            return alternating(
                {
                    "value": lambda: _timed(lambda: _check(read, who, wishes)),
                    "reference": lambda: _timed(lambda: _look(read, wishes)),
                },
                rounds=ROUNDS,
            )

        value, reference = ground.ask(compare)
    return against_limit("conflict_vs_raw", value / reference, "times", at_most=5)


def _wish(random_: random.Random, places: list[Space]) -> tuple[Space, Wish]:
    space = random_.choice(places)
    begin = NOW.replace(hour=random_.randint(9, 17)) + timedelta(days=random_.randint(2, 90))
    period = Period(begin, begin + timedelta(hours=3))
    return space, Wish(space_id=space.id, period=period, people=4, purpose="private")


def _check(read: Read, who: Actor, wishes: list[tuple[Space, Wish]]) -> None:
    for space, wish in wishes:
        case = case_for(read, who, space, wish)
        rules.check_reservable(space, wish, circumstances(read, case, now=NOW))


def _look(read: Read, wishes: list[tuple[Space, Wish]]) -> None:
    for space, wish in wishes:
        read.value(
            "select 1 from occupancy where space_id = :space and starts_at < :ends"
            " and starts_at > :earliest and ends_at > :starts limit 1",
            space=space.id,
            starts=to_epoch(wish.period.starts_at),
            ends=to_epoch(wish.period.ends_at),
            earliest=to_epoch(wish.period.starts_at) - 20_000,
        )


def _timed(run: Callable[[], object]) -> float:
    started = perf_counter()
    run()
    return perf_counter() - started


def _median(run: Callable[[], object]) -> float:
    return statistics.median(_timed(run) for _ in range(ROUNDS))
