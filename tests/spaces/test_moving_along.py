"""A room that is moved takes along what was booked with it; and who is in stays longer or less."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.ids import random_id
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    ChangeOffer,
    Reservation,
    Status,
    Wish,
    admit,
    cancel,
    change,
    find_reservation,
    leave,
    preview_change,
)
from node.spaces.importing import import_spaces
from node.spaces.moving_along import TogetherOffer, change_together, preview_together
from node.spaces.projections import select_clashes
from node.store import Core
from tests.facts import RESERVATIONS
from tests.spaces.conftest import utc
from tests.spaces.test_life import House, code_of, made
from tests.spaces.test_together import SATURDAY, book, feast, files, preview, total

__all__ = ["files"]
"""The small quarter with a projector."""
LATER = Period(utc(28, 14), utc(28, 16))


@pytest.fixture
def home(core: Core, files: QuarterFiles, house: Core, clock: FrozenClock) -> House:
    import_spaces(core, files, signer=core.identity, now=clock.now())
    return House(house, files, clock)


def booked(home: House, who: Actor) -> tuple[Reservation, Reservation]:
    """The hall with the projector."""
    wishes = feast(home, "beamer")
    done = book(home, who, wishes, total(preview(home, who, wishes)))
    assert isinstance(done, list), done
    assert [each.base_status for each in done] == [Status.CONFIRMED, Status.CONFIRMED]
    return done[0], done[1]


def wish_at(room: Reservation, period: Period) -> Wish:
    return Wish(
        space_id=room.space_id,
        period=period,
        people=room.details.people,
        purpose=room.details.purpose,
    )


def offered(
    home: House, who: Actor, room: Reservation, period: Period, left: Collection[bytes] = ()
) -> TogetherOffer:
    wish, now = wish_at(room, period), home.clock.now()
    found = home.core.read(
        lambda read: preview_together(read, who, room.id, wish, left=left, now=now)
    )
    assert isinstance(found, TogetherOffer), found
    return found


def moved(
    home: House,
    who: Actor,
    room: Reservation,
    period: Period,
    cents: int,
    left: Collection[bytes] = (),
) -> Reservation | Refusal:
    wish, now, signer = wish_at(room, period), home.clock.now(), home.core.identity
    return home.core.write(
        lambda write: change_together(
            write, who, room.id, wish, left=left, total_cents=cents, now=now, signer=signer
        )
    )


def again(home: House, reservation: Reservation) -> Reservation:
    found = home.core.read(lambda read: find_reservation(read, reservation.id))
    assert found is not None
    return found


def facts(home: House) -> list[object]:
    return home.core.read(lambda read: [*read.rows(RESERVATIONS)])


def test_the_projector_comes_along_for_one_sum(home: House, anna: Actor) -> None:
    room, projector = booked(home, anna)
    offer = offered(home, anna, room, LATER)
    assert [each.space.row.key for each in offer.companions] == ["beamer"]
    assert offer.can
    assert code_of(moved(home, anna, room, LATER, offer.total_cents + 1)) == "spaces.costs_changed"
    assert made(moved(home, anna, room, LATER, offer.total_cents)).period == LATER
    assert again(home, projector).period == LATER
    assert again(home, projector).decision.pass_ == projector.decision.pass_


def test_what_cannot_come_is_named_and_nothing_moves_until_somebody_says_what_to_do_without(
    home: House, anna: Actor, clara: Actor
) -> None:
    room, projector = booked(home, anna)
    theirs = home.wish("werkraum", LATER, people=2, series=random_id())
    wishes = [theirs, replace(feast(home, "beamer")[1], period=LATER, series=theirs.series)]
    looked = preview(home, clara, wishes)
    assert isinstance(book(home, clara, wishes, total(looked)), list)
    offer = offered(home, anna, room, LATER)
    assert not offer.can
    assert code_of(offer.companions[0].refusal) == "spaces.taken"
    before = facts(home)
    assert code_of(moved(home, anna, room, LATER, offer.total_cents)) == "spaces.taken"
    assert facts(home) == before, "all or nothing"
    without = offered(home, anna, room, LATER, left={projector.id})
    assert without.can
    assert made(moved(home, anna, room, LATER, without.total_cents, {projector.id}))
    assert again(home, projector).base_status is Status.CANCELLED


def test_another_number_of_people_moves_nothing_else(home: House, anna: Actor) -> None:
    room, projector = booked(home, anna)
    assert offered(home, anna, room, room.period).companions == ()
    assert again(home, projector).period == SATURDAY


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    others=st.lists(
        st.tuples(
            st.sampled_from(["hofsaal", "werkraum"]),
            st.booleans(),
            st.integers(8, 18),
            st.integers(2, 4),
        ),
        max_size=4,
    ),
    start=st.integers(8, 18),
    hours=st.integers(2, 4),
    without=st.booleans(),
)
def test_whatever_is_taken_all_move_or_none_does_and_nothing_overlaps(
    home: House,
    anna: Actor,
    clara: Actor,
    others: list[tuple[str, bool, int, int]],
    start: int,
    hours: int,
    without: bool,
) -> None:
    core, now = home.core, home.clock.now()
    room, projector = booked(home, anna)
    taken = []
    for key, with_projector, first, length in others:
        period = Period(utc(28, first), utc(28, first) + timedelta(hours=length))
        theirs = home.wish(key, period, people=2, series=random_id())
        wishes = [theirs]
        if with_projector:
            wishes.append(replace(feast(home, "beamer")[1], period=period, series=theirs.series))
        who = replace(clara, person_id=random_id(), household_id=random_id())
        looked = preview(home, who, wishes)
        if all(each.counts for each in looked):
            done = book(home, who, wishes, total(looked))
            taken += [(who, each) for each in done] if isinstance(done, list) else []
    period = Period(utc(28, start), utc(28, start) + timedelta(hours=hours))
    left = {projector.id} if without else set()
    wish = wish_at(room, period)
    looked = core.read(lambda read: preview_together(read, anna, room.id, wish, left=left, now=now))
    before = facts(home)
    if isinstance(looked, Refusal):
        assert isinstance(moved(home, anna, room, period, 0, left), Refusal)
        assert facts(home) == before
    else:
        result = moved(home, anna, room, period, looked.total_cents, left)
        if not looked.can:
            assert isinstance(result, Refusal)
            assert facts(home) == before
        else:
            assert made(result).period == period
            follows = again(home, projector)
            if period == SATURDAY or not without:
                assert follows.period == period
                assert follows.base_status is Status.CONFIRMED
            else:
                assert follows.base_status is Status.CANCELLED
    assert core.read(lambda read: select_clashes(read, as_of=now)) == []
    for who, each in [(anna, room), (anna, projector), *taken]:
        core.write(lambda w, a=who, e=each: cancel(w, a, e.id, now=now))


# Who is in


def inside(home: House, who: Actor) -> Reservation:
    room = made(home.reserve(who, home.wish("hofsaal", Period(utc(28, 10), utc(28, 14)))))
    home.clock.set(utc(28, 10))
    home.through(admit, who, room)
    home.clock.set(utc(28, 12))
    return room


def changed(home: House, who: Actor, room: Reservation, wish: Wish) -> Reservation | Refusal:
    now = home.clock.now()
    offer = home.core.read(lambda read: preview_change(read, who, room.id, wish, now=now))
    if isinstance(offer, Refusal):
        return offer
    assert isinstance(offer, ChangeOffer)
    return home.core.write(
        lambda write: change(
            write,
            who,
            room.id,
            wish,
            total_cents=offer.bill.total_cents,
            now=now,
            signer=home.core.identity,
        )
    )


def test_who_is_in_stays_longer_where_it_is_free_and_keeps_the_pass(
    home: House, anna: Actor, clara: Actor
) -> None:
    room = inside(home, anna)
    longer = replace(wish_at(room, Period(utc(28, 10), utc(28, 16))), people=8)
    done = made(changed(home, anna, room, longer))
    assert done.base_status is Status.CHECKED_IN
    assert done.details.people == 8
    assert done.decision.pass_ == room.decision.pass_
    assert done.bill.total_cents > room.bill.total_cents
    late = home.wish("hofsaal", Period(utc(28, 15), utc(28, 17)))
    assert code_of(home.reserve(clara, late)) == "spaces.taken"
    home.through(leave, anna, done)
    assert again(home, done).base_status is Status.CHECKED_OUT


def test_who_comes_after_is_not_in_the_way_of_less_but_of_more(
    home: House, anna: Actor, clara: Actor
) -> None:
    room = inside(home, anna)
    made(home.reserve(clara, home.wish("hofsaal", Period(utc(28, 15, 30), utc(28, 18)))))
    assert code_of(changed(home, anna, room, wish_at(room, Period(utc(28, 10), utc(28, 15))))) == (
        "spaces.taken"
    )
    shorter = wish_at(room, Period(utc(28, 10), utc(28, 13)))
    done = made(changed(home, anna, room, shorter))
    assert done.period.ends_at == utc(28, 13)
    assert done.bill.total_cents >= room.bill.total_cents, "what was late to give up stays due"


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (11, 15, "spaces.has_begun"),
        (9, 14, "spaces.has_begun"),
        (10, 12, "spaces.ends_too_early"),
    ],
)
def test_the_beginning_is_past_changing(
    home: House, anna: Actor, starts: int, ends: int, code: str
) -> None:
    room = inside(home, anna)
    wish = wish_at(room, Period(utc(28, starts), utc(28, ends)))
    assert code_of(changed(home, anna, room, wish)) == code


def test_a_stay_is_extended_while_people_are_in_and_not_cut(home: House, clara: Actor) -> None:
    stay = made(home.reserve(clara, home.stay(5, 8)))
    home.clock.set(utc(5, 15, month=12))
    home.through(admit, clara, stay)
    home.clock.set(utc(6, 9, month=12))
    longer = replace(home.stay(5, 10), people=2)
    done = made(changed(home, clara, stay, longer))
    assert done.base_status is Status.CHECKED_IN
    assert code_of(changed(home, clara, done, home.stay(5, 7))) == "spaces.leave_instead"
    other = replace(clara, person_id=random_id(), household_id=random_id())
    assert code_of(home.reserve(other, home.stay(9, 11))) == "spaces.taken"
