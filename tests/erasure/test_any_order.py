"""Whatever the order in which nodes hear, erase and write: all end clean, and equal."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from node import people
from node.app import ERASING
from node.base.actors import Face
from node.base.ids import new_id
from node.store import Write
from tests.erasure.conftest import ODD, Odd, Town, make_town, odd, write_odd

PAIRS = ("home-kiosk", "home-central", "kiosk-central")
WRITERS = ("home", "kiosk")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("meet"), st.sampled_from(PAIRS)),
        st.tuples(st.just("erase"), st.sampled_from(WRITERS)),
        st.tuples(st.just("ask"), st.sampled_from(WRITERS)),
        st.tuples(st.just("back"), st.sampled_from(WRITERS)),
        st.tuples(st.just("rename"), st.sampled_from(WRITERS)),
        st.tuples(st.just("note"), st.sampled_from(WRITERS)),
        st.tuples(st.just("secret"), st.sampled_from(WRITERS)),
        st.tuples(st.just("sweep"), st.sampled_from((*WRITERS, "central"))),
    ),
    min_size=3,
    max_size=9,
)
TABLES = (
    "person",
    "household",
    "person_role",
    "credential",
    "reservation_note",
    "erasure",
    "erasure_ruling",
)


@settings(max_examples=12, deadline=None)
@given(steps=STEPS)
def test_all_nodes_end_clean_and_equal(steps: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = make_town(Path(folder))
        try:
            who = write_odd(town)
            for number, (what, where) in enumerate(steps):
                do(town, who, what, where, number)
            do(town, who, "erase", "home", len(steps))
            for _ in range(4):
                town.meet(times=2)
                town.sweep()
            assert town.found(ODD) == {}
            for table in TABLES:
                assert town["home"].rows(table) == town["kiosk"].rows(table), table
            for table in ("erasure", "erasure_ruling"):
                assert town["central"].rows(table) == town["home"].rows(table)
        finally:
            town.close()


def do(town: Town, who: Odd, what: str, where: str, number: int) -> None:
    if what == "meet":
        town.meet(where, times=1)
        return
    place, now = town[where], town.clock.now()
    if what == "sweep":
        place.sweep()
    elif what == "erase":
        eva = place.core.read(lambda read: town.cast.actor(read, "eva", face=Face.DESK))
        place.core.write(
            lambda write: ERASING.erase(write, eva, who.person_id, reason="moved_out", now=now)
        )
    elif what == "ask":
        place.core.write(lambda write: ERASING.erase_me(write, who.actor, now=now))
    elif what == "back":
        place.core.write(lambda write: take_back(write, who, now))
    elif what == "rename":
        # At a node that has heard it is refused, at one that hasn't it is a late word.
        place.core.write(
            lambda write: people.change_profile(
                write,
                who.actor,
                given_name=odd(f"given{number}"),
                family_name=odd("late"),
                language="de",
            )
        )
    else:
        place.core.write(lambda write: late_word(write, who, what, number))


def take_back(write: Write, who: Odd, now: datetime) -> None:
    waiting = people.open_erasure(write, who.person_id)
    if waiting is not None:
        people.take_back(write, who.actor, waiting.number, now=now)


def late_word(write: Write, who: Odd, what: str, number: int) -> None:
    """What a page or a program writes without asking who is still there."""
    if what == "note":
        write.insert(
            "reservation_note",
            id=new_id(),
            reservation_id=who.reservation_id,
            note=odd(f"note{number}"),
        )
    else:
        write.insert(
            "credential",
            id=new_id(),
            person_id=who.person_id,
            kind="pin",
            hash=odd(f"hash{number}"),
            number=number + 2,
        )
