"""Under any rules that the team could set, and after whatever people did: nobody gets what somebody
else has, what is offered can be had at its price and the rest cannot, and giving up costs no more
than was due.

Rules, closures and what people do are drawn; the oracle folds every reservation from its facts.
Each story begins near a change of the clocks or where nothing is special, and leaves no trace.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node import quarter
from node.base.actors import Actor
from node.base.periods import Period
from node.base.refusals import Refusal, RefusedError
from node.quarter.files import (
    Audience,
    CancellationTier,
    HouseholdLimit,
    QuarterFiles,
    RoomPrice,
    SpaceKind,
    SpaceRow,
    StayPrice,
    StayRules,
)
from node.quarter.model import Closure, LocalText, TargetKind, TimeSpan, WeekHours
from node.spaces import (
    Offer,
    Query,
    Reservation,
    Space,
    Status,
    Wish,
    admit,
    audience_of,
    bill_for,
    cancel,
    find_reservation,
    get_line,
    leave,
    preview_cancellation,
    preview_change,
    reserve,
    search,
    set_rules,
)
from node.spaces import change as move
from node.spaces.search import fitted
from node.spaces.terms import FREE
from node.store import Core, Write
from tests.spaces.conftest import desk
from tests.spaces.test_no_overlap import ZONE, crowd, held_periods, move_in

BEGINNINGS = (
    datetime(2026, 11, 24, 9, 10, tzinfo=UTC),
    # The clocks go forward on 28 March 2027, and back on 31 October 2027.
    datetime(2027, 3, 26, 8, 0, tzinfo=UTC),
    datetime(2027, 10, 29, 7, 0, tzinfo=UTC),
)
DAYS = 6
"""The stories happen within so many days, so that people get into each other's way."""

spans = st.sampled_from(
    [
        (TimeSpan(0, 1440),),
        (TimeSpan(0, 1440),),
        (TimeSpan(480, 1320),),
        (TimeSpan(60, 300),),
        (TimeSpan(0, 180), TimeSpan(600, 1440)),
        (TimeSpan(540, 720), TimeSpan(780, 1200)),
        (),
    ]
)
cents = st.integers(0, 30_000)
tiers = st.lists(
    st.tuples(st.sampled_from([0, 1, 5, 24, 48, 72, 400]), st.integers(0, 100)),
    min_size=1,
    max_size=3,
    unique_by=lambda tier: tier[0],
).map(
    lambda found: tuple(
        CancellationTier(notice_hours=hours, percent=percent)
        for hours, percent in zip(
            sorted((hours for hours, _ in found), reverse=True),
            sorted(percent for _, percent in found),
            strict=True,
        )
    )
)
limits = st.lists(
    st.builds(
        HouseholdLimit,
        audience=st.sampled_from([None, Audience.CONTRACT]),
        open_max=st.integers(0, 4),
        week_minutes=st.sampled_from([0, 300, 900]),
        gap_days=st.integers(0, 2),
    ),
    max_size=2,
    unique_by=lambda limit: limit.audience,
).map(tuple)
horizons = st.sampled_from(
    [
        {Audience.CONTRACT: 400, Audience.NO_CONTRACT: 90},
        {Audience.CONTRACT: 30, Audience.NO_CONTRACT: 2},
        {Audience.CONTRACT: 4, Audience.NO_CONTRACT: 400},
        {Audience.CONTRACT: 400},
    ]
)
room_prices = st.lists(
    st.builds(
        RoomPrice,
        audience=st.sampled_from([None, *Audience]),
        purpose=st.sampled_from([None, "private", "open"]),
        hour_cents=st.none() | cents,
        half_day_cents=st.none() | cents,
        day_cents=st.none() | cents,
        is_net=st.booleans(),
    ).filter(lambda price: price.is_by_time),
    min_size=1,
    max_size=4,
    unique_by=lambda price: (price.audience, price.purpose),
).map(lambda found: (RoomPrice(hour_cents=700), *found) if _names_all(found) else tuple(found))


def _names_all(found: list[RoomPrice]) -> bool:
    return all(price.audience or price.purpose for price in found)


