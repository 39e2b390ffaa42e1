"""People are told what others did to their reservation: until they know, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    Reservation,
    Status,
    Undone,
    Wish,
    admit,
    approve,
    cancel,
    change,
    decline,
    find_reservation,
    preview_change,
    rebuild,
    take_back,
    told_about,
    undo,
)
from node.spaces.by_team import ActKind, Known, Told, as_known
from node.spaces.deciding import SHUT
from node.spaces.telling import (
    acknowledge,
    add_words,
    note_told,
    to_tell,
    told_of,
    told_to,
    told_to_guests,
)
from node.store import Core, Write
from tests.spaces.conftest import Quarter, utc
from tests.spaces.test_life import House, made

MORNING = Period(utc(28, 8), utc(28, 10))
NOON = Period(utc(28, 11), utc(28, 13))


class Team(House):
    """The house with what the team does to others' reservations, and what people are told."""

    def try_to_move(self, who: Actor, mine: Reservation, period: Period) -> Reservation | Refusal:
        now, signer = self.clock.now(), self.core.identity

        def run(write: Write) -> Reservation | Refusal:
            wish = Wish(space_id=mine.space_id, period=period, purpose=mine.details.purpose)
            shown = preview_change(write, who, mine.id, wish, now=now)
            if isinstance(shown, Refusal):
                return shown
            total = shown.bill.total_cents
            return change(write, who, mine.id, wish, total_cents=total, now=now, signer=signer)

        return self.core.write(run)

    def move(self, who: Actor, mine: Reservation, period: Period) -> Reservation:
        return made(self.try_to_move(who, mine, period))

    def give_up(self, who: Actor, mine: Reservation) -> Reservation:
        now = self.clock.now()
        return made(self.core.write(lambda write: cancel(write, who, mine.id, now=now)))

    def told(self, who: Actor, mine: Reservation) -> Told | None:
        return self.core.read(lambda read: told_of(read, who, mine.id))

    def know(self, who: Actor, mine: Reservation, told: Told | None = None) -> None:
        said, now = told or self.told(who, mine), self.clock.now()
        assert said is not None
        act = said.last.id
        made(self.core.write(lambda write: acknowledge(write, who, mine.id, act, now=now)))

    def seen(self, mine: Reservation) -> Reservation:
        return made(self.core.read(lambda read: find_reservation(read, mine.id)))


@pytest.fixture
def home(house: Core, files: QuarterFiles, clock: FrozenClock) -> Team:
    return Team(house, files, clock)


@pytest.fixture
def anna(anna: Actor) -> Actor:
    return replace(anna, face=Face.PORTAL)


@pytest.fixture
def demir(demir: Actor) -> Actor:
    return replace(demir, face=Face.DESK)


def in_the_hall(home: Team, who: Actor, period: Period = MORNING) -> Reservation:
    return made(home.reserve(who, home.wish("hofsaal", period)))


def test_who_was_moved_reads_before_and_after_until_they_say_they_know(
    home: Team, anna: Actor, demir: Actor
) -> None:
    mine = in_the_hall(home, anna)
    assert home.told(anna, mine) is None
    home.move(demir, mine, NOON)
    told = home.told(anna, mine)
    assert told is not None
    assert told.last.kind is ActKind.CHANGED
    assert told.last.at == home.clock.now()
    assert told.before == as_known(mine)
    assert told.now.period == NOON
    everything = home.core.read(lambda read: told_to(read, anna, now=home.clock.now()))
    assert [each.reservation.id for each in everything] == [mine.id]
    home.know(anna, mine)
    home.know(anna, mine, told)
    assert home.told(anna, mine) is None
    home.core.write(rebuild)
    assert home.core.read(lambda read: told_to(read, anna, now=home.clock.now())) == []


