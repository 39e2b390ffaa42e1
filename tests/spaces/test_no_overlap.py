"""Nobody ever gets what somebody else has: random people against the real store.

The oracle knows nothing of projections: it folds every reservation from its facts and looks at
what each keeps, buffers included.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from node.base.actors import Actor, Role
from node.base.clock import FrozenClock
from node.base.ids import derived_id, new_id
from node.base.periods import Period
from node.base.refusals import Refusal
from node.people import open_outside_access
from node.people.model import ContractTerms, HouseholdProfile, RoleSpan, to_json
from node.quarter.files import QuarterFiles
from node.spaces import (
    Reservation,
    Status,
    Undone,
    Wish,
    admit,
    cancel,
    confirm,
    find_reservation,
    get_line,
    hold,
    leave,
    place_tables,
    rebuild,
    reserve,
    stay_period,
    undo,
    undoable,
)
from node.spaces.standing import buffered, taken_period
from node.spaces.terms import Terms
from node.store import Core, Read, Write
from tests.facts import RESERVATIONS

ZONE = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
STAFF = Actor(b"S" * 16, b"", frozenset({Role.STAFF}))


def crowd(count: int) -> list[Actor]:
    return [
        Actor(
            derived_id("person", number),
            derived_id("household", number),
            frozenset({Role.RESIDENT}),
            has_contract=number % 3 != 0,
        )
        for number in range(count)
    ]


def move_in(write: Write, people: list[Actor]) -> None:
    """Write down what a home node knows of a crowd, so that it believes who asks elsewhere."""
    for who in people:
        span, owner = RoleSpan(Role.RESIDENT), who.household_id
        write.insert("household", id=owner, profile=to_json(HouseholdProfile()))
        write.insert("person", id=who.person_id, household_id=owner, profile="{}")
        write.insert(
            "person_role",
            id=new_id(),
            person_id=who.person_id,
            role="resident",
            span=to_json(span),
            number=1,
        )
        if who.has_contract:
            terms = to_json(ContractTerms())
            write.insert(
                "service_contract",
                id=new_id(),
                contract_id=new_id(),
                household_id=owner,
                terms=terms,
                number=1,
            )
        token = open_outside_access(write, who, now=BEGIN)
        assert isinstance(token, str)


def held_periods(read: Read, *, now: datetime) -> dict[bytes, list[tuple[Period, bytes]]]:
    """What everything that still counts keeps, by place, straight from the facts."""
    found: dict[bytes, list[tuple[Period, bytes]]] = {}
    for row in read.rows(RESERVATIONS):
        reservation = find_reservation(read, row[0])
        assert reservation is not None
        space = place_tables.select_space(read, reservation.space_id)
        assert space is not None
        taken = taken_period(reservation)
        if taken is not None and reservation.status_at(now) not in GONE:
            found.setdefault(space.id, []).append((taken, reservation.id))
    return found


def assert_no_overlap(core: Core, now: datetime) -> int:
    held = core.read(lambda read: held_periods(read, now=now))
    for periods in held.values():
        for (first, one), (second, other) in pairwise(sorted(periods)):
            assert not first.overlaps(second), (one.hex(), other.hex(), first, second)
    return sum(len(periods) for periods in held.values())


def occupancy(core: Core) -> list[tuple[object, ...]]:
    rows = core.read(lambda read: read.rows("select * from occupancy order by reservation_id"))
    states = core.read(
        lambda read: read.rows("select * from reservation_state order by reservation_id")
    )
    return [tuple(row) for row in (*rows, *states)]


def random_wish(chance: random.Random, files: QuarterFiles, now: datetime, days: int) -> Wish:
    key = chance.choice(("hofsaal", "hofsaal", "werkraum", "gartenzimmer"))
    day = now.date() + timedelta(days=chance.randrange(days))
    row = next(row for row in files.spaces if row.key == key)
    if row.stay is not None:
        nights = chance.choice((1, 2, 3, 7))
        period = stay_period(row.stay, day, day + timedelta(days=nights), ZONE)
    else:
        start = datetime(day.year, day.month, day.day, 6, tzinfo=UTC)
        start += timedelta(minutes=30 * chance.randrange(34))
        period = Period(start, start + timedelta(minutes=30 * chance.randrange(2, 12)))
    return Wish(
        space_id=files.id_of("space", key), period=period, people=2, purpose=chance.choice(PURPOSES)
    )


GONE = {Status.NO_SHOW, Status.EXPIRED}
PURPOSES = ("private", "private", "open")


class Town:
    """People who do all that can be done, in any order, while the clock goes on (or astray)."""

    def __init__(self, core: Core, files: QuarterFiles, clock: FrozenClock, seed: int) -> None:
        self.core, self.files, self.clock = core, files, clock
        self.chance = random.Random(seed)
        self.people = crowd(300)
        self.known: list[Reservation] = []
        self.confirmed = 0
        self.taken = 0
        self.undone = 0
        self.not_undone = 0

    def attempt(self, days: int) -> None:
        who = self.chance.choice(self.people)
        wish = random_wish(self.chance, self.files, self.clock.now(), days)
        doing = hold if self.chance.random() < 0.2 else reserve
        now = self.clock.now()
        was_free = self.core.read(lambda read: self.is_free(read, who, wish, now))
        result = self.core.write(
            lambda write: doing(write, who, wish, now=now, signer=self.core.identity)
        )
        if isinstance(result, Reservation):
            assert was_free or result.base_status is Status.REQUESTED
            # What was answered at once is what is read again from the facts.
            assert self.core.read(lambda read: find_reservation(read, result.id)) == result
            self.known.append(result)
            self.confirmed += result.base_status is Status.CONFIRMED
        elif isinstance(result, Refusal):
            self.taken += result.code == "spaces.taken"
            assert result.code != "spaces.taken" or not was_free

    def is_free(self, read: Read, who: Actor, wish: Wish, now: datetime) -> bool:
        """Whether nobody has that time; what somebody holds gives way to their next wish."""
        space = place_tables.select_space(read, wish.space_id)
        assert space is not None
        wanted = buffered(Terms.of(space.row), wish.period)
        held = held_periods(read, now=now).get(space.id, [])
        clashing = [find_reservation(read, id_) for taken, id_ in held if taken.overlaps(wanted)]
        return all(
            each is not None
            and each.person_id == who.person_id
            and each.status_at(now) is Status.HELD
            for each in clashing
        )

    def do_something(self) -> None:
        if not self.known:
            return
        chosen = self.chance.choice(self.known)
        who = next(p for p in self.people if p.household_id == chosen.household_id)
        now, core = self.clock.now(), self.core
        what = self.chance.choice(("cancel", "confirm", "in", "out", "undo"))
        if what == "undo":
            self.undo(chosen.id)
        elif what == "cancel":
            core.write(lambda write: cancel(write, who, chosen.id, now=now))
        elif what == "confirm":
            core.write(lambda write: confirm(write, who, chosen.id, now=now, signer=core.identity))
        else:
            line = core.read(lambda read: get_line(read, who, chosen.id, now=now))
            assert not isinstance(line, Refusal)
            through = admit if what == "in" else leave
            core.write(lambda write: through(write, who, line, now=now))

    def undo(self, reservation_id: bytes) -> None:
        """The desk takes back what was done last, where that is possible."""
        now, core = self.clock.now(), self.core
        found = core.read(lambda read: find_reservation(read, reservation_id))
        assert found is not None
        what = undoable(found, now=now)
        if what is None:
            return
        done = core.write(
            lambda write: undo(write, STAFF, found.id, what, now=now, signer=core.identity)
        )
        if isinstance(done, Refusal):
            self.not_undone += 1
            assert what is not Undone.CHECK_IN
            assert core.read(lambda read: find_reservation(read, found.id)) == found
        else:
            self.undone += 1
            assert done.status_at(now) is not found.status_at(now)
            assert done.decision == found.decision


@pytest.mark.parametrize("seed", range(4))
def test_whatever_people_do_no_two_hold_the_same_time(
    house: Core, files: QuarterFiles, clock: FrozenClock, seed: int
) -> None:
    town = Town(house, files, clock, seed)
    for number in range(400):
        town.attempt(days=6)
        town.do_something()
        clock.advance(timedelta(minutes=town.chance.randrange(20), microseconds=number))
        if number % 40 == 0:
            assert_no_overlap(house, clock.now())
    assert_no_overlap(house, clock.now())
    assert town.confirmed > 20
    assert town.taken > 20
    assert town.undone
    before = occupancy(house)
    house.write(rebuild)
    assert occupancy(house) == before


def test_a_clock_that_ran_ahead_and_came_back_has_given_nothing_away(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    town = Town(house, files, clock, 7)
    for _ in range(60):
        town.attempt(days=6)
    held = assert_no_overlap(house, clock.now())
    clock.set(BEGIN + timedelta(days=400))
    for _ in range(20):
        town.attempt(days=6)
        town.do_something()
    clock.set(BEGIN + timedelta(minutes=5))
    for _ in range(200):
        town.attempt(days=6)
    assert assert_no_overlap(house, clock.now()) >= held


def test_an_untrusted_clock_gives_nobodys_place_away(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    first, second = crowd(2)
    start = datetime(2026, 11, 26, 14, tzinfo=UTC)
    wish = Wish(
        space_id=files.id_of("space", "hofsaal"),
        period=Period(start, start + timedelta(hours=4)),
        purpose="private",
    )

    def book(who: Actor, wanted: Wish) -> Reservation | Refusal:
        now = clock.now()
        return house.write(
            lambda write: reserve(write, who, wanted, now=now, signer=house.identity)
        )

    assert isinstance(book(first, wish), Reservation)
    clock.set(start + timedelta(hours=1))
    clock.trusted = False
    late = Wish(
        space_id=wish.space_id,
        period=Period(start + timedelta(hours=1), start + timedelta(hours=3)),
        purpose="private",
    )
    refused = book(second, late)
    assert isinstance(refused, Refusal)
    assert refused.code == "spaces.taken"
    clock.trusted = True
    assert isinstance(book(second, late), Reservation)


def test_ten_thousand_random_attempts_leave_no_overlap(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    chance = random.Random(20261124)
    people = crowd(600)
    confirmed = 0
    for _ in range(10_000):
        who, wish = chance.choice(people), random_wish(chance, files, clock.now(), 30)
        now = clock.now()
        result = house.write(
            lambda write, who=who, wish=wish, now=now: reserve(
                write, who, wish, now=now, signer=house.identity
            )
        )
        if isinstance(result, Reservation):
            confirmed += result.base_status is Status.CONFIRMED
    assert confirmed > 100
    assert assert_no_overlap(house, clock.now()) >= confirmed
