"""Calendar addresses: a token in an address that a calendar app asks again and again.

Whoever holds the address reads what it shows, so it shows no more than its maker may see at that
moment. The token is answered once, when it is made; here lies only its digest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from node.base.actors import Actor, Face, Permission, may
from node.base.ids import new_id
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import Refusal
from node.people import feed_tables, refusals, tables, throttle
from node.people.access import actor_of, find_person
from node.people.hashing import new_short_token, read_short_token, token_digest
from node.people.model import Knock
from node.store import Read, Store, Write


class FeedView(StrEnum):
    """What a calendar address shows."""

    MINE = "mine"
    """The reservations of its maker's household."""
    SPACE = "space"
    """When a place is taken, by nobody in particular."""
    HOUSE = "house"
    """The same of all places of a house."""
    DESK = "desk"
    """The reservations of a place with whose they are."""
    TURNOVER = "turnover"
    """What is to be cleaned, everywhere or in a house, for whoever does it: a list, no calendar."""


NEEDED = {
    FeedView.SPACE: Permission.SEE_SPACES,
    FeedView.HOUSE: Permission.SEE_SPACES,
    FeedView.DESK: Permission.SEE_ALL_RESERVATIONS,
    # Whoever holds the address says for the team what was done.
    FeedView.TURNOVER: Permission.CHECK_IN_OTHERS,
}
"""What the maker of an address must be allowed, when it is made and whenever it is read."""

CALENDARS = (FeedView.SPACE, FeedView.HOUSE, FeedView.DESK)
"""The views that the team subscribes to."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A calendar address that counts, as its maker and the desk see it."""

    id: bytes
    person_id: bytes
    view: FeedView
    about_id: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FollowedFeed:
    """A calendar address that somebody asked: for whom it answers now, in which language."""

    feed: Feed
    reader: Actor
    language: str


def open_feed(
    write: Write, actor: Actor, view: FeedView, about_id: bytes = b"", *, now: datetime
) -> str | Refusal:
    """Make an address of the actor's; its token, answered this once.

    One that shows them the same counts no more from now on.
    """
    if actor.is_away:
        return refusals.ONLY_AT_HOME
    if actor.staff_id is not None or not _may_read(actor, view):
        return refusals.NOT_ALLOWED
    for feed in list_feeds(write, actor):
        if (feed.view, feed.about_id) == (view, about_id):
            feed_tables.insert_revocation(write, feed.id, at=to_epoch(now))
    token = new_short_token()
    write.insert(
        "calendar_feed",
        id=new_id(),
        person_id=actor.person_id,
        view=str(view),
        about_id=about_id,
        digest=token_digest(token),
        at=to_epoch(now),
    )
    return token


def close_feed(write: Write, actor: Actor, feed_id: bytes, *, now: datetime) -> Refusal | None:
    """Take an address back: one's own, or one of the desk's; others' do not exist."""
    row = feed_tables.select_feed_by_id(write, feed_id)
    feed = _feed_of(row) if row is not None else None
    if feed is None or not (feed.person_id == actor.person_id or _is_the_desks(write, actor, feed)):
        return refusals.NOT_FOUND
    staff_id = actor.person_id if feed.person_id != actor.person_id else None
    feed_tables.insert_revocation(write, feed_id, at=to_epoch(now), staff_id=staff_id)
    return None


def close_feeds(write: Write, actor: Actor, *, now: datetime) -> None:
    """Take all of the actor's addresses back."""
    for feed in list_feeds(write, actor):
        feed_tables.insert_revocation(write, feed.id, at=to_epoch(now), staff_id=actor.staff_id)


def list_feeds(read: Read, actor: Actor) -> list[Feed]:
    """The actor's own addresses that count, the oldest first."""
    return _feeds_of(feed_tables.select_feeds_of(read, actor.person_id))


def list_desk_feeds(
    read: Read, actor: Actor, views: Collection[FeedView] = CALENDARS
) -> list[Feed]:
    """The addresses that the team made for its work, the oldest first."""
    found = _feeds_of(feed_tables.select_feeds_showing(read, tuple(map(str, views))))
    return [feed for feed in found if _is_the_desks(read, actor, feed)]


def find_feed(read: Read, token: str, *, now: datetime) -> FollowedFeed | None:
    """Whose address this is and what it shows; None where it shows nothing, or no more."""
    digest = token_digest(read_short_token(token))
    row = feed_tables.select_feed(read, digest)
    feed = _feed_of(row) if row is not None else None
    if feed is None:
        return None
    reader = actor_of(read, feed.person_id, face=Face.PORTAL, now=now)
    person = find_person(read, feed.person_id)
    if reader is None or person is None or not _may_read(reader, feed.view):
        return None
    return FollowedFeed(feed, reader, person.profile.language)


async def follow_feed(
    store: Store, knock: Knock, token: str, *, now: datetime
) -> FollowedFeed | Refusal:
    """The same for whoever asks over the line.

    An address that is none is counted as a wrong guess. A right one is answered however many wrong
    ones came from the same line: nobody guesses 128 bits, and a calendar that still asks for an old
    address must not silence the new ones of the same household.
    """
    found = await store.read(lambda read: find_feed(read, token, now=now))
    return (
        found or await throttle.count_wrong_address(store, knock, now=now) or refusals.NO_CALENDAR
    )


def _may_read(actor: Actor, view: FeedView) -> bool:
    return view not in NEEDED or may(actor, NEEDED[view])


def _is_the_desks(read: Read, actor: Actor, feed: Feed) -> bool:
    """Whether an address is the team's, and the actor one who may see what it shows."""
    if not may(actor, Permission.SEE_ALL_RESERVATIONS):
        return False
    return feed.view is FeedView.DESK or (
        feed.view is not FeedView.MINE and tables.is_of_team(read, feed.person_id)
    )


def _feeds_of(rows: list[Any]) -> list[Feed]:
    return [feed for row in rows if (feed := _feed_of(row)) is not None]


def _feed_of(row: Any) -> Feed | None:
    """A row as the address it is; a newer release may know views that this one does not."""
    try:
        view = FeedView(row["view"])
    except ValueError:
        return None
    return Feed(row["id"], row["person_id"], view, row["about_id"], from_epoch(row["at"]))
