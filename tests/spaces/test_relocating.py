"""A closure moves a room together with what was booked with it: all of it, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.ids import random_id
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter import Closure, TargetKind, open_again, shut
from node.quarter.files import QuarterFiles
from node.quarter.model import LocalText
from node.spaces import (
    Reservation,
    Status,
    cancel,
    find_reservation,
    preview_cancellation,
)
from node.spaces.importing import import_spaces
from node.spaces.moving_along import TogetherOffer, preview_together
from node.spaces.projections import select_clashes
from node.spaces.relocating import (
    Elsewhere,
    Hit,
    give_back,
    hit_ahead,
    offers_elsewhere,
    relocate,
)
from node.spaces.telling import told_to
from node.store import Core, Read
from tests.spaces.conftest import utc
from tests.spaces.test_life import House, code_of
from tests.spaces.test_moving_along import booked
from tests.spaces.test_together import SATURDAY, book, feast, files, preview, total

__all__ = ["files"]


@pytest.fixture
def home(core: Core, files: QuarterFiles, house: Core, clock: FrozenClock) -> House:
    import_spaces(core, files, signer=core.identity, now=clock.now())
    return House(house, files, clock)


@pytest.fixture
def demir(demir: Actor) -> Actor:
    return replace(demir, face=Face.DESK)


def shut_the_hall(home: House, demir: Actor) -> Closure:
    hall, now = home.files.id_of("space", "hofsaal"), home.clock.now()
    day = Period(utc(27, 23), utc(28, 23))
    reason = LocalText("Der Boden wird geschliffen")
    wanted = Closure(b"", TargetKind.SPACE, hall, day.starts_at, day.ends_at, reason)
    done = home.core.write(lambda write: shut(write, demir, wanted, now=now))
    assert isinstance(done, Closure), done
    return done


def instead(home: House, demir: Actor, room: Reservation) -> Elsewhere:
    now = home.clock.now()

    def look(read: Read) -> Elsewhere:
        [hit] = [each for each in hit_ahead(read, now=now) if _is_of(each, room)]
        return offers_elsewhere(read, demir, hit, now=now)

    return home.core.read(look)


def _is_of(hit: Hit, room: Reservation) -> bool:
    return hit.line.reservation.id == room.id


def pressed(
    home: House, demir: Actor, room: Reservation, offer: TogetherOffer, cents: int
) -> Reservation | Refusal:
    now, signer = home.clock.now(), home.core.identity
    where = offer.room.space.id, offer.room.period
    return home.core.write(
        lambda write: relocate(
            write, demir, room.id, where, total_cents=cents, now=now, signer=signer
        )
    )


def as_it_is(home: House, reservation: Reservation) -> Reservation:
    found = home.core.read(lambda read: find_reservation(read, reservation.id))
    assert found is not None
    return found


def test_the_projector_comes_along_to_the_new_time_for_the_sum_that_was_shown(
    home: House, anna: Actor, demir: Actor
) -> None:
    room, projector = booked(home, anna)
    shut_the_hall(home, demir)
    offer = next(each for each in instead(home, demir, room).offers if each.room.period != SATURDAY)
    assert [each.space.row.key for each in offer.companions] == ["beamer"]
    agreed = room.bill.total_cents + projector.bill.total_cents
    assert offer.total_cents <= agreed
    assert code_of(pressed(home, demir, room, offer, offer.total_cents + 1)) == (
        "spaces.costs_changed"
    )
    assert as_it_is(home, projector).period == SATURDAY
    for _ in range(2):
        assert isinstance(pressed(home, demir, room, offer, offer.total_cents), Reservation)
    now = [as_it_is(home, each) for each in (room, projector)]
    assert {each.period for each in now} == {offer.room.period}
    assert sum(each.bill.total_cents for each in now) == offer.total_cents


def test_what_stands_in_the_way_is_named_and_nothing_without_it_is_offered(
    home: House, anna: Actor, clara: Actor, demir: Actor
) -> None:
    room, _ = booked(home, anna)
    who = replace(clara, person_id=random_id(), household_id=random_id())
    day = Period(SATURDAY.starts_at - timedelta(days=1), SATURDAY.ends_at - timedelta(days=1))
    theirs = home.wish("werkraum", day, people=2, series=random_id())
    wishes = [theirs, replace(feast(home, "beamer")[1], period=day, series=theirs.series)]
    done = book(home, who, wishes, total(preview(home, who, wishes)))
    assert isinstance(done, list), done
    shut_the_hall(home, demir)
    found = instead(home, demir, room)
    assert [space.row.key for space in found.stays_behind] == ["beamer"]
    assert found.offers
    assert all(not each.room.period.overlaps(day) or not each.companions for each in found.offers)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    others=st.lists(
        st.tuples(st.sampled_from(["hofsaal", "werkraum"]), st.booleans(), st.integers(26, 30)),
        max_size=4,
    )
)
def test_whatever_others_have_all_of_it_lies_at_the_new_time_and_nothing_overlaps(
    home: House, anna: Actor, clara: Actor, demir: Actor, others: list[tuple[str, bool, int]]
) -> None:
    core, now = home.core, home.clock.now()
    mine = booked(home, anna)
    room, taken = mine[0], []
    for key, with_projector, day in others:
        period = Period(utc(day, 8), utc(day, 10))
        theirs = home.wish(key, period, people=2, series=random_id())
        wishes = [theirs]
        if with_projector:
            wishes.append(replace(feast(home, "beamer")[1], period=period, series=theirs.series))
        who = replace(clara, person_id=random_id(), household_id=random_id())
        looked = preview(home, who, wishes)
        if all(each.counts for each in looked):
            done = book(home, who, wishes, total(looked))
            taken += [(who, each) for each in done] if isinstance(done, list) else []
    closure = shut_the_hall(home, demir)
    agreed = sum(each.bill.total_cents for each in mine)
    for offer in instead(home, demir, room).offers[-1:]:
        assert offer.total_cents <= agreed
        assert isinstance(pressed(home, demir, room, offer, offer.total_cents), Reservation)
        moves = offer.room.period != SATURDAY
        others_now = [as_it_is(home, each).period for each in mine[1:]]
        assert others_now == [offer.room.period if moves else SATURDAY]
        cost = sum(as_it_is(home, each).bill.total_cents for each in mine)
        assert cost == offer.total_cents + (0 if moves else mine[1].bill.total_cents)
    assert core.read(lambda read: select_clashes(read, as_of=now)) == []
    core.write(lambda write: open_again(write, demir, closure.id, now=now))
    for who, each in [*taken, *((anna, each) for each in mine)]:
        if as_it_is(home, each).status_at(now) in {Status.CONFIRMED, Status.REQUESTED}:
            core.write(lambda write, who=who, each=each: cancel(write, who, each.id, now=now))


def own_press(
    home: House, who: Actor, room: Reservation, where: tuple[bytes, Period], cents: int
) -> Reservation | Refusal:
    now, signer = home.clock.now(), home.core.identity
    return home.core.write(
        lambda write: relocate(
            write, who, room.id, where, total_cents=cents, now=now, signer=signer
        )
    )


def test_anna_moves_herself_with_her_projector_and_is_told_nothing_that_she_knows(
    home: House, anna: Actor, demir: Actor
) -> None:
    mine, now = booked(home, anna), home.clock.now()
    shut_the_hall(home, demir)
    found = instead(home, anna, mine[0])
    assert found == instead(home, demir, mine[0]), "the desk offers the same"
    offer = next(each for each in found.offers if each.companions)
    where = offer.room.space.id, offer.room.period
    assert code_of(own_press(home, anna, mine[0], where, offer.total_cents + 1)) == (
        "spaces.costs_changed"
    )
    for _ in range(2):
        assert isinstance(own_press(home, anna, mine[0], where, offer.total_cents), Reservation)
    assert {as_it_is(home, each).period for each in mine} == {offer.room.period}
    assert home.core.read(lambda read: hit_ahead(read, now=now)) == []
    assert home.core.read(lambda read: told_to(read, anna, now=now)) == []


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    key=st.sampled_from(["hofsaal", "werkraum"]),
    hours=st.integers(-60, 60),
    longer=st.integers(0, 3),
)
def test_at_the_houses_expense_nobody_goes_anywhere_but_where_it_was_offered(
    home: House, anna: Actor, demir: Actor, key: str, hours: int, longer: int
) -> None:
    mine, now = booked(home, anna), home.clock.now()
    closure = shut_the_hall(home, demir)
    begins = SATURDAY.starts_at + timedelta(hours=hours)
    ends = begins + (SATURDAY.ends_at - SATURDAY.starts_at) + timedelta(hours=longer)
    where = home.files.id_of("space", key), Period(begins, ends)
    wish = home.wish(key, where[1], people=mine[0].details.people)
    looked = home.core.read(
        lambda read: preview_together(read, anna, mine[0].id, wish, now=now, by_house=True)
    )
    event("it could be had" if isinstance(looked, TogetherOffer) else "it could not be had")
    cents = looked.total_cents if isinstance(looked, TogetherOffer) else 0
    done = own_press(home, anna, mine[0], where, cents)
    agreed = [as_it_is(home, each) for each in mine]
    if isinstance(done, Reservation):
        is_length_kept = ends - begins == SATURDAY.ends_at - SATURDAY.starts_at
        assert is_length_kept or where == (mine[0].space_id, SATURDAY)
        assert sum(each.bill.total_cents for each in agreed) <= sum(
            each.bill.total_cents for each in mine
        )
    else:
        assert [each.period for each in agreed] == [SATURDAY, SATURDAY]
    home.core.write(lambda write: open_again(write, demir, closure.id, now=now))
    for each in agreed:
        if each.status_at(now) is Status.CONFIRMED:
            home.core.write(lambda write, each=each: cancel(write, anna, each.id, now=now))


def test_neighbours_neither_move_it_nor_give_it_back(
    home: House, anna: Actor, clara: Actor, demir: Actor
) -> None:
    mine, now = booked(home, anna), home.clock.now()
    shut_the_hall(home, demir)
    offer = instead(home, demir, mine[0]).offers[0]
    where = offer.room.space.id, offer.room.period
    assert code_of(own_press(home, clara, mine[0], where, offer.total_cents)) == "spaces.unknown"
    gone = home.core.write(lambda write: give_back(write, clara, mine[0].id, now=now))
    assert code_of(gone) == "spaces.unknown"
    assert as_it_is(home, mine[0]).status_at(now) is Status.CONFIRMED


def test_what_is_shut_is_given_back_free_with_all_of_it_and_only_what_is_shut(
    home: House, anna: Actor, demir: Actor
) -> None:
    mine = booked(home, anna)
    home.clock.set(SATURDAY.starts_at - timedelta(hours=1))
    now = home.clock.now()
    fee = preview_cancellation(mine[0], now=now).fee_cents
    assert fee > 0, "so late it costs something"
    open_now = home.core.write(lambda write: give_back(write, anna, mine[0].id, now=now))
    assert code_of(open_now) == "spaces.not_hit"
    shut_the_hall(home, demir)
    for _ in range(2):
        done = home.core.write(lambda write: give_back(write, anna, mine[0].id, now=now))
        assert isinstance(done, Reservation), done
    for each in mine:
        gone = as_it_is(home, each)
        assert gone.status_at(now) is Status.CANCELLED
        assert gone.cancellation is not None
        assert (gone.cancellation.fee_cents, gone.cancellation.by_staff) == (0, False)