room_rules = st.fixed_dictionaries(
    {
        "hours": st.lists(spans, min_size=7, max_size=7).map(lambda days: WeekHours(tuple(days))),
        "horizon_days": horizons,
        "buffer_before_minutes": st.sampled_from([0, 0, 15, 30, 90, 600]),
        "buffer_after_minutes": st.sampled_from([0, 0, 15, 60, 90, 600]),
        "step_minutes": st.sampled_from([15, 30, 60]),
        "minutes_min": st.sampled_from([30, 60, 120]),
        "minutes_max": st.sampled_from([120, 480, 1440]),
        "lead_minutes": st.sampled_from([0, 0, 60, 1440]),
        "lead_desk_minutes": st.sampled_from([0, 0, 120]),
        "release_after_minutes": st.sampled_from([0, 20]),
        "offer_hours": st.sampled_from([1, 24, 336]),
        "limits": limits,
        "room_prices": room_prices,
        "cancellation": tiers,
    }
)
weekdays = st.sampled_from(
    [frozenset(range(7)), frozenset({0, 4, 5, 6}), frozenset({4, 5}), frozenset({0, 2, 3, 6})]
)
stay_rules = st.builds(
    StayRules,
    arrival_from=st.sampled_from([time(15), time(12), time(20)]),
    arrival_until=st.just(time(22)),
    departure_until=st.sampled_from([time(9, 30), time(11), time(12)]),
    arrival_weekdays=weekdays,
    departure_weekdays=weekdays,
    turnover_minutes=st.sampled_from([0, 60, 240, 1500]),
    nights_min=st.integers(1, 3),
    nights_max=st.integers(3, 9),
    weekend_nights_min=st.integers(1, 3),
    weekend_months=st.sampled_from([frozenset(), frozenset({3, 10, 11})]),
    gap_nights=st.sampled_from([0, 0, 2, 14]),
    persons_included=st.integers(1, 3),
    free_age=st.integers(0, 12),
    levy=st.sampled_from(["", "beherbergungssteuer-dus"]),
    cleaning_refunded=st.booleans(),
)
stay_prices = st.builds(
    lambda first, further, extra, cleaning: tuple(
        StayPrice(
            audience=audience,
            first_night_cents=first,
            further_night_cents=further,
            extra_person_cents=extra,
            cleaning_cents=min(cleaning, first),
        )
        for audience in (Audience.CONTRACT, Audience.NO_CONTRACT)
    ),
    cents,
    cents,
    st.integers(0, 2000),
    cents,
)
apartment_rules = st.fixed_dictionaries(
    {
        "stay": stay_rules,
        "stay_prices": stay_prices,
        "horizon_days": horizons,
        "limits": limits,
        "cancellation": tiers,
    }
)
Shut = tuple[TargetKind, int, int]
Rules = st.SearchStrategy[dict[str, Any]]
closures = st.lists(
    st.tuples(
        st.sampled_from([TargetKind.SPACE, TargetKind.BUILDING, TargetKind.QUARTER]),
        st.integers(0, DAYS * 24),
        st.integers(1, 30),
    ),
    max_size=2,
)


@dataclass(frozen=True)
class Step:
    """Somebody does something about a time, and then time goes on."""

    does: str
    who: int
    at: int
    """Quarters of an hour, or for an apartment days, from the beginning."""
    length: int
    people: int
    wait: int


DOING = ("book",) * 6 + ("nearest", "nearest", "move", "move", "cancel", "in", "out")


def drawn_steps(seed: int, count: int = 30) -> list[Step]:
    """What people do, as chance has it: often at the full hour, often near each other."""
    chance = random.Random(seed)
    return [
        Step(
            does=chance.choice(DOING),
            who=chance.randrange(5),
            at=4 * chance.randrange(DAYS * 24) + chance.choice((0, 0, 0, 2, 1)),
            length=chance.choice((2, 4, 8, 8, 8, 12, 16, 16, 24, 40)),
            people=chance.randint(1, 4),
            wait=chance.choice((0, 0, 0, 7, 45, 240)),
        )
        for _ in range(count)
    ]


