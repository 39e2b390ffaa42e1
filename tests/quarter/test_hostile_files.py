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
TOKENS = [
    b'"', b"'''", b"\r", b"\n", b";", b",", b"|", b"=", b"[", b"[[", b"]]", b"{", b"}", b"\0", b"\xff", b"\xc3",
    b"\xe2\x80\xae", b"9" * 5000, b"[" * 3000, b"-", b"nan", b"1e999999", b"9999-12-31", b"0001-01-01",
    b"T24:00:00", b"+99:99", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VTIMEZONE\r\n",
    b"RRULE:FREQ=DAILY;COUNT=999999999\r\n", b"RDATE;VALUE=PERIOD:20270101T000000Z/PT1H\r\n",
    b"DURATION:-P9999999W\r\n", b"EXDATE:x\r\n", b"RECURRENCE-ID:20270101\r\n", b"\xef\xbb\xbf",
]  # fmt: skip


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


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["DTSTART", "DTEND", "RRULE", "RDATE", "EXDATE", "DURATION"]),
    st.sampled_from(["20270101", "20270101T100000Z", "20270101T250000", "FREQ=WEEKLY",
    "FREQ=DAILY;UNTIL=20270301T000000Z", "FREQ=MONTHLY;BYDAY=-6MO", "PT1H", "20270101,20270102", "",
    "00010101", "99991231T235959Z", "FREQ=WEEKLY;UNTIL=20260101", "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=4"])),
)  # fmt: skip
def test_any_appointment_is_answered(fields: dict[str, str]) -> None:
    body = "\r\n".join(f"{name}:{value}" for name, value in fields.items())
    text = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Bio\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    check(answer_to("waste/B-BIR.ics", text.encode()))
    check(answer_to("closures.ics", text.encode()))
