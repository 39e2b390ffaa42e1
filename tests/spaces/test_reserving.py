"""Reserving as people do it: one place, one time, one answer that holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from node.base.actors import Actor, Face, Role
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    Query,
    Reservation,
    Status,
    Wish,
    alternatives_for,
    cancel,
    check_in,
    check_out,
    confirm,
    find_by_pass,
    get_line,
    hold,
    my_reservations,
    own_reservation,
    pass_text,
    preview_cancellation,
    reserve,
    search,
)
from node.store import Core
from tests.spaces.conftest import utc

YEAR_1 = datetime(1, 1, 1, tzinfo=UTC)
YEAR_9999 = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)


def hall(files: QuarterFiles, starts: int = 14, ends: int = 18, day: int = 28) -> Wish:
    return Wish(
        space_id=files.id_of("space", "hofsaal"),
        period=Period(utc(day, starts), utc(day, ends)),
        people=12,
        purpose="private",
    )


def book(core: Core, who: Actor, wish: Wish, clock: FrozenClock) -> Reservation | Refusal:
    return core.write(
        lambda write: reserve(write, who, wish, now=clock.now(), signer=core.identity)
    )


def booked(core: Core, who: Actor, wish: Wish, clock: FrozenClock) -> Reservation:
    result = book(core, who, wish, clock)
    assert isinstance(result, Reservation), result
    assert result.base_status is Status.CONFIRMED
    return result


def code_of(result: object) -> str:
    assert isinstance(result, Refusal), result
    return result.code


def keys(core: Core) -> list[bytes]:
    return [core.identity.public_key]


def test_anna_books_the_hall_and_clara_gets_three_alternatives(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    wish = hall(files)
    assert booked(house, anna, wish, clock).bill.total_cents == 7200
    assert code_of(book(house, clara, wish, clock)) == "spaces.taken"
    offers = house.read(lambda read: alternatives_for(read, clara, wish, now=clock.now()))
    assert len(offers) == 3
    for offer in offers:
        assert offer.bill.total_cents > 0
    booked(house, clara, replace(wish, period=offers[0].period), clock)


def test_buffers_hold_in_the_write_path(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    booked(house, anna, hall(files, 14, 16), clock)
    assert code_of(book(house, clara, hall(files, 16, 18), clock)) == "spaces.taken"
    # One hour of cleaning after, half an hour of preparing before.
    later = hall(files)
    later = replace(later, period=Period(utc(28, 17, 30), utc(28, 19, 30)))
    booked(house, clara, later, clock)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"period": Period(utc(23, 14), utc(23, 18))}, "spaces.past"),
        ({"period": Period(utc(28, 14), utc(28, 15))}, "spaces.too_short"),
        ({"period": Period(utc(28, 14, 10), utc(28, 18, 10))}, "spaces.step"),
        ({"period": Period(utc(28, 4), utc(28, 8))}, "spaces.closed_then"),
        ({"period": Period(utc(26, 8), utc(26, 22))}, "spaces.too_long"),
        ({"people": 61}, "spaces.too_many_people"),
        ({"people": 0}, "spaces.no_people"),
        ({"people": 2, "ages": (3, 5)}, "spaces.no_adult"),
        ({"ages": (99,)}, "spaces.no_people"),
        ({"purpose": "disco"}, "spaces.purpose"),
        ({"space_id": b"x" * 16}, "spaces.unknown_space"),
        ({"period": Period(YEAR_1, YEAR_1 + timedelta(hours=2))}, "spaces.not_thinkable"),
        ({"period": Period(YEAR_9999 - timedelta(hours=2), YEAR_9999)}, "spaces.not_thinkable"),
        (
            {"period": Period(utc(28, 14), utc(28, 14) + timedelta(days=400))},
            "spaces.not_thinkable",
        ),
        (
            {
                "period": Period(
                    utc(28, 14) + timedelta(days=200), utc(28, 18) + timedelta(days=200)
                )
            },
            "spaces.too_far_ahead",
        ),
    ],
)
def test_every_no_names_its_rule_and_changes_nothing(
    house: Core,
    files: QuarterFiles,
    anna: Actor,
    clock: FrozenClock,
    changes: dict[str, object],
    code: str,
) -> None:
    heads = house.heads()
    refusal = book(house, anna, replace(hall(files), **changes), clock)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code
    assert refusal.message
    assert refusal.remedy
    assert house.heads() == heads


def test_nobody_without_a_role_can_book(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    nobody = replace(anna, roles=frozenset())
    assert code_of(book(house, nobody, hall(files), clock)) == "spaces.not_allowed"


def test_a_hold_keeps_others_out_for_ten_minutes_and_no_longer(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    wish = hall(files)
    held = house.write(
        lambda write: hold(write, anna, wish, now=clock.now(), signer=house.identity)
    )
    assert isinstance(held, Reservation)
    assert held.status_at(clock.now()) is Status.HELD
    assert held.bill.total_cents == 7200
    assert code_of(book(house, clara, wish, clock)) == "spaces.taken"
    clock.advance(timedelta(minutes=10))
    assert held.status_at(clock.now()) is Status.EXPIRED
    booked(house, clara, wish, clock)
    again = house.write(
        lambda write: confirm(write, anna, held.id, now=clock.now(), signer=house.identity)
    )
    assert code_of(again) == "spaces.taken"


def test_a_hold_is_confirmed_in_time_even_after_it_expired_if_still_free(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    held = house.write(
        lambda write: hold(write, anna, hall(files), now=clock.now(), signer=house.identity)
    )
    clock.advance(timedelta(minutes=30))
    result = house.write(
        lambda write: confirm(write, anna, held.id, now=clock.now(), signer=house.identity)
    )
    assert result.base_status is Status.CONFIRMED
    twice = house.write(
        lambda write: confirm(write, anna, held.id, now=clock.now(), signer=house.identity)
    )
    assert twice == result


def test_looking_around_keeps_one_hold_only(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    for wish in (hall(files), hall(files, day=27)):
        house.write(
            lambda write, w=wish: hold(write, anna, w, now=clock.now(), signer=house.identity)
        )
    booked(house, clara, hall(files), clock)


def test_others_reservations_do_not_exist_for_clara(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, demir: Actor, clock: FrozenClock
) -> None:
    mine = booked(house, anna, hall(files), clock)
    now = clock.now()
    assert code_of(house.read(lambda r: get_line(r, clara, mine.id, now=now))) == "spaces.unknown"
    assert code_of(house.write(lambda w: cancel(w, clara, mine.id, now=now))) == "spaces.unknown"
    at_desk = replace(demir, face=Face.DESK)
    assert not isinstance(house.read(lambda r: get_line(r, at_desk, mine.id, now=now)), Refusal)
    at_lobby = replace(demir, face=Face.KIOSK)
    assert (
        code_of(house.read(lambda r: get_line(r, at_lobby, mine.id, now=now))) == "spaces.unknown"
    )
    assert house.read(lambda r: my_reservations(r, clara, now=now)) == [
        line
        for line in house.read(lambda r: my_reservations(r, clara, now=now))
        if line.reservation.household_id == clara.household_id
    ]


def test_who_may_only_see_reservations_changes_none(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    """Management sees all reservations; giving one up is for its household and the desk."""
    made = booked(house, anna, hall(files), clock)
    eva = Actor(b"e" * 16, b"", frozenset({Role.MANAGEMENT}), face=Face.DESK)
    seen = house.read(lambda read: own_reservation(read, eva, made.id))
    assert isinstance(seen, Reservation)
    refused = house.write(lambda write: cancel(write, eva, made.id, now=clock.now()))
    assert code_of(refused) == "spaces.not_allowed"
    refused = house.write(
        lambda write: confirm(write, eva, made.id, now=clock.now(), signer=house.identity)
    )
    assert code_of(refused) == "spaces.not_allowed"
    still = house.read(lambda read: own_reservation(read, anna, made.id))
    assert still.base_status is Status.CONFIRMED


def test_cancelling_is_free_in_time_and_half_later_and_frees_the_place(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    mine = booked(house, anna, hall(files), clock)
    free = preview_cancellation(mine, now=clock.now())
    assert (free.fee_cents, free.free_until) == (0, utc(25, 14))
    clock.set(utc(25, 14, 1))
    late = preview_cancellation(mine, now=clock.now())
    assert late.fee_cents == 3600
    gone = house.write(lambda w: cancel(w, anna, mine.id, now=clock.now()))
    assert gone.base_status is Status.CANCELLED
    assert gone.cancellation.fee_cents == 3600
    booked(house, clara, hall(files), clock)


def test_a_pass_opens_once_and_every_other_case_has_its_own_sentence(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock
) -> None:
    mine = booked(house, anna, hall(files), clock)
    text = "HTTP://10.77.0.1/P/" + pass_text(mine.decision.pass_)

    def scan(shown: str = text, **more: object) -> object:
        return house.write(
            lambda w: check_in(w, anna, shown, keys=keys(house), now=clock.now(), **more)
        )

    assert code_of(scan()) == "pass.too_early"
    clock.set(utc(28, 13, 50))
    elsewhere = files.id_of("space", "werkraum")
    assert code_of(scan(space_id=elsewhere)) == "pass.wrong_place"
    assert code_of(scan(text[:-1] + ("0" if text[-1] != "0" else "2"))) in {
        "pass.forged",
        "pass.unreadable",
    }
    assert code_of(scan("QUATSCH")) == "pass.unreadable"
    assert code_of(scan("ABCDEFGH")) == "pass.wrong_code"
    first = scan()
    assert not first.already
    clock.advance(timedelta(minutes=1))
    second = scan()
    assert second.already
    assert second.at == first.at
    line = house.read(lambda r: find_by_pass(r, text, keys=keys(house)))
    assert line.status is Status.CHECKED_IN
    by_code = house.read(lambda r: find_by_pass(r, line.code.lower(), keys=()))
    assert by_code.reservation.id == mine.id
    out = house.write(lambda w: check_out(w, anna, text, keys=keys(house), now=clock.now()))
    assert not out.already
    assert code_of(scan()) == "pass.used"


def test_nobody_came_and_the_room_is_free_again(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    mine = booked(house, anna, hall(files), clock)
    clock.set(utc(28, 14, 19))
    assert code_of(book(house, clara, hall(files, 15, 18), clock)) == "spaces.taken"
    clock.set(utc(28, 14, 20))
    assert mine.status_at(clock.now()) is Status.NO_SHOW
    booked(house, clara, hall(files, 15, 18), clock)
    text = pass_text(mine.decision.pass_)
    refused = house.write(lambda w: check_in(w, anna, text, keys=keys(house), now=clock.now()))
    assert code_of(refused) == "pass.released"


def test_a_cancelled_pass_and_one_of_another_quarter_do_not_open(
    house: Core, files: QuarterFiles, anna: Actor, clock: FrozenClock, other_cores: list[Core]
) -> None:
    from node.spaces import passes

    mine = booked(house, anna, hall(files), clock)
    house.write(lambda w: cancel(w, anna, mine.id, now=clock.now()))
    clock.set(utc(28, 14))
    text = pass_text(mine.decision.pass_)
    scan = house.write(lambda w: check_in(w, anna, text, keys=keys(house), now=clock.now()))
    assert code_of(scan) == "pass.revoked"
    foreign = passes.issue(house.identity, quarter_id=b"other" * 3, reservation_id=mine.id)
    scan = house.write(
        lambda w: check_in(w, anna, pass_text(foreign), keys=keys(house), now=clock.now())
    )
    assert code_of(scan) == "pass.other_quarter"
    forged = passes.issue(other_cores[0].identity, quarter_id=house.quarter, reservation_id=mine.id)
    scan = house.write(
        lambda w: check_in(w, anna, pass_text(forged), keys=keys(house), now=clock.now())
    )
    assert code_of(scan) == "pass.forged"


def test_search_says_what_is_free_and_why_the_rest_is_not(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    booked(house, clara, hall(files), clock)
    query = Query(period=Period(utc(28, 14), utc(28, 18)), people=12)
    found = house.read(lambda read: search(read, anna, query, now=clock.now()))
    assert found.offers == ()
    assert {no.space.row.key: no.code for no in found.not_offered}["hofsaal"] == "spaces.taken"
    assert all(no.message for no in found.not_offered)
    assert len(found.alternatives) == 3


def test_words_of_ones_own_do_not_leave_the_building_as_a_purpose(
    house: Core, files: QuarterFiles, clara: Actor, clock: FrozenClock
) -> None:
    """A program may say anything where a place knows no purposes; a request is read at central."""
    stay = Wish(
        space_id=files.id_of("space", "gartenzimmer"),
        period=Period(utc(2, 14, month=12), utc(4, 10, month=12)),
        people=2,
        purpose="Silberhochzeit von Tante Zyxqq",
    )
    made = booked(house, clara, stay, clock)
    assert made.details.purpose == ""
    facts = house.read(lambda read: read.rows("select * from reservation_request"))
    assert not any("Zyxqq" in str(tuple(row)) for row in facts)
