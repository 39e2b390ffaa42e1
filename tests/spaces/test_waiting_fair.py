"""The waiting list is fair, whatever people do: random histories against an oracle of the facts.

The oracle knows neither projections nor how an offer is made: it folds every reservation from its
facts, looks at what each keeps, and asks who came first.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles
from node.spaces import (
    Entry,
    EntryStatus,
    Reservation,
    Status,
    Wish,
    cancel,
    confirm,
    find_entry,
    find_reservation,
    get_line,
    hold,
    join,
    leave,
    leave_line,
    offer_free,
    place_tables,
    reserve,
    rules,
    waiting_tables,
)
from node.spaces.cases import case_again, circumstances
from node.spaces.check_in import admit
from node.spaces.folding import fold
from node.spaces.offering import entries_of_space
from node.spaces.standing import buffered
from node.spaces.terms import Terms
from node.store import Core, Read, Write
from tests.spaces.conftest import Quarter, utc
from tests.spaces.test_no_overlap import assert_no_overlap, crowd, held_periods, move_in

STEPS = ("reserve", "hold", "join", "join", "cancel", "cancel", "confirm", "leave", "in", "out")


@dataclass(frozen=True)
class Step:
    """Somebody does something about the hall at an hour, and then time goes on."""

    does: str
    who: int
    hour: int
    hours: int
    wait: int
    looks: bool


def wish_of(files: QuarterFiles, step: Step) -> Wish:
    begin = utc(26, 7) + timedelta(hours=step.hour)
    return Wish(
        space_id=files.id_of("space", "hofsaal"),
        period=Period(begin, begin + timedelta(hours=step.hours)),
        people=2,
        purpose="private",
    )


@dataclass
class Story:
    """People who want the same hall on the same day, at one home node."""

    write: Write
    files: QuarterFiles
    core: Core
    now: datetime
    people: list[Actor]
    made: dict[int, list[bytes]] = field(default_factory=dict)
    offered: int = 0
    accepted: int = 0

    def live(self, step: Step) -> None:
        """One step, checked from outside."""
        who = self.people[step.who]
        if step.does in {"reserve", "hold"}:
            self.book(step, who)
        elif step.does == "join":
            joined = join(self.write, who, self.wish(step), now=self.now)
            assert isinstance(joined, Entry | Refusal)
        else:
            self.answer(step, who)
        if step.looks:
            self.look()
        assert_nothing_twice(self.write, self.now)
        self.now += timedelta(minutes=step.wait)

    def wish(self, step: Step) -> Wish:
        return wish_of(self.files, step)

    def book(self, step: Step, who: Actor) -> None:
        before = self.line()
        doing = hold if step.does == "hold" else reserve
        wish, signer = self.wish(step), self.core.identity
        free = [entry for entry in before if self.can_have(entry)]
        result = doing(self.write, who, wish, now=self.now, signer=signer)
        if not isinstance(result, Reservation) or result.base_status is Status.REQUESTED:
            return
        self.made.setdefault(step.who, []).append(result.id)
        taken = buffered(result.terms, result.period)
        overtaken = [
            each for each in free if taken.overlaps(buffered(result.terms, each.request.period))
        ]
        # Who could have had it got something else that they came first for, or got this.
        assert all(self.fresh(each) is not EntryStatus.WAITING for each in overtaken), overtaken
        assert not overtaken or result.base_status is Status.DECLINED, overtaken

    def answer(self, step: Step, who: Actor) -> None:
        offers = [each for each in self.line() if self.fresh(each) is EntryStatus.OFFERED]
        mine = [each for each in offers if each.request.person_id == who.person_id]
        known = self.made.get(step.who, [])
        if step.does == "confirm" and mine:
            got = confirm(
                self.write, who, mine[0].offer.id, now=self.now, signer=self.core.identity
            )
            assert isinstance(got, Reservation), (got, "what is offered can be accepted")
            assert got.base_status is Status.CONFIRMED
            self.made.setdefault(step.who, []).append(got.id)
            self.accepted += 1
        elif step.does == "cancel" and mine:
            cancel(self.write, who, mine[0].offer.id, now=self.now)
        elif step.does == "leave":
            for each in self.line():
                if each.request.person_id == who.person_id:
                    leave_line(self.write, who, each.id, now=self.now)
                    return
        elif known:
            self.act(step.does, who, known[-1])

    def act(self, does: str, who: Actor, reservation_id: bytes) -> None:
        if does == "cancel":
            cancel(self.write, who, reservation_id, now=self.now)
        elif does == "confirm":
            confirm(self.write, who, reservation_id, now=self.now, signer=self.core.identity)
        else:
            line = get_line(self.write, who, reservation_id, now=self.now)
            assert not isinstance(line, Refusal)
            (admit if does == "in" else leave)(self.write, who, line, now=self.now)

    def look(self) -> None:
        """The timed work, and whether what it did was right."""
        before = [each for each in self.line() if self.fresh(each) is EntryStatus.WAITING]
        free = {each.id for each in before if self.can_have(each)}
        made = offer_free(self.write, now=self.now, signer=self.core.identity)
        self.offered += len(made)
        assert {each.details.entry for each in made} <= {_text(each) for each in before}
        turns = {_text(each): each.turn for each in before}
        for each in before:
            if each.id in free and self.fresh(each) is EntryStatus.WAITING:
                # Only because somebody who came first got a time that touches it.
                assert any(
                    buffered(one.terms, one.period).overlaps(
                        buffered(one.terms, each.request.period)
                    )
                    and turns[one.details.entry] < each.turn
                    for one in made
                ), each
        for one in made:
            until = one.decision.hold_until
            assert timedelta(minutes=15) <= until - self.now
            assert one.status_at(until - timedelta(seconds=1)) is Status.HELD
            assert one.status_at(until) is Status.EXPIRED

    def line(self) -> list[Entry]:
        found = entries_of_space(self.write, self.files.id_of("space", "hofsaal"), now=self.now)
        return [each for each in found if self.fresh(each) in ALIVE]

    def fresh(self, entry: Entry) -> EntryStatus:
        found = find_entry(self.write, entry.id)
        assert found is not None
        return found.status_at(self.now)

    def can_have(self, entry: Entry) -> bool:
        """Whether its time is free by the facts, and no other rule is against it."""
        if self.fresh(entry) is not EntryStatus.WAITING:
            return False
        space = place_tables.select_space(self.write, entry.request.space_id)
        assert space is not None
        wanted = buffered(Terms.of(space.row), entry.request.period)
        held = held_periods(self.write, now=self.now).get(space.id, [])
        if any(taken.overlaps(wanted) for taken, _ in held):
            return False
        case = case_again(self.write, fold(entry.request, [], None, {}, space))
        assert not isinstance(case, Refusal)
        world = circumstances(self.write, case, now=self.now)
        return rules.check_reservable(space, case.wish, world) is None


ALIVE = {EntryStatus.WAITING, EntryStatus.OFFERED}


def _text(entry: Entry) -> str:
    return id_text(entry.id)


def assert_nothing_twice(read: Read, now: datetime) -> None:
    """Nobody keeps what somebody else keeps, offers included."""
    for held in held_periods(read, now=now).values():
        ordered = sorted(held)
        for (first, one), (second, other) in pairwise(ordered):
            assert not first.overlaps(second), (one.hex(), other.hex())


steps = st.lists(
    st.builds(
        Step,
        does=st.sampled_from(STEPS),
        who=st.integers(0, 4),
        hour=st.integers(0, 9),
        hours=st.integers(2, 5),
        wait=st.sampled_from([0, 0, 1, 5, 11, 30, 240, 700]),
        looks=st.booleans(),
    ),
    min_size=5,
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=steps)
def test_first_come_first_served_and_never_the_same_time_twice(
    house: Core, files: QuarterFiles, steps: list[Step]
) -> None:
    def story(write: Write) -> Refusal:
        people = crowd(5)
        move_in(write, people)
        told = Story(write, files, house, utc(24, 10), people)
        for step in steps:
            told.live(step)
        told.look()
        return ENOUGH

    assert house.write(story) is ENOUGH


ENOUGH = Refusal("test.enough", "", "")
"""What rolls a story back, so that the next one begins where this did."""


@dataclass
class CutOff:
    """Two nodes that hear of each other now and then, and people at either."""

    quarter: Quarter
    people: list[Actor]
    chance: random.Random
    answered: int = 0

    @property
    def now(self) -> datetime:
        return self.quarter.clock.now()

    def core(self, where: str) -> Core:
        return self.quarter.cores[where]

    def wish(self) -> Wish:
        step = Step("", 0, self.chance.randrange(10), self.chance.randrange(2, 5), 0, looks=False)
        return wish_of(self.quarter.files, step)

    def live(self) -> None:
        where, who = self.chance.choice(("home", "kiosk")), self.chance.choice(self.people)
        doing = self.chance.choice(
            (self.book, self.join, self.join, self.give_up, self.give_up, self.answer, self.leave)
        )
        doing(where, who)

    def book(self, where: str, who: Actor) -> None:
        if where == "home":
            self.quarter.reserve("home", who, self.wish())

    def join(self, where: str, who: Actor) -> None:
        wish, now = self.wish(), self.now
        self.core(where).write(lambda write: join(write, who, wish, now=now))

    def give_up(self, where: str, _: Actor) -> None:
        core, now = self.core(where), self.now
        found = core.read(lambda read: confirmed_by_now(read, now))
        if found:
            chosen = self.chance.choice(found)
            owner = next(each for each in self.people if each.person_id == chosen.person_id)
            core.write(lambda write: cancel(write, owner, chosen.id, now=now))

    def answer(self, where: str, _: Actor) -> None:
        """Yes can be said at the home node, no anywhere."""
        core, now = self.core(where), self.now
        offered = [
            (who, each.offer)
            for who in self.people
            for each in core.read(lambda read, who=who: alive_of(read, who, now))
            if each.status_at(now) is EntryStatus.OFFERED
        ]
        if not offered:
            return
        who, offer = self.chance.choice(offered)
        self.answered += 1
        if where == "home" and self.chance.random() < 0.5:
            signer = core.identity
            got = core.write(lambda write: confirm(write, who, offer.id, now=now, signer=signer))
            assert isinstance(got, Reservation), got
        else:
            core.write(lambda write: cancel(write, who, offer.id, now=now))

    def leave(self, where: str, who: Actor) -> None:
        core, now = self.core(where), self.now
        mine = core.read(lambda read: alive_of(read, who, now))
        if mine:
            chosen = self.chance.choice(mine)
            core.write(lambda write: leave_line(write, who, chosen.id, now=now))

    def offers_at(self, where: str) -> list[Reservation]:
        core, now = self.core(where), self.now
        return core.write(lambda write: offer_free(write, now=now, signer=core.identity))

    def told_at(self, where: str) -> list[Entry]:
        space = self.quarter.files.id_of("space", "hofsaal")
        found = self.core(where).read(
            lambda read: list(entries_of_space(read, space, now=utc(1, 1)))
        )
        return sorted(found, key=lambda each: each.turn)


@pytest.mark.parametrize("seed", range(3))
def test_cut_lines_change_neither_the_order_nor_what_anybody_is_told(
    quarter: Quarter, seed: int
) -> None:
    """People wait, decline and leave at either node while these do not hear of each other."""
    town = CutOff(quarter, crowd(6), random.Random(seed))
    town.core("home").write(lambda write: move_in(write, town.people))
    quarter.meet("home", "kiosk")
    quarter.clock.set(utc(24, 10))
    for number in range(160):
        town.live()
        if number % 7 == 0:
            quarter.meet("home", "kiosk")
        town.offers_at("home")
        assert town.offers_at("kiosk") == [], "only the home node offers"
        assert_no_overlap(town.core("home"), town.now)
        quarter.clock.advance(timedelta(minutes=town.chance.choice((0, 1, 5, 12, 30))))
    quarter.meet("home", "kiosk")
    quarter.meet("home", "kiosk")
    told = town.told_at("home")
    assert told == town.told_at("kiosk")
    assert town.answered > 3
    assert len({each.status_at(town.now) for each in told}) > 3


def alive_of(read: Read, who: Actor, now: datetime) -> list[Entry]:
    asked = waiting_tables.select_of_party(read, who.household_id, since=now)
    found: Iterable[Entry | None] = (find_entry(read, each.id) for each in asked)
    return [each for each in found if each is not None and each.status_at(now) in ALIVE]


def confirmed_by_now(read: Read, now: datetime) -> list[Reservation]:
    rows = read.rows("select reservation_id from reservation_state where status = 'confirmed'")
    found = (find_reservation(read, row[0]) for row in rows)
    return [
        each
        for each in found
        if each is not None and each.period.starts_at > now and each.details.people == 2
    ]
