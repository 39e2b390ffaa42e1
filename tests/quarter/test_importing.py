"""Files into the store and out again: nothing twice, nothing lost, nothing half."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import quarter
from node.base.clock import FrozenClock
from node.base.periods import Period
from node.quarter import mirroring
from node.quarter.files import QuarterFiles
from node.quarter.model import WasteKind
from node.registry import REGISTRY
from node.store import Core
from tests.quarter.conftest import SMALL, read_well

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def filled(core: Core, small: QuarterFiles) -> Core:
    assert quarter.import_quarter(core, small, now=NOW) > 0
    return core


def change(directory: Path, file: str, old: str, new: str) -> QuarterFiles:
    path = directory / file
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())
    return read_well(directory)


def own_changesets(core: Core) -> int:
    return sum(head.n for head in core.heads().values())


def test_what_the_files_say_is_what_pages_read(filled: Core, small: QuarterFiles) -> None:
    assert filled.read(quarter.get_profile) == small.profile
    assert filled.read(quarter.get_desk) == small.desk
    book = filled.read(quarter.get_rules)
    assert (book.house_rules, book.quiet_hours) == (small.house_rules, small.quiet_hours)
    ahorn, birke = filled.read(quarter.list_buildings)
    assert (ahorn.key, ahorn.name, ahorn.address, ahorn.entrances) == (
        "B-AHO",
        "Haus Ahorn",
        "Lindenweg 1, 40477 Düsseldorf",
        ("A",),
    )
    assert ahorn.mark == small.buildings[0].mark
    assert filled.read(lambda read: quarter.find_building(read, birke.id)) == birke
    flats = filled.read(lambda read: quarter.list_flats(read, birke.id))
    assert [(flat.entrance, flat.number, flat.floor) for flat in flats] == [
        ("A", "01", 0),
        ("A", "02", 1),
        ("B", "03", 2),
    ]
    assert filled.read(lambda read: quarter.find_flat(read, flats[2].id)) == flats[2]


def test_importing_the_same_files_again_writes_nothing(filled: Core, small: QuarterFiles) -> None:
    before = own_changesets(filled)
    assert quarter.import_quarter(filled, small, now=NOW + timedelta(days=1)) == 0
    assert own_changesets(filled) == before


def test_only_the_changed_row_is_written(filled: Core, directory: Path) -> None:
    files = change(directory, "buildings.csv", "Haus Birke", "Haus Weißbirke")
    assert quarter.import_quarter(filled, files, now=NOW) == 1
    names = [building.name for building in filled.read(quarter.list_buildings)]
    assert names == ["Haus Ahorn", "Haus Weißbirke"]


def test_what_is_gone_from_the_files_ends_and_comes_back(
    filled: Core, directory: Path, small: QuarterFiles
) -> None:
    files = change(directory, "flats.csv", "F-AHO-01,B-AHO,A,01,0,62.5,2.5\n", "")
    assert quarter.import_quarter(filled, files, now=NOW) == 1
    ahorn, gone = small.id_of("building", "B-AHO"), small.id_of("flat", "F-AHO-01")
    assert len(filled.read(lambda read: quarter.list_flats(read, ahorn))) == 2
    still_known = filled.read(lambda read: quarter.find_flat(read, gone))
    assert still_known is not None
    assert still_known.key == "F-AHO-01"
    assert quarter.import_quarter(filled, small, now=NOW) == 1
    assert len(filled.read(lambda read: quarter.list_flats(read, ahorn))) == 3


def test_an_import_is_cut_into_pieces_and_tells_how_far_it_is(
    core: Core, small: QuarterFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirroring, "BATCH_ROWS", 10)
    told: list[tuple[int, int]] = []
    rows = quarter.import_quarter(
        core, small, now=NOW, progress=lambda done, of: told.append((done, of))
    )
    assert [done for done, _ in told] == [*range(10, rows, 10), rows]
    assert {of for _, of in told} == {rows}


def test_an_import_cut_short_is_finished_by_the_next(
    core: Core, small: QuarterFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirroring, "BATCH_ROWS", 10)
    batches = core.read(lambda read: quarter.plan_import(read, small, now=NOW))
    for batch in batches[:2]:
        core.write(batch.apply)
    rest = quarter.import_quarter(core, small, now=NOW)
    assert rest == sum(len(batch.changes) for batch in batches[2:])


def test_ids_hold_no_names_and_are_the_same_everywhere(small: QuarterFiles) -> None:
    assert small.id_of("person", "P-ANNA") == small.id_of("person", "P-ANNA")
    assert small.id_of("person", "P-ANNA") != small.id_of("household", "P-ANNA")
    assert b"ANNA" not in small.id_of("person", "P-ANNA")


def test_a_seed_makes_ids_that_nobody_guesses(directory: Path, small: QuarterFiles) -> None:
    files = change(
        directory, "quarter.toml", 'key = "lindenhof"', 'key = "lindenhof"\nid_seed = "q7"'
    )
    assert files.quarter_id == small.quarter_id
    assert files.id_of("person", "P-ANNA") != small.id_of("person", "P-ANNA")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A wall-clock time in winter 2026 in Düsseldorf."""
    return datetime(2026, month, day, hour - 1, minute, tzinfo=UTC)


