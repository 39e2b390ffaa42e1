"""Calendars that apps ask for again and again, by an address that somebody made and may take back.

No session stands behind it: whoever holds the address reads what its maker may see at that moment.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from litestar import Response, get

from node import people, quarter, spaces
from node.base.actors import Face
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import N_, Refusal, granted
from node.people import FeedView, FollowedFeed
from node.portal.appointments import (
    Said,
    buildings_by_id,
    household_names,
    notes_of,
    row_of,
    shut_row,
    taken_row,
    where_of,
)
from node.portal.passes import base_address
from node.quarter.model import TargetKind
from node.spaces import Space
from node.store import Read
from node.web.ics import MEDIA_TYPE, CalendarFile, CalendarRow, written
from node.web.knocking import knock_of
from node.web.visit import Visit

SUFFIX = ".ics"
BACK, AHEAD = timedelta(days=92), timedelta(days=366)
"""So far around now it is said when places are shut."""
HEADERS = {
    "cache-control": "private, no-cache",
    # A search engine that somebody handed an address to is not to tell it on.
    "x-robots-tag": "noindex, nofollow",
}


@get("/calendar/{file:str}", include_in_schema=False)
async def calendar_feed(visit: Visit, file: str) -> Response[Any]:
    """The calendar behind an address, in the language of its maker; 304 where it is unchanged."""
    token = file.removesuffix(SUFFIX)
    found = await people.follow_feed(
        visit.store, knock_of(visit, Face.PORTAL), token, now=visit.now
    )
    followed = granted(found)
    visit.prefs = dataclasses.replace(visit.prefs, lang=followed.language)
    visit.is_file = True
    calendar = await visit.read(lambda read: _calendar(read, visit, followed))
    headers = {**HEADERS, "etag": calendar.tag}
    if calendar.changed_at is not None:
        headers["last-modified"] = format_datetime(calendar.changed_at, usegmt=True)
    if calendar.tag in visit.asked.says(b"if-none-match"):
        return Response(None, status_code=304, headers=headers)
    content = await asyncio.to_thread(written, calendar)
    headers["content-disposition"] = 'inline; filename="quartier.ics"'
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


def _calendar(read: Read, visit: Visit, followed: FollowedFeed) -> CalendarFile | Refusal:
    tell = VIEWS.get(followed.feed.view)
    return people.NO_CALENDAR if tell is None else tell(read, visit, followed)


def _mine(read: Read, visit: Visit, followed: FollowedFeed) -> CalendarFile | Refusal:
    found = spaces.household_agenda(read, followed.reader, now=visit.now)
    said = Said(
        address=f"{base_address(visit)}/mine",
        buildings=buildings_by_id(read),
        notes=notes_of(read, found),
        names={},
    )
    name = visit.say(N_("Meine Buchungen, {quarter}"), quarter=visit.house.quarter_name)
    return _file(visit, name, [row_of(visit, each, said) for each in found])


def _desk(read: Read, visit: Visit, followed: FollowedFeed) -> CalendarFile | Refusal:
    space = spaces.find_space(read, followed.feed.about_id)
    if space is None:
        return people.NO_CALENDAR
    found = spaces.space_agenda(read, followed.reader, space.id, now=visit.now)
    said = Said(
        address=f"{base_address(visit)}/desk/reservations",
        buildings=buildings_by_id(read),
        notes={},
        names=household_names(read, found),
    )
    name = visit.say(N_("{place}, Service-Point"), place=visit.local(space.name))
    return _file(visit, name, [row_of(visit, each, said) for each in found])


def _space(read: Read, visit: Visit, followed: FollowedFeed) -> CalendarFile | Refusal:
    space = spaces.find_space(read, followed.feed.about_id)
    if space is None:
        return people.NO_CALENDAR
    name = visit.local(space.name)
    rows = [
        *_taken(read, visit, [space], says_which=False),
        *_shut(read, visit, [space], says_which=False),
    ]
    return _file(visit, name, rows)


def _house(read: Read, visit: Visit, followed: FollowedFeed) -> CalendarFile | Refusal:
    building = quarter.find_building(read, followed.feed.about_id)
    if building is None:
        return people.NO_CALENDAR
    found = [each for each in spaces.list_spaces(read) if each.building_id == building.id]
    rows = [
        *_taken(read, visit, found, says_which=True),
        *_shut(read, visit, found, says_which=True),
    ]
    return _file(visit, building.name, rows)


def _taken(read: Read, visit: Visit, places: list[Space], *, says_which: bool) -> list[CalendarRow]:
    buildings, address = buildings_by_id(read), f"{base_address(visit)}/spaces"
    return [
        taken_row(
            visit,
            taken,
            name=visit.local(taken.space.name) if says_which else "",
            where=where_of(visit, taken.space, buildings),
            url=f"{address}/{id_text(taken.space.id)}",
        )
        for taken in spaces.taken_times(read, places, now=visit.now)
    ]


def _shut(read: Read, visit: Visit, places: list[Space], *, says_which: bool) -> list[CalendarRow]:
    """When places are shut: what shuts a whole house or the quarter once, not for each of them."""
    found: dict[bytes, CalendarRow] = {}
    period, address = Period(visit.now - BACK, visit.now + AHEAD), base_address(visit)
    for space in places:
        name = visit.local(space.name) if says_which else ""
        for closure in quarter.closures_for(
            read, period, building_id=space.building_id, space_id=space.id
        ):
            is_of_space = closure.target_kind is TargetKind.SPACE
            url = f"{address}/spaces/{id_text(space.id)}" if is_of_space else f"{address}/house"
            found[closure.id] = shut_row(visit, closure, name=name * is_of_space, url=url)
    return list(found.values())


def _file(visit: Visit, name: str, rows: list[CalendarRow]) -> CalendarFile:
    return CalendarFile(name, visit.zone.key, tuple(rows))


VIEWS: dict[FeedView, Callable[[Read, Visit, FollowedFeed], CalendarFile | Refusal]] = {
    FeedView.MINE: _mine,
    FeedView.SPACE: _space,
    FeedView.HOUSE: _house,
    FeedView.DESK: _desk,
}

ROUTES = (calendar_feed,)
