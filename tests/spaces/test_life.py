"""The life of a reservation where it is easy to get wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from node.base.actors import Actor, Role
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    Reservation,
    Status,
    Wish,
    admit,
    approve,
    coming_up,
    confirm,
    decline,
    departures,
    find_reservation,
    get_line,
    hold,
    leave,
    my_reservations,
    present,
    reserve,
    stay_period,
    waiting,
    why_not,
)
from node.store import Core
from tests.spaces.conftest import utc
from tests.spaces.test_no_overlap import ZONE


class House:
    """The small quarter with the verbs of its people."""

    def __init__(self, core: Core, files: QuarterFiles, clock: FrozenClock) -> None:
        self.core, self.files, self.clock = core, files, clock

    def wish(self, key: str, period: Period, **more: object) -> Wish:
        purpose = "" if key == "gartenzimmer" else "private"
        return Wish(space_id=self.files.id_of("space", key), period=period, purpose=purpose, **more)

    def stay(self, arrival: int, departure: int, month: int = 12, **more: object) -> Wish:
        row = next(row for row in self.files.spaces if row.key == "gartenzimmer")
        days = [utc(day, 12, month=month).date() for day in (arrival, departure)]
        return self.wish("gartenzimmer", stay_period(row.stay, *days, ZONE), **more)

    def reserve(self, who: Actor, wish: Wish) -> Reservation | Refusal:
        return self._do(reserve, who, wish)

    def hold(self, who: Actor, wish: Wish) -> Reservation | Refusal | None:
        return self._do(hold, who, wish)

    def confirm(self, who: Actor, reservation: Reservation) -> Reservation | Refusal:
        return self._do(confirm, who, reservation.id)

    def _do(self, verb, who: Actor, subject: object) -> Reservation | Refusal:
        signer, now = self.core.identity, self.clock.now()
        return self.core.write(lambda write: verb(write, who, subject, now=now, signer=signer))

    def through(self, verb, who: Actor, reservation: Reservation) -> object:
        now = self.clock.now()
        line = self.core.read(lambda read: get_line(read, who, reservation.id, now=now))
        return self.core.write(lambda write: verb(write, who, line, now=now))


@pytest.fixture
def home(house: Core, files: QuarterFiles, clock: FrozenClock) -> House:
    return House(house, files, clock)


def code_of(result: object) -> str:
    assert isinstance(result, Refusal), result
    return result.code


def made(result: Reservation | Refusal) -> Reservation:
    assert isinstance(result, Reservation), result
    return result


def test_leaving_early_frees_the_rest_but_not_the_cleaning(
    home: House, anna: Actor, clara: Actor
) -> None:
    mine = made(home.reserve(anna, home.wish("hofsaal", Period(utc(28, 12), utc(28, 20)))))
    home.clock.set(utc(28, 12))
    home.through(admit, anna, mine)
    home.clock.set(utc(28, 14))
    home.through(leave, anna, mine)
    # Left at 14:00; an hour of cleaning and half an hour of preparing: free from 15:30.
    early = home.wish("hofsaal", Period(utc(28, 15), utc(28, 18)))
    assert code_of(home.reserve(clara, early)) == "spaces.taken"
    made(home.reserve(clara, home.wish("hofsaal", Period(utc(28, 15, 30), utc(28, 18)))))


def test_leaving_in_time_does_not_shorten_the_cleaning(
    home: House, anna: Actor, clara: Actor
) -> None:
    mine = made(home.reserve(anna, home.wish("hofsaal", Period(utc(28, 12), utc(28, 14)))))
    home.clock.set(utc(28, 12))
    home.through(admit, anna, mine)
    home.clock.set(utc(28, 14, 20))
    home.through(leave, anna, mine)
    assert home.core.read(lambda read: present(read, now=home.clock.now())) == []
    next_one = home.wish("hofsaal", Period(utc(28, 15), utc(28, 17)))
    assert code_of(home.reserve(clara, next_one)) == "spaces.taken"


def test_the_next_guest_comes_when_the_turnover_is_done(
    home: House, anna: Actor, clara: Actor
) -> None:
    made(home.reserve(clara, home.stay(20, 22)))
    other = replace(clara, household_id=b"O" * 16, person_id=b"P" * 16)
    made(home.reserve(other, home.stay(22, 24)))
    assert code_of(home.reserve(anna, home.stay(21, 23))) == "spaces.taken"


def test_a_gap_lies_between_two_stays_of_a_household_and_the_desk_may_waive_it(
    home: House, clara: Actor, demir: Actor
) -> None:
    made(home.reserve(clara, home.stay(5, 8)))
    assert code_of(home.reserve(clara, home.stay(21, 22))) == "spaces.gap"
    for_clara = demir.on_behalf_of(clara)
    waived = made(home.reserve(for_clara, home.stay(21, 22)))
    assert waived.staff_id == demir.person_id
    made(home.reserve(replace(clara, household_id=b"O" * 16), home.stay(15, 16)))


def test_a_family_pays_what_the_bill_of_the_example_says(home: House, anna: Actor) -> None:
    wish = home.stay(15, 18, people=4, ages=(9, 5))
    assert made(home.reserve(anna, wish)).bill.total_cents == 25_900


def test_an_expired_hold_is_asked_for_anew_by_all_rules(home: House, anna: Actor) -> None:
    held = made(home.hold(anna, home.wish("hofsaal", Period(utc(24, 14), utc(24, 18)))))
    home.clock.set(utc(24, 19))
    assert code_of(home.confirm(anna, held)) == "spaces.past"


def test_a_hold_is_no_way_around_the_desk(home: House, anna: Actor) -> None:
    """What the desk must agree to was held like anything else, and confirmed by one button."""
    late = home.wish("hofsaal", Period(utc(28, 18), utc(28, 21, 30)))
    assert home.hold(anna, late) is None
    assert made(home.reserve(anna, late)).base_status is Status.REQUESTED
    early = home.wish("hofsaal", Period(utc(27, 9), utc(27, 11)))
    assert made(home.hold(anna, early)).base_status is Status.HELD


def test_holds_do_not_get_a_household_past_its_limit(
    home: House, anna: Actor, files: QuarterFiles
) -> None:
    """Three at a time, in a household of two who look at the same moment; one stay is agreed."""
    bilal = replace(anna, person_id=files.id_of("person", "P-BILAL"))
    made(home.reserve(anna, home.wish("hofsaal", Period(utc(26, 9), utc(26, 11)))))
    first = made(home.hold(anna, home.wish("hofsaal", Period(utc(28, 9), utc(28, 11)))))
    second = home.hold(bilal, home.wish("hofsaal", Period(utc(29, 9), utc(29, 11))))
    assert code_of(second) == "spaces.too_many_open"
    home.clock.advance(timedelta(minutes=11))
    made(home.reserve(bilal, home.wish("hofsaal", Period(utc(29, 9), utc(29, 11)))))
    assert code_of(home.confirm(anna, first)) == "spaces.too_many_open"


def test_the_desk_says_no_in_its_own_words_which_stay_in_the_building(
    home: House, anna: Actor, demir: Actor
) -> None:
    late = home.wish("hofsaal", Period(utc(28, 18), utc(28, 21, 30)))
    asked = made(home.reserve(anna, late))
    assert asked.base_status is Status.REQUESTED
    (line,) = home.core.read(lambda read: waiting(read, now=home.clock.now()))
    assert line.reservation.id == asked.id
    words = "Am Samstag feiert schon Frau K. nebenan."
    home.core.write(
        lambda write: decline(
            write,
            demir,
            asked.id,
            reason=words,
            now=home.clock.now(),
            signer=home.core.identity,
        )
    )
    found = home.core.read(lambda read: find_reservation(read, asked.id))
    assert found.base_status is Status.DECLINED
    refusal = home.core.read(lambda read: why_not(read, found))
    assert (refusal.code, refusal.message) == ("spaces.declined_by_desk", words)
    decisions = home.core.read(lambda read: read.rows("select fact from reservation_decision"))
    assert not any("Frau K." in row[0] for row in decisions)
    made(home.reserve(anna, home.wish("hofsaal", Period(utc(28, 18), utc(28, 20)))))


def test_a_time_taken_while_the_desk_thought_is_not_given_twice(
    home: House, anna: Actor, clara: Actor, demir: Actor
) -> None:
    late = home.wish("hofsaal", Period(utc(28, 18), utc(28, 21, 30)))
    asked = made(home.reserve(anna, late))
    made(home.reserve(clara, home.wish("hofsaal", Period(utc(28, 17), utc(28, 19)))))
    signer, now = home.core.identity, home.clock.now()
    answer = made(home.core.write(lambda w: approve(w, demir, asked.id, now=now, signer=signer)))
    assert answer.base_status is Status.DECLINED
    assert home.core.read(lambda read: why_not(read, answer)).code == "spaces.taken"


def test_somebody_from_outside_sees_their_own_and_has_the_same_limits(
    home: House, files: QuarterFiles
) -> None:
    greta = Actor(
        files.id_of("person", "N-GRETA"), b"", frozenset({Role.OUTSIDE_NEIGHBOUR}), name="Greta"
    )
    other = replace(greta, person_id=b"X" * 16)
    for day in (26, 28, 30):
        mine = made(home.reserve(greta, home.wish("hofsaal", Period(utc(day, 9), utc(day, 11)))))
        assert mine.bill.total_cents == 2 * 4500 * 119 // 100
    fourth = home.wish("hofsaal", Period(utc(29, 9), utc(29, 11)))
    assert code_of(home.reserve(greta, fourth)) == "spaces.too_many_open"
    made(home.reserve(other, fourth))
    now = home.clock.now()
    assert len(home.core.read(lambda read: my_reservations(read, greta, now=now))) == 3
    assert len(home.core.read(lambda read: coming_up(read, other, now=now))) == 1
    nobody = replace(greta, person_id=b"")
    assert home.core.read(lambda read: my_reservations(read, nobody, now=now)) == []


def test_who_leaves_today_is_on_the_desks_list(home: House, clara: Actor) -> None:
    stay = made(home.reserve(clara, home.stay(10, 12)))
    home.clock.set(stay.period.starts_at)
    home.through(admit, clara, stay)
    home.clock.set(utc(12, 9, month=12))
    leaving = home.core.read(
        lambda read: departures(read, utc(12, 12, month=12).date(), now=home.clock.now())
    )
    assert [line.reservation.id for line in leaving] == [stay.id]
    assert leaving[0].status is Status.CHECKED_IN
