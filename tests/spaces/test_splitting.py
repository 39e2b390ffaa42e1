"""A stay in several apartments: one sum, all or nothing; and the rest of a stay moved elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.ids import random_id
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import QuarterFiles, SpaceKind
from node.quarter.model import LocalText, PlaceMark
from node.spaces import (
    Query,
    Reservation,
    Status,
    Wish,
    admit,
    cancel,
    find_reservation,
    get_line,
    preview_cancellation,
    preview_series,
    reserve_series,
    stay_period,
)
from node.spaces.importing import import_spaces
from node.spaces.moving_rest import RestOffer, move_days, move_rest, preview_rest
from node.spaces.place_tables import update_home
from node.spaces.splitting import Split, find_splits, parts_of
from node.store import Core
from tests.facts import RESERVATIONS
from tests.spaces.conftest import utc
from tests.spaces.test_life import House, code_of, made
from tests.spaces.test_no_overlap import ZONE

FIRST = date(2026, 12, 1)
OTHERS = {"hofzimmer": (9_000, 5_000), "dachzimmer": (12_000, 7_000)}


@pytest.fixture
def files(files: QuarterFiles) -> QuarterFiles:
    """The small quarter with three guest apartments instead of one."""
    row = next(each for each in files.spaces if each.key == "gartenzimmer")
    more = [
        replace(
            row,
            key=key,
            name=LocalText(key.title(), key.title()),
            mark=PlaceMark("bed-double", 10 + number, "plum"),
            stay_prices=tuple(
                replace(price, first_night_cents=first, further_night_cents=further)
                for price in row.stay_prices
            ),
        )
        for number, (key, (first, further)) in enumerate(OTHERS.items())
    ]
    return replace(files, spaces=(*files.spaces, *more))


class Stays(House):
    """The three apartments with what is done about stays in them."""

    def days(self, key: str, first: int, last: int) -> Wish:
        row = next(row for row in self.files.spaces if row.key == key)
        period = stay_period(
            row.stay, *(FIRST + timedelta(days=day) for day in (first, last)), ZONE
        )
        return Wish(space_id=self.files.id_of("space", key), period=period, people=2)

    def take(self, key: str, first: int, last: int) -> Reservation:
        """Somebody else stays there."""
        other = Actor(random_id(), random_id(), self.someone.roles, has_contract=True)
        return made(self.reserve(other, self.days(key, first, last)))

    someone: Actor

    def splits(self, who: Actor, first: int, last: int) -> list[Split]:
        noon = (
            datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), ZONE).replace(
                hour=12
            )
            for day in (first, last)
        )
        query = Query(period=Period(*noon), people=2, kind=SpaceKind.GUEST_APARTMENT)
        now = self.clock.now()
        return self.core.read(lambda read: find_splits(read, who, query, now=now))

    def book(self, who: Actor, split: Split, *, cents: int | None = None) -> object:
        series, now = random_id(), self.clock.now()
        wishes = [
            Wish(space_id=part.space.id, period=part.period, people=2, series=series)
            for part in split.parts
        ]
        looked = self.core.read(
            lambda read: preview_series(read, who, [(each, True) for each in wishes], now=now)
        )
        assert all(each.counts for each in looked), [each.refusal for each in looked]
        assert sum(each.bill.total_cents for each in looked) == split.total_cents
        total = split.total_cents if cents is None else cents
        return self.core.write(
            lambda write: reserve_series(
                write, who, wishes, total_cents=total, now=now, signer=self.core.identity
            )
        )

    def offers(
        self, who: Actor, stay: Reservation, day: int, *, by_house: bool = False
    ) -> list[RestOffer] | Refusal:
        on, now = FIRST + timedelta(days=day), self.clock.now()
        return self.core.read(
            lambda read: preview_rest(read, who, stay.id, on, by_house=by_house, now=now)
        )

    def move(
        self,
        who: Actor,
        stay: Reservation,
        key: str,
        day: int,
        cents: int,
        *,
        by_house: bool = False,
    ) -> tuple[Reservation, Reservation] | Refusal:
        on, now = FIRST + timedelta(days=day), self.clock.now()
        space_id = self.files.id_of("space", key)
        return self.core.write(
            lambda write: move_rest(
                write,
                who,
                stay.id,
                space_id,
                on,
                by_house=by_house,
                total_cents=cents,
                now=now,
                signer=self.core.identity,
            )
        )

    def facts(self) -> list[object]:
        return self.core.read(lambda read: [*read.rows(RESERVATIONS)])


@pytest.fixture
def home(core: Core, files: QuarterFiles, house: Core, clock: FrozenClock, anna: Actor) -> Stays:
    import_spaces(core, files, signer=core.identity, now=clock.now())
    stays = Stays(house, files, clock)
    stays.someone = anna
    return stays


@pytest.fixture
def anna(anna: Actor) -> Actor:
    """Of a household that has not stayed anywhere lately."""
    return replace(anna, person_id=random_id(), household_id=random_id())


@pytest.fixture
def demir(demir: Actor) -> Actor:
    return replace(demir, face=Face.DESK)


def keys_of(home: Stays, parts: Iterable[object]) -> list[str]:
    names = {home.files.id_of("space", row.key): row.key for row in home.files.spaces}
    return [names[part.space.id] for part in parts]


def test_nights_that_no_apartment_has_are_offered_in_two_and_booked_at_once(
    home: Stays, anna: Actor
) -> None:
    assert home.splits(anna, 4, 9) == [], "one apartment has them all"
    home.take("gartenzimmer", 7, 12)
    home.take("hofzimmer", 0, 7)
    home.take("dachzimmer", 2, 12)
    first, *_ = home.splits(anna, 4, 9)
    assert keys_of(home, first.parts) == ["gartenzimmer", "hofzimmer"]
    assert [each.bill.total_cents for each in first.parts] == [
        9_900 + 2 * 5_900 + 3 * 2 * 300,
        9_000 + 5_000 + 2 * 2 * 300,
    ]
    done = home.book(anna, first)
    assert isinstance(done, list), done
    assert [each.base_status for each in done] == [Status.CONFIRMED, Status.CONFIRMED]
    assert done[0].decision.pass_ != done[1].decision.pass_
    now = home.clock.now()
    for each in done:
        parts = home.core.read(lambda read, each=each: parts_of(read, each, now=now))
        assert [part.id for part in parts] == [part.id for part in done]


def test_what_another_house_must_agree_to_is_named_and_only_where_nothing_else_goes(
    home: Stays, anna: Actor
) -> None:
    """At a node that decides about none of them, every part must be asked for."""
    home.take("gartenzimmer", 7, 12)
    home.take("hofzimmer", 0, 7)
    home.take("dachzimmer", 2, 12)
    assert not any(split.needs_request for split in home.splits(anna, 4, 9))
    away, hof = random_id(), home.files.id_of("space", "hofzimmer")
    home.core.write(lambda write: update_home(write, hof, away))
    found = home.splits(anna, 4, 9)
    assert [keys_of(home, split.parts) for split in found] == [["gartenzimmer", "hofzimmer"]]
    assert all(split.needs_request for split in found)


def test_the_gap_between_two_stays_is_kept_from_the_whole_and_not_within_it(
    home: Stays, clara: Actor
) -> None:
    home.take("gartenzimmer", 7, 12)
    home.take("hofzimmer", 0, 7)
    home.take("dachzimmer", 2, 12)
    assert isinstance(home.book(clara, home.splits(clara, 4, 9)[0]), list)
    near = home.days("gartenzimmer", 15, 17)
    assert code_of(home.reserve(clara, near)) == "spaces.gap"


def test_a_stay_in_parts_is_one_booking_where_bookings_are_counted(
    home: Stays, clara: Actor
) -> None:
    home.take("gartenzimmer", 7, 12)
    home.take("hofzimmer", 0, 7)
    home.take("dachzimmer", 2, 12)
    for day in (26, 27):
        made(home.reserve(clara, home.wish("hofsaal", Period(utc(day, 10), utc(day, 12)))))
    assert isinstance(home.book(clara, home.splits(clara, 4, 9)[0]), list)
    third = home.wish("hofsaal", Period(utc(28, 10), utc(28, 12)))
    assert code_of(home.reserve(clara, third)) == "spaces.too_many_open"


def test_no_longer_in_several_than_in_one(home: Stays, anna: Actor) -> None:
    home.take("gartenzimmer", 10, 15)
    home.take("hofzimmer", 0, 8)
    home.take("dachzimmer", 0, 9)
    home.take("dachzimmer", 9, 15)
    assert home.splits(anna, 4, 14) != []
    assert home.splits(anna, 3, 14) == [], "eleven nights are more than the house gives"


def test_at_another_price_or_with_a_part_taken_nothing_is_booked(home: Stays, anna: Actor) -> None:
    home.take("gartenzimmer", 7, 12)
    home.take("hofzimmer", 0, 7)
    home.take("dachzimmer", 2, 12)
    split = home.splits(anna, 4, 9)[0]
    before = home.facts()
    assert code_of(home.book(anna, split, cents=1)) == "spaces.series_costs_changed"
    assert home.facts() == before


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    taken=st.lists(
        st.tuples(
            st.sampled_from(["gartenzimmer", *OTHERS]), st.integers(0, 11), st.integers(1, 5)
        ),
        max_size=7,
    ),
    first=st.integers(0, 5),
    nights=st.integers(2, 8),
)
def test_whatever_is_taken_what_is_offered_can_be_booked_and_costs_the_sum_of_its_parts(
    home: Stays, anna: Actor, taken: list[tuple[str, int, int]], first: int, nights: int
) -> None:
    core = home.core
    for key, start, length in taken:
        other = Actor(random_id(), random_id(), anna.roles, has_contract=True)
        home.reserve(other, home.days(key, start, start + length))
    splits = home.splits(anna, first, first + nights)
    cheapest = min((split.total_cents for split in splits), default=0)
    for split in splits:
        assert 2 <= len(split.parts) <= 3
        assert len({part.space.id for part in split.parts}) == len(split.parts)
        days = [
            tuple(at.astimezone(ZONE).date() for at in (part.period.starts_at, part.period.ends_at))
            for part in split.parts
        ]
        assert [days[0][0], days[-1][1]] == [
            FIRST + timedelta(days=first),
            FIRST + timedelta(days=first + nights),
        ]
        assert all(one[1] == other[0] for one, other in pairwise(days))
        assert split.total_cents == sum(part.bill.total_cents for part in split.parts)
        levy = sum(part.bill.levy_cents for part in split.parts)
        assert levy == nights * 2 * 300, (
            "the city gets the same for the nights however they are cut"
        )
    if splits:
        assert splits[0].total_cents == cheapest
        booked = home.book(anna, splits[0])
        assert isinstance(booked, list), booked
        for each in booked:
            assert made(core.write(lambda w, e=each: cancel(w, anna, e.id, now=home.clock.now())))
    for reservation_id in core.read(
        lambda r: [row[0] for row in r.rows("select reservation_id from reservation_state")]
    ):
        found = core.read(lambda r, id_=reservation_id: find_reservation(r, id_))
        if found.base_status is Status.CONFIRMED:
            mine = replace(anna, person_id=found.person_id, household_id=found.household_id)
            core.write(lambda w, f=found, m=mine: cancel(w, m, f.id, now=home.clock.now()))


# The rest of a stay


def test_the_rest_of_a_stay_is_moved_for_the_sum_that_was_shown(
    home: Stays, clara: Actor, demir: Actor
) -> None:
    stay = made(home.reserve(clara, home.days("gartenzimmer", 19, 24)))
    home.take("dachzimmer", 21, 23)
    offers = home.offers(demir, stay, 21)
    assert isinstance(offers, list)
    offer, taken = sorted(offers, key=lambda each: each.refusal is not None)
    assert code_of(taken.refusal) == "spaces.taken"
    assert offer.difference_cents == offer.total_cents - stay.bill.total_cents
    assert code_of(home.move(demir, stay, "hofzimmer", 21, 1)) == "spaces.costs_changed"
    done = home.move(demir, stay, "hofzimmer", 21, offer.total_cents)
    assert isinstance(done, tuple), done
    kept, rest = done
    assert kept.id == stay.id
    assert kept.decision.pass_ == stay.decision.pass_, "the pass goes on counting"
    assert kept.bill.total_cents + rest.bill.total_cents == offer.total_cents
    assert kept.period.ends_at.astimezone(ZONE).date() == date(2026, 12, 22)
    assert rest.period.starts_at.astimezone(ZONE).date() == date(2026, 12, 22)
    again = home.move(demir, stay, "hofzimmer", 21, offer.total_cents)
    assert isinstance(again, tuple)
    assert again[1].id == rest.id, "pressed twice it is moved once"
    home.take("gartenzimmer", 23, 25)


def test_the_house_asks_people_to_move_at_its_own_cost(
    home: Stays, clara: Actor, demir: Actor
) -> None:
    stay = made(home.reserve(clara, home.days("gartenzimmer", 19, 24)))
    offers = home.offers(demir, stay, 21, by_house=True)
    assert isinstance(offers, list)
    assert all(each.difference_cents <= 0 for each in offers)
    dear = next(e for e in offers if keys_of(home, [e]) == ["dachzimmer"])
    done = home.move(demir, stay, "dachzimmer", 21, dear.total_cents, by_house=True)
    assert isinstance(done, tuple), done
    assert sum(each.bill.total_cents for each in done) == stay.bill.total_cents


def test_people_who_are_in_go_on_with_their_pass_and_what_they_had(
    home: Stays, clara: Actor, demir: Actor
) -> None:
    stay = made(home.reserve(clara, home.days("gartenzimmer", 19, 24)))
    home.clock.set(utc(20, 15, month=12))
    home.through(admit, clara, stay)
    home.clock.set(utc(22, 9, month=12))
    inside = home.core.read(lambda read: find_reservation(read, stay.id))
    days = home.core.read(lambda read: move_days(read, inside, now=home.clock.now()))
    assert days == [date(2026, 12, day) for day in (22, 23, 24)], "no day that is past"
    offers = home.offers(demir, stay, 21)
    assert isinstance(offers, list), offers
    free = next(each for each in offers if keys_of(home, [each]) == ["hofzimmer"])
    done = home.move(demir, stay, "hofzimmer", 21, free.total_cents)
    assert isinstance(done, tuple), done
    assert done[0].base_status is Status.CHECKED_IN
    assert done[1].base_status is Status.CONFIRMED
    line = home.core.read(lambda r: get_line(r, clara, done[1].id, now=home.clock.now()))
    assert line.has_pass


def test_only_the_team_moves_people_on(home: Stays, clara: Actor, anna: Actor) -> None:
    stay = made(home.reserve(clara, home.days("gartenzimmer", 19, 24)))
    for who in (clara, anna):
        assert code_of(home.offers(who, stay, 21)) == "spaces.not_allowed"
        assert code_of(home.move(who, stay, "hofzimmer", 21, 0)) == "spaces.not_allowed"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.integers(20, 23), ahead=st.integers(0, 500), key=st.sampled_from([*OTHERS]))
def test_moved_late_and_given_up_costs_no_less_than_given_up_before(
    home: Stays, clara: Actor, demir: Actor, day: int, ahead: int, key: str
) -> None:
    core, clock = home.core, home.clock
    clock.set(utc(20, 14, month=11))
    stay = made(home.reserve(clara, home.days("gartenzimmer", 19, 24)))
    clock.set(stay.period.starts_at - timedelta(hours=ahead))
    fee = preview_cancellation(stay, now=clock.now()).fee_cents - stay.bill.levy_cents * (
        preview_cancellation(stay, now=clock.now()).percent >= 100
    )
    offers = home.offers(demir, stay, day)
    assert isinstance(offers, list)
    offer = next(each for each in offers if keys_of(home, [each]) == [key])
    done = home.move(demir, stay, key, day, offer.total_cents)
    assert isinstance(done, tuple), done
    fees = 0
    for each in done:
        ended = core.write(lambda w, e=each: cancel(w, clara, e.id, now=clock.now()))
        fees += made(ended).cancellation.fee_cents
    assert fees >= fee
