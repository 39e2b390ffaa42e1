"""Calendar files: three readers that know nothing of each other find in them what was put in.

`icalendar` also writes them; `vobject` is what CalDAV servers read by, `ical` what Home Assistant
reads feeds by, strictly. All three stand for the apps of people.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from node.web.ics import CalendarFile, CalendarRow, one_line, plain, written

BERLIN = ZoneInfo("Europe/Berlin")
NASTY = (
    "Müller, Ines; Haus\\Hof",
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:forged",
    "a\nATTENDEE:mailto:x@example.org",
    "a\rATTACH:file:///etc/passwd",
    "x\u2028DTSTART:20200101\u2029y\x0bz\x0c\x1c\x85",
    "\ufeff🏠" * 60,
    "quoted \" and 'single' : ; , \\n \\N \\;",
    "\x00\x07\x1b[2J\ud800",
    "",
    " leading and trailing ",
    "مرحبا بالعالم",
)
words = st.one_of(st.sampled_from(NASTY), st.text(max_size=120))
instants = st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)
).map(lambda at: at.replace(microsecond=0))


@st.composite
def rows(draw: st.DrawFn) -> CalendarRow:
    row = CalendarRow(
        uid=f"{draw(st.uuids()).hex}@quartier",
        starts=draw(instants),
        ends=datetime(2020, 1, 1, tzinfo=UTC),
        title=draw(words),
        status=draw(st.sampled_from(("CONFIRMED", "TENTATIVE", "CANCELLED"))),
        where=draw(words),
        text=draw(words),
        url=draw(st.sampled_from(("", "http://quartier.example/mine/1"))),
        revision=draw(st.integers(0, 9)),
        changed_at=draw(st.none() | instants),
    )
    if draw(st.booleans()):
        first = draw(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
        return replace(row, starts=first, ends=first + timedelta(days=draw(st.integers(1, 30))))
    assert isinstance(row.starts, datetime)
    return replace(row, ends=row.starts + timedelta(minutes=draw(st.integers(1, 60 * 24 * 40))))


def calendar(*found: CalendarRow, name: str = "Meine Buchungen") -> CalendarFile:
    return CalendarFile(name, "Europe/Berlin", found)


def by_icalendar(content: bytes) -> list[dict[str, Any]]:
    read = icalendar.Calendar.from_ical(content)
    return [
        {
            "uid": str(each["uid"]),
            "starts": each["dtstart"].dt,
            "ends": each["dtend"].dt,
            "title": str(each["summary"]),
            "status": str(each["status"]),
            "where": str(each.get("location", "")),
            "text": str(each.get("description", "")),
            "url": str(each.get("url", "")),
            "revision": int(each["sequence"]),
        }
        for each in read.walk("vevent")
    ]


def by_vobject(content: bytes) -> list[dict[str, Any]]:
    read = vobject.readOne(content.decode())
    return [
        {
            "uid": each.uid.value,
            "starts": each.dtstart.value,
            "ends": each.dtend.value,
            "title": each.summary.value,
            "status": each.status.value,
            "where": each.location.value if hasattr(each, "location") else "",
            "text": each.description.value if hasattr(each, "description") else "",
            "url": each.url.value if hasattr(each, "url") else "",
            "revision": int(each.sequence.value),
        }
        for each in read.contents.get("vevent", [])
    ]


def by_ical(content: bytes) -> list[dict[str, Any]]:
    read = IcsCalendarStream.calendar_from_ics(content.decode())
    return [
        {
            "uid": each.uid,
            "starts": each.dtstart,
            "ends": each.dtend,
            "title": each.summary or "",
            "status": each.status.value if each.status else "",
            "where": each.location or "",
            "text": each.description or "",
            "url": str(each.url or ""),
            "revision": each.sequence,
        }
        for each in read.events
    ]


READERS = {"icalendar": by_icalendar, "vobject": by_vobject, "ical": by_ical}


def expected(row: CalendarRow) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "starts": row.starts,
        "ends": row.ends,
        "title": one_line(row.title),
        "status": row.status,
        "where": one_line(row.where),
        "text": plain(row.text),
        "url": row.url,
        "revision": row.revision,
    }


@pytest.mark.parametrize("reader", READERS)
@given(found=st.lists(rows(), max_size=4))
def test_every_reader_finds_what_was_put_in(reader: str, found: list[CalendarRow]) -> None:
    read = READERS[reader](written(calendar(*found)))
    assert read == [expected(row) for row in found]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("words", NASTY)
def test_no_words_of_anybody_become_a_line_of_the_file(reader: str, words: str) -> None:
    row = CalendarRow(
        uid="1@quartier",
        starts=datetime(2026, 11, 28, 14, tzinfo=UTC),
        ends=datetime(2026, 11, 28, 18, tzinfo=UTC),
        title=words,
        where=words,
        text=words,
    )
    content = written(calendar(row, name=words))
    assert len(READERS[reader](content)) == 1
    names = {line.partition(b":")[0].partition(b";")[0] for line in lines_of(content)}
    assert names <= {
        b"BEGIN", b"END", b"VERSION", b"PRODID", b"CALSCALE", b"NAME", b"X-WR-CALNAME",
        b"X-WR-TIMEZONE", b"REFRESH-INTERVAL", b"X-PUBLISHED-TTL", b"UID", b"DTSTAMP", b"SEQUENCE",
        b"STATUS", b"DTSTART", b"DTEND", b"SUMMARY", b"LOCATION", b"DESCRIPTION", b"TRANSP",
    }  # fmt: skip


def lines_of(content: bytes) -> list[bytes]:
    """The unfolded lines, as RFC 5545 has them."""
    return content.replace(b"\r\n ", b"").split(b"\r\n")[:-1]


@given(found=st.lists(rows(), max_size=3))
@example(found=[])
def test_lines_end_and_fold_as_the_standard_says(found: list[CalendarRow]) -> None:
    content = written(calendar(*found))
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    content.decode()


@given(day=st.dates(date(2026, 1, 1), date(2030, 12, 31)), hours=st.integers(1, 30))
@example(day=date(2026, 3, 29), hours=4)
@example(day=date(2026, 10, 25), hours=4)
def test_a_night_on_which_the_clocks_change_keeps_its_instants(day: date, hours: int) -> None:
    """From half past midnight over the hour that is missing or comes twice."""
    starts = datetime(day.year, day.month, day.day, 0, 30, tzinfo=BERLIN).astimezone(UTC)
    row = CalendarRow(
        uid="1@quartier", starts=starts, ends=starts + timedelta(hours=hours), title="x"
    )
    content = written(calendar(row))
    for read in (reader(content)[0] for reader in READERS.values()):
        assert read["starts"].astimezone(BERLIN).strftime("%H:%M") == "00:30"
        assert read["ends"] - read["starts"] == timedelta(hours=hours)


def test_a_feed_says_how_often_it_is_worth_asking() -> None:
    read = icalendar.Calendar.from_ical(written(calendar()))
    assert read["refresh-interval"].dt == timedelta(hours=1)
    assert read["refresh-interval"].params["VALUE"] == "DURATION"
    assert str(read["x-published-ttl"]) == "PT1H"
    assert str(read["x-wr-calname"]) == str(read["name"]) == "Meine Buchungen"
    assert str(read["x-wr-timezone"]) == "Europe/Berlin"
    assert "method" not in read


def test_who_gave_a_time_up_is_not_busy_then() -> None:
    row = CalendarRow(
        uid="1@quartier",
        starts=datetime(2026, 11, 28, 14, tzinfo=UTC),
        ends=datetime(2026, 11, 28, 18, tzinfo=UTC),
        title="x",
    )
    for status, transparency in (
        ("CONFIRMED", b"OPAQUE"),
        ("TENTATIVE", b"OPAQUE"),
        ("CANCELLED", b"TRANSPARENT"),
    ):
        assert b"TRANSP:" + transparency in written(calendar(replace(row, status=status)))


@given(found=st.lists(rows(), min_size=2, max_size=4))
def test_the_tag_changes_with_every_row_and_not_with_time(found: list[CalendarRow]) -> None:
    whole = calendar(*found)
    assert whole.tag == calendar(*found).tag
    parts = [calendar(*found[:number]).tag for number in range(len(found) + 1)]
    assert all(one != other for one, other in pairwise(parts))
    assert written(whole) == written.__wrapped__(calendar(*found))