@dataclass
class Story:
    """People who want the same place, under rules that were drawn."""

    write: Write
    core: Core
    files: QuarterFiles
    row: SpaceRow
    begin: datetime
    people: list[Actor]
    now: datetime
    seen: Counter[str]
    later: SpaceRow
    turn: date | None = None
    """From this day on the later rules hold."""
    known: list[tuple[Actor, bytes]] = field(default_factory=list)
    shut: list[Period] = field(default_factory=list)

    @property
    def space_id(self) -> bytes:
        return self.files.id_of("space", self.row.key)

    def close(self, kind: TargetKind, hours: int, length: int) -> None:
        target = {TargetKind.SPACE: self.space_id, TargetKind.BUILDING: self.building}
        begins = self.begin + timedelta(hours=hours)
        wanted = Closure(
            b"",
            kind,
            target.get(kind, b""),
            begins,
            begins + timedelta(hours=length),
            LocalText("Bau"),
        )
        made = quarter.shut(self.write, desk(self.files), wanted, now=self.now)
        assert isinstance(made, Closure), made
        self.shut.append(made.period)

    @property
    def building(self) -> bytes:
        return self.files.id_of("building", self.row.building)

    def live(self, step: Step) -> None:
        who = self.people[step.who]
        if step.does in {"book", "nearest"}:
            self.book(step, who)
        elif self.known:
            owner, id_ = self.known[step.at % len(self.known)]
            if step.does == "move":
                self.move(step, owner, id_)
            else:
                self.act(step.does, owner, id_)
        self.look()
        self.now += timedelta(minutes=step.wait)

    def query(self, step: Step) -> Query:
        if self.row.stay is not None:
            day = self.begin.replace(hour=12, minute=0) + timedelta(days=step.at % (DAYS * 3))
            period = Period(day, day + timedelta(days=1 + step.length % 7))
        else:
            start = self.begin.replace(minute=0) + timedelta(minutes=15 * step.at)
            period = Period(start, start + timedelta(minutes=15 * step.length))
        ages = (9, 5)[: step.people - 1] if step.length % 2 else ()
        return Query(
            period=period, people=step.people, purpose="", ages=ages, space_id=self.space_id
        )

    def book(self, step: Step, who: Actor) -> None:
        query = self.query(step)
        kind = SpaceKind.GUEST_APARTMENT if self.row.stay is not None else SpaceKind.ROOM
        found = search(self.write, who, replace(query, kind=kind), now=self.now)
        told = {no.space.id: (no.code, no.space) for no in found.not_offered}
        if self.space_id in told:
            code, space = told[self.space_id]
            refused = self.reserve(
                who, Offer(space, fitted(space, query.period, ZONE), FREE), query
            )
            assert isinstance(refused, Refusal), (code, refused)
            assert refused.code == code
            self.seen[code] += 1
        offers = [x for x in (*found.offers, *found.alternatives) if x.space.id == self.space_id]
        wanted = offers if step.does == "nearest" or self.space_id not in told else []
        if wanted:
            made = self.reserve(who, wanted[0], query)
            assert isinstance(made, Reservation), made
            asks = wanted[0].needs_request
            assert made.base_status is (Status.REQUESTED if asks else Status.CONFIRMED)
            assert asks or made.bill == wanted[0].bill
            wish = self.wish(wanted[0], query)
            shown = bill_for(self.write, wanted[0].space, wish, audience_of(who))
            assert shown == wanted[0].bill
            assert not any(shut.overlaps(made.period) for shut in self.shut)
            self.known.append((who, made.id))
            self.seen["offered" if found.offers else "nearest"] += 1

    def reserve(self, who: Actor, offer: Offer, query: Query) -> Reservation | Refusal:
        wish = self.wish(offer, query)
        return reserve(self.write, who, wish, now=self.now, signer=self.core.identity)

    @staticmethod
    def wish(offer: Offer, query: Query) -> Wish:
        return Wish(
            space_id=offer.space.id,
            period=offer.period,
            people=query.people,
            purpose=offer.space.row.usual_purpose,
            ages=query.ages,
        )

    def move(self, step: Step, who: Actor, id_: bytes) -> None:
        query, before = self.query(step), self.found(id_)
        later = before.period.moved(timedelta(hours=step.length, days=step.length % 3))
        wish = Wish(
            space_id=self.space_id,
            period=later if step.people % 2 else query.period,
            people=query.people,
            purpose=before.details.purpose,
            ages=query.ages,
        )
        seen = preview_change(self.write, who, id_, wish, now=self.now)
        if isinstance(seen, Refusal):
            self.seen["not moved"] += 1
            return
        fee = preview_cancellation(before, now=self.now).fee_cents
        total = seen.bill.total_cents
        # Moving is no cheaper than giving up, however often.
        assert total - seen.bill.levy_cents - seen.bill.cleaning_cents >= min(
            fee, before.bill.total_cents - before.bill.levy_cents - before.bill.cleaning_cents
        )
        assert seen.difference_cents == total - before.bill.total_cents
        done = move(
            self.write, who, id_, wish, total_cents=total, now=self.now, signer=self.core.identity
        )
        assert isinstance(done, Reservation), done
        assert done.bill == seen.bill
        self.seen["moved"] += 1

    def act(self, does: str, who: Actor, id_: bytes) -> None:
        before = self.found(id_)
        if does == "cancel":
            fee = preview_cancellation(before, now=self.now).fee_cents
            done = cancel(self.write, who, id_, now=self.now)
            if isinstance(done, Reservation) and before.cancellation is None:
                assert done.cancellation is not None
                assert done.cancellation.fee_cents == fee
                self.seen["cancelled"] += 1
            return
        line = get_line(self.write, who, id_, now=self.now)
        assert not isinstance(line, Refusal)
        (admit if does == "in" else leave)(self.write, who, line, now=self.now)

    def found(self, id_: bytes) -> Reservation:
        reservation = find_reservation(self.write, id_)
        assert reservation is not None
        return reservation

    def look(self) -> None:
        """Nobody keeps what somebody else keeps, cleaning and preparing included; money is sane."""
        self.look_between()
        for held in held_periods(self.write, now=self.now).values():
            for (first, one), (second, other) in pairwise(sorted(held)):
                assert not first.overlaps(second), (one.hex(), other.hex())
        for _, id_ in self.known:
            reservation = self.found(id_)
            bill = reservation.bill
            assert sum(line.cents for line in bill.lines) == bill.total_cents
            taxed = sum(line.cents for line in bill.lines if line.vat_percent)
            assert sum(part.net_cents + part.vat_cents for part in bill.vat) == taxed
            for at in (self.now, reservation.period.starts_at, reservation.period.ends_at):
                fee = preview_cancellation(reservation, now=at).fee_cents
                assert 0 <= fee <= bill.total_cents
            gone = reservation.cancellation
            assert gone is None or 0 <= gone.fee_cents <= bill.total_cents

    def look_between(self) -> None:
        """Between two lie the minutes that the rules ask for as they were drawn for the days on
        which both begin, and no fewer."""
        alive = (self.found(id_) for _, id_ in self.known)
        periods = sorted(
            each.period
            for each in alive
            if each.status_at(self.now) in {Status.CONFIRMED, Status.CHECKED_IN}
        )
        for first, second in pairwise(periods):
            after, before = self.buffers(first)[1], self.buffers(second)[0]
            assert second.starts_at - first.ends_at >= timedelta(minutes=before + after)

    def buffers(self, period: Period) -> tuple[int, int]:
        day = period.starts_at.astimezone(ZONE).date()
        row = self.later if self.turn is not None and day >= self.turn else self.row
        self.seen["later" if row is self.later else "before"] += 1
        if row.stay is not None:
            return 0, row.stay.turnover_minutes
        return row.buffer_before_minutes, row.buffer_after_minutes