def test_moved_twice_it_is_one_notice_from_what_they_knew_to_what_is(
    home: Team, anna: Actor, demir: Actor
) -> None:
    mine = in_the_hall(home, anna)
    home.move(demir, mine, NOON)
    first = home.told(anna, mine)
    home.clock.advance(timedelta(minutes=5))
    later = Period(utc(28, 14), utc(28, 16))
    home.move(demir, mine, later)
    told = home.told(anna, mine)
    assert told is not None
    assert (told.before, told.now.period) == (as_known(mine), later)
    assert len(told.acts) == 2
    home.know(anna, mine, first)
    told = home.told(anna, mine)
    assert told is not None, "what was done after it was read is not read"
    assert told.before is not None
    assert told.before.period == NOON
    home.move(demir, mine, NOON)
    assert home.told(anna, mine) is None, "they know that it is so"


def test_what_people_do_themselves_nobody_tells_them(home: Team, anna: Actor, demir: Actor) -> None:
    mine = in_the_hall(home, anna)
    home.move(demir, mine, NOON)
    home.move(anna, mine, MORNING)
    assert home.told(anna, mine) is None, "whoever changes it has seen it"
    home.give_up(anna, mine)
    assert home.told(anna, mine) is None


def test_a_cancellation_and_its_taking_back_are_told(home: Team, anna: Actor, demir: Actor) -> None:
    mine = in_the_hall(home, anna)
    home.give_up(demir, mine)
    told = home.told(anna, mine)
    assert told is not None
    assert told.last.kind is ActKind.CANCELLED
    home.know(anna, mine)
    home.clock.advance(timedelta(minutes=1))
    now, signer = home.clock.now(), home.core.identity
    what = Undone.CANCELLATION
    home.core.write(lambda write: undo(write, demir, mine.id, what, now=now, signer=signer))
    told = home.told(anna, mine)
    assert told is not None
    assert (told.last.kind, told.last.undone) == (ActKind.UNDONE, what)


def test_what_a_closure_took_back_is_told_with_why(home: Team, anna: Actor, demir: Actor) -> None:
    mine, now = in_the_hall(home, anna), home.clock.now()

    def run(write: Write) -> Reservation | Refusal:
        done = take_back(write, demir, mine.id, now=now)
        add_words(write, mine.id, "Im Hofsaal ist ein Rohr gebrochen.")
        return done

    made(home.core.write(run))
    told = home.told(anna, mine)
    assert told is not None
    assert (told.last.kind, told.last.reason) == (ActKind.TAKEN_BACK, SHUT.code)
    assert told.words == "Im Hofsaal ist ein Rohr gebrochen."
    kept = home.core.read(lambda read: told_about(read, anna.person_id, now))
    told_words = [words for each in kept for words in each["told"]]
    assert len(told_words) == 1
    assert "Rohr gebrochen" in told_words[0], "it is told of what is held of a person"


def test_who_came_knows_where_to(home: Team, anna: Actor, demir: Actor) -> None:
    mine = in_the_hall(home, anna)
    home.move(demir, mine, NOON)
    home.clock.set(NOON.starts_at)
    home.through(admit, anna, home.seen(mine))
    assert home.told(anna, mine) is None


def test_once_who_booked_knows_their_household_does_and_not_the_other_way_round(
    home: Team, anna: Actor, demir: Actor, files: QuarterFiles
) -> None:
    mine = in_the_hall(home, anna)
    bilal = replace(anna, person_id=files.id_of("person", "P-BILAL"))
    home.move(demir, mine, NOON)
    home.know(bilal, mine)
    assert home.told(bilal, mine) is None
    assert home.told(anna, mine) is not None
    assert home.core.read(lambda read: told_to_guests(read, home.seen(mine))) is not None
    home.know(anna, mine)
    home.move(demir, mine, MORNING)
    home.know(anna, mine)
    assert home.told(bilal, mine) is None


