"""The team sets the rules of a place: what counts from then on, and what was agreed before."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.base.actors import Actor, Role
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import (
    Approval,
    Audience,
    CancellationTier,
    HouseholdLimit,
    QuarterFiles,
    Season,
    SpaceRow,
)
from node.quarter.model import LocalText, TimeSpan, WeekHours
from node.spaces import (
    Reservation,
    Space,
    Status,
    Wish,
    find_file_row,
    find_reservation,
    find_space,
    import_spaces,
    instructions_of,
    note_instruction,
    preview_cancellation,
    preview_rules,
    rebuild,
    reserve,
    rules_history,
    search,
    set_rules,
)
from node.spaces.changing import changed, differences
from node.spaces.search import Query
from node.store import Core, Write
from tests.spaces.conftest import Quarter, desk, utc
from tests.spaces.test_reserving import book, booked, code_of, hall


@pytest.fixture
def team(files: QuarterFiles) -> Actor:
    return desk(files)


def place(core: Core, files: QuarterFiles, key: str = "hofsaal") -> Space:
    found = core.read(lambda read: find_space(read, files.id_of("space", key)))
    assert found is not None
    return found


def set_to(
    core: Core, who: Actor, wanted: SpaceRow, files: QuarterFiles, clock: FrozenClock
) -> Space:
    result = core.write(
        lambda w: set_rules(w, who, files.id_of("space", wanted.key), wanted, now=clock.now())
    )
    assert isinstance(result, Space), result
    return result


def test_rules_that_the_team_sets_count_at_once_before_those_of_the_files(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    row = place(house, files).row
    set_to(house, team, replace(row, minutes_min=300), files, clock)
    assert code_of(book(house, anna, hall(files), clock)) == "spaces.too_short"
    assert place(house, files).row.minutes_min == 300
    # The operator's files come once more: what the team set stands.
    import_spaces(house, files, signer=house.identity, now=clock.now())
    assert place(house, files).row.minutes_min == 300
    said = house.read(lambda read: rules_history(read, files.id_of("space", "hofsaal")))
    assert [fact.changes for fact in said] == [{"minutes_min": 300}]
    assert said[0].at == clock.now()


def test_the_files_count_again_once_the_team_takes_its_rules_back(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    row = place(house, files).row
    set_to(house, team, replace(row, minutes_min=300), files, clock)
    own = house.read(lambda read: find_file_row(read, files.id_of("space", "hofsaal")))
    assert own == row
    set_to(house, team, own, files, clock)
    assert place(house, files).row == row
    booked(house, anna, hall(files), clock)


def test_setting_what_holds_already_writes_nothing(
    house: Core, files: QuarterFiles, team: Actor, clock: FrozenClock
) -> None:
    heads = house.heads()
    set_to(house, team, place(house, files).row, files, clock)
    assert house.heads() == heads


def test_whoever_may_not_manage_places_changes_nothing(
    house: Core, files: QuarterFiles, anna: Actor, team: Actor, clock: FrozenClock
) -> None:
    wanted = replace(place(house, files).row, minutes_min=300)
    heads = house.heads()
    for who in (anna, replace(team, roles=frozenset({Role.MANAGEMENT}))):
        result = house.write(
            lambda w, who=who: set_rules(
                w, who, files.id_of("space", "hofsaal"), wanted, now=clock.now()
            )
        )
        assert code_of(result) == "spaces.not_allowed"
    assert house.heads() == heads


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"minutes_min": 600, "minutes_max": 300}, "times"),
        ({"hours": WeekHours()}, "hours"),
        ({"limits": (HouseholdLimit(open_max=1), HouseholdLimit(open_max=2))}, "limits"),
        ({"room_prices": ()}, "horizon_days"),
        (
            {
                "cancellation": (
                    CancellationTier(notice_hours=72, percent=50),
                    CancellationTier(notice_hours=24, percent=20),
                )
            },
            "cancellation",
        ),
    ],
)
def test_rules_that_cannot_hold_together_are_refused_with_the_field(
    house: Core,
    files: QuarterFiles,
    team: Actor,
    clock: FrozenClock,
    change: dict[str, object],
    field: str,
) -> None:
    wanted = replace(place(house, files).row, **change)
    result = house.write(
        lambda w: set_rules(w, team, files.id_of("space", "hofsaal"), wanted, now=clock.now())
    )
    assert isinstance(result, Refusal)
    assert (result.code, result.field, result.status) == ("spaces.rules_contradict", field, 422)
    assert place(house, files).row.minutes_min != 600


def test_more_rules_than_a_fact_holds_are_refused_in_words(
    house: Core, files: QuarterFiles, team: Actor, clock: FrozenClock
) -> None:
    row = place(house, files).row
    seasons = tuple(
        Season(name=LocalText("S" * 200, "S" * 200), first="01-01", last="12-31", hours=row.hours)
        for _ in range(30)
    )
    result = house.write(
        lambda w: set_rules(
            w,
            team,
            files.id_of("space", "hofsaal"),
            replace(row, seasons=seasons),
            now=clock.now(),
        )
    )
    assert code_of(result) == "spaces.too_many_rules"


def test_what_was_agreed_before_stays_whatever_the_rules_become(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, team: Actor, clock: FrozenClock
) -> None:
    """Wider buffers displace nobody, and giving up costs what was said when it was reserved."""
    first = booked(house, anna, hall(files, 10, 12), clock)
    later = replace(hall(files), period=Period(utc(28, 13, 30), utc(28, 15, 30)))
    second = booked(house, clara, later, clock)
    row = place(house, files).row
    harsh = replace(
        row,
        buffer_before_minutes=240,
        buffer_after_minutes=240,
        cancellation=(CancellationTier(notice_hours=2000, percent=90),),
    )
    fee = preview_cancellation(first, now=clock.now()).fee_cents
    set_to(house, team, harsh, files, clock)
    house.write(rebuild)
    for each in (first, second):
        now = house.read(lambda read, each=each: find_reservation(read, each.id))
        assert now is not None
        assert now.base_status is Status.CONFIRMED
        assert preview_cancellation(now, now=clock.now()).fee_cents == fee == 0
    third = replace(hall(files), period=Period(utc(28, 18), utc(28, 20)))
    assert code_of(book(house, clara, third, clock)) == "spaces.taken"


def test_wider_buffers_from_the_files_displace_nobody_either(
    quarter: Quarter, anna: Actor, clara: Actor, wish: Wish
) -> None:
    home, kiosk, now = quarter.cores["home"], quarter.cores["kiosk"], quarter.clock.now()
    first = quarter.made("home", anna, wish)
    before = wish.period.moved(timedelta(hours=-6))
    second = quarter.made("home", clara, replace(wish, period=before, note=""))
    quarter.meet("home", "kiosk")
    row = home.read(lambda read: find_file_row(read, wish.space_id))
    assert row is not None
    wide = replace(row, buffer_before_minutes=600, buffer_after_minutes=600)
    home.write(lambda w: set_rules(w, desk(quarter.files), wish.space_id, wide, now=now))
    quarter.meet("home", "kiosk")
    for name in ("home", "kiosk"):
        for each in (first, second):
            assert quarter.status(name, each.id) is Status.CONFIRMED
    assert kiosk.read(lambda read: find_space(read, wish.space_id)).row == wide


def test_only_the_home_of_a_place_sets_its_rules(quarter: Quarter, wish: Wish) -> None:
    kiosk = quarter.cores["kiosk"]
    row = kiosk.read(lambda read: find_file_row(read, wish.space_id))
    wanted = replace(row, minutes_min=300)
    result = kiosk.write(
        lambda w: set_rules(w, desk(quarter.files), wish.space_id, wanted, now=quarter.clock.now())
    )
    assert code_of(result) == "spaces.set_elsewhere"


def test_whom_the_desk_noted_as_instructed_reserves_at_once_until_it_takes_that_back(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, team: Actor, clock: FrozenClock
) -> None:
    row = place(house, files).row
    taught = replace(row, qualification=LocalText("Einweisung in die Technik"))
    set_to(house, team, taught, files, clock)
    space_id = files.id_of("space", "hofsaal")

    def note(holds: bool) -> None:
        result = house.write(
            lambda w: note_instruction(
                w, team, anna.person_id, space_id, holds=holds, now=clock.now()
            )
        )
        assert isinstance(result, Space), result

    note(holds=True)
    assert booked(house, anna, hall(files), clock).has_pass
    shown = house.read(lambda read: instructions_of(read, anna.person_id))
    assert [(space.id, holds) for space, holds in shown if space.id == space_id] == [
        (space_id, True)
    ]
    other = replace(hall(files), period=Period(utc(29, 14), utc(29, 18)))
    asked = book(house, clara, other, clock)
    assert isinstance(asked, Reservation)
    assert asked.base_status is Status.REQUESTED
    clock.advance(timedelta(minutes=1))
    note(holds=False)
    later = replace(hall(files), period=Period(utc(30, 14), utc(30, 18)))
    asked = book(house, anna, later, clock)
    assert isinstance(asked, Reservation)
    assert asked.base_status is Status.REQUESTED


def test_a_preview_says_what_the_rules_would_have_refused_and_earned(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, team: Actor, clock: FrozenClock
) -> None:
    short = booked(house, anna, hall(files, 14, 16), clock)
    long = booked(
        house, clara, replace(hall(files), period=Period(utc(29, 10), utc(29, 16))), clock
    )
    space = place(house, files)
    whole = Period(utc(27, 0), utc(30, 23))
    same = house.read(lambda read: preview_rules(read, space, space.row, whole))
    assert len(same.judged) == 2
    assert (same.refused, same.asking) == ([], [])
    assert (
        same.cents_before
        == same.cents_after
        == sum(each.bill.total_cents for each in (short, long))
    )
    wanted = replace(space.row, minutes_min=240)
    seen = house.read(lambda read: preview_rules(read, space, wanted, whole))
    assert [each.reservation.id for each in seen.refused] == [short.id]
    assert seen.refused[0].refusal.code == "spaces.too_short"
    assert seen.cents_after == long.bill.total_cents
    asking = replace(space.row, approval=Approval.ALWAYS)
    seen = house.read(lambda read: preview_rules(read, space, asking, whole))
    assert {each.reservation.id for each in seen.asking} == {short.id, long.id}


def test_a_preview_knows_that_wider_buffers_leave_no_room_for_the_next(
    house: Core, files: QuarterFiles, anna: Actor, clara: Actor, clock: FrozenClock
) -> None:
    booked(house, anna, hall(files, 10, 12), clock)
    clock.advance(timedelta(minutes=5))
    next_ = booked(
        house, clara, replace(hall(files), period=Period(utc(28, 13, 30), utc(28, 15, 30))), clock
    )
    space = place(house, files)
    wide = replace(space.row, buffer_after_minutes=180)
    seen = house.read(
        lambda read: preview_rules(read, space, wide, Period(utc(28, 0), utc(28, 23)))
    )
    assert [(each.reservation.id, each.refusal.code) for each in seen.refused] == [
        (next_.id, "spaces.taken")
    ]


class UndoError(Exception):
    """Leaves the store as it was, for the next example."""


weeks = st.builds(
    lambda opens, length: WeekHours(((TimeSpan(opens * 60, (opens + length) * 60),),) * 7),
    st.integers(0, 12),
    st.integers(1, 12),
)
rule_changes = st.fixed_dictionaries(
    {},
    optional={
        "hours": weeks,
        "seasons": st.lists(
            st.builds(
                Season,
                name=st.just(LocalText("S")),
                first=st.sampled_from(["01-01", "04-01", "11-15"]),
                last=st.sampled_from(["03-31", "10-31", "02-28"]),
                hours=weeks,
            ),
            max_size=2,
        ).map(tuple),
        "holiday_hours": st.sampled_from([None, (), (TimeSpan(600, 900),)]),
        "minutes_min": st.sampled_from([30, 60, 120, 300]),
        "minutes_max": st.sampled_from([300, 600]),
        "step_minutes": st.sampled_from([15, 30, 60]),
        "buffer_before_minutes": st.sampled_from([0, 30, 90]),
        "buffer_after_minutes": st.sampled_from([0, 30, 90]),
        "lead_minutes": st.sampled_from([0, 60, 2880]),
        "lead_desk_minutes": st.sampled_from([0, 120]),
        "limits": st.lists(
            st.builds(
                HouseholdLimit,
                audience=st.sampled_from([None, *Audience]),
                open_max=st.integers(0, 2),
                week_minutes=st.sampled_from([0, 240]),
                gap_days=st.integers(0, 3),
            ),
            max_size=3,
            unique_by=lambda limit: limit.audience,
        ).map(tuple),
        "approval": st.sampled_from([*Approval]),
        "quiet_from": st.sampled_from([None, time(20)]),
        "horizon_days": st.fixed_dictionaries({Audience.CONTRACT: st.sampled_from([1, 10, 200])}),
    },
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=rule_changes)
def test_what_differs_is_what_is_laid_over_again(
    files: QuarterFiles, changes: dict[str, object]
) -> None:
    base = next(row for row in files.spaces if row.key == "hofsaal")
    wanted = replace(base, **changes)
    assert changed(base, differences(base, wanted)) == wanted
    assert set(differences(base, wanted)) <= set(changes)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=rule_changes, starts=st.integers(0, 40 * 24), length=st.integers(1, 20))
def test_under_any_rules_what_is_offered_can_be_had_and_what_is_refused_cannot(
    house: Core,
    files: QuarterFiles,
    anna: Actor,
    clock: FrozenClock,
    changes: dict[str, object],
    starts: int,
    length: int,
) -> None:
    space_id = files.id_of("space", "hofsaal")
    base = next(row for row in files.spaces if row.key == "hofsaal")
    begin = utc(24, 12) + timedelta(minutes=60 * starts)
    period = Period(begin, begin + timedelta(minutes=30 * length))
    wish = Wish(space_id=space_id, period=period, people=2, purpose="private")
    query = Query(period=period, people=2, purpose="private", space_id=space_id)

    def story(write: Write) -> None:
        set_ = set_rules(write, desk(files), space_id, replace(base, **changes), now=clock.now())
        if isinstance(set_, Refusal):
            raise UndoError
        found = search(write, anna, query, now=clock.now())
        result = reserve(write, anna, wish, now=clock.now(), signer=house.identity)
        offered = [offer for offer in found.offers if offer.space.id == space_id]
        if offered:
            assert isinstance(result, Reservation), result
            asked = result.base_status is Status.REQUESTED
            assert asked == offered[0].needs_request
        else:
            refused = {no.space.id: no.code for no in found.not_offered}
            assert isinstance(result, Refusal)
            assert result.code == refused[space_id]
        raise UndoError

    with pytest.raises(UndoError):
        house.write(story)
