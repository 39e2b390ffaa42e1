"""Changing what is agreed: the same reservation elsewhere, never cheaper than giving up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    ChangeOffer,
    Reservation,
    Status,
    Wish,
    cancel,
    change,
    check_in,
    find_reservation,
    pass_text,
    preview_cancellation,
    preview_change,
    rebuild,
    reserve,
    stay_period,
)
from node.spaces.standing import taken_period
from node.store import Core, Write
from tests.spaces.conftest import Quarter, desk, utc
from tests.spaces.test_no_overlap import ZONE
from tests.spaces.test_reserving import book, booked, code_of, hall, keys


def offered(
    core: Core, who: Actor, made: Reservation, wish: Wish, clock: FrozenClock
) -> ChangeOffer | Refusal:
    return core.read(lambda read: preview_change(read, who, made.id, wish, now=clock.now()))


def moved(
    core: Core, who: Actor, made: Reservation, wish: Wish, clock: FrozenClock
) -> Reservation | Refusal:
    """Changed for the price that is shown."""

    def run(write: Write) -> Reservation | Refusal:
        shown = preview_change(write, who, made.id, wish, now=clock.now())
        if isinstance(shown, Refusal):
            return shown
        total = shown.bill.total_cents
        return change(
            write,
            who,
            made.id,
            wish,
            total_cents=total,
            now=clock.now(),
            signer=core.identity,
        )

    return core.write(run)


def done(result: Reservation | Refusal) -> Reservation:
    assert isinstance(result, Reservation), result
    return result


def test_a_changed_time_is_the_same_reservation_with_its_pass_and_frees_the_old_one(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    made = booked(house, anna, hall(files, 10, 14), clock)
    later = replace(hall(files), period=Period(utc(28, 16), utc(28, 20)))
    changed = done(moved(house, anna, made, later, clock))
    assert changed.id == made.id
    assert changed.period == later.period
    assert changed.base_status is Status.CONFIRMED
    assert pass_text(changed.decision.pass_) == pass_text(made.decision.pass_)
    booked(house, clara, hall(files, 10, 12), clock)
    assert code_of(book(house, clara, hall(files, 17, 19), clock)) == "spaces.taken"


def test_ones_own_time_is_not_in_the_way_and_others_are(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    made = booked(house, anna, hall(files, 10, 12), clock)
    booked(house, clara, hall(files, 16, 18), clock)
    longer = done(moved(house, anna, made, hall(files, 10, 13), clock))
    assert longer.bill.total_cents == made.bill.total_cents * 3 // 2
    refused = moved(house, anna, made, hall(files, 10, 16), clock)
    assert code_of(refused) == "spaces.taken"
    kept = house.read(lambda read: find_reservation(read, made.id))
    assert kept is not None
    assert kept.period == longer.period, "with a no the old time stands"


def test_another_place_may_be_taken_and_numbers_never_go_back(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    booked(house, anna, hall(files, 10, 12, day=27), clock)
    made = booked(house, anna, hall(files), clock)
    other = replace(hall(files), space_id=files.id_of("space", "werkraum"), people=3)
    changed = moved(house, anna, made, other, clock)
    if isinstance(changed, Refusal):
        assert changed.code in {"spaces.asks_qualification", "spaces.asks_always"}
        changed = done(moved(house, desk(files), made, other, clock))
    assert changed.space_id == other.space_id
    assert changed.decision.number > made.decision.number
    house.write(rebuild)
    again = house.read(lambda read: find_reservation(read, made.id))
    assert again is not None
    assert again.space_id == other.space_id


def test_a_stay_is_moved_by_its_days_and_gets_the_times_of_its_place(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    row = next(row for row in files.spaces if row.key == "gartenzimmer")
    assert row.stay is not None
    stay = stay_period(row.stay, date(2027, 2, 8), date(2027, 2, 10), ZONE)
    wish = Wish(space_id=files.id_of("space", row.key), period=stay, people=2)
    made = booked(house, anna, wish, clock)
    noon = datetime(2027, 2, 14, 11, tzinfo=UTC)
    days = Period(noon, noon + timedelta(days=3))
    changed = done(moved(house, anna, made, replace(wish, period=days), clock))
    assert changed.period == stay_period(row.stay, date(2027, 2, 14), date(2027, 2, 17), ZONE)


def test_what_was_shown_is_what_it_costs_or_nothing_happens(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    made = booked(house, anna, hall(files, 10, 14), clock)
    shorter = hall(files, 10, 12)
    offer = offered(house, anna, made, shorter, clock)
    assert isinstance(offer, ChangeOffer)
    assert offer.difference_cents == -made.bill.total_cents // 2
    result = house.write(
        lambda w: change(
            w,
            anna,
            made.id,
            shorter,
            total_cents=offer.bill.total_cents + 1,
            now=clock.now(),
            signer=house.identity,
        )
    )
    assert code_of(result) == "spaces.costs_changed"


def test_late_changes_leave_due_what_giving_up_would_have_cost(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    made = booked(house, anna, hall(files, 10, 14), clock)
    clock.set(utc(27, 12))
    fee = preview_cancellation(made, now=clock.now()).fee_cents
    assert fee == made.bill.total_cents // 2
    far = replace(hall(files), period=Period(utc(20, 10, month=12), utc(20, 12, month=12)))
    changed = done(moved(house, anna, made, far, clock))
    assert changed.bill.total_cents == max(fee, made.bill.total_cents // 2)
    late = preview_cancellation(changed, now=clock.now())
    assert late.fee_cents >= fee
    assert late.free_until is None


def test_strangers_guests_who_came_and_other_nodes_change_nothing(
    quarter: Quarter, anna: Actor, clara: Actor, wish: Wish
) -> None:
    made, clock = quarter.made("home", anna, wish), quarter.clock
    home, kiosk = quarter.cores["home"], quarter.cores["kiosk"]
    quarter.meet("home", "kiosk")
    later = replace(wish, period=wish.period.moved(timedelta(hours=1)))
    assert code_of(moved(home, clara, made, later, clock)) == "spaces.unknown"
    assert code_of(moved(kiosk, anna, made, later, clock)) == "spaces.changed_elsewhere"
    clock.set(wish.period.starts_at)
    home.write(
        lambda w: check_in(
            w, anna, pass_text(made.decision.pass_), keys=keys(home), now=clock.now()
        )
    )
    assert code_of(moved(home, anna, made, later, clock)) == "spaces.has_begun"


def test_a_change_is_seen_at_every_node_in_whatever_order_it_arrives(
    quarter: Quarter, anna: Actor, wish: Wish
) -> None:
    made = quarter.made("home", anna, wish)
    later = replace(wish, period=wish.period.moved(timedelta(hours=1)), note="")
    changed = done(moved(quarter.cores["home"], anna, made, later, quarter.clock))
    quarter.meet("home", "central")
    quarter.meet("home", "kiosk")
    for name in ("central", "kiosk"):
        seen = quarter.seen(name, made.id)
        assert seen.period == changed.period
        assert seen.bill == changed.bill


class UndoError(Exception):
    """Leaves the store as it was, for the next example."""


steps = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.integers(0, 6 * 24),
        st.integers(4, 12),
        st.integers(1, 20),
    ),
    min_size=1,
    max_size=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=steps, first=st.integers(0, 3 * 24))
def test_however_often_it_is_changed_nobody_pays_less_than_for_giving_up_and_nothing_overlaps(
    house: Core,
    files: QuarterFiles,
    anna: Actor,
    clara: Actor,
    steps: list[tuple[int, int, int, int]],
    first: int,
) -> None:
    start = utc(24, 12)

    def story(write: Write) -> None:
        wish = hall(files, 10, 14)
        made = reserve(write, anna, wish, now=start, signer=house.identity)
        other = reserve(
            write,
            clara,
            replace(wish, period=Period(utc(29, 10), utc(29, 14))),
            now=start,
            signer=house.identity,
        )
        assert isinstance(made, Reservation)
        assert isinstance(other, Reservation)
        now, least, current = start + timedelta(hours=first), 0, made
        for wait, hour, length, people in steps:
            now += timedelta(hours=wait)
            begin = utc(26, 8) + timedelta(hours=hour)
            target = replace(
                wish, period=Period(begin, begin + timedelta(minutes=30 * length)), people=people
            )
            if current.status_at(now) is Status.CONFIRMED:
                least = max(least, preview_cancellation(current, now=now).fee_cents)
            shown = preview_change(write, anna, made.id, target, now=now)
            if isinstance(shown, Refusal):
                continue
            result = change(
                write,
                anna,
                made.id,
                target,
                total_cents=shown.bill.total_cents,
                now=now,
                signer=house.identity,
            )
            assert isinstance(result, Reservation), result
            current = result
            assert current.bill.total_cents >= least
            fee = preview_cancellation(current, now=now).fee_cents
            assert least <= fee <= current.bill.total_cents
            assert not taken_period(current).overlaps(taken_period(other))
        if current.status_at(now) is Status.CONFIRMED:
            gone = cancel(write, anna, made.id, now=now)
            assert isinstance(gone, Reservation)
            assert gone.cancellation.fee_cents >= least
        raise UndoError

    with pytest.raises(UndoError):
        house.write(story)
