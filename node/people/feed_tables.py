"""The tables of calendar addresses as declarations, and their SQL.

Of an address only the digest of its token is kept, and none of its facts leaves the house: that
somebody reads their bookings in a calendar is nothing that central needs to know.
"""

from __future__ import annotations

from typing import Any

from node.people.schema import AT, DIGEST, ID, IDS, PERSON_ID, STAFF_ID
from node.people.tables import insert_once
from node.store import Column, Erased, Read, Scope, Table, Write

Row = Any

CALENDAR_FEED = Table(
    "calendar_feed",
    key=("id",),
    columns=(
        ID,
        PERSON_ID,
        Column("view", "text", default="", max_bytes=20),
        Column("about_id", "blob", default=b"", max_bytes=16),
        DIGEST,
        AT,
    ),
    scope=Scope.HOUSE,
    indexes=(("person_id",), ("digest",), ("view",)),
    erased=Erased.blank(
        "digest",
        rows="person_id in (select person_id from erased_person)",
        why="the address opens nothing any more",
    ),
    about="A calendar address that somebody made: the digest of its token, and what it shows.",
)
CALENDAR_FEED_REVOCATION = Table(
    "calendar_feed_revocation",
    key=("id",),
    columns=(ID, Column("feed_id", "blob", default=b"", max_bytes=16), AT, STAFF_ID),
    scope=Scope.HOUSE,
    indexes=(("feed_id",),),
    erased=IDS,
    about="A calendar address that counts no more: taken back or replaced.",
)
TABLES = (CALENDAR_FEED, CALENDAR_FEED_REVOCATION)

_COUNTS = (
    "not exists (select 1 from calendar_feed_revocation as gone where gone.feed_id = feed.id)"
    " and digest != x''"
)


def select_feed(read: Read, digest: bytes) -> Row | None:
    """The address with this digest, unless it was taken back."""
    return read.row(
        f"select * from calendar_feed as feed where digest = :digest and {_COUNTS}",
        digest=digest,
    )


def select_feed_by_id(read: Read, feed_id: bytes) -> Row | None:
    """The address with this id, unless it was taken back."""
    return read.row(
        f"select * from calendar_feed as feed where id = :id and {_COUNTS}",
        id=feed_id,
    )


def select_feeds_of(read: Read, person_id: bytes) -> list[Row]:
    """The addresses of a person that count, the oldest first."""
    return read.rows(
        f"select * from calendar_feed as feed where person_id = :id and {_COUNTS} order by at, id",
        id=person_id,
    )


def select_feeds_showing(read: Read, views: tuple[str, ...]) -> list[Row]:
    """The addresses of everybody that show one of these, the oldest first."""
    rows = [
        row
        for view in views
        for row in read.rows(
            f"select * from calendar_feed as feed where view = :view and {_COUNTS}",
            view=view,
        )
    ]
    return sorted(rows, key=lambda row: (row["at"], row["id"]))


def select_all_feeds_of(read: Read, person_id: bytes) -> list[Row]:
    """The addresses that a person ever made, and when each ended."""
    return read.rows(
        "select view, at, (select min(gone.at) from calendar_feed_revocation as gone"
        " where gone.feed_id = feed.id) as gone_at from calendar_feed as feed"
        " where person_id = :id order by at, id",
        id=person_id,
    )


def insert_revocation(
    write: Write, feed_id: bytes, *, at: int, staff_id: bytes | None = None
) -> None:
    """An address counts no more."""
    insert_once(
        write,
        "calendar_feed_revocation",
        (feed_id,),
        feed_id=feed_id,
        at=at,
        staff_id=staff_id,
    )
