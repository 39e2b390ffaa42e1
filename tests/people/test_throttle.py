"""Pauses after wrong guesses: they slow guessers down and lock no neighbour out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node import people
from node.base.actors import Face
from node.base.periods import to_epoch
from node.base.refusals import Refusal
from node.people import throttle
from node.people.model import Knock
from node.people.rules import PACES, Guard
from node.registry import REGISTRY
from node.store import Core, Write

ANNA, OTHER = b"a" * 16, b"o" * 16
PHONE = b"p" * 16

knocks = st.builds(
    Knock,
    face=st.sampled_from([Face.PORTAL, Face.KIOSK, Face.DESK]),
    address=st.sampled_from(["10.0.0.2", "10.0.0.3", ""]),
)
others = st.one_of(
    st.tuples(st.just("stranger"), st.sampled_from([ANNA, OTHER]), knocks),
    st.tuples(st.just("known"), st.just(OTHER), st.just(PHONE)),
    st.tuples(st.just("known"), st.just(ANNA), st.just(b"x" * 16)),
    st.tuples(st.just("card"), st.just(ANNA), st.none()),
)


def buckets_of(kind: str, who: bytes, where: object) -> tuple[throttle.BucketKey, ...]:
    if kind == "known":
        return throttle.known_device_buckets(who, where)
    if kind == "card":
        return throttle.card_buckets(who)
    return throttle.stranger_buckets(who, where)


def guess(core: Core, buckets: tuple[throttle.BucketKey, ...], now: int) -> Refusal | None:
    return core.write(lambda write: throttle.count_guess(write, buckets, now=now))


def forget(core: Core) -> None:
    core.write(lambda write: write.execute("delete from guess"))


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.tuples(others, st.integers(0, 20)), max_size=60))
def test_guesses_of_others_never_pause_annas_own_phone(core: Core, attempts: list) -> None:
    """Whoever guesses, wherever, for whomever: Anna's known phone answers at once."""
    forget(core)
    now = 1_700_000_000
    for (kind, who, where), pause in attempts:
        guess(core, buckets_of(kind, who, where), now)
        now += pause
    mine = throttle.known_device_buckets(ANNA, PHONE)
    assert core.read(lambda read: throttle.check_pause(read, mine, now=now)) is None


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.tuples(others, st.integers(0, 400)), max_size=60), st.data())
def test_a_neighbours_new_phone_waits_minutes_at_most(
    core: Core, attempts: list, data: st.DataObject
) -> None:
    forget(core)
    now = 1_700_000_000
    for (kind, who, where), pause in attempts:
        guess(core, buckets_of(kind, who, where), now)
        now += pause
    mine = throttle.stranger_buckets(ANNA, Knock(address="10.0.0.77"))
    assert guess(core, mine, now + 300) is None


def test_the_pauses_grow_and_are_told_in_seconds(core: Core, clock) -> None:
    buckets = throttle.known_device_buckets(ANNA, PHONE)
    now = to_epoch(clock.now())
    for _ in range(PACES[Guard.KNOWN_DEVICE].free):
        assert guess(core, buckets, now) is None
    told = []
    for _ in range(4):
        refusal = guess(core, buckets, now)
        assert refusal.code == "people.wait"
        assert refusal.status == 429
        told.append(refusal.values["seconds"])
        assert guess(core, buckets, now + told[-1] - 1).values["seconds"] == 1
        now += told[-1]
        assert guess(core, buckets, now) is None
    assert told == [10, 20, 40, 80]


def test_a_pause_survives_a_restart(clock, tmp_path: Path) -> None:
    buckets = throttle.known_device_buckets(ANNA, PHONE)
    now = to_epoch(clock.now())
    core = Core.open(tmp_path / "box.db", REGISTRY, clock=clock)
    for _ in range(6):
        guess(core, buckets, now)
    core.close()
    again = Core.open(tmp_path / "box.db", REGISTRY, clock=clock)
    assert guess(again, buckets, now).code == "people.wait"
    again.close()


def test_a_right_guess_empties_ones_own_bucket_but_not_the_shared_one(core: Core, clock) -> None:
    """Or somebody could sign in themselves now and then and go on guessing for others."""
    now = to_epoch(clock.now())
    knock = Knock(address="10.0.0.2")
    for number in range(PACES[Guard.ADDRESS].free):
        assert guess(core, throttle.stranger_buckets(bytes([number]) * 16, knock), now) is None
    mine = throttle.stranger_buckets(OTHER, knock)
    core.write(lambda write: throttle.take_back(write, mine))
    assert guess(core, throttle.stranger_buckets(ANNA, knock), now) is None
    assert guess(core, throttle.stranger_buckets(ANNA, knock), now).code == "people.wait"


def test_a_kiosk_is_many_peoples_so_nobody_stops_it(core: Core, clock) -> None:
    now = to_epoch(clock.now())
    knock = Knock(face=Face.KIOSK)
    for _ in range(20):
        guess(core, throttle.stranger_buckets(OTHER, knock), now)
    assert guess(core, throttle.stranger_buckets(ANNA, knock), now) is None
    assert guess(core, throttle.card_buckets(b"c" * 16), now) is None


def test_old_guesses_are_purged_and_fresh_ones_kept(core: Core, clock) -> None:
    buckets = throttle.known_device_buckets(ANNA, PHONE)
    guess(core, buckets, to_epoch(clock.now()))

    def purge(write: Write) -> int:
        return people.purge(write, now=clock.now())

    assert core.write(purge) == 0
    clock.advance(timedelta(hours=26))
    assert core.write(purge) == 1
