"""Rules that hold from a day on: what counts on which day, whatever the team said in what order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal, RefusedError
from node.quarter.files import Approval, QuarterFiles, RoomPrice, SpaceKind, SpaceRow
from node.quarter.model import TimeSpan, WeekHours
from node.spaces import (
    Offer,
    Query,
    Reservation,
    Space,
    Wish,
    alternatives_for,
    audience_of,
    bill_for,
    check_rules,
    day_plan,
    find_space,
    import_spaces,
    month_plan,
    place_tables,
    preview_change,
    preview_series,
    search,
    set_rules,
)
from node.spaces.place_facts import RulesFact
from node.spaces.preview import preview_place
from node.spaces.setting import coming_rules, place_as_planned, plan_rules, withdraw_rules
from node.store import Core, Write
from tests.spaces.conftest import desk, utc
from tests.spaces.test_reserving import book, booked, code_of, hall

TUESDAY = date(2026, 11, 24)
DAY = date(2026, 11, 28)


@pytest.fixture
def team(files: QuarterFiles) -> Actor:
    return desk(files)


def row_on(core: Core, files: QuarterFiles, day: date) -> SpaceRow:
    found = core.read(lambda read: find_space(read, files.id_of("space", "hofsaal")))
    assert found is not None
    return found.on(day).row


def setting(
    core: Core,
    who: Actor,
    files: QuarterFiles,
    clock: FrozenClock,
    wanted: SpaceRow,
    **days: date | None,
) -> Space | Refusal:
    return core.write(
        lambda write: set_rules(
            write, who, files.id_of("space", wanted.key), wanted, now=clock.now(), **days
        )
    )


def set_to(core: Core, who: Actor, files: QuarterFiles, clock: FrozenClock, **changes: Any) -> None:
    """Set rules against those of today; `valid_from` and `instead_of` say for which day."""
    days = {name: changes.pop(name, None) for name in ("valid_from", "instead_of")}
    wanted = replace(row_on(core, files, days["instead_of"] or TUESDAY), **changes)
    assert isinstance(setting(core, who, files, clock, wanted, **days), Space)


def test_until_its_day_the_old_rules_hold_and_from_then_on_the_new_ones(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    price = (RoomPrice(hour_cents=100),)
    set_to(house, team, files, clock, minutes_min=300, room_prices=price, valid_from=DAY)
    before = booked(house, anna, hall(files, day=27), clock)
    assert before.bill.total_cents == 7200
    assert code_of(book(house, anna, hall(files), clock)) == "spaces.too_short"
    after = booked(house, anna, hall(files, 12, 18), clock)
    assert after.bill.total_cents == 600
    # The operator's files come once more: the day stands.
    import_spaces(house, files, signer=house.identity, now=clock.now())
    assert row_on(house, files, DAY).minutes_min == 300
    assert row_on(house, files, DAY - timedelta(days=1)).minutes_min < 300


def test_a_day_begins_at_the_midnight_of_the_quarter(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    day_and_night = WeekHours(tuple((TimeSpan(0, 1440),) for _ in range(7)))
    set_to(house, team, files, clock, hours=day_and_night, approval=Approval.NEVER)
    set_to(house, team, files, clock, minutes_min=300, valid_from=DAY)
    # 23:00 UTC on the 27th is midnight of the 28th in Düsseldorf.
    late = replace(hall(files), period=Period(utc(27, 22), utc(28, 0)))
    booked(house, anna, late, clock)
    later = replace(hall(files), period=Period(utc(27, 23), utc(28, 1)))
    assert code_of(book(house, anna, later, clock)) == "spaces.too_short"


def test_what_goes_over_the_day_goes_by_the_rules_of_its_beginning(
    house: Core, files: QuarterFiles, clara: Actor, team: Actor, clock: FrozenClock
) -> None:
    key = "gartenzimmer"
    base = next(row for row in files.spaces if row.key == key)
    assert base.stay is not None
    dear = tuple(replace(p, first_night_cents=p.first_night_cents * 9) for p in base.stay_prices)
    wanted = replace(base, stay_prices=dear, stay=replace(base.stay, nights_max=2))
    assert isinstance(
        setting(house, team, files, clock, wanted, valid_from=date(2026, 12, 10)), Space
    )
    space_id = files.id_of("space", key)

    def stay(first: int, last: int) -> Offer | str:
        query = Query(
            period=Period(utc(first, 12, month=12), utc(last, 12, month=12)),
            kind=SpaceKind.GUEST_APARTMENT,
            space_id=space_id,
        )
        found = house.read(lambda read: search(read, clara, query, now=clock.now()))
        offers = [each for each in found.offers if each.space.id == space_id]
        told = {each.space.id: each.code for each in found.not_offered}
        return offers[0] if offers else told[space_id]

    across, after = stay(8, 11), stay(10, 12)
    assert isinstance(across, Offer)
    assert isinstance(after, Offer)
    assert across.bill.lines[0].cents * 9 == after.bill.lines[0].cents
    # Three nights are too many from that day on, and stay as many as they were before it.
    assert isinstance(stay(10, 13), str)
    wish = Wish(space_id=space_id, period=across.period, people=1)
    assert booked(house, clara, wish, clock).bill == across.bill


def test_it_can_be_taken_back_until_its_day(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    space_id = files.id_of("space", "hofsaal")
    before = row_on(house, files, DAY)
    set_to(house, team, files, clock, minutes_min=300, valid_from=DAY)
    coming = house.read(lambda read: coming_rules(read, space_id, now=clock.now()))
    assert [(each.since, each.row.minutes_min) for each in coming] == [(DAY, 300)]
    refused = house.write(lambda w: withdraw_rules(w, anna, space_id, DAY, now=clock.now()))
    assert code_of(refused) == "spaces.not_allowed"
    back = house.write(lambda w: withdraw_rules(w, team, space_id, DAY, now=clock.now()))
    assert isinstance(back, Space)
    assert row_on(house, files, DAY) == before
    again = house.write(lambda w: withdraw_rules(w, team, space_id, DAY, now=clock.now()))
    assert code_of(again) == "spaces.not_coming"
    set_to(house, team, files, clock, minutes_min=300, valid_from=DAY)
    clock.set(utc(28, 9))
    begun = house.write(lambda w: withdraw_rules(w, team, space_id, DAY, now=clock.now()))
    assert code_of(begun) == "spaces.not_coming"
    assert house.read(lambda read: coming_rules(read, space_id, now=clock.now())) == []


def test_what_is_changed_at_once_stays_changed_when_the_day_comes(
    house: Core, files: QuarterFiles, team: Actor, clock: FrozenClock
) -> None:
    set_to(house, team, files, clock, minutes_min=300, valid_from=DAY)
    set_to(house, team, files, clock, buffer_after_minutes=45, minutes_min=60)
    now, then = row_on(house, files, TUESDAY), row_on(house, files, DAY)
    assert (now.buffer_after_minutes, now.minutes_min) == (45, 60)
    assert (then.buffer_after_minutes, then.minutes_min) == (45, 300)
    clock.set(utc(29, 9))
    found = house.read(lambda read: find_space(read, files.id_of("space", "hofsaal")))
    assert found is not None
    assert found.row == then
    # What is said now stands instead of what has begun.
    wanted = replace(then, minutes_min=30)
    assert isinstance(setting(house, team, files, clock, wanted), Space)
    assert row_on(house, files, DAY).minutes_min == 30


def test_a_change_can_be_moved_to_another_day(
    house: Core, files: QuarterFiles, team: Actor, clock: FrozenClock
) -> None:
    other = DAY + timedelta(days=9)
    set_to(house, team, files, clock, minutes_min=300, valid_from=DAY)
    set_to(house, team, files, clock, lead_minutes=60, valid_from=other, instead_of=DAY)
    first, last = row_on(house, files, DAY), row_on(house, files, other)
    assert first == row_on(house, files, TUESDAY)
    assert (last.minutes_min, last.lead_minutes) == (300, 60)


@pytest.mark.parametrize("day", [TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1101)])
def test_a_day_that_is_over_or_too_far_away_is_refused(
    house: Core, files: QuarterFiles, team: Actor, clock: FrozenClock, day: date
) -> None:
    wanted = replace(row_on(house, files, TUESDAY), minutes_min=300)
    heads = house.heads()
    result = setting(house, team, files, clock, wanted, valid_from=day)
    assert code_of(result) == "spaces.no_day_ahead"
    assert house.heads() == heads


def test_what_would_contradict_what_comes_is_refused_and_changes_nothing(
    house: Core, files: QuarterFiles, team: Actor, clock: FrozenClock
) -> None:
    set_to(house, team, files, clock, minutes_max=120, valid_from=DAY)
    wanted = replace(row_on(house, files, TUESDAY), minutes_min=240)
    heads = house.heads()
    assert code_of(setting(house, team, files, clock, wanted)) == "spaces.rules_contradict_later"
    assert house.heads() == heads


def test_the_plans_show_each_day_by_its_own_rules(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    space_id = files.id_of("space", "hofsaal")
    shut = WeekHours(((TimeSpan(480, 600),), *(() for _ in range(6))))
    set_to(house, team, files, clock, hours=shut, valid_from=DAY)

    def is_open(day: date) -> bool:
        plans = house.read(
            lambda read: day_plan(read, anna, day, now=clock.now(), space_ids=[space_id])
        )
        return bool(plans[0].open)

    month = house.read(lambda read: month_plan(read, space_id, DAY.replace(day=1), now=clock.now()))
    for day, opens, _ in month:
        assert opens == is_open(day)
    by_day = {day: opens for day, opens, _ in month}
    assert by_day[DAY - timedelta(days=1)]
    assert not by_day[DAY]
    assert by_day[date(2026, 11, 30)]
    # The kept month knows a change as well.
    set_to(house, team, files, clock, lead_minutes=5, valid_from=DAY)
    again = house.read(lambda read: month_plan(read, space_id, DAY.replace(day=1), now=clock.now()))
    assert [opens for _, opens, _ in again] == [opens for _, opens, _ in month]


def test_alternatives_are_found_on_both_sides_of_the_day(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    set_to(house, team, files, clock, minutes_min=360, valid_from=DAY)
    wish = hall(files, 12, 14)
    offers = house.read(lambda read: alternatives_for(read, anna, wish, now=clock.now()))
    own = [each for each in offers if each.space.id == wish.space_id]
    assert {each.period.minutes for each in own} == {120, 360}
    for each in own:
        result = book(house, anna, replace(wish, period=each.period), clock)
        assert isinstance(result, Reservation), result
        assert result.bill == each.bill
        break


def test_the_preview_of_a_day_looks_at_what_begins_from_then_on(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, team: Actor, clock: FrozenClock
) -> None:
    booked(house, anna, hall(files, day=27), clock)
    kept = booked(house, clara, hall(files, day=28), clock)
    wanted = replace(row_on(house, files, TUESDAY), minutes_min=300)

    def look(write: Write) -> list[bytes]:
        space = find_space(write, kept.space_id)
        assert space is not None
        plan = plan_rules(write, space, space.row, wanted, now=clock.now(), valid_from=DAY)
        assert not isinstance(plan, Refusal)
        then = place_as_planned(write, space, plan)
        whole = Period(clock.now(), clock.now() + timedelta(days=30))
        return [each.reservation.id for each in preview_place(write, then, whole).refused]

    assert house.write(look) == [kept.id]


def test_a_change_of_a_stay_or_a_time_goes_by_the_day_that_it_is_moved_to(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    set_to(house, team, files, clock, minutes_min=300, valid_from=DAY)
    made = booked(house, anna, hall(files, day=27), clock)
    to = hall(files, day=28)
    refused = house.read(lambda read: preview_change(read, anna, made.id, to, now=clock.now()))
    assert code_of(refused) == "spaces.too_short"
    series = house.read(
        lambda read: preview_series(
            read, anna, [(hall(files, day=26), None), (to, None)], now=clock.now()
        )
    )
    assert [each.refusal.code if each.refusal else "" for each in series] == [
        "",
        "spaces.too_short",
    ]


# Any history

NAMES = ("minutes_min", "buffer_after_minutes", "lead_minutes")
words = st.tuples(
    st.sampled_from(["at once", "dated", "dated", "withdraw", "wait"]),
    st.integers(1, 12),
    st.dictionaries(
        st.sampled_from(NAMES), st.integers(1, 20).map(lambda number: number * 5), min_size=1
    ),
)
ENOUGH = Refusal("test.enough", "", "")


class Told:
    """What the team said, as simply as it can be kept: for each day what it changes."""

    def __init__(self, base: SpaceRow) -> None:
        self.today = TUESDAY
        self.always: dict[str, int] = {name: getattr(base, name) for name in NAMES}
        self.dated: dict[date, dict[str, int]] = {}

    def on(self, day: date, *, but: date | None = None) -> dict[str, int]:
        """The rules of a day: what was said for the latest day up to it that names them."""
        said = [self.dated[each] for each in sorted(self.dated) if each <= day and each != but]
        return {name: value for each in (self.always, *said) for name, value in each.items()}

    def at_once(self, changes: dict[str, int]) -> None:
        if changes.items() - self.on(self.today).items():
            self.always = self.on(self.today) | changes
            self.dated = {day: each for day, each in self.dated.items() if day > self.today}

    def from_day(self, day: date, changes: dict[str, int]) -> None:
        told = dict(changes.items() - self.on(self.today).items())
        whole = self.dated.get(day, {}) | told
        self.dated[day] = dict(whole.items() - self.on(day, but=day).items())
        if not self.dated[day]:
            del self.dated[day]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(history=st.lists(words, max_size=9))
def test_after_any_history_each_day_has_what_was_said_last_for_it(
    house: Core, files: QuarterFiles, history: list[tuple[str, int, dict[str, int]]]
) -> None:
    base = next(row for row in files.spaces if row.key == "hofsaal")
    space_id, who = files.id_of("space", "hofsaal"), desk(files)
    told = Told(base)

    def say(write: Write, does: str, day: date, changes: dict[str, int]) -> None:
        now = utc(24, 12) + (told.today - TUESDAY)
        space = find_space(write, space_id)
        assert space is not None
        wanted = replace(space.on(told.today).row, **changes)
        if does == "wait":
            told.today = day
        elif does == "withdraw":
            done = withdraw_rules(write, who, space_id, day, now=now)
            assert isinstance(done, Space) == (told.dated.pop(day, None) is not None)
        else:
            valid_from = day if does == "dated" else None
            done = set_rules(write, who, space_id, wanted, now=now, valid_from=valid_from)
            assert isinstance(done, Space), done
            _ = told.from_day(day, changes) if valid_from else told.at_once(changes)

    def story(write: Write) -> None:
        for does, days, changes in history:
            say(write, does, told.today + timedelta(days=days), changes)
            found = find_space(write, space_id)
            assert found is not None
            for number in range(40):
                day = told.today + timedelta(days=number)
                row = found.on(day).row
                assert {name: getattr(row, name) for name in NAMES} == told.on(day)
                assert check_rules(row) is None
        raise RefusedError(ENOUGH)

    assert house.write(story) is ENOUGH


def test_what_another_release_wrote_of_a_day_leaves_the_rest_as_it_is(
    house: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    before = row_on(house, files, DAY)
    odd = RulesFact(at=clock.now(), changes={"minutes_min": "viel", "later": 3}, valid_from=DAY)
    space_id = files.id_of("space", "hofsaal")
    house.write(lambda w: place_tables.insert_rules(w, b"f" * 16, space_id, 1, odd))
    house.write(
        lambda w: w.insert("space_rules", id=b"g" * 16, space_id=space_id, number=2, fact="{")
    )
    assert row_on(house, files, DAY) == before


def test_the_price_is_the_same_wherever_it_is_asked(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    set_to(house, team, files, clock, room_prices=(RoomPrice(hour_cents=333),), valid_from=DAY)
    for day in (27, 28, 29):
        wish = hall(files, day=day)
        space = house.read(lambda read, w=wish: find_space(read, w.space_id))
        assert space is not None
        cost = house.read(lambda read, w=wish, s=space: bill_for(read, s, w, audience_of(anna)))
        listed = house.read(
            lambda read, w=wish: preview_series(read, anna, [(w, True)], now=clock.now())
        )
        assert cost is not None
        assert cost == listed[0].bill
        assert cost.total_cents == (7200 if day < 28 else 4 * 333)
