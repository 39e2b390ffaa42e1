"""A reservation is what its facts come to, in whatever order nodes hear of them."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from itertools import count, permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import NOBODY, Actor
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.quarter.files import QuarterFiles
from node.registry import REGISTRY
from node.spaces import (
    Passed,
    Reservation,
    Status,
    Undone,
    Wish,
    after_merge,
    cancel,
    check_in,
    check_out,
    find_reservation,
    get_line,
    leave,
    pass_text,
    reserve,
    undo,
)
from node.spaces.folding import fold
from node.spaces.model import (
    CancellationFact,
    DecisionFact,
    PassageFact,
    RequestDetails,
    RequestFact,
    Verdict,
)
from node.store import Core, Founding, Member, NodeRole
from node.store.changeset import SignedChangeset
from tests.spaces.conftest import utc

NAMES = ("home", "lobby", "cellar", "desk")
PIECES = ("places", "decision", "request", "first", "second")
"""What a stranger hears, one journal each; only what home wrote is in its own order."""
ORDERS = [o for o in permutations(PIECES) if o.index("places") < o.index("decision")]


class Writers:
    """Four nodes that each write one fact of one reservation, and strangers that hear of it."""

    def __init__(self, folder: Path, home: Core, clock: FrozenClock) -> None:
        self.folder, self.clock, self.numbers = folder, clock, count()
        self.opened: list[Core] = []
        self.founding = Founding(home.quarter, home.epoch)
        self.cores = {"home": home} | {name: self.open(name) for name in NAMES[1:]}
        home.roles = {core.site_id: NodeRole.KIOSK for core in self.opened}
        self.follow(home)

    def open(self, name: str) -> Core:
        core = Core.open(
            self.folder / f"{name}.db", REGISTRY, clock=self.clock, founding=self.founding
        )
        core.role = NodeRole.KIOSK
        self.opened.append(core)
        self.follow(core)
        return core

    def follow(self, core: Core) -> None:
        core.after_merge = lambda write, touched: after_merge(
            write, touched, now=self.clock.now(), signer=core.identity
        )

    def members(self) -> dict[bytes, Member]:
        return {
            core.site_id: Member(
                core.identity.public_key, NodeRole.HOME if name == "home" else NodeRole.KIOSK
            )
            for name, core in self.cores.items()
        }

    def written(self, name: str, *, after: int = 0) -> list[SignedChangeset]:
        core = self.cores[name]
        chain = (core.site_id, "quarter")
        return core.changesets(chain, after=after, max_bytes=10**9)

    def give(self, core: Core, batch: Sequence[SignedChangeset]) -> None:
        assert batch
        report = core.receive(batch, self.members())
        assert not report.reasons, report.reasons

    def spread(self, origin: str, *, after: int = 0) -> None:
        for name, core in self.cores.items():
            if name != origin:
                self.give(core, self.written(origin, after=after))

    def stranger(self, pieces: Sequence[Sequence[SignedChangeset]]) -> Core:
        core = self.open(f"stranger-{next(self.numbers)}")
        for piece in pieces:
            self.give(core, piece)
        return core


@pytest.fixture
def writers(tmp_path: Path, house: Core, clock: FrozenClock) -> Iterator[Writers]:
    made = Writers(tmp_path, house, clock)
    yield made
    for core in made.opened:
        core.close()


def story(
    writers: Writers, files: QuarterFiles, who: Actor, *, gives_up: bool
) -> tuple[bytes, dict[str, list[SignedChangeset]]]:
    """Asked for in the lobby, granted at home, then used at two nodes or given up at one."""
    cores, clock = writers.cores, writers.clock
    places = writers.written("home")
    writers.spread("home")
    wish = Wish(
        space_id=files.id_of("space", "hofsaal"),
        period=Period(utc(28, 14), utc(28, 18)),
        people=12,
        purpose="private",
    )
    lobby, now = cores["lobby"], clock.now()
    made = lobby.write(lambda w: reserve(w, who, wish, now=now, signer=lobby.identity))
    assert isinstance(made, Reservation)
    writers.spread("lobby")
    writers.spread("home", after=len(places))
    if gives_up:
        clock.set(utc(27, 14))
        cores["cellar"].write(lambda w: cancel(w, who, made.id, now=clock.now()))
        writers.spread("cellar")
    else:
        use(writers, made.id)
    pieces = {
        "places": places,
        "decision": writers.written("home", after=len(places)),
        "request": writers.written("lobby"),
        "first": writers.written("cellar"),
        "second": writers.written("desk"),
    }
    return made.id, {name: piece for name, piece in pieces.items() if piece}


def use(writers: Writers, reservation_id: bytes) -> None:
    """Somebody comes by the cellar and leaves by the desk."""
    keys = [writers.cores["home"].identity.public_key]
    granted = seen(writers.cores["cellar"], reservation_id)
    assert granted is not None
    assert granted.decision is not None
    text = pass_text(granted.decision.pass_)
    for name, at, through in (("cellar", utc(28, 14), check_in), ("desk", utc(28, 17), check_out)):
        writers.clock.set(at)
        passed = writers.cores[name].write(
            lambda w, t=through, at=at: t(w, NOBODY, text, keys=keys, now=at)
        )
        assert isinstance(passed, Passed), passed
        writers.spread(name)


def seen(core: Core, reservation_id: bytes) -> Reservation | None:
    return core.read(lambda read: find_reservation(read, reservation_id))


def projected(core: Core, reservation_id: bytes) -> list[tuple[object, ...]]:
    return [
        tuple(row)
        for name in ("reservation_state", "occupancy")
        for row in core.read(
            lambda read, n=name: read.rows(
                f"select * from {n} where reservation_id = :id", id=reservation_id
            )
        )
    ]


@pytest.mark.parametrize("gives_up", [False, True])
def test_journals_may_come_in_any_order(
    writers: Writers, files: QuarterFiles, anna: Actor, gives_up: bool
) -> None:
    made, pieces = story(writers, files, anna, gives_up=gives_up)
    expected = seen(writers.cores["home"], made)
    assert expected is not None
    status = Status.CANCELLED if gives_up else Status.CHECKED_OUT
    assert expected.base_status is status
    rows = projected(writers.cores["home"], made)
    orders = {tuple(name for name in order if name in pieces) for order in ORDERS}
    assert len(orders) == (12 if gives_up else 60)
    for order in sorted(orders):
        stranger = writers.stranger([pieces[name] for name in order])
        assert seen(stranger, made) == expected, order
        assert projected(stranger, made) == rows, order
        stranger.close()
        writers.opened.remove(stranger)


@pytest.mark.parametrize("gives_up", [False, True])
def test_what_was_taken_back_may_be_heard_of_before_it_was_done(
    writers: Writers, files: QuarterFiles, anna: Actor, demir: Actor, gives_up: bool
) -> None:
    """And what was done again afterwards counts, wherever."""
    made, pieces = story(writers, files, anna, gives_up=gives_up)
    home, cellar, now = writers.cores["home"], writers.cores["cellar"], writers.clock.now()
    what = Undone.CANCELLATION if gives_up else Undone.CHECK_OUT
    told = len(writers.written("home"))
    for _ in range(2):
        home.write(lambda w: undo(w, demir, made, what, now=now, signer=home.identity))
    pieces["undone"] = writers.written("home", after=told)
    assert len(pieces["undone"]) == 1
    writers.spread("home", after=len(pieces["places"]))
    again = seen(cellar, made)
    assert again is not None
    assert again.base_status is (Status.CONFIRMED if gives_up else Status.CHECKED_IN)
    told = len(writers.written("cellar"))
    if gives_up:
        cellar.write(lambda w: cancel(w, anna, made, now=now))
    else:
        line = cellar.read(lambda read: get_line(read, anna, made, now=now))
        cellar.write(lambda w: leave(w, demir, line, now=now))
    pieces["third"] = writers.written("cellar", after=told)
    ruled = len(writers.written("home"))
    writers.spread("cellar", after=told)
    if gives_up:
        pieces["ruled"] = writers.written("home", after=ruled)
    expected, rows = seen(home, made), projected(home, made)
    assert expected is not None
    assert expected.base_status is (Status.CANCELLED if gives_up else Status.CHECKED_OUT)
    for order in orders_of(pieces):
        stranger = writers.stranger([pieces[name] for name in order])
        assert seen(stranger, made) == expected, order
        assert projected(stranger, made) == rows, order
        stranger.close()
        writers.opened.remove(stranger)


def orders_of(pieces: Collection[str]) -> list[tuple[str, ...]]:
    """Some of the orders in which journals can come, each writer's own kept."""
    chains = [
        ["places", "decision", "undone", "ruled"],
        ["request"],
        ["first", "third"],
        ["second"],
    ]
    chance, found = random.Random(7), set()
    for _ in range(40):
        left = [[name for name in chain if name in pieces] for chain in chains]
        order: list[str] = []
        while left := [chain for chain in left if chain]:
            order.append(chance.choice(left).pop(0))
        found.add(tuple(order))
    return sorted(found)