def test_the_desk_is_open_when_its_hours_say_so(filled: Core) -> None:
    def is_open(when: datetime) -> bool:
        return filled.read(lambda read: quarter.desk_is_open(read, when))

    assert is_open(at(24, 9))
    assert not is_open(at(24, 14))
    assert is_open(at(24, 19, 59))
    assert not is_open(at(25, 10, month=12)), "a special day without hours"
    assert not is_open(at(26, 10, month=12)), "a legal holiday"
    assert not is_open(at(2, 10, month=12)), "a closure of the desk"
    assert is_open(at(2, 18, month=12)), "after the closure"
    assert filled.read(lambda read: quarter.desk_open_until(read, at(24, 10))) == at(24, 14)
    assert filled.read(lambda read: quarter.desk_open_until(read, at(24, 15))) is None


def test_the_next_opening_passes_over_holidays_and_closures(filled: Core) -> None:
    def opens(when: datetime) -> datetime | None:
        return filled.read(lambda read: quarter.next_desk_opening(read, when))

    assert opens(at(24, 10)) == at(24, 10)
    assert opens(at(24, 14)) == at(24, 18)
    assert opens(at(1, 20, month=12)) == at(2, 18, month=12)
    assert opens(at(24, 12, month=12)) == at(27, 10, month=12)


def test_lead_times_count_desk_hours(filled: Core) -> None:
    friday_evening = at(27, 19)
    after = filled.read(lambda read: quarter.after_desk_minutes(read, friday_evening, 120))
    assert after == at(28, 11), "an hour on Friday, an hour on Saturday"
    assert (
        filled.read(lambda read: quarter.desk_minutes_between(read, friday_evening, after)) == 120
    )
    assert filled.read(lambda read: quarter.desk_minutes_between(read, after, friday_evening)) == 0


def test_a_quarter_without_desk_hours_never_opens(core: Core) -> None:
    assert core.read(lambda read: quarter.next_desk_opening(read, NOW)) is None
    assert core.read(lambda read: quarter.after_desk_minutes(read, NOW, 1)) is None
    assert core.read(lambda read: quarter.desk_hours(read, date(2026, 11, 24))) == []
    assert core.read(quarter.list_buildings) == []


def reasons(core: Core, day: int, small: QuarterFiles, building: str, space: str) -> list[str]:
    found = core.read(
        lambda read: quarter.closures_for(
            read,
            Period(at(day, 12, month=12), at(day, 13, month=12)),
            building_id=small.id_of("building", building),
            space_id=small.id_of("space", space),
        )
    )
    return [closure.reason.de for closure in found]


