"""Writes calendar files (RFC 5545): appointments, one by one or as a feed that apps ask for again.

Instants are written in UTC. Nothing here repeats, so no rule of a time zone has to be told along,
every app shows the instant that is meant, and a clock change in between moves nothing. The days of
a stay are whole days of the quarter.
"""

from __future__ import annotations

import functools
import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Calendar, Event

MEDIA_TYPE = "text/calendar"
"""Of text the framework says itself that it is UTF-8."""
MAKER = "-//Quartier//Calendar//DE"
ASK_AGAIN = timedelta(hours=1)
TEXT_CHARS_MAX = 2000
KEPT = 8
"""Files of some 200 kB at most."""


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """What one appointment says. `starts` and `ends` are both instants, or both days.

    `status` is CONFIRMED, TENTATIVE or CANCELLED; `changed_at` when that was last written.
    """

    uid: str
    starts: datetime | date
    ends: datetime | date
    title: str
    status: str = "CONFIRMED"
    where: str = ""
    text: str = ""
    url: str = ""
    revision: int = 0
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar: its name, the quarter's time zone for apps that ask, and its rows."""

    name: str
    zone: str
    rows: tuple[CalendarRow, ...]
    is_feed: bool = True

    @property
    def tag(self) -> str:
        """What tells this calendar from what it was before, known before it is written."""
        return f'"{hashlib.blake2b(repr(self).encode(), digest_size=12).hexdigest()}"'

    @property
    def changed_at(self) -> datetime | None:
        """The latest change that any row tells of."""
        return max((row.changed_at for row in self.rows if row.changed_at), default=None)


@functools.lru_cache(maxsize=KEPT)
def written(calendar: CalendarFile) -> bytes:
    """The file. It takes a third of a millisecond a row, so long ones belong in a thread, and the
    latest are kept: not every app says which one it holds.
    """
    from icalendar import Calendar  # noqa: PLC0415 - it costs memory on a box where nobody asks

    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    if calendar.is_feed:
        _add_head(made, calendar)
    for row in calendar.rows:
        made.add_component(_component(row))
    content: bytes = made.to_ical()
    return content


def _add_head(made: Calendar, calendar: CalendarFile) -> None:
    """What a feed is called, and how often it is worth asking again."""
    name = _words(one_line(calendar.name))
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", calendar.zone)
    made.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")


def _component(row: CalendarRow) -> Event:
    from icalendar import Event  # noqa: PLC0415 - see above

    made = Event()
    made.add("uid", row.uid)
    made.add("dtstamp", (row.changed_at or EPOCH).astimezone(UTC))
    made.add("sequence", row.revision)
    made.add("status", row.status)
    made.add("dtstart", _moment(row.starts))
    made.add("dtend", _moment(row.ends))
    made.add("summary", _words(one_line(row.title)))
    if row.where:
        made.add("location", _words(one_line(row.where)))
    if row.text:
        made.add("description", _words(plain(row.text)))
    if row.url:
        made.add("url", row.url)
    # Who gave a time up is not busy then.
    made.add("transp", "TRANSPARENT" if row.status == "CANCELLED" else "OPAQUE")
    return made


@functools.cache
def _kind_of_words() -> type[str]:
    from icalendar import vText  # noqa: PLC0415 - see above

    class Words(vText):
        """Words as the standard writes them. The library takes "\\N" in them for a new line."""

        def to_ical(self) -> bytes:
            return "".join(ESCAPED.get(char, char) for char in self).encode()

    return Words


ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


def _words(text: str) -> str:
    return _kind_of_words()(text)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(at: datetime | date) -> datetime | date:
    return at.astimezone(UTC) if isinstance(at, datetime) else at


def plain(text: str) -> str:
    """Words of people without what could end a line of the file, or confuse who reads it.

    Some readers take more signs for the end of a line than the standard does.
    """
    lines = text[:TEXT_CHARS_MAX].splitlines()
    return "\n".join("".join(filter(_is_writable, line)) for line in lines)


def one_line(text: str) -> str:
    """The same as one line."""
    return " ".join(plain(text).split("\n"))


def _is_writable(char: str) -> bool:
    """No control signs, no halves of signs that no file can hold, no marks of its byte order."""
    return unicodedata.category(char) not in {"Cc", "Cs"} and char not in "\ufeff\ufffe"