@pytest.mark.parametrize("told_by", ["request", "decision"])
def test_facts_about_an_unknown_request_wait_for_it_or_for_what_was_decided_upon(
    writers: Writers, files: QuarterFiles, anna: Actor, told_by: str
) -> None:
    made, pieces = story(writers, files, anna, gives_up=False)
    stranger = writers.stranger([pieces[name] for name in ("places", "first", "second")])
    assert seen(stranger, made) is None
    assert projected(stranger, made) == []
    writers.give(stranger, pieces[told_by])
    assert seen(stranger, made) is not None
    writers.give(stranger, pieces["decision" if told_by == "request" else "request"])
    assert projected(stranger, made) == projected(writers.cores["home"], made)


AT = utc(24, 9)
REQUEST = RequestFact(
    id=b"R" * 16,
    space_id=b"S" * 16,
    household_id=b"H" * 16,
    person_id=b"P" * 16,
    period=Period(AT, AT + timedelta(hours=2)),
    requested_at=AT,
    details=RequestDetails(),
)
DECISIONS = st.lists(
    st.builds(
        DecisionFact,
        id=st.binary(min_size=16, max_size=16),
        reservation_id=st.just(REQUEST.id),
        site=st.just(b"N" * 16),
        term=st.integers(0, 2),
        number=st.integers(0, 4),
        verdict=st.sampled_from(Verdict),
        hold_until=st.just(AT + timedelta(minutes=10)),
    ),
    max_size=6,
    unique_by=lambda decision: decision.id,
)
PASSAGES = st.dictionaries(st.sampled_from(("in", "out")), st.just(PassageFact(AT)))


