"""Addresses of calendars for the team's work: of a place with names, of a house without."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people, quarter, spaces
from node.base.actors import Actor, Permission
from node.base.ids import id_text
from node.base.refusals import N_
from node.desk.frame import desk_page
from node.people import Feed, FeedView
from node.store import Read
from node.web.calendar_address import WHAT, asked_view, make_address, name_of
from node.web.forms import path_id, read_fields, read_query
from node.web.listing import rows_table
from node.web.showing import moment
from node.web.visit import Visit

DESK_VIEWS = frozenset({FeedView.DESK, FeedView.SPACE, FeedView.HOUSE})


@dataclass(slots=True)
class CalendarsPage:
    """See `desk/calendars.html`."""

    made: list[dict[str, str]]
    houses: list[dict[str, str]]
    places: list[dict[str, str]]
    flashes: list[dict[str, str]] = field(default_factory=list)


@get("/desk/calendars", include_in_schema=False)
async def calendars(visit: Visit) -> Response[Any]:
    """The team's addresses, whoever made them, and what there is to make one of."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    page = await visit.read(lambda read: _look(read, visit, actor))
    if read_query(visit).given.get("done"):
        page.flashes = [{"kind": "success", "text": visit.say(N_("Die Adresse ist gesperrt."))}]
    return await desk_page(
        visit,
        "desk/calendars.html",
        page,
        here="plan",
        table=lambda: rows_table(visit, visit.say(N_("kalender")), COLUMNS, page.made),
    )


COLUMNS = {"title": N_("Wovon"), "text": N_("Was"), "by": N_("Durch"), "made": N_("Seit")}


def _look(read: Read, visit: Visit, actor: Actor) -> CalendarsPage:
    houses = quarter.list_buildings(read)
    names = {each.id: each.name for each in houses}
    return CalendarsPage(
        made=[_made(read, visit, feed) for feed in people.list_desk_feeds(read, actor)],
        houses=[{"about": id_text(each.id), "title": each.name} for each in houses],
        places=[
            {
                "about": id_text(space.id),
                "title": space.name.in_language(visit.prefs.lang),
                "house": names.get(space.building_id, ""),
            }
            for space in spaces.list_spaces(read)
        ],
    )


def _made(read: Read, visit: Visit, feed: Feed) -> dict[str, str]:
    maker = people.find_person(read, feed.person_id)
    return {
        "feed": id_text(feed.id),
        "title": name_of(read, visit, feed.view, feed.about_id)
        or visit.say(N_("gibt es nicht mehr")),
        "text": visit.say(WHAT[feed.view]),
        "by": maker.name if maker is not None else "",
        "made": moment(visit, feed.made_at),
    }


@post("/desk/calendars", include_in_schema=False)
async def make_calendar(visit: Visit) -> Response[Any]:
    """Make an address and show it this once; one's own older one of the same counts no more."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    fields = await read_fields(visit)
    view = asked_view(fields, DESK_VIEWS)
    page = await make_address(visit, actor, view, fields.id("about"))
    return await desk_page(visit, "desk/calendar_address.html", page, here="plan")


@post("/desk/calendars/{feed:str}/revoke", include_in_schema=False)
async def revoke_calendar(visit: Visit, feed: str) -> Response[Any]:
    """Take an address of the team's back."""
    actor = visit.allowed(Permission.SEE_ALL_RESERVATIONS)
    await read_fields(visit)
    feed_id = path_id(feed)
    await visit.write(lambda write: people.close_feed(write, actor, feed_id, now=visit.now))
    return visit.go("/desk/calendars?done=1")


ROUTES = (calendars, make_calendar, revoke_calendar)
