"""What was done by mistake is taken back, and never at somebody else's cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    Reservation,
    Status,
    Undone,
    admit,
    approve,
    cancel,
    decline,
    find_reservation,
    leave,
    rebuild,
    told_about,
    undo,
    undoable,
    undone_of,
    why_not,
)
from node.store import Core
from tests.spaces.conftest import utc
from tests.spaces.test_life import House, code_of, made


class Desk(House):
    """The house with the verbs of the desk."""

    def undo(self, who: Actor, reservation: Reservation, what: Undone) -> Reservation | Refusal:
        signer, now = self.core.identity, self.clock.now()
        return self.core.write(
            lambda write: undo(write, who, reservation.id, what, now=now, signer=signer)
        )

    def give_up(self, who: Actor, reservation: Reservation) -> Reservation:
        now = self.clock.now()
        return made(self.core.write(lambda write: cancel(write, who, reservation.id, now=now)))

    def now(self, reservation: Reservation) -> Reservation:
        return made(self.core.read(lambda read: find_reservation(read, reservation.id)))


@pytest.fixture
def home(house: Core, files: QuarterFiles, clock: FrozenClock) -> Desk:
    return Desk(house, files, clock)


@pytest.fixture
def demir(demir: Actor) -> Actor:
    return replace(demir, face=Face.DESK)


def afternoon(home: Desk, who: Actor) -> Reservation:
    return made(home.reserve(who, home.wish("hofsaal", Period(utc(28, 12), utc(28, 18)))))


def test_the_wrong_row_was_pressed_and_the_right_person_still_gets_in(
    home: Desk, anna: Actor, demir: Actor
) -> None:
    mine = afternoon(home, anna)
    home.clock.set(utc(28, 12))
    for _ in range(3):
        home.through(admit, demir, mine)
        assert home.now(mine).base_status is Status.CHECKED_IN
        back = made(home.undo(demir, mine, Undone.CHECK_IN))
        assert (back.base_status, back.check_in) == (Status.CONFIRMED, None)
        assert home.undo(demir, mine, Undone.CHECK_IN) == back, "asked twice it is done once"
    home.clock.set(utc(28, 12, 5))
    home.through(admit, anna, mine)
    assert home.now(mine).check_in.at == utc(28, 12, 5)
    undone = home.core.read(lambda read: undone_of(read, mine.id))
    assert [(each.what, each.by) for each in undone] == [(Undone.CHECK_IN, demir.person_id)] * 3
    told = home.core.read(lambda read: told_about(read, anna.person_id, home.clock.now()))
    assert [len(each["taken_back"]) for each in told if each["taken_back"]] == [3]


def test_who_had_not_left_is_in_again_unless_the_rest_is_given_away(
    home: Desk, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine = afternoon(home, anna)
    home.clock.set(utc(28, 12))
    home.through(admit, anna, mine)
    home.clock.set(utc(28, 13))
    home.through(leave, demir, mine)
    assert made(home.undo(demir, mine, Undone.CHECK_OUT)).base_status is Status.CHECKED_IN
    evening = home.wish("hofsaal", Period(utc(28, 16), utc(28, 18)))
    assert code_of(home.reserve(clara, evening)) == "spaces.taken", "the rest is hers again"
    home.through(leave, demir, mine)
    theirs = made(home.reserve(clara, evening))
    before = home.now(mine)
    assert code_of(home.undo(demir, mine, Undone.CHECK_OUT)) == "spaces.given_away"
    assert home.now(mine) == before
    home.give_up(clara, theirs)
    assert made(home.undo(demir, mine, Undone.CHECK_OUT)).base_status is Status.CHECKED_IN


def test_a_cancellation_taken_back_costs_nothing_and_the_pass_opens_again(
    home: Desk, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine = afternoon(home, anna)
    home.clock.set(utc(28, 9))
    gone = home.give_up(anna, mine)
    assert gone.cancellation.fee_cents > 0
    back = made(home.undo(demir, mine, Undone.CANCELLATION))
    assert back == mine
    home.clock.set(utc(28, 10))
    again = home.give_up(anna, mine)
    assert again.cancellation.at == utc(28, 10), "given up anew, it counts anew"
    made(home.reserve(clara, home.wish("hofsaal", Period(utc(28, 13), utc(28, 15)))))
    assert code_of(home.undo(demir, mine, Undone.CANCELLATION)) == "spaces.given_away"


def test_what_is_over_or_was_never_agreed_cannot_be_taken_back(
    home: Desk, anna: Actor, demir: Actor
) -> None:
    mine, now = afternoon(home, anna), home.clock.now
    home.give_up(anna, mine)
    assert undoable(home.now(mine), now=utc(28, 12)) is Undone.CANCELLATION
    assert undoable(home.now(mine), now=utc(28, 12, 45)) is None, "who came by then was too late"
    home.clock.set(utc(28, 13))
    assert code_of(home.undo(demir, mine, Undone.CANCELLATION)) == "spaces.too_late_to_undo"
    assert code_of(home.undo(demir, mine, Undone.CHECK_OUT)) == "spaces.too_late_to_undo"
    held = made(home.hold(anna, home.wish("hofsaal", Period(utc(29, 12), utc(29, 14)))))
    home.give_up(anna, held)
    assert undoable(home.now(held), now=now()) is None


def test_only_the_desk_takes_back(home: Desk, anna: Actor, demir: Actor) -> None:
    mine = afternoon(home, anna)
    home.give_up(anna, mine)
    assert code_of(home.undo(anna, mine, Undone.CANCELLATION)) == "spaces.not_allowed"
    other = replace(mine, id=b"X" * 16)
    assert code_of(home.undo(demir, other, Undone.CANCELLATION)) == "spaces.unknown"


def test_a_wrong_check_in_is_a_no_show_once_nobody_would_be_waited_for(
    home: Desk, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine = afternoon(home, anna)
    home.clock.set(utc(28, 12))
    home.through(admit, demir, mine)
    home.clock.advance(timedelta(hours=2))
    back = made(home.undo(demir, mine, Undone.CHECK_IN))
    assert back.status_at(home.clock.now()) is Status.NO_SHOW
    made(home.reserve(clara, home.wish("hofsaal", Period(utc(28, 15), utc(28, 17)))))


def asked(home: Desk, who: Actor) -> Reservation:
    """A late evening, to which the desk must agree."""
    found = made(home.reserve(who, home.wish("hofsaal", Period(utc(28, 18), utc(28, 21, 30)))))
    assert found.base_status is Status.REQUESTED
    return found


def say_no(home: Desk, who: Actor, reservation: Reservation, reason: str) -> Reservation:
    signer = home.core.identity
    return made(
        home.core.write(
            lambda write: decline(
                write, who, reservation.id, reason=reason, now=home.clock.now(), signer=signer
            )
        )
    )


def words_of(home: Desk, reservation: Reservation) -> str:
    refusal = home.core.read(lambda read: why_not(read, home.now(reservation)))
    assert refusal is not None
    return refusal.message


def test_a_no_is_taken_back_and_the_request_waits_again(
    home: Desk, anna: Actor, demir: Actor
) -> None:
    mine = asked(home, anna)
    for reason in ("An dem Abend sind Handwerker da.", "Es bleibt dabei: zu laut."):
        assert say_no(home, demir, mine, reason).base_status is Status.DECLINED
        assert words_of(home, mine) == reason, "each no has its own words"
        back = made(home.undo(demir, mine, Undone.DECLINE))
        assert (back.base_status, back.decision) == (Status.REQUESTED, None)
        assert home.undo(demir, mine, Undone.DECLINE) == back, "asked twice it is done once"
    signer, now = home.core.identity, home.clock.now()
    agreed = made(home.core.write(lambda w: approve(w, demir, mine.id, now=now, signer=signer)))
    assert agreed.base_status is Status.CONFIRMED
    assert undoable(agreed, now=now) is None
    told = home.core.read(lambda read: told_about(read, anna.person_id, now))
    (answer,) = (each["answer"] for each in told if each["answer"])
    assert answer == "An dem Abend sind Handwerker da.; Es bleibt dabei: zu laut."
    before = home.now(mine)
    home.core.write(rebuild)
    assert home.now(mine) == before


def test_a_no_stands_where_the_time_is_gone_over_or_not_the_desks(
    home: Desk, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine = asked(home, anna)
    say_no(home, demir, mine, "")
    assert code_of(home.undo(anna, mine, Undone.DECLINE)) == "spaces.not_allowed"
    theirs = made(home.reserve(demir.on_behalf_of(clara), home.wish("hofsaal", mine.period)))
    assert theirs.base_status is Status.CONFIRMED
    assert code_of(home.undo(demir, mine, Undone.DECLINE)) == "spaces.given_away"
    home.give_up(clara, theirs)
    home.clock.set(mine.period.ends_at)
    assert undoable(home.now(mine), now=home.clock.now()) is None
    assert code_of(home.undo(demir, mine, Undone.DECLINE)) == "spaces.too_late_to_undo"
