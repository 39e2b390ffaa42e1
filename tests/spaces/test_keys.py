"""A key is with one reservation at most, and only in its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    Key,
    KeyState,
    MoveKind,
    Reservation,
    admit,
    leave,
    list_keys,
    move_key,
    only_overdue,
    told_about,
)
from node.spaces.key import AFTER, FROM
from node.store import Core, NodeRole
from tests.spaces.conftest import utc
from tests.spaces.test_life import House, code_of, made


class Board(House):
    """The house with its one key, of the hall."""

    def key(self) -> Key:
        (found,) = self.core.read(lambda read: list_keys(read, now=self.clock.now()))
        return found

    def move(
        self, who: Actor, kind: MoveKind, reservation: Reservation | None = None, **more: object
    ) -> Key | Refusal:
        given = {
            "seen": self.key().seen,
            "reservation_id": reservation.id if reservation else b"",
            "name": ("key", 1),
        } | more
        space, now = self.files.id_of("space", "hofsaal"), self.clock.now()
        return self.core.write(lambda w: move_key(w, who, space, kind=kind, now=now, **given))

    def late(self) -> list[Key]:
        now = self.clock.now()
        return self.core.read(lambda read: only_overdue(list_keys(read, now=now), now=now))


@pytest.fixture
def board(house: Core, files: QuarterFiles, clock: FrozenClock) -> Board:
    return Board(house, files, clock)


@pytest.fixture
def demir(demir: Actor) -> Actor:
    return replace(demir, face=Face.DESK)


def afternoon(board: Board, who: Actor, starts: int = 12) -> Reservation:
    return made(
        board.reserve(who, board.wish("hofsaal", Period(utc(28, starts), utc(28, starts + 2))))
    )


def test_it_goes_to_whose_time_it_is_and_to_nobody_else(
    board: Board, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine, theirs = afternoon(board, anna), afternoon(board, clara, 17)
    assert code_of(board.move(demir, MoveKind.OUT, mine)) == "keys.not_their_time"
    board.clock.set(utc(28, 11, 50))
    assert code_of(board.move(demir, MoveKind.OUT, theirs)) == "keys.not_their_time"
    board.through(admit, demir, mine)
    key = board.move(demir, MoveKind.OUT, mine)
    assert isinstance(key, Key)
    assert (key.state, key.holder.reservation.id) == (KeyState.OUT, mine.id)
    assert board.late() == []
    board.clock.set(utc(28, 16, 50))
    (late,) = board.late()
    assert late.holder.reservation.id == mine.id
    assert code_of(board.move(demir, MoveKind.OUT, theirs)) == "keys.moved_meanwhile", "not here"
    assert board.move(demir, MoveKind.BACK).state is KeyState.HERE
    assert board.move(demir, MoveKind.OUT, theirs).holder.reservation.id == theirs.id


def test_who_left_early_still_has_it(board: Board, anna: Actor, demir: Actor) -> None:
    mine = afternoon(board, anna)
    board.clock.set(utc(28, 12))
    board.through(admit, demir, mine)
    board.move(demir, MoveKind.OUT, mine)
    board.through(leave, demir, mine)
    assert [key.holder.reservation.id for key in board.late()] == [mine.id]


def test_a_lost_one_is_not_handed_out_until_it_is_replaced(
    board: Board, anna: Actor, demir: Actor
) -> None:
    mine = afternoon(board, anna)
    board.clock.set(utc(28, 12))
    board.move(demir, MoveKind.OUT, mine)
    board.clock.advance(timedelta(minutes=1))
    lost = board.move(demir, MoveKind.LOST)
    assert (lost.state, lost.holder.reservation.id) == (KeyState.LOST, mine.id), "who had it stays"
    assert code_of(board.move(demir, MoveKind.OUT, mine)) == "keys.moved_meanwhile"
    assert board.move(demir, MoveKind.REPLACED).state is KeyState.HERE
    assert board.move(demir, MoveKind.OUT, mine).state is KeyState.OUT
    told = board.core.read(lambda read: told_about(read, anna.person_id, board.clock.now()))
    (mine_told,) = (each for each in told if each["keys"])
    kinds = [words.split()[2].rstrip(",") for words in mine_told["keys"]]
    assert kinds == ["out", "lost", "replaced", "out"]


def test_sent_twice_is_noted_once_and_who_saw_an_old_page_sees_a_new_one(
    board: Board, anna: Actor, demir: Actor
) -> None:
    mine = afternoon(board, anna)
    board.clock.set(utc(28, 12))
    seen = board.key().seen
    first = board.move(demir, MoveKind.OUT, mine, seen=seen)
    assert board.move(demir, MoveKind.OUT, mine, seen=seen) == first
    assert code_of(board.move(demir, MoveKind.LOST, seen=seen)) == "keys.moved_meanwhile"
    assert board.key() == first


def test_only_the_desk_notes_and_only_keys_of_the_list(
    board: Board, anna: Actor, demir: Actor
) -> None:
    mine = afternoon(board, anna)
    board.clock.set(utc(28, 12))
    assert code_of(board.move(anna, MoveKind.OUT, mine)) == "spaces.not_allowed"
    assert code_of(board.move(demir, MoveKind.OUT, mine, name=("key", 2))) == "keys.unknown"
    board.core.role = NodeRole.CENTRAL
    assert code_of(board.move(demir, MoveKind.OUT, mine)) == "spaces.not_allowed"


@given(st.lists(st.sampled_from(MoveKind), max_size=12))
def test_a_key_is_somewhere_after_whatever_was_noted(moves: list[MoveKind]) -> None:
    """From each state some move leads on, and each move leads to another state."""
    state = KeyState.HERE
    for kind in moves:
        if state in FROM[kind]:
            assert AFTER[kind] is not state
            state = AFTER[kind]
    assert any(state in FROM[kind] for kind in MoveKind)
