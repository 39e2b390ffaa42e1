"""Waiting for a time that is taken: who is offered what, until when, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from node.base.actors import Actor, Face, Role
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.people.model import HouseholdProfile, to_json
from node.quarter.files import QuarterFiles
from node.spaces import (
    Entry,
    EntryStatus,
    Reservation,
    Space,
    Status,
    Wish,
    admit,
    approve,
    calls,
    cancel,
    change,
    find_entry,
    find_reservation,
    give_up_ahead,
    join,
    leave,
    leave_all_lines,
    leave_line,
    my_line,
    my_offers,
    offer_free,
    set_rules,
    take_back,
    told_of_lines,
    whole_line,
)
from node.store import Core
from tests.spaces.conftest import Quarter, actor, desk, utc
from tests.spaces.test_life import House, code_of


class Line(House):
    """The verbs of the waiting list, at one node."""

    def join(self, who: Actor, wish: Wish) -> Entry | Refusal:
        now = self.clock.now()
        return self.core.write(lambda write: join(write, who, wish, now=now))

    def joined(self, who: Actor, wish: Wish) -> Entry:
        found = self.join(who, wish)
        assert isinstance(found, Entry), found
        return found

    def leave(self, who: Actor, entry: Entry) -> Entry | Refusal:
        now = self.clock.now()
        return self.core.write(lambda write: leave_line(write, who, entry.id, now=now))

    def cancel(self, who: Actor, reservation: Reservation) -> Reservation | Refusal:
        now = self.clock.now()
        return self.core.write(lambda write: cancel(write, who, reservation.id, now=now))

    def look(self) -> list[Reservation]:
        """What the timed work does."""
        now, signer = self.clock.now(), self.core.identity
        return self.core.write(lambda write: offer_free(write, now=now, signer=signer))

    def entry(self, entry: Entry) -> Entry:
        found = self.core.read(lambda read: find_entry(read, entry.id))
        assert found is not None
        return found

    def status(self, entry: Entry) -> EntryStatus:
        return self.entry(entry).status_at(self.clock.now())

    def offer(self, entry: Entry) -> Reservation:
        found = self.entry(entry).offer
        assert found is not None
        assert found.decision is not None
        return found


@pytest.fixture
def line(house: Core, files: QuarterFiles, clock: FrozenClock) -> Line:
    return Line(house, files, clock)


@pytest.fixture
def sam(files: QuarterFiles) -> Actor:
    return actor(files, "P-SAM")


@pytest.mark.parametrize("hours", [1, 6, 24, 336])
def test_how_long_an_offer_stands_is_a_rule_of_the_place_and_never_more_than_half_of_what_is_left(
    line: Line, files: QuarterFiles, anna: Actor, clara: Actor, hours: int
) -> None:
    row = next(row for row in files.spaces if row.key == "hofsaal")
    now, space_id = line.clock.now(), files.id_of("space", "hofsaal")
    wanted = replace(row, offer_hours=hours)
    done = line.core.write(lambda w: set_rules(w, desk(files), space_id, wanted, now=now))
    assert isinstance(done, Space), done
    assert done.row.offer_hours == hours
    wish = line.wish("hofsaal", Period(utc(28, 10), utc(28, 12)), people=2)
    made = line.reserve(anna, wish)
    assert isinstance(made, Reservation), made
    line.joined(clara, wish)
    line.cancel(anna, made)
    (offered,) = line.look()
    half = (wish.period.starts_at - now) / 2
    assert offered.decision.hold_until == now + min(timedelta(hours=hours), half)


def test_what_is_given_up_is_held_for_the_first_in_line_who_says_yes(
    line: Line, anna: Actor, clara: Actor, wish: Wish
) -> None:
    made = line.reserve(anna, wish)
    entry = line.joined(clara, wish)
    assert line.look() == []
    assert line.status(entry) is EntryStatus.WAITING
    line.cancel(anna, made)
    (offered,) = line.look()
    assert line.look() == [], "the same is not offered twice"
    assert line.status(entry) is EntryStatus.OFFERED
    assert offered.period == wish.period
    assert offered.decision.hold_until == line.clock.now() + timedelta(hours=24)
    assert code_of(line.reserve(anna, wish)) == "spaces.taken"
    got = line.confirm(clara, offered)
    assert isinstance(got, Reservation)
    assert got.base_status is Status.CONFIRMED
    assert got.has_pass
    assert line.status(entry) is EntryStatus.ACCEPTED
    assert got == line.core.read(lambda read: find_reservation(read, offered.id))


def test_nobody_who_was_only_quicker_overtakes_who_waits(
    line: Line, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    made = line.reserve(anna, wish)
    entry = line.joined(clara, wish)
    line.cancel(anna, made)
    # The timed work has not looked yet.
    assert code_of(line.reserve(sam, wish)) == "spaces.taken"
    assert code_of(line.hold(sam, wish)) == "spaces.taken"
    # What was offered because somebody asked stays offered, though they were refused.
    assert line.status(entry) is EntryStatus.OFFERED
    assert line.look() == []


def test_the_desk_agrees_to_nothing_that_somebody_waits_for(
    line: Line, files: QuarterFiles, anna: Actor, clara: Actor, sam: Actor
) -> None:
    early = line.wish("hofsaal", Period(utc(28, 18), utc(28, 20)), people=2)
    late = line.wish("hofsaal", Period(utc(28, 19), utc(28, 22)), people=2)
    asked = line.reserve(anna, late)
    assert isinstance(asked, Reservation), asked
    assert asked.base_status is Status.REQUESTED
    made = line.reserve(sam, early)
    assert isinstance(made, Reservation), made
    entry = line.joined(clara, early)
    line.cancel(sam, made)
    now, signer = line.clock.now(), line.core.identity
    answer = line.core.write(
        lambda write: approve(write, desk(files), asked.id, now=now, signer=signer)
    )
    assert isinstance(answer, Reservation), answer
    assert answer.base_status is Status.DECLINED
    assert line.status(entry) is EntryStatus.OFFERED


@pytest.mark.parametrize("answer", ["declines", "misses", "leaves"])
def test_the_next_one_gets_what_the_first_does_not_take(
    line: Line, anna: Actor, clara: Actor, sam: Actor, wish: Wish, answer: str
) -> None:
    made = line.reserve(anna, wish)
    first = line.joined(clara, wish)
    line.clock.advance(timedelta(seconds=1))
    second = line.joined(sam, wish)
    line.cancel(anna, made)
    line.look()
    assert line.status(second) is EntryStatus.WAITING
    if answer == "declines":
        line.cancel(clara, line.offer(first))
    elif answer == "leaves":
        line.leave(clara, first)
    else:
        line.clock.set(line.offer(first).decision.hold_until - timedelta(seconds=1))
        assert line.look() == []
        line.clock.advance(timedelta(seconds=1))
    line.look()
    ended = {"declines": EntryStatus.DECLINED, "misses": EntryStatus.MISSED}
    assert line.status(first) is ended.get(answer, EntryStatus.DECLINED)
    assert line.status(second) is EntryStatus.OFFERED
    assert code_of(line.confirm(clara, line.offer(first))) in {
        "spaces.taken",
        "spaces.no_longer_held",
    }
    assert isinstance(line.confirm(sam, line.offer(second)), Reservation)


def test_first_come_first_served_whoever_could_have_more(
    line: Line, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    """Clara wants the whole afternoon, of which only a part gets free; Sam wants just that."""
    early = replace(wish, period=Period(utc(28, 10), utc(28, 12)))
    late = replace(wish, period=Period(utc(28, 14), utc(28, 18)))
    both = replace(wish, period=Period(utc(28, 10), utc(28, 18)))
    first, second = line.reserve(anna, early), line.reserve(anna, late)
    whole, part = line.joined(clara, both), line.joined(sam, late)
    line.cancel(anna, second)
    line.look()
    assert line.status(whole) is EntryStatus.WAITING
    assert line.status(part) is EntryStatus.OFFERED
    line.cancel(anna, first)
    line.look()
    assert line.status(whole) is EntryStatus.WAITING
    line.cancel(sam, line.offer(part))
    line.look()
    assert line.status(whole) is EntryStatus.OFFERED


def test_an_offer_is_not_given_up_by_looking_for_something_else(
    line: Line, anna: Actor, clara: Actor, wish: Wish
) -> None:
    made = line.reserve(anna, wish)
    entry = line.joined(clara, wish)
    line.cancel(anna, made)
    line.look()
    other = line.hold(clara, line.stay(5, 7, people=1)) or line.hold(
        clara, replace(wish, period=Period(utc(29, 10), utc(29, 12)))
    )
    assert other is not None
    assert line.status(entry) is EntryStatus.OFFERED
    assert line.offer(entry).status_at(line.clock.now()) is Status.HELD


@pytest.mark.parametrize("how", ["release", "displaced", "moved", "hold lapsed", "early"])
def test_whatever_frees_a_time_it_is_offered(
    line: Line, anna: Actor, clara: Actor, demir: Actor, wish: Wish, how: str
) -> None:
    core, signer = line.core, line.core.identity
    if how == "hold lapsed":
        line.hold(anna, wish)
        entry = line.joined(clara, wish)
        line.clock.advance(timedelta(minutes=10))
    elif how in {"release", "early"}:
        begins = replace(wish, period=Period(utc(24, 14), utc(24, 18)))
        made = line.reserve(anna, begins)
        entry = line.joined(clara, replace(wish, period=Period(utc(24, 17), utc(24, 19))))
        line.clock.set(utc(24, 14))
        if how == "early":
            line.through(admit, anna, made)
            line.clock.advance(timedelta(minutes=30))
            line.through(leave, anna, made)
        else:
            line.clock.advance(timedelta(minutes=20))
    else:
        made = line.reserve(anna, wish)
        entry = line.joined(clara, wish)
        if how == "displaced":
            core.write(lambda write: take_back(write, demir, made.id, now=line.clock.now()))
        else:
            later = replace(wish, period=Period(utc(29, 14), utc(29, 18)))
            cents, now = made.bill.total_cents, line.clock.now()
            done = core.write(
                lambda write: change(
                    write, anna, made.id, later, total_cents=cents, now=now, signer=signer
                )
            )
            assert isinstance(done, Reservation), done
    line.look()
    assert line.status(entry) is EntryStatus.OFFERED


def test_who_takes_over_after_nobody_came_is_waited_for_as_long(
    line: Line, anna: Actor, clara: Actor, wish: Wish
) -> None:
    """Booked after its start, a time does not count as missed at once."""
    line.reserve(anna, wish)
    entry = line.joined(clara, wish)
    line.clock.set(wish.period.starts_at + timedelta(minutes=20))
    line.look()
    offer = line.offer(entry)
    assert offer.decision.hold_until == line.clock.now() + timedelta(minutes=15)
    line.clock.advance(timedelta(minutes=14))
    got = line.confirm(clara, offer)
    assert isinstance(got, Reservation)
    assert got.status_at(line.clock.now() + timedelta(minutes=19)) is Status.CONFIRMED
    assert got.status_at(line.clock.now() + timedelta(minutes=20)) is Status.NO_SHOW


def test_the_deadline_leaves_half_of_the_time_to_the_next(
    line: Line, files: QuarterFiles, anna: Actor, sam: Actor, wish: Wish
) -> None:
    made = line.reserve(anna, wish)
    entry = line.joined(sam, wish)
    line.clock.set(wish.period.starts_at - timedelta(hours=10))
    line.cancel(anna, made)
    line.look()
    assert line.offer(entry).decision.hold_until == line.clock.now() + timedelta(hours=5)


def test_whoever_must_be_called_has_until_the_desk_was_there_to_call(
    line: Line, anna: Actor, clara: Actor, demir: Actor, wish: Wish
) -> None:
    """Clara has neither phone nor mail. The desk opens again at nine on Saturday, local time."""
    made = line.reserve(anna, wish)
    entry = line.joined(clara, wish)
    line.clock.set(utc(27, 22))
    line.cancel(anna, made)
    line.look()
    offer = line.offer(entry)
    now = line.clock.now()
    (call,) = line.core.read(lambda read: calls(read, now=now))
    assert (call.name, call.phone, call.email) == ("Clara Moreau", "", "")
    assert call.flat
    assert call.in_line.entry.id == entry.id
    assert offer.decision.hold_until >= now + timedelta(hours=8)
    got = line.confirm(replace(demir, face=Face.DESK), offer)
    assert isinstance(got, Reservation)
    assert got.accepted_by == demir.person_id
    assert line.core.read(lambda read: calls(read, now=now)) == []


def test_who_finds_offers_alone_is_not_called(
    line: Line, anna: Actor, sam: Actor, wish: Wish
) -> None:
    made = line.reserve(anna, wish)
    line.joined(sam, wish)
    line.cancel(anna, made)
    line.look()
    now = line.clock.now()
    assert line.core.read(lambda read: calls(read, now=now)) == []
    (mine,) = line.core.read(lambda read: my_offers(read, sam, now=now))
    assert mine.hold_until == now + timedelta(hours=24)


def test_one_waits_only_for_what_is_taken_and_would_else_be_had(
    line: Line, anna: Actor, clara: Actor, wish: Wish
) -> None:
    assert code_of(line.join(clara, wish)) == "spaces.free_now"
    line.reserve(anna, wish)
    first = line.joined(clara, wish)
    assert line.joined(clara, wish).id == first.id, "twice is once"
    many = replace(wish, people=900)
    assert code_of(line.join(clara, many)) == "spaces.too_many_people"
    nobody = Actor(b"x" * 16, b"y" * 16, frozenset({Role.GUEST}))
    assert code_of(line.join(nobody, wish)) == "spaces.not_allowed"


def test_a_household_stands_in_ten_lines_at_most(line: Line, anna: Actor, clara: Actor) -> None:
    days = range(25, 31)
    wishes = [
        line.wish("hofsaal", Period(utc(day, hour), utc(day, hour + 2)), people=2)
        for day in days
        for hour in (9, 14)
    ]
    staff = replace(anna, staff_id=b"s" * 16)
    for wish in wishes[:11]:
        room = replace(wish, purpose="open")
        made = line.reserve(
            replace(staff, household_id=wish.period.starts_at.isoformat().encode()[:16]), room
        )
        assert isinstance(made, Reservation), made
    results = [line.join(clara, wish) for wish in wishes[:11]]
    assert [isinstance(each, Entry) for each in results] == [True] * 10 + [False]
    assert code_of(results[-1]) == "spaces.too_many_entries"


def test_the_place_in_line_counts_those_whose_times_touch(
    line: Line, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    line.reserve(anna, wish)
    early = replace(wish, period=Period(utc(28, 12), utc(28, 15)))
    line.joined(clara, early)
    line.joined(sam, wish)
    now = line.clock.now()
    (mine,) = line.core.read(lambda read: my_line(read, sam, now=now))
    assert mine.ahead == 1
    assert [each.ahead for each in line.core.read(lambda read: whole_line(read, now=now))] == [0, 1]


def test_a_clock_that_may_be_wrong_offers_nothing(
    line: Line, anna: Actor, clara: Actor, wish: Wish
) -> None:
    made = line.reserve(anna, wish)
    entry = line.joined(clara, wish)
    line.cancel(anna, made)
    line.clock.trusted = False
    assert line.look() == []
    line.clock.trusted = True
    line.look()
    assert line.status(entry) is EntryStatus.OFFERED


def test_who_has_moved_out_is_offered_nothing_and_stops_nobody(
    line: Line, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    made = line.reserve(anna, wish)
    gone, stays = line.joined(clara, wish), line.joined(sam, wish)
    profile = HouseholdProfile(name="Moreau", ends_at=1)
    line.core.write(
        lambda write: write.execute(
            "update household set profile = :profile where id = :id",
            profile=to_json(profile),
            id=clara.household_id,
        )
    )
    line.cancel(anna, made)
    line.look()
    assert line.status(gone) is EntryStatus.WAITING
    assert line.status(stays) is EntryStatus.OFFERED


def test_an_erased_person_leaves_every_line_and_is_told_before(
    line: Line, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    made = line.reserve(anna, wish)
    entry = line.joined(clara, wish)
    line.clock.advance(timedelta(seconds=1))
    other = line.joined(sam, wish)
    later = replace(wish, period=Period(utc(28, 16), utc(28, 20)))
    second = line.joined(clara, later)
    line.cancel(anna, made)
    line.look()
    now = line.clock.now()
    told = line.core.read(lambda read: told_of_lines(read, clara.person_id, now))
    assert sorted(each["status"] for each in told) == ["offered", "waiting"]
    assert line.core.write(lambda write: leave_all_lines(write, clara.person_id, now)) == 2
    line.core.write(lambda write: give_up_ahead(write, clara.person_id, now))
    line.look()
    assert line.status(entry) is EntryStatus.DECLINED
    assert line.status(second) is EntryStatus.LEFT
    assert line.status(other) is EntryStatus.OFFERED


def test_neighbours_cannot_see_or_end_each_others_entries(
    line: Line, files: QuarterFiles, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    line.reserve(anna, wish)
    entry = line.joined(clara, wish)
    assert code_of(line.leave(sam, entry)) == "spaces.unknown_entry"
    gone = line.leave(replace(desk(files), face=Face.DESK), entry)
    assert isinstance(gone, Entry)
    assert gone.left is not None
    assert gone.left.staff_id, "who of the team did it stands there"
    assert line.status(entry) is EntryStatus.LEFT


# Several nodes


class Nodes:
    """The line at several nodes of a quarter."""

    def __init__(self, quarter: Quarter) -> None:
        self.quarter = quarter
        self.at = {
            name: Line(core, quarter.files, quarter.clock) for name, core in quarter.cores.items()
        }


@pytest.fixture
def nodes(quarter: Quarter) -> Nodes:
    return Nodes(quarter)


@pytest.mark.parametrize("at", ["kiosk", "central"])
def test_a_wish_said_elsewhere_is_offered_at_home_and_seen_where_it_was_said(
    nodes: Nodes, anna: Actor, clara: Actor, wish: Wish, at: str
) -> None:
    quarter, wish = nodes.quarter, replace(wish, note="")
    made = quarter.made("home", anna, wish)
    quarter.meet("home", at)
    entry = nodes.at[at].joined(clara, wish)
    assert nodes.at[at].look() == [], "only the home node offers"
    nodes.at["home"].cancel(anna, made)
    quarter.meet(at, "home")
    quarter.meet(at, "home")
    for name in (at, "home"):
        assert nodes.at[name].status(entry) is EntryStatus.OFFERED
    assert nodes.at[at].entry(entry) == nodes.at["home"].entry(entry)


def test_a_no_said_elsewhere_counts_when_it_arrives(
    nodes: Nodes, files: QuarterFiles, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    quarter, home, kiosk = nodes.quarter, nodes.at["home"], nodes.at["kiosk"]
    made = quarter.made("home", anna, wish)
    first, second = home.joined(clara, wish), home.joined(sam, wish)
    home.cancel(anna, made)
    home.look()
    quarter.meet("home", "kiosk")
    kiosk.cancel(clara, kiosk.offer(first))
    assert kiosk.status(first) is EntryStatus.DECLINED
    assert home.status(first) is EntryStatus.OFFERED
    quarter.meet("kiosk", "home")
    assert home.status(first) is EntryStatus.DECLINED
    assert home.status(second) is EntryStatus.OFFERED
    quarter.meet("kiosk", "home")
    assert kiosk.entry(second) == home.entry(second)


def test_who_left_elsewhere_while_home_offered_gives_the_offer_back(
    nodes: Nodes, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    quarter, home, kiosk = nodes.quarter, nodes.at["home"], nodes.at["kiosk"]
    made = quarter.made("home", anna, wish)
    first, second = home.joined(clara, wish), home.joined(sam, wish)
    quarter.meet("home", "kiosk")
    kiosk.leave(clara, first)
    home.cancel(anna, made)
    home.look()
    assert home.status(first) is EntryStatus.OFFERED
    quarter.meet("kiosk", "home")
    home.look()
    assert home.status(first) is EntryStatus.DECLINED
    assert home.status(second) is EntryStatus.OFFERED


def test_who_waits_comes_before_a_request_that_arrives_with_the_cancellation(
    nodes: Nodes, anna: Actor, clara: Actor, sam: Actor, wish: Wish
) -> None:
    quarter, home, kiosk = nodes.quarter, nodes.at["home"], nodes.at["kiosk"]
    made = quarter.made("home", anna, wish)
    entry = home.joined(clara, wish)
    quarter.meet("home", "kiosk")
    kiosk.cancel(anna, made)
    asked = quarter.made("kiosk", sam, wish)
    quarter.meet("kiosk", "home")
    assert home.status(entry) is EntryStatus.OFFERED
    assert quarter.status("home", asked.id) is Status.DECLINED


def test_central_cannot_take_somebody_off_who_never_asked_to_be_let_in_there(
    nodes: Nodes, anna: Actor, sam: Actor, clara: Actor, wish: Wish
) -> None:
    quarter, home, central = nodes.quarter, nodes.at["home"], nodes.at["central"]
    made = quarter.made("home", anna, wish)
    mine, hers = home.joined(sam, wish), home.joined(clara, wish)
    quarter.meet("home", "central")
    assert isinstance(central.leave(sam, mine), Entry)
    assert isinstance(central.leave(clara, hers), Entry)
    home.cancel(anna, made)
    quarter.meet("central", "home")
    home.look()
    assert home.status(mine) is EntryStatus.OFFERED
    home.cancel(sam, home.offer(mine))
    home.look()
    assert home.status(hers) is EntryStatus.LEFT