def test_a_closed_house_closes_its_spaces_and_no_others(filled: Core, small: QuarterFiles) -> None:
    assert reasons(filled, 9, small, "B-BIR", "werkraum") == ["Malerarbeiten"]
    assert reasons(filled, 9, small, "B-AHO", "hofsaal") == []
    assert reasons(filled, 14, small, "B-AHO", "hofsaal") == ["Boden wird geölt"]
    assert reasons(filled, 14, small, "B-AHO", "gartenzimmer") == []
    assert reasons(filled, 2, small, "B-AHO", "hofsaal") == [], "the desk closes nothing else"


def test_a_closed_quarter_closes_everything(
    filled: Core, directory: Path, small: QuarterFiles
) -> None:
    files = change(directory, "closures.ics", "LOCATION:B-BIR\r\n", "")
    quarter.import_quarter(filled, files, now=NOW)
    assert reasons(filled, 9, small, "B-AHO", "hofsaal") == ["Malerarbeiten"]
    assert reasons(filled, 9, small, "B-BIR", "werkraum") == ["Malerarbeiten"]
    assert filled.read(lambda read: quarter.desk_hours(read, date(2026, 12, 9))) == []


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Core, QuarterFiles]]:
    """A filled store that no test changes."""
    path = tmp_path_factory.mktemp("standing") / "quarter.db"
    core = Core.open(path, REGISTRY, clock=FrozenClock(NOW))
    files = read_well(SMALL)
    quarter.import_quarter(core, files, now=NOW)
    yield core, files
    core.close()


@given(start=st.integers(-50, 120), hours=st.integers(1, 60))
def test_a_closure_counts_exactly_while_it_lasts(
    standing: tuple[Core, QuarterFiles], start: int, hours: int
) -> None:
    core, files = standing
    first = at(9, 1, month=12) - timedelta(hours=1)
    shut = Period(first, first + timedelta(days=2))
    period = Period(first + timedelta(hours=start), first + timedelta(hours=start + hours))
    birke = files.id_of("building", "B-BIR")
    found = core.read(lambda read: quarter.closures_for(read, period, building_id=birke))
    assert bool(found) == shut.overlaps(period)


def test_waste_says_what_moved(filled: Core, small: QuarterFiles) -> None:
    ahorn = small.id_of("building", "B-AHO")
    week = filled.read(
        lambda read: quarter.waste_collections(read, ahorn, date(2027, 2, 8), date(2027, 2, 14))
    )
    assert [(each.day, each.kind, each.moved_from, each.is_moved) for each in week] == [
        (date(2027, 2, 10), WasteKind.RESIDUAL, date(2027, 2, 9), True),
        (date(2027, 2, 11), WasteKind.PAPER, None, False),
    ]


def test_a_city_that_moves_a_date_leaves_no_ghost(
    filled: Core, directory: Path, small: QuarterFiles
) -> None:
    files = change(directory, "waste/B-BIR.ics", "20261208", "20261209")
    quarter.import_quarter(filled, files, now=NOW)
    birke = small.id_of("building", "B-BIR")
    days = filled.read(
        lambda read: quarter.waste_collections(read, birke, date(2026, 12, 7), date(2026, 12, 13))
    )
    assert [each.day for each in days] == [date(2026, 12, 9)]


def test_quiet_hours_say_law_or_house(filled: Core) -> None:
    def kept(when: datetime) -> list[tuple[str, str]]:
        found = filled.read(lambda read: quarter.quiet_hours_at(read, when))
        return [(rule.key, rule.source) for rule in found]

    assert kept(at(24, 23)) == [("night", "law")]
    assert kept(at(24, 14)) == [("midday", "house_rule")]
    assert kept(at(24, 17)) == []


def test_holidays_come_from_the_land(filled: Core) -> None:
    found = filled.read(
        lambda read: quarter.holidays_between(read, date(2026, 12, 25), date(2027, 1, 1))
    )
    assert sorted(found) == [date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]