@given(DECISIONS, PASSAGES, st.none() | st.just(CancellationFact(AT)), st.data())
def test_the_fold_does_not_care_for_order(
    decisions: list[DecisionFact],
    passages: dict[str, PassageFact],
    cancellation: CancellationFact | None,
    data: st.DataObject,
) -> None:
    shuffled = data.draw(st.permutations(decisions))
    once = fold(REQUEST, decisions, cancellation, passages, None)
    again = fold(REQUEST, shuffled, cancellation, dict(reversed(passages.items())), None)
    assert once == again
    if decisions:
        best = max((each.term, each.number) for each in decisions)
        assert once.decision is not None
        assert (once.decision.term, once.decision.number) == best


@given(DECISIONS, PASSAGES, st.none() | st.just(CancellationFact(AT)), st.integers(0, 400))
def test_every_fold_has_a_status_at_every_time(
    decisions: list[DecisionFact],
    passages: dict[str, PassageFact],
    cancellation: CancellationFact | None,
    minutes: int,
) -> None:
    """Who came in is in if it was confirmed; nothing brings back what home has taken back."""
    found = fold(REQUEST, decisions, cancellation, passages, None)
    status = found.status_at(AT + timedelta(minutes=minutes))
    verdict = found.decision.verdict if found.decision else None
    came_in = "in" in passages and verdict is Verdict.CONFIRMED
    assert (status in {Status.CHECKED_IN, Status.CHECKED_OUT}) == came_in
    assert (status is Status.DISPLACED) == (verdict is Verdict.DISPLACED)
    if cancellation is not None and not came_in:
        assert status in {Status.CANCELLED, Status.DISPLACED}
    if not decisions and cancellation is None:
        assert status in {Status.REQUESTED, Status.EXPIRED}
