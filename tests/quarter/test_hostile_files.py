"""Whatever lies in the directory: an answer, never a traceback, and no half answer."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.quarter.files import FileError, QuarterFiles, read_quarter
from tests.quarter.conftest import SMALL

FILES = sorted(str(path.relative_to(SMALL)) for path in SMALL.rglob("*.*"))
ORIGINALS = {name: (SMALL / name).read_bytes() for name in FILES}
PIECES = r"""
"|'''|\r|\n|;|,|\x7c|=|[|[[|]]|{|}|\0|-|nan|1e999999|9999-12-31|0001-01-01|T24:00:00|+99:99
BEGIN:VEVENT\r\n|END:VEVENT\r\n|BEGIN:VTIMEZONE\r\n|RRULE:FREQ=DAILY;COUNT=999999999\r\n
RDATE;VALUE=PERIOD:20270101T000000Z/PT1H\r\n|DURATION:-P9999999W\r\n|EXDATE:x\r\n
RECURRENCE-ID:20270101\r\n
"""
TOKENS = [
    piece.encode().decode("unicode_escape").encode()
    for piece in PIECES.strip().replace("\n", "|").split("|")
]
TOKENS += [b"\xff", b"\xc3", "\u202e".encode(), b"\xef\xbb\xbf", b"9" * 5000, b"[" * 3000]


def answer_to(name: str, content: bytes) -> QuarterFiles | list[FileError]:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "quarter"
        shutil.copytree(SMALL, directory)
        (directory / name).write_bytes(content)
        return read_quarter(directory)


def check(found: QuarterFiles | list[FileError]) -> None:
    errors = found if isinstance(found, list) else list(found.warnings)
    assert found, "neither a quarter nor a reason"
    for error in errors:
        assert len(str(error)) < 1_000
        assert str(error).isprintable()


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=15, deadline=None)
@given(content=st.binary(max_size=400))
def test_any_bytes_are_answered(name: str, content: bytes) -> None:
    check(answer_to(name, content))


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_file_with_something_put_in_or_cut_out_is_answered(
    name: str, data: st.DataObject
) -> None:
    content = ORIGINALS[name]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 12))
        content = content[:at] + data.draw(st.sampled_from(TOKENS)) + content[at + cut :]
    check(answer_to(name, content))


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_answered(name: str) -> None:
    content = ORIGINALS[name]
    for length in range(0, len(content), max(1, len(content) // 12)):
        check(answer_to(name, content[:length]))


NAMES = ["DTSTART", "DTEND", "RRULE", "RDATE", "EXDATE", "DURATION"]
VALUES = (
    "20270101 20270101T100000Z 20270101T250000 20270101,20270102 00010101 99991231T235959Z PT1H "
    "FREQ=WEEKLY FREQ=DAILY;UNTIL=20270301T000000Z FREQ=MONTHLY;BYDAY=-6MO FREQ=MONTHLY;COUNT=3 "
    "FREQ=WEEKLY;UNTIL=20260101 FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=4"
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["", *VALUES.split(" ")])))
def test_any_appointment_is_answered(fields: dict[str, str]) -> None:
    body = [f"{name}:{value}" for name, value in fields.items()]
    lines = ["BEGIN:VEVENT", "UID:1", "SUMMARY:Bio", *body, "END:VEVENT"]
    text = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])
    check(answer_to("waste/B-BIR.ics", text.encode()))
    check(answer_to("closures.ics", text.encode()))
