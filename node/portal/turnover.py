"""What is to be cleaned, on the phone of whoever does it: by a secret address, without a name.

No session stands behind it: whoever holds the address may see the list and say what was done, as
long as the member of the team who made it may.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from node import people, quarter, spaces
from node.base.actors import Face
from node.base.refusals import N_, Refusal, RefusedError, granted
from node.people import FeedView, FollowedFeed
from node.store import Read
from node.web.calendar_address import name_of
from node.web.forms import NOT_FOUND, path_id, read_fields, read_query
from node.web.knocking import knock_of
from node.web.turnovers import ACTS, LIVE_TABLES, ShownDay, days_of, said
from node.web.visit import Visit

DAYS = 7
DONE_WORDS = {
    "done": N_("Danke. Als sauber gemeldet."),
    "back": N_("Zurückgenommen. Es steht wieder auf der Liste."),
    "problem": N_("Danke. Der Service-Point sieht es."),
}


@dataclass(frozen=True, slots=True)
class TurnoverListPage:
    """See `portal/turnover.html`."""

    title: str
    days: list[ShownDay]
    action: str
    live_from: str
    notice: dict[str, str] | None
    live: str = LIVE_TABLES


@get("/turnover/{token:str}", include_in_schema=False)
async def turnover_list(visit: Visit, token: str) -> Response[Any]:
    """The list of the next days."""
    followed = await _follow(visit, token)

    def look(read: Read) -> tuple[str, list[ShownDay]]:
        about_id = followed.feed.about_id
        names = {each.id: each.name for each in quarter.list_buildings(read)}
        found = [
            each
            for each in spaces.list_turnovers(read, days=DAYS, now=visit.now)
            if not about_id or each.line.space.building_id == about_id
        ]
        title = name_of(read, visit, FeedView.TURNOVER, about_id)
        return title, days_of(visit, found, names)

    title, days = await visit.read(look)
    act, address = read_query(visit).given.get("said", ""), f"/turnover/{token}"
    words = DONE_WORDS.get(act)
    notice = {"kind": "success", "title": visit.say(words), "text": ""} if words else None
    page = TurnoverListPage(title, days, address, address, notice)
    answer = visit.page("portal/turnover.html", page)
    answer.headers["cache-control"] = "private, no-store"
    answer.headers["x-robots-tag"] = "noindex, nofollow"
    return answer


@post("/turnover/{token:str}/{reservation:str}/{act:str}", include_in_schema=False)
async def say_by_link(visit: Visit, token: str, reservation: str, act: str) -> Response[Any]:
    """Done, not done after all, or a problem."""
    followed = await _follow(visit, token)
    fields = await read_fields(visit)
    reservation_id = path_id(reservation)
    if act not in ACTS:
        raise RefusedError(NOT_FOUND)
    await visit.read(lambda read: _in_its_house(read, followed, reservation_id))
    words = fields.text("words", longest=500)
    await visit.write(
        said(act, followed.reader, reservation_id, words, now=visit.now, by_link=True)
    )
    return visit.go(f"/turnover/{token}?said={act}")


async def _follow(visit: Visit, token: str) -> FollowedFeed:
    knock = knock_of(visit, Face.PORTAL)
    found = await people.follow_feed(visit.store, knock, token, now=visit.now)
    followed = granted(found)
    if followed.feed.view is not FeedView.TURNOVER:
        raise RefusedError(NO_LIST)
    return followed


def _in_its_house(read: Read, followed: FollowedFeed, reservation_id: bytes) -> Refusal | None:
    """An address of one house says nothing of another's places."""
    reservation = spaces.find_reservation(read, reservation_id)
    space = spaces.find_space(read, reservation.space_id) if reservation else None
    is_there = space is not None and followed.feed.about_id in {b"", space.building_id}
    return None if is_there else NO_LIST


NO_LIST = Refusal(
    "portal.no_turnover_list",
    N_("Unter dieser Adresse gibt es keine Liste."),
    N_("Vielleicht wurde sie gesperrt. Der Service-Point richtet Ihnen eine neue ein."),
    status=404,
)

ROUTES = (turnover_list, say_by_link)