def test_a_neighbour_reads_and_ends_nothing_of_others(
    home: Team, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine = in_the_hall(home, anna)
    home.move(demir, mine, NOON)
    told, now = home.told(anna, mine), home.clock.now()
    assert told is not None
    assert home.told(clara, mine) is None
    act = told.last.id
    refused = home.core.write(lambda write: acknowledge(write, clara, mine.id, act, now=now))
    assert isinstance(refused, Refusal)
    refused = home.core.write(lambda write: note_told(write, anna, mine.id, act, now=now))
    assert isinstance(refused, Refusal)
    assert home.told(anna, mine) is not None


def test_the_desk_calls_who_comes_soon_and_who_does_not_look(
    home: Team, anna: Actor, clara: Actor, demir: Actor
) -> None:
    far = Period(utc(10, 8, month=12), utc(10, 10, month=12))
    soon = in_the_hall(home, anna)
    later = in_the_hall(home, clara, far)
    home.move(demir, soon, NOON)
    home.move(demir, later, Period(far.starts_at, far.ends_at + timedelta(hours=1)))

    def called() -> Sequence[bytes]:
        found = home.core.read(lambda read: to_tell(read, now=home.clock.now()))
        return [each.told.reservation.id for each in found]

    assert called() == [later.id], "a letter's household is called, however far ahead it is"
    home.clock.set(MORNING.starts_at - timedelta(days=2))
    assert called() == [later.id]
    home.clock.advance(timedelta(minutes=1))
    assert called() == [soon.id, later.id]
    told, now = home.told(anna, soon), home.clock.now()
    assert told is not None
    act = told.last.id
    done = home.core.write(lambda write: note_told(write, demir, soon.id, act, now=now))
    assert not isinstance(done, Refusal)
    assert soon.id not in called()
    assert home.told(anna, soon) is None, "who was called need not read it again"
    home.clock.set(far.starts_at - timedelta(days=1))
    assert called() == [later.id]
    home.clock.set(far.ends_at + timedelta(hours=2))
    assert called() == [], "what is over nobody is called about"


STEPS = st.lists(
    st.tuples(st.sampled_from(["team", "own", "know"]), st.integers(8, 16), st.integers(2, 3)),
    max_size=8,
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_there_is_a_notice_exactly_while_it_is_not_as_they_know_it(
    home: Team, anna: Actor, demir: Actor, steps: list[tuple[str, int, int]]
) -> None:
    """Whatever the team and its people change, and whenever these say that they know."""
    start = utc(1, 8, month=12)
    mine = made(home.reserve(anna, home.wish("hofsaal", Period(start, start + timedelta(hours=2)))))
    knows: Known = as_known(mine)
    for kind, hour, hours in steps:
        at = start.replace(hour=hour)
        if kind == "know":
            if home.told(anna, mine) is not None:
                home.know(anna, mine)
            knows = as_known(home.seen(mine))
            continue
        is_own = kind == "own"
        before = home.seen(mine)
        home.try_to_move(anna if is_own else demir, mine, Period(at, at + timedelta(hours=hours)))
        if is_own and home.seen(mine) != before:
            knows = as_known(home.seen(mine))
        told = home.told(anna, mine)
        assert (told is not None) == (knows != as_known(home.seen(mine)))
        if told is not None:
            assert told.before == knows
    home.give_up(anna, mine)
    assert home.told(anna, mine) is None
    home.clock.advance(timedelta(seconds=1))


def test_it_is_read_on_any_node_and_the_words_stay_in_the_building(
    quarter: Quarter, anna: Actor, demir: Actor, wish: Wish
) -> None:
    mine = quarter.made("home", anna, wish)
    core, now = quarter.cores["home"], quarter.clock.now()
    other = replace(wish, period=NOON, note="")

    def run(write: Write) -> Reservation | Refusal:
        shown = preview_change(write, demir, mine.id, other, now=now)
        assert not isinstance(shown, Refusal), shown
        total, signer = shown.bill.total_cents, core.identity
        done = change(write, demir, mine.id, other, total_cents=total, now=now, signer=signer)
        add_words(write, mine.id, "Nebenan wird gebohrt.")
        return done

    made(core.write(run))
    for name in ("kiosk", "central"):
        quarter.meet("home", name)
    here = {
        name: each.read(lambda read: told_of(read, anna, mine.id))
        for name, each in quarter.cores.items()
    }
    assert {name: told.words for name, told in here.items() if told} == {
        "home": "Nebenan wird gebohrt.",
        "kiosk": "Nebenan wird gebohrt.",
        "central": "",
    }
    told = here["central"]
    assert told is not None
    act = told.last.id
    away = quarter.cores["central"]
    made(away.write(lambda write: acknowledge(write, anna, mine.id, act, now=now)))
    quarter.meet("home", "central")
    quarter.meet("home", "kiosk")
    for each in quarter.cores.values():
        assert each.read(lambda read: told_of(read, anna, mine.id)) is None


# Answers


LATE = Period(utc(28, 18), utc(28, 21, 30))
"""An evening to which the desk must agree."""


def asked(home: Team, who: Actor) -> Reservation:
    found = in_the_hall(home, who, LATE)
    assert found.base_status is Status.REQUESTED
    return found


def answer(home: Team, demir: Actor, mine: Reservation, words: str | None) -> Reservation:
    """Yes, or no with these words."""
    now, signer = home.clock.now(), home.core.identity

    def run(write: Write) -> Reservation | Refusal:
        if words is None:
            return approve(write, demir, mine.id, now=now, signer=signer)
        return decline(write, demir, mine.id, reason=words, now=now, signer=signer)

    return made(home.core.write(run))


def test_a_yes_is_told_to_who_asked_and_on_the_desks_list_until_they_know(
    home: Team, anna: Actor, demir: Actor
) -> None:
    mine = asked(home, anna)
    assert home.told(anna, mine) is None
    answer(home, demir, mine, None)
    told = home.told(anna, mine)
    assert told is not None
    assert (told.last.kind, told.before) == (ActKind.APPROVED, None)
    assert home.core.read(lambda read: told_to_guests(read, home.seen(mine))) is None
    soon = utc(27, 12)
    listed = home.core.read(lambda read: to_tell(read, now=soon))
    assert [each.told.reservation.id for each in listed] == [mine.id]
    home.know(anna, mine)
    assert home.told(anna, mine) is None
    assert home.core.read(lambda read: to_tell(read, now=soon)) == []
    home.core.write(rebuild)
    assert home.told(anna, mine) is None


def test_a_no_is_told_with_its_words_and_taken_back_it_is_told_that(
    home: Team, anna: Actor, demir: Actor
) -> None:
    mine = asked(home, anna)
    answer(home, demir, mine, "Da singt der Chor.")
    told = home.told(anna, mine)
    assert told is not None
    assert (told.last.kind, told.words) == (ActKind.DECLINED, "Da singt der Chor.")
    home.know(anna, mine)
    home.clock.advance(timedelta(minutes=1))
    now, signer = home.clock.now(), home.core.identity
    home.core.write(
        lambda write: undo(write, demir, mine.id, Undone.DECLINE, now=now, signer=signer)
    )
    told = home.told(anna, mine)
    assert told is not None
    assert told.last.kind is ActKind.UNDONE
    home.clock.advance(timedelta(minutes=1))
    answer(home, demir, mine, None)
    told = home.told(anna, mine)
    assert told is not None
    assert told.last.kind is ActKind.APPROVED
    home.know(anna, mine)
    home.move(demir, mine, NOON)
    told = home.told(anna, mine)
    assert told is not None
    assert told.last.kind is ActKind.CHANGED, "from then on it is as everything that is agreed"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.sampled_from(["yes", "no", "back", "know"]), max_size=7))
def test_there_is_a_notice_exactly_while_the_last_answer_is_not_known(
    home: Team, anna: Actor, demir: Actor, steps: list[str]
) -> None:
    mine, is_unknown = asked(home, anna), False
    for step in steps:
        home.clock.advance(timedelta(seconds=2))
        status, now, signer = home.seen(mine).base_status, home.clock.now(), home.core.identity
        if step == "know" and is_unknown:
            home.know(anna, mine)
            is_unknown = False
        elif step in {"yes", "no"} and status is Status.REQUESTED:
            answer(home, demir, mine, None if step == "yes" else "Nein.")
            is_unknown = True
        elif step == "back" and status is Status.DECLINED:
            home.core.write(
                lambda write, now=now, signer=signer: undo(
                    write, demir, mine.id, Undone.DECLINE, now=now, signer=signer
                )
            )
            is_unknown = True
        assert (home.told(anna, mine) is not None) == is_unknown
    if home.seen(mine).base_status in {Status.REQUESTED, Status.CONFIRMED}:
        home.give_up(anna, mine)
    assert home.told(anna, mine) is None or home.seen(mine).base_status is Status.DECLINED
