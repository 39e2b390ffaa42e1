"""The demo quarter is what it is said to be, on whatever day it is started.

Nothing in the product knows it; here its proportions, and that its past obeys the rules of its
own rooms.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from node import quarter
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.quarter.files import (
    Audience,
    OutsideNeighbourRow,
    PastStatus,
    PersonRow,
    QuarterFiles,
    ReservationRow,
    SpaceKind,
    SpaceRow,
    StaffRow,
    Tenure,
)
from node.quarter.model import WasteKind
from node.registry import REGISTRY
from node.spaces.opening import opening_of
from node.store import Core
from quarters.generate import COMMITTED_DAY, HOME, differences, generate
from tests.quarter.conftest import read_well

BERLIN = ZoneInfo("Europe/Berlin")
NAMES_OF_REAL_PEOPLE = {
    # SHA-256 of family names that occur in published texts about the place
    "41a2b474115c752c04df65edc5c9b96eddd683b24b5b457e83c6a547f273bb98",
    "d9e235d84ac45865bbe5825ade1bb5320c99e667c80aa743b9dd384ff886984b",
}
OTHER_DAYS = (date(2027, 3, 30), date(2027, 8, 14), date(2028, 2, 29), date(2028, 12, 30))
"""After a change of the clocks, in summer, on the leap day, between the years."""


@pytest.fixture(scope="module")
def demo() -> QuarterFiles:
    return read_well(HOME)


@pytest.fixture(scope="module", params=[COMMITTED_DAY, *OTHER_DAYS], ids=str)
def alive(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[date, QuarterFiles]:
    """The demo as it is on some day."""
    directory = tmp_path_factory.mktemp("demo")
    generate(directory, request.param)
    return request.param, read_well(directory)


@pytest.fixture(scope="module")
def stored(
    alive: tuple[date, QuarterFiles], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Core]:
    now = datetime.combine(alive[0], time(9), tzinfo=UTC)
    path = tmp_path_factory.mktemp("stored") / "quarter.db"
    core = Core.open(path, REGISTRY, clock=FrozenClock(now))
    quarter.import_quarter(core, alive[1], now=now)
    yield core
    core.close()


def test_the_committed_files_are_what_the_generator_writes() -> None:
    assert differences() == []


def test_the_same_day_gives_the_same_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    generate(one, date(2027, 6, 1))
    generate(two, date(2027, 6, 1))
    paths = list(one.rglob("*.*"))
    assert len(paths) > 20
    for path in paths:
        assert path.read_bytes() == (two / path.relative_to(one)).read_bytes(), path


def test_the_committed_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in HOME.rglob("*.*")) < 600_000


def test_no_warning_on_any_day(alive: tuple[date, QuarterFiles]) -> None:
    assert alive[1].warnings == ()


def test_it_has_the_proportions_of_the_place(alive: tuple[date, QuarterFiles]) -> None:
    demo = alive[1]
    registered = [person for person in demo.people if person.registered_on]
    assert demo.profile.is_demo
    assert len(demo.buildings) == 12
    assert len(demo.flats) == len(demo.households) == 900
    assert set(Counter(flat.building for flat in demo.flats).values()) == {75}
    assert len(demo.people) == 2500
    assert len(demo.contracts) == 610
    assert Counter(home.tenure for home in demo.households) == {
        Tenure.TENANT: 560,
        Tenure.OWNER: 340,
    }
    assert len(registered) == 1310
    assert not any(person.is_child for person in registered)
    assert len({person.household for person in registered}) == 742
    assert sum(not (person.email or person.phone) for person in registered) == 118
    assert len(demo.outside_neighbours) == 64
    assert [row.given_name for row in demo.staff][:4] == ["Mira", "Jonas", "Selma", "Piotr"]
    assert all(40 <= flat.size_m2 <= 200 for flat in demo.flats)


def test_everybody_is_invented(demo: QuarterFiles) -> None:
    everybody: list[PersonRow | OutsideNeighbourRow | StaffRow]
    everybody = [*demo.people, *demo.outside_neighbours, *demo.staff]
    families = {row.family_name for row in everybody}
    for family in families:
        assert hashlib.sha256(family.casefold().encode()).hexdigest() not in NAMES_OF_REAL_PEOPLE
    for row in everybody:
        assert not row.email or row.email.endswith(".example")
        # The network agency keeps 0221 4710-000 to -999 free for films and examples.
        assert not row.phone or re.fullmatch(r"0221 4710\d{3}", row.phone)
    assert len({(row.given_name, row.family_name) for row in everybody}) > 1_500


def test_it_has_its_six_rooms_and_three_guest_apartments(demo: QuarterFiles) -> None:
    spaces = {space.key: space for space in demo.spaces}
    rooms = [space for space in demo.spaces if space.kind is SpaceKind.ROOM]
    stays = [space for space in demo.spaces if space.kind is SpaceKind.GUEST_APARTMENT]
    assert (len(rooms), len(stays), len(spaces)) == (6, 3, 11)
    assert sorted(space.mark.number for space in demo.spaces) == list(range(1, 12))
    salon = spaces["salon"]
    assert (salon.seats, salon.standing, salon.minutes_min) == (40, 60, 120)
    assert (salon.buffer_before_minutes, salon.buffer_after_minutes) == (30, 60)
    assert salon.horizon_days == {
        Audience.CONTRACT: 180,
        Audience.NO_CONTRACT: 90,
        Audience.OUTSIDE: 30,
    }
    hours = {price.audience: price.hour_cents for price in salon.room_prices if not price.purpose}
    assert hours == {
        Audience.CONTRACT: 1800,
        Audience.NO_CONTRACT: 2600,
        Audience.OUTSIDE: 4500,
    }
    assert spaces["konferenzraum"].lead_desk_minutes == 120
    assert spaces["lernzimmer"].limit_for(Audience.CONTRACT).week_minutes == 240
    provence = spaces["provence"]
    prices = provence.stay_prices
    nights = [(price.first_night_cents, price.further_night_cents) for price in prices]
    assert nights == [(9900, 5900), (11385, 6785), (9900, 5900)]
    assert spaces["bretagne"].is_step_free


def test_the_bins_of_haus_cezanne_come_as_the_city_says(demo: QuarterFiles) -> None:
    def dates(kind: WasteKind, first: date, last: date) -> list[tuple[str, str]]:
        rows = [row for row in demo.waste if row.building == "B-CEZ" and row.kind is kind]
        return [
            (f"{row.day:%d.%m.}", f"{row.moved_from:%d.%m.}" if row.moved_from else "")
            for row in sorted(rows, key=lambda row: row.day)
            if first <= row.day <= last
        ]

    winter = (date(2026, 11, 25), date(2027, 2, 13))
    assert dates(WasteKind.PAPER, *winter) == [
        ("03.12.", ""),
        ("17.12.", ""),
        ("31.12.", ""),
        ("14.01.", ""),
        ("28.01.", ""),
        ("12.02.", "11.02."),
    ]
    assert dates(WasteKind.PACKAGING, *winter) == [
        ("27.11.", ""),
        ("11.12.", ""),
        ("24.12.", "25.12."),
        ("08.01.", ""),
        ("22.01.", ""),
        ("05.02.", ""),
    ]
    carnival = (date(2027, 2, 8), date(2027, 2, 13))
    assert dates(WasteKind.RESIDUAL, *carnival) == [("10.02.", "09.02.")]
    assert dates(WasteKind.BIO, *carnival) == [("11.02.", "10.02.")]


def test_every_house_has_its_bins_for_a_year_ahead(alive: tuple[date, QuarterFiles]) -> None:
    today, demo = alive
    for building in demo.buildings:
        days = [row.day for row in demo.waste if row.building == building.key]
        assert min(days) < today
        assert max(days) > today + timedelta(days=350)
        assert not any(day.weekday() == 6 for day in days)


def test_the_desk_keeps_its_days(demo: QuarterFiles) -> None:
    special = {each.day: [str(span) for span in each.spans] for each in demo.desk.special_days}
    assert special == {
        date(2026, 12, 24): ["09:00-12:00"],
        date(2026, 12, 25): [],
        date(2026, 12, 26): [],
        date(2026, 12, 31): ["09:00-12:00"],
        date(2027, 1, 1): [],
        date(2027, 2, 8): [],
    }


# The past


def day_of(at: datetime) -> date:
    return at.astimezone(BERLIN).date()


def rooms_and_stays(demo: QuarterFiles) -> tuple[list[ReservationRow], list[ReservationRow]]:
    rooms = {space.key for space in demo.spaces if space.kind is SpaceKind.ROOM}
    return (
        [row for row in demo.reservations if row.space in rooms],
        [row for row in demo.reservations if row.space not in rooms],
    )


def test_ninety_days_have_their_reservations(alive: tuple[date, QuarterFiles]) -> None:
    today, demo = alive
    rooms, stays = rooms_and_stays(demo)
    past = [row for row in rooms if day_of(row.period.starts_at) < today]
    assert len(past) == 214
    statuses = Counter(row.status for row in past)
    assert statuses[PastStatus.NO_SHOW] == 9
    assert statuses[PastStatus.CANCELLED] == 21
    assert sum(row.from_waiting_list for row in past) == 6
    gone = [row for row in stays if day_of(row.period.ends_at) <= today]
    nights = [(day_of(row.period.ends_at) - day_of(row.period.starts_at)).days for row in gone]
    assert (len(gone), sum(nights)) == (52, 156)
    assert sum(row.guest_nationality != "DE" for row in gone) == 11
    first = today - timedelta(days=90)
    assert all(day_of(row.period.starts_at) >= first for row in demo.reservations)


def test_today_something_is_on(alive: tuple[date, QuarterFiles]) -> None:
    today, demo = alive
    rooms, stays = rooms_and_stays(demo)
    assert sum(day_of(row.period.starts_at) == today for row in rooms) >= 5
    assert any(day_of(row.period.starts_at) == today for row in stays), "an arrival"
    in_house = [row for row in stays if row.checked_in_at and not row.checked_out_at]
    assert any(day_of(row.period.ends_at) > today for row in in_house)
    coming = [row for row in rooms if day_of(row.period.starts_at) > today]
    assert len(coming) >= 20
    assert not any(row.checked_in_at for row in coming)


def test_nobody_asked_or_came_in_the_future(alive: tuple[date, QuarterFiles]) -> None:
    today, demo = alive
    for row in demo.reservations:
        facts = [row.requested_at, row.decided_at, row.cancelled_at]
        facts += [row.checked_in_at, row.checked_out_at]
        known = [at for at in facts if at is not None]
        assert all(day_of(at) < today for at in known), row
        assert known == sorted(known), row


def test_the_past_obeys_the_rules_of_its_rooms(alive: tuple[date, QuarterFiles]) -> None:
    _, demo = alive
    spaces = {space.key: space for space in demo.spaces}
    for row in rooms_and_stays(demo)[0]:
        space = spaces[row.space]
        opened = opening_of(space, [day_of(row.period.starts_at)], BERLIN)
        assert any(span.contains(row.period) for span in opened), row
        assert space.minutes_min <= row.period.minutes <= space.minutes_max, row
        assert row.period.minutes % space.step_minutes == 0, row
        assert row.people <= space.seats, row
        assert not space.purposes or row.purpose in space.purposes, row
        assert asked_in_time(demo, space, row), row
        end = row.period.ends_at.astimezone(BERLIN).time()
        if space.quiet_from and end > space.quiet_from:
            assert row.decided_at, row
            assert row.decided_at > row.requested_at, "late ends are approved by somebody"


def asked_in_time(demo: QuarterFiles, space: SpaceRow, row: ReservationRow) -> bool:
    """Within the horizon of whoever reserved."""
    household = next(person.household for person in demo.people if person.key == row.person)
    has_contract = any(contract.household == household for contract in demo.contracts)
    audience = Audience.CONTRACT if has_contract else Audience.NO_CONTRACT
    ahead = day_of(row.period.starts_at) - day_of(row.requested_at)
    return timedelta() <= ahead <= timedelta(days=space.horizon_days[audience])


def test_buffers_were_kept(alive: tuple[date, QuarterFiles]) -> None:
    """Two reservations of a room are apart by what follows the one and precedes the other."""
    _, demo = alive
    held = [row for row in demo.reservations if row.status is not PastStatus.CANCELLED]
    for space in demo.spaces:
        before = timedelta(minutes=space.buffer_before_minutes)
        after = timedelta(minutes=space.buffer_after_minutes)
        if space.stay:
            after = timedelta(minutes=space.stay.turnover_minutes)
        taken = sorted(row.period.widened(before, after) for row in held if row.space == space.key)
        assert taken or space.kind is SpaceKind.EQUIPMENT
        assert not any(one.overlaps(two) for one, two in pairwise(taken)), space.key


def test_lead_times_in_desk_hours_were_kept(alive: tuple[date, QuarterFiles], stored: Core) -> None:
    _, demo = alive
    spaces = {space.key: space for space in demo.spaces}

    def waited(row: ReservationRow) -> int:
        start = row.period.starts_at
        return stored.read(lambda read: quarter.desk_minutes_between(read, row.requested_at, start))

    for row in demo.reservations:
        minutes = spaces[row.space].lead_desk_minutes
        if minutes and not row.from_waiting_list:
            assert waited(row) >= minutes, row


def test_nothing_is_reserved_while_it_is_closed(
    alive: tuple[date, QuarterFiles], stored: Core
) -> None:
    _, demo = alive
    buildings = {space.key: demo.id_of("building", space.building) for space in demo.spaces}

    def shut(row: ReservationRow) -> list[quarter.Closure]:
        building_id, space_id = buildings[row.space], demo.id_of("space", row.space)
        return stored.read(
            lambda read: quarter.closures_for(
                read, row.period, building_id=building_id, space_id=space_id
            )
        )

    assert demo.closures
    assert not any(shut(row) for row in demo.reservations)


def test_nobody_had_more_than_is_allowed(alive: tuple[date, QuarterFiles]) -> None:
    _, demo = alive
    households = {person.key: person.household for person in demo.people}
    spaces = {space.key: space for space in demo.spaces}
    per_household = Counter(households[row.person] for row in demo.reservations)
    assert max(per_household.values()) <= 3
    weeks: Counter[tuple[str, str, int, int]] = Counter()
    for row in demo.reservations:
        has_quota = spaces[row.space].limit_for(Audience.CONTRACT).week_minutes
        if has_quota and row.status is not PastStatus.CANCELLED:
            week = day_of(row.period.starts_at).isocalendar()
            weeks[(row.space, households[row.person], week.year, week.week)] += row.period.minutes
    assert max(weeks.values()) <= 240


def test_stays_obey_the_rules_of_their_apartments(alive: tuple[date, QuarterFiles]) -> None:
    _, demo = alive
    spaces = {space.key: space for space in demo.spaces}
    households = {person.key: person.household for person in demo.people}
    by_household: dict[str, list[Period]] = defaultdict(list)
    for row in rooms_and_stays(demo)[1]:
        stay = spaces[row.space].stay
        assert stay is not None
        start, end = (at.astimezone(BERLIN) for at in (row.period.starts_at, row.period.ends_at))
        nights = [start.date() + timedelta(days=n) for n in range((end.date() - start.date()).days)]
        assert (start.time(), end.time()) == (stay.arrival_from, stay.departure_until)
        assert stay.nights_min <= len(nights) <= stay.nights_max
        in_season = [n for n in nights if n.month in stay.weekend_months and n.weekday() in {4, 5}]
        assert len(nights) >= (stay.weekend_nights_min if in_season else 1), row
        assert row.people <= spaces[row.space].seats
        assert len(row.children_ages) < row.people
        assert row.guest_name
        by_household[households[row.person]].append(row.period)
    for periods in by_household.values():
        for one, two in pairwise(sorted(periods)):
            assert two.starts_at - one.ends_at >= timedelta(days=14)


def test_whoever_has_no_address_was_helped_at_the_desk(alive: tuple[date, QuarterFiles]) -> None:
    _, demo = alive
    people = {person.key: person for person in demo.people}
    staff = {row.key for row in demo.staff}
    helped = [row for row in demo.reservations if row.by_staff]
    assert helped
    assert {row.by_staff for row in helped} <= staff
    for row in demo.reservations:
        person = people[row.person]
        assert bool(row.by_staff) != bool(person.email or person.phone)
