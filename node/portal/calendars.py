"""Addresses of calendars: make one, see it once, take it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, spaces
from node.base.actors import Actor
from node.base.ids import id_text, parse_id
from node.base.refusals import N_, RefusedError
from node.people import Feed, FeedView
from node.store import Read
from node.web.calendar_address import WHAT, asked_view, make_address, name_of
from node.web.forms import path_id, read_fields, read_query
from node.web.showing import moment
from node.web.visit import Visit

OWN_VIEWS = frozenset({FeedView.MINE, FeedView.SPACE, FeedView.HOUSE})


@dataclass(frozen=True, slots=True)
class Offered:
    """A calendar that there is to read; `feed` is the id of one's own address of it, if any."""

    view: str
    about: str
    title: str
    text: str
    feed: str = ""
    made: str = ""


@dataclass(slots=True)
class CalendarsPage:
    """See `portal/calendars.html`."""

    rows: list[Offered]
    back: str
    flashes: list[dict[str, str]] = field(default_factory=list)


@get("/account/calendars", include_in_schema=False)
async def calendars(visit: Visit) -> Response[Any]:
    """Which calendars there are to subscribe to, and of which one has an address."""
    actor = visit.signed_in()
    if actor.is_away:
        raise RefusedError(people.ONLY_AT_HOME)
    fields = read_query(visit)
    space_id = _id_or_none(fields.given.get("space", ""))
    rows = await visit.read(lambda read: _offered(read, visit, actor, space_id))
    back = f"/spaces/{id_text(space_id)}" if space_id else "/mine"
    page = CalendarsPage(rows, back)
    if fields.given.get("done"):
        text = visit.say(
            N_("Die Adresse ist gesperrt. Kalender, die sie hatten, zeigen nichts mehr.")
        )
        page.flashes = [{"kind": "success", "text": text}]
    return visit.page("portal/calendars.html", page, here="mine")


def _id_or_none(text: str) -> bytes:
    try:
        return parse_id(text)
    except ValueError:
        return b""


def _offered(read: Read, visit: Visit, actor: Actor, space_id: bytes) -> list[Offered]:
    """One's own bookings; the place one comes from, its house or one's own; what else one has."""
    own = people.list_feeds(read, actor)
    wanted: list[tuple[FeedView, bytes]] = [(FeedView.MINE, b"")]
    space = spaces.find_space(read, space_id) if space_id else None
    if space is not None:
        wanted = [(FeedView.SPACE, space.id), (FeedView.HOUSE, space.building_id), *wanted]
    elif building_id := people.building_of(read, actor.household_id):
        wanted.append((FeedView.HOUSE, building_id))
    wanted += [(feed.view, feed.about_id) for feed in own if feed.view in OWN_VIEWS]
    return [
        row
        for view, about_id in dict.fromkeys(wanted)
        if (row := _row(read, visit, own, view, about_id)) is not None
    ]


def _row(
    read: Read, visit: Visit, own: Iterable[Feed], view: FeedView, about_id: bytes
) -> Offered | None:
    named = name_of(read, visit, view, about_id)
    feed = next((each for each in own if (each.view, each.about_id) == (view, about_id)), None)
    if not named:
        # A place that is no more: its address says so by itself.
        return None
    return Offered(
        view=str(view),
        about=id_text(about_id) if about_id else "",
        title=named,
        text=visit.say(WHAT[view]),
        feed=id_text(feed.id) if feed else "",
        made=moment(visit, feed.made_at) if feed else "",
    )


@post("/account/calendars", include_in_schema=False)
async def make_calendar(visit: Visit) -> Response[Any]:
    """Make an address, or a new one instead of the old, and show it this once."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    view = asked_view(fields, OWN_VIEWS)
    about_id = b"" if view is FeedView.MINE else fields.id("about")
    page = await make_address(visit, actor, view, about_id)
    return visit.page("portal/calendar_address.html", page, here="mine")


@post("/account/calendars/{feed:str}/revoke", include_in_schema=False)
async def revoke_calendar(visit: Visit, feed: str) -> Response[Any]:
    """Take an address back: whoever holds it reads nothing more."""
    actor = visit.signed_in()
    await read_fields(visit)
    feed_id = path_id(feed)
    await visit.write(lambda write: people.close_feed(write, actor, feed_id, now=visit.now))
    return visit.go("/account/calendars?done=1")


ROUTES = (calendars, make_calendar, revoke_calendar)
