"""What is kept of answers, for how long and how much."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from node.base.actors import NOBODY, Actor, Role
from node.store import Basis, Commits, Store
from node.web.memory import Answer, Grounds, Memory, tagged

NOW = datetime(2026, 11, 24, 9, 0, 20, tzinfo=UTC)
ANNA = Actor(b"a" * 16, b"h" * 16, frozenset({Role.RESIDENT}))
KEY = (b"/", b"")


class Desk:
    """A memory, and commits to follow."""

    def __init__(self, *, bytes_max: int = 10_000) -> None:
        self.commits = Commits(["note", "plan"])
        store = cast(Store, SimpleNamespace(commits=self.commits))
        self.memory = Memory(store, bytes_max=bytes_max)

    def keep(self, *, body: bytes = b"x", until: datetime, key: Any = KEY) -> Answer:
        basis = Basis()
        basis.add(self.commits, {"note"}, since=self.commits.count)
        answer = tagged([(b"content-type", b"text/html")], body)
        self.memory.keep(key, answer, Grounds(ANNA, NOW, True, basis, until))
        return answer

    def find(
        self, *, actor: Actor = ANNA, now: datetime = NOW, trusted: bool = True, key: Any = KEY
    ) -> Answer | None:
        return self.memory.find(key, actor, now=now, clock_trusted=trusted)


LATER = NOW + timedelta(days=1)


def test_an_answer_is_found_by_its_key_and_person_only() -> None:
    desk = Desk()
    answer = desk.keep(until=LATER)
    assert desk.find() is answer
    assert desk.find(key=(b"/", b"x")) is None
    assert desk.find(actor=NOBODY) is None
    assert desk.find() is None, "what was found untrue is gone"


@pytest.mark.parametrize(
    "role", [frozenset({Role.RESIDENT, Role.STAFF}), frozenset({Role.OWNER}), frozenset[Role]()]
)
def test_other_rights_of_the_same_person_find_nothing(role: frozenset[Role]) -> None:
    desk = Desk()
    desk.keep(until=LATER)
    assert desk.find(actor=Actor(ANNA.person_id, ANNA.household_id, role)) is None


def test_an_answer_lives_until_its_word_or_the_minute_ends() -> None:
    desk = Desk()
    desk.keep(until=NOW + timedelta(seconds=5))
    assert desk.find(now=NOW + timedelta(seconds=4.9))
    assert not desk.find(now=NOW + timedelta(seconds=5))
    desk.keep(until=LATER)
    assert desk.find(now=NOW + timedelta(seconds=39.9))
    assert not desk.find(now=NOW + timedelta(seconds=40))


def test_a_commit_to_another_table_changes_nothing() -> None:
    desk = Desk()
    answer = desk.keep(until=LATER)
    with desk.commits.commit({"plan"}):
        pass
    assert desk.find() is answer
    with desk.commits.commit({"note"}):
        assert desk.find() is None


def test_what_is_kept_is_bounded_and_the_longest_unasked_goes_first() -> None:
    desk = Desk(bytes_max=10 * 1100)
    for number in range(10):
        desk.keep(body=b"x" * 50, until=LATER, key=number)
    assert desk.find(key=0)
    for number in range(10, 13):
        desk.keep(body=b"x" * 50, until=LATER, key=number)
    held = [number for number in range(13) if desk.find(key=number)]
    assert held == [0, *range(4, 13)]
    desk.keep(body=b"x" * 20_000, until=LATER, key=99)
    assert not desk.find(key=99), "larger than all there is"
    assert not desk.find(key=12)


def test_keeping_the_same_again_costs_nothing_more() -> None:
    desk = Desk(bytes_max=5000)
    first = desk.keep(until=LATER, key=1)
    for _ in range(50):
        desk.keep(until=LATER, key=2)
    assert desk.find(key=1) is first
