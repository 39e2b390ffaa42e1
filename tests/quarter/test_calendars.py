"""Waste dates and closures from calendar files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.quarter.files import QuarterFiles, WasteRow, read_quarter
from node.quarter.files.findings import Findings
from node.quarter.files.ics import read_occurrences
from node.quarter.files.source import Source
from node.quarter.model import TargetKind, WasteKind
from tests.quarter.conftest import read_well

BERLIN = ZoneInfo("Europe/Berlin")


def calendar(*appointments: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//DE"]
    for number, appointment in enumerate(appointments):
        body = [line.strip() for line in appointment.strip().splitlines()]
        if not any(line.startswith("UID") for line in body):
            body.append(f"UID:{number}@test.example")
        lines += ["BEGIN:VEVENT", *body, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


@pytest.fixture
def waste(directory: Path) -> Callable[..., list[WasteRow]]:
    """The rows of house B-BIR after its calendar was written anew."""

    def read(*appointments: str) -> list[WasteRow]:
        (directory / "waste" / "B-BIR.ics").write_bytes(calendar(*appointments).encode())
        return [row for row in read_well(directory).waste if row.building == "B-BIR"]

    return read


def dates(rows: list[WasteRow]) -> list[date]:
    return [row.day for row in rows]


def test_every_fortnight_goes_on_past_the_year_of_53_weeks(
    waste: Callable[..., list[WasteRow]],
) -> None:
    """Weeks 53 and 1 are both odd: a bin of the "odd weeks" would come twice or pause."""
    rows = waste(
        """SUMMARY:Papier
        DTSTART;VALUE=DATE:20261203
        RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270211"""
    )
    assert dates(rows) == [
        date(2026, 12, 3),
        date(2026, 12, 17),
        date(2026, 12, 31),
        date(2027, 1, 14),
        date(2027, 1, 28),
        date(2027, 2, 11),
    ]
    parities = {row.day.isocalendar().week % 2 for row in rows}
    assert parities == {0, 1}, "the week's parity flips in January; the rhythm does not"
    assert not any(row.moved_from for row in rows)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 6), st.integers(1, 60))
def test_a_rhythm_is_its_start_and_equal_steps(start: date, weeks: int, count: int) -> None:
    findings = Findings()
    text = calendar(
        f"""SUMMARY:Bio
        DTSTART;VALUE=DATE:{start:%Y%m%d}
        RRULE:FREQ=WEEKLY;INTERVAL={weeks};COUNT={count}"""
    )
    found = read_occurrences(_TextSource(text, findings), "x.ics", BERLIN)
    assert [each.day for each in found] == [
        start + timedelta(weeks=weeks * n) for n in range(count)
    ]
    assert not findings.errors


class _TextSource(Source):
    """A source that holds one text: for properties, which would wear out a disk."""

    def __init__(self, text: str, findings: Findings) -> None:
        super().__init__(Path(), findings)
        self.held = text

    __slots__ = ("held",)

    def text(self, name: str) -> str | None:  # noqa: ARG002 - one text under any name
        return self.held


def test_a_date_taken_out_and_one_put_in_are_a_move(
    waste: Callable[..., list[WasteRow]],
) -> None:
    rows = waste(
        """SUMMARY:Verpackung
        DTSTART;VALUE=DATE:20261211
        RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270122
        EXDATE;VALUE=DATE:20261225
        RDATE;VALUE=DATE:20261224"""
    )
    assert dates(rows) == [
        date(2026, 12, 11),
        date(2026, 12, 24),
        date(2027, 1, 8),
        date(2027, 1, 22),
    ]
    moves = {row.day: row.moved_from for row in rows if row.moved_from}
    assert moves == {date(2026, 12, 24): date(2026, 12, 25)}


def test_a_date_that_replaces_one_by_its_number_is_a_move(
    waste: Callable[..., list[WasteRow]],
) -> None:
    rows = waste(
        """UID:residual@test.example
        SUMMARY:Restmüll
        DTSTART;VALUE=DATE:20270202
        RRULE:FREQ=WEEKLY;COUNT=3""",
        """UID:residual@test.example
        RECURRENCE-ID;VALUE=DATE:20270209
        SUMMARY:Restmüll
        DTSTART;VALUE=DATE:20270210""",
    )
    assert [(row.day, row.moved_from) for row in rows] == [
        (date(2027, 2, 2), None),
        (date(2027, 2, 10), date(2027, 2, 9)),
        (date(2027, 2, 16), None),
    ]


def test_an_extra_date_is_no_move(waste: Callable[..., list[WasteRow]]) -> None:
    rows = waste(
        """SUMMARY:Biotonne
        DTSTART;VALUE=DATE:20270602
        RRULE:FREQ=WEEKLY;COUNT=2
        RDATE;VALUE=DATE:20270605"""
    )
    assert [row.moved_from for row in rows] == [None, None, None]


def test_a_citys_plain_dates_show_their_moves_by_the_weekday(small: QuarterFiles) -> None:
    rows = [row for row in small.waste if row.building == "B-BIR"]
    assert [(row.day, row.moved_from) for row in rows if row.moved_from] == [
        (date(2026, 12, 16), date(2026, 12, 15))
    ]


def test_plain_dates_without_a_usual_weekday_are_not_guessed_at(
    waste: Callable[..., list[WasteRow]],
) -> None:
    rows = waste(
        *(
            f"SUMMARY:Sperrmüll\nDTSTART;VALUE=DATE:{day}"
            for day in ("20270104", "20270209", "20270317", "20270422")
        )
    )
    assert {row.kind for row in rows} == {WasteKind.BULKY}
    assert not any(row.moved_from for row in rows)


@pytest.mark.parametrize(
    ("summary", "kind"),
    [
        ("Restmüll", WasteKind.RESIDUAL),
        ("Graue Tonne 14-täglich", WasteKind.RESIDUAL),
        ("Biotonne", WasteKind.BIO),
        ("Blaue Tonne", WasteKind.PAPER),
        ("Gelber Sack", WasteKind.PACKAGING),
        ("Gelbe Tonne", WasteKind.PACKAGING),
        ("Weihnachtsbäume", WasteKind.TREES),
        ("Schadstoffmobil", WasteKind.HAZARDOUS),
        ("Altglas", WasteKind.GLASS),
    ],
)
def test_the_bin_is_known_by_its_name(
    waste: Callable[..., list[WasteRow]], summary: str, kind: WasteKind
) -> None:
    (row,) = waste(f"SUMMARY:{summary}\nDTSTART;VALUE=DATE:20270105")
    assert row.kind == kind


def test_a_rhythm_without_an_end_is_read_until_the_end_of_the_next_year(directory: Path) -> None:
    text = calendar("SUMMARY:Bio\nDTSTART;VALUE=DATE:20261202\nRRULE:FREQ=WEEKLY")
    (directory / "waste" / "B-BIR.ics").write_bytes(text.encode())
    found = read_well(directory)
    days = [row.day for row in found.waste if row.building == "B-BIR"]
    assert days[-1] == date(2027, 12, 29)
    (warning,) = found.warnings
    assert "kein Ende" in warning.message
    assert warning.values["day"] == "2027-12-31"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=WEEKLY;INTERVAL=-1",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=YEARLY;BYEASTER=1",
        "FREQ=SOMETIMES",
        "hello",
    ],
)
def test_a_rule_that_would_never_end_is_refused_at_once(directory: Path, rule: str) -> None:
    text = calendar(f"SUMMARY:Bio\nDTSTART;VALUE=DATE:20261202\nRRULE:{rule}")
    (directory / "waste" / "B-BIR.ics").write_bytes(text.encode())
    found = read_quarter(directory)
    assert isinstance(found, list)
    assert {(error.file, error.line) for error in found} == {("waste/B-BIR.ics", 4)}


def test_closures_say_what_is_shut_and_when(small: QuarterFiles) -> None:
    shut = {row.target or row.target_kind: row for row in small.closures}
    assert {key: row.target_kind for key, row in shut.items()} == {
        "desk": TargetKind.DESK,
        "B-BIR": TargetKind.BUILDING,
        "hofsaal": TargetKind.SPACE,
    }
    assert shut["desk"].period.starts_at == datetime(2026, 12, 2, 8, tzinfo=UTC)
    assert shut["B-BIR"].period.minutes == 2 * 24 * 60


def test_a_repeated_closure_has_a_key_for_each_time(directory: Path) -> None:
    text = calendar(
        """UID:team@test.example
        SUMMARY:Teamrunde
        LOCATION:desk
        DTSTART;TZID=Europe/Berlin:20261020T100000
        DURATION:PT1H
        RRULE:FREQ=WEEKLY;COUNT=3"""
    )
    (directory / "closures.ics").write_bytes(text.encode())
    found = read_well(directory).closures
    assert len({row.key for row in found}) == 3
    # Ten o'clock stays ten o'clock when the clocks change on 25 October.
    assert [row.period.starts_at.hour for row in found] == [8, 9, 9]
    assert {row.period.minutes for row in found} == {60}


def test_a_closure_without_a_place_shuts_the_quarter(directory: Path) -> None:
    text = calendar("SUMMARY:Stromausfall\nDTSTART:20261201T080000Z\nDTEND:20261201T090000Z")
    (directory / "closures.ics").write_bytes(text.encode())
    (row,) = read_well(directory).closures
    assert (row.target_kind, row.target) == (TargetKind.QUARTER, "")