ENOUGH = Refusal("test.enough", "", "")
"""What rolls a story back, so that the next one begins where this did."""


def told(house: Core, files: QuarterFiles, key: str, rules: Rules) -> Counter[str]:
    """Many stories of one place; what they came to."""
    seen: Counter[str] = Counter()

    @settings(deadline=None)
    @given(
        begin=st.sampled_from(BEGINNINGS),
        changes=rules,
        later=st.none() | rules,
        days=st.integers(1, DAYS - 1),
        shut=closures,
        seed=st.integers(),
    )
    def stories(
        begin: datetime,
        changes: dict[str, Any],
        later: dict[str, Any] | None,
        days: int,
        shut: list[Shut],
        seed: int,
    ) -> None:
        base = next(row for row in files.spaces if row.key == key)

        def story(write: Write) -> None:
            people = crowd(5)
            move_in(write, people)
            wanted = replace(base, **changes)
            space_id = files.id_of("space", key)
            done = set_rules(write, desk(files), space_id, wanted, now=begin)
            turn = begin.astimezone(ZONE).date() + timedelta(days=days) if later else None
            then = replace(wanted, **(later or {}))
            if isinstance(done, Space) and turn is not None:
                team = desk(files)
                done = set_rules(write, team, space_id, then, now=begin, valid_from=turn)
            if isinstance(done, Space):
                made = Story(write, house, files, wanted, begin, people, begin, seen, then, turn)
                for each in shut:
                    made.close(*each)
                for step in drawn_steps(seed):
                    made.live(step)
                seen["told"] += 1
            raise RefusedError(ENOUGH)

        assert house.write(story) is ENOUGH

    stories()
    return seen


@pytest.mark.parametrize(
    ("key", "rules"), [("hofsaal", room_rules), ("gartenzimmer", apartment_rules)]
)
def test_under_any_rules_a_place_is_given_once_and_as_it_was_offered(
    house: Core, files: QuarterFiles, key: str, rules: Rules
) -> None:
    seen = told(house, files, key, rules)
    # The stories were of something: people got what they wanted, and others did not.
    wanted = ("told", "offered", "nearest", "moved", "cancelled", "spaces.taken", "spaces.closure")
    wanted += ("before", "later")
    assert not [each for each in wanted if seen[each] < 3], seen
