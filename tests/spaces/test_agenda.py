"""What calendars are told of reservations: which, how they stand, and of whom nothing."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import NOBODY, Actor
from node.base.periods import Period
from node.people import FeedView, close_feed, list_feeds, open_feed
from node.people.feeds import find_feed
from node.quarter.files import QuarterFiles
from node.spaces import (
    Appointment,
    Reservation,
    Status,
    TakenTime,
    Wish,
    approve,
    cancel,
    decline,
    find_space,
    hold,
    household_agenda,
    pass_text,
    space_agenda,
    taken_times,
)
from node.spaces.agenda import GONE, PAST, nearest
from tests.conftest import TUESDAY
from tests.spaces.conftest import Quarter, utc

LATE = Period(utc(28, 18), utc(28, 21, 30))


def agenda(quarter: Quarter, who: Actor, at: str = "home") -> dict[bytes, Appointment]:
    now = quarter.clock.now()
    found = quarter.cores[at].read(lambda read: household_agenda(read, who, now=now))
    return {each.line.reservation.id: each for each in found if is_of_the_test(each)}


def is_of_the_test(appointment: Appointment) -> bool:
    """The small quarter has had a life before."""
    return appointment.line.reservation.requested_at >= TUESDAY


def taken(quarter: Quarter, key: str, at: str = "home") -> list[TakenTime]:
    def look(read: object) -> list[TakenTime]:
        space = find_space(read, quarter.files.id_of("space", key))  # type: ignore[arg-type]
        assert space is not None
        found = taken_times(read, [space], now=quarter.clock.now())  # type: ignore[arg-type]
        return [each for each in found if utc(28, 0) < each.period.starts_at < utc(30, 0)]

    return quarter.cores[at].read(look)


def give_up(quarter: Quarter, who: Actor, made: Reservation) -> None:
    now = quarter.clock.now()
    quarter.cores["home"].write(lambda write: cancel(write, who, made.id, now=now))


def test_a_household_finds_its_own_with_what_became_of_them(
    quarter: Quarter, anna: Actor, clara: Actor, wish: Wish
) -> None:
    mine = quarter.made("home", anna, wish)
    theirs = quarter.made("home", clara, replace(wish, period=Period(utc(29, 14), utc(29, 18))))
    found = agenda(quarter, anna)
    assert list(found) == [mine.id]
    assert found[mine.id].line.status is Status.CONFIRMED
    assert list(agenda(quarter, clara)) == [theirs.id]
    assert agenda(quarter, NOBODY) == {}


def test_every_change_is_a_higher_revision_and_no_earlier_time(
    quarter: Quarter, anna: Actor, demir: Actor, wish: Wish
) -> None:
    home, made = quarter.cores["home"], quarter.made("home", anna, replace(wish, period=LATE))
    seen = [agenda(quarter, anna)[made.id]]
    quarter.clock.advance(timedelta(hours=1))
    now = quarter.clock.now()
    home.write(lambda w: approve(w, demir, made.id, now=now, signer=home.identity))
    seen.append(agenda(quarter, anna)[made.id])
    quarter.clock.advance(timedelta(hours=1))
    give_up(quarter, anna, made)
    seen.append(agenda(quarter, anna)[made.id])
    assert [each.line.status for each in seen] == [
        Status.REQUESTED,
        Status.CONFIRMED,
        Status.CANCELLED,
    ]
    assert [each.revision for each in seen] == [0, 1, 2]
    assert sorted(each.changed_at for each in seen) == [each.changed_at for each in seen]
    assert seen[-1].changed_at == quarter.clock.now()


def test_who_came_and_left_is_a_higher_revision_each_time(
    quarter: Quarter, anna: Actor, wish: Wish
) -> None:
    made = quarter.made("home", anna, wish)
    decision = quarter.seen("home", made.id).decision
    assert decision is not None
    text = pass_text(decision.pass_)
    quarter.clock.advance(utc(28, 14) - quarter.clock.now())
    revisions = [agenda(quarter, anna)[made.id].revision]
    quarter.check_in("home", text)
    revisions.append(agenda(quarter, anna)[made.id].revision)
    quarter.clock.advance(timedelta(hours=1))
    quarter.check_out("home", text)
    revisions.append(agenda(quarter, anna)[made.id].revision)
    assert revisions == [0, 1, 2]


def test_a_time_nobody_came_to_is_a_change_nobody_wrote(
    quarter: Quarter, anna: Actor, wish: Wish
) -> None:
    made = quarter.made("home", anna, wish)
    before = agenda(quarter, anna)[made.id]
    quarter.clock.advance(utc(28, 14, 30) - quarter.clock.now())
    after = agenda(quarter, anna)[made.id]
    assert after.line.status is Status.NO_SHOW
    assert after.revision == before.revision + 1
    assert after.changed_at == utc(28, 14, 20)
    assert taken(quarter, "hofsaal") == []


def test_what_was_only_held_while_somebody_read_is_in_no_calendar(
    quarter: Quarter, anna: Actor, wish: Wish
) -> None:
    home, now = quarter.cores["home"], quarter.clock.now()
    held = home.write(lambda w: hold(w, anna, wish, now=now, signer=home.identity))
    assert isinstance(held, Reservation)
    assert agenda(quarter, anna) == {}
    assert taken(quarter, "hofsaal") == []
    give_up(quarter, anna, held)
    assert agenda(quarter, anna) == {}


def test_what_was_cancelled_is_said_for_a_month_and_then_no_more(
    quarter: Quarter, anna: Actor, wish: Wish
) -> None:
    made = quarter.made("home", anna, replace(wish, period=Period(utc(28, 14), utc(28, 18))))
    give_up(quarter, anna, made)
    quarter.clock.advance(GONE - timedelta(seconds=1))
    assert agenda(quarter, anna)[made.id].line.status is Status.CANCELLED
    quarter.clock.advance(timedelta(seconds=1))
    assert agenda(quarter, anna) == {}


def test_what_was_declined_is_said_until_its_time_is_over(
    quarter: Quarter, anna: Actor, demir: Actor, wish: Wish
) -> None:
    home, made = quarter.cores["home"], quarter.made("home", anna, replace(wish, period=LATE))
    now = quarter.clock.now()
    home.write(lambda w: decline(w, demir, made.id, reason="", now=now, signer=home.identity))
    quarter.clock.advance(LATE.ends_at - timedelta(seconds=1) - quarter.clock.now())
    assert agenda(quarter, anna)[made.id].line.status is Status.DECLINED
    quarter.clock.advance(timedelta(seconds=1))
    assert agenda(quarter, anna) == {}


def test_a_calendar_goes_three_months_back_and_no_further(
    quarter: Quarter, anna: Actor, clara: Actor, wish: Wish
) -> None:
    made = quarter.made("home", anna, wish)
    decision = quarter.seen("home", made.id).decision
    assert decision is not None
    quarter.clock.advance(utc(28, 14) - quarter.clock.now())
    quarter.check_in("home", pass_text(decision.pass_))
    for left, is_there in ((timedelta(seconds=1), True), (timedelta(0), False)):
        quarter.clock.advance(wish.period.ends_at + PAST - left - quarter.clock.now())
        assert (made.id in agenda(quarter, anna)) is is_there
        assert bool(taken(quarter, "hofsaal")) is is_there


def test_a_neighbour_is_told_when_a_place_is_taken_and_nothing_else(
    quarter: Quarter, anna: Actor, wish: Wish
) -> None:
    made = quarter.made("home", anna, replace(wish, period=Period(utc(28, 10), utc(28, 13))))
    asked = quarter.made("home", anna, replace(wish, period=LATE))
    found = taken(quarter, "hofsaal")
    assert [(each.period, each.is_request) for each in found] == [
        (made.period, False),
        (asked.period, True),
    ]
    told = {name.name for name in fields(TakenTime)}
    assert told == {"id", "space", "period", "is_request", "revision"}
    ids = {made.id, asked.id, anna.person_id, anna.household_id}
    assert not ids & {each.id for each in found}
    give_up(quarter, anna, made)
    assert [each.is_request for each in taken(quarter, "hofsaal")] == [True]


def test_the_desk_sees_everybody_and_a_neighbour_nobody(
    quarter: Quarter, anna: Actor, clara: Actor, demir: Actor, wish: Wish
) -> None:
    made = quarter.made("home", anna, wish)
    home, now = quarter.cores["home"], quarter.clock.now()
    seen = home.read(lambda read: space_agenda(read, demir, wish.space_id, now=now))
    assert [each.line.reservation.id for each in seen if is_of_the_test(each)] == [made.id]
    assert home.read(lambda read: space_agenda(read, clara, wish.space_id, now=now)) == []


@pytest.mark.parametrize("passed", [0, 4, 9])
def test_of_too_many_the_next_are_shown(
    quarter: Quarter, anna: Actor, demir: Actor, wish: Wish, passed: int
) -> None:
    """A calendar shows what lies ahead before what was, and today before the far end."""
    periods = [
        Period(utc(day, hour), utc(day, hour + 2)) for day in (26, 27, 28) for hour in (8, 12, 16)
    ]
    for number, each in enumerate(periods):
        who = replace(anna, household_id=bytes([number // 3]) * 16)
        quarter.made("home", who, replace(wish, period=each))
    if passed:
        quarter.clock.advance(periods[passed - 1].ends_at - quarter.clock.now())
    home, now = quarter.cores["home"], quarter.clock.now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("node.spaces.agenda.APPOINTMENTS_MAX", 6)
        seen = home.read(lambda read: space_agenda(read, demir, wish.space_id, now=now))
    wanted = {0: periods[:6], 4: periods[3:], 9: periods[3:]}[passed]
    assert [each.line.reservation.period for each in seen] == wanted


@given(
    st.lists(st.integers(-50, 50), max_size=30).map(sorted),
    st.integers(-60, 60),
    st.integers(1, 12),
)
def test_what_is_left_out_is_farther_than_all_that_is_shown(
    ends: list[int], at: int, most: int
) -> None:
    rows = [(utc(1, 0) + timedelta(hours=end), number) for number, end in enumerate(ends)]
    now = utc(1, 0) + timedelta(hours=at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("node.spaces.agenda.APPOINTMENTS_MAX", most)
        shown = nearest(rows, now)
    assert shown == sorted(shown)
    assert len(shown) == min(most, len(rows))
    left = [row for row in rows if row not in shown]
    ahead = [row for row in shown if row[0] > now]
    for ends_at, _ in left:
        if ends_at > now:
            assert len(ahead) == most
            assert all(row[0] <= ends_at for row in shown)
        else:
            assert all(row[0] >= ends_at for row in shown)


# Addresses on several nodes


def holds(quarter: Quarter, at: str, token: str) -> bool:
    now = quarter.clock.now()
    return quarter.cores[at].read(lambda read: find_feed(read, token, now=now)) is not None


@pytest.fixture
def token(quarter: Quarter, anna: Actor) -> str:
    return made_address(quarter, "home", anna)


def made_address(quarter: Quarter, at: str, who: Actor) -> str:
    now: datetime = quarter.clock.now()
    made = quarter.cores[at].write(lambda write: open_feed(write, who, FeedView.MINE, now=now))
    assert isinstance(made, str), made
    return made


def test_an_address_counts_at_every_box_of_the_house_and_never_at_central(
    quarter: Quarter, token: str
) -> None:
    assert holds(quarter, "home", token)
    assert not holds(quarter, "kiosk", token)
    quarter.meet("home", "kiosk")
    quarter.meet("home", "central")
    assert holds(quarter, "kiosk", token)
    assert not holds(quarter, "central", token)
    rows = quarter.cores["central"].read(lambda read: read.rows("select * from calendar_feed"))
    assert rows == []


def test_an_address_that_was_taken_back_anywhere_counts_nowhere(
    quarter: Quarter, anna: Actor, clara: Actor, token: str
) -> None:
    quarter.meet("home", "kiosk")
    kiosk, now = quarter.cores["kiosk"], quarter.clock.now()
    (feed,) = kiosk.read(lambda read: list_feeds(read, anna))
    refused = kiosk.write(lambda write: close_feed(write, clara, feed.id, now=now))
    assert refused is not None
    assert holds(quarter, "kiosk", token)
    assert kiosk.write(lambda write: close_feed(write, anna, feed.id, now=now)) is None
    assert not holds(quarter, "kiosk", token)
    assert holds(quarter, "home", token)
    quarter.meet("home", "kiosk")
    assert not holds(quarter, "home", token)


def test_a_new_address_replaces_the_old_one_of_the_same_calendar_only(
    quarter: Quarter, anna: Actor, files: QuarterFiles, token: str
) -> None:
    home, now = quarter.cores["home"], quarter.clock.now()
    about = files.id_of("space", "hofsaal")
    other = home.write(lambda write: open_feed(write, anna, FeedView.SPACE, about, now=now))
    assert isinstance(other, str)
    new = made_address(quarter, "home", anna)
    assert [holds(quarter, "home", each) for each in (token, other, new)] == [False, True, True]


def test_no_file_knows_an_address_only_its_digest(quarter: Quarter, token: str) -> None:
    home = quarter.cores["home"]
    home.read(lambda read: read.value("select count(*) from calendar_feed"))
    folder = home.path.parent
    whole = b"".join(file.read_bytes() for file in folder.glob("quarter.db*"))
    assert b"calendar_feed" in whole
    assert token.encode() not in whole
