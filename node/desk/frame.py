"""What stands around every page of the desk: the line, the desk's hours, the ways to go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response

from node import quarter, spaces
from node.base.actors import Permission, may
from node.base.refusals import N_
from node.web.forms import read_query
from node.web.line import line_now
from node.web.showing import clock, moment
from node.web.table import Table
from node.web.visit import Visit, as_mapping

QUERY_MAX = 400

WORDS = (
    ("today", "/desk", "sun", N_("Heute"), "1", Permission.SEE_ALL_RESERVATIONS),
    ("spaces", "/desk/find", "calendar-plus", N_("Buchen"), "2", Permission.RESERVE_FOR_OTHERS),
    ("plan", "/desk/plan", "calendar-days", N_("Belegung"), "3", Permission.SEE_ALL_RESERVATIONS),
    ("people", "/desk/people", "users", N_("Menschen"), "4", Permission.MANAGE_PEOPLE),
    ("letters", "/desk/letters", "mail", N_("Briefe"), "5", Permission.ISSUE_CODES),
    ("health", "/desk/health", "activity", N_("Zustand"), "6", Permission.SEE_HEALTH),
    ("places", "/desk/places", "door-open", N_("Orte"), "7", Permission.MANAGE_SPACES),
    (
        "turnover",
        "/desk/turnover",
        "sparkles",
        N_("Reinigung"),
        "8",
        Permission.SEE_ALL_RESERVATIONS,
    ),
    (
        "waiting",
        "/desk/waiting",
        "hourglass",
        N_("Warteliste"),
        "9",
        Permission.SEE_ALL_RESERVATIONS,
    ),
)
"""The ways to go, in their order, with the key of each and who may go there."""


def first_way(visit: Visit) -> str:
    """The first page of those that this member of the team may see; empty where there is none."""
    return next((way[1] for way in WORDS if may(visit.actor, way[5])), "")


async def desk_page(
    visit: Visit,
    template: str,
    data: Any = None,
    *,
    here: str,
    status: int = 200,
    table: Callable[[], Table] | None = None,
) -> Response[Any]:
    """A page of the desk in its frame."""
    if visit.wants_json or visit.asked.wants_table:
        return visit.page(template, data, here=here, status=status, table=table)
    framed = {**await frame(visit), **as_mapping(data)}
    return visit.page(template, framed, here=here, status=status, table=table)


async def frame(visit: Visit) -> dict[str, Any]:
    """The context that `layout_desk.html` asks for."""
    line, calls = await line_now(visit), await _calls_waiting(visit)
    return {
        "desk": {
            "line": line.state,
            "line_text": line.text,
            "open_text": await open_words(visit),
        },
        "nav": [
            {
                "id": word,
                "href": href,
                "icon": icon,
                "text": visit.say(text),
                "key": key,
                "count": calls if word == "waiting" else "",
            }
            for word, href, icon, text, key, permission in WORDS
            if visit.actor.is_signed_in and may(visit.actor, permission)
        ],
        "query": read_query(visit).given.get("query", "")[:QUERY_MAX],
    }


async def _calls_waiting(visit: Visit) -> str:
    """How many people must be told of an offer: it runs out, so it stands on every page."""
    if not may(visit.actor, Permission.SEE_ALL_RESERVATIONS):
        return ""
    found = await visit.store.read(lambda read: len(spaces.calls(read, now=visit.now)))
    return str(found) if found else ""


async def open_words(visit: Visit) -> str:
    """Until when the desk is open, or when it opens next."""
    until = await visit.store.read(lambda read: quarter.desk_open_until(read, visit.now))
    if until is not None:
        return visit.say(N_("geöffnet bis {until}"), until=clock(visit, until))
    opens = await visit.store.read(lambda read: quarter.next_desk_opening(read, visit.now))
    if opens is None:
        return visit.say(N_("geschlossen"))
    return visit.say(N_("geschlossen bis {opens}"), opens=moment(visit, opens))
