"""What guests read of a stay that is cancelled: that it is, since when, and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Response

from node.portal.guest_words import desk_of
from node.portal.help_words import desk_help
from node.spaces.guests import GoneStay
from node.store import Read
from node.web.i18n import day_words
from node.web.showing import Place, moment, place_of, when_of
from node.web.visit import Visit


@dataclass(slots=True)
class GonePage:
    """See `portal/guest_gone.html`."""

    place: Place
    parts: list[dict[str, Any]]
    since: str
    is_shut: bool
    forgotten: str
    desk: dict[str, str]
    hours: str


async def gone_page(visit: Visit, gone: GoneStay) -> Response[Any]:
    """The page behind the link to a stay that there is no more."""

    def look(read: Read) -> tuple[dict[str, str], str]:
        return desk_of(read, visit), desk_help(visit, read)

    desk, hours = await visit.store.read(look)
    parts = [
        {
            "place": place_of(visit, line.space),
            "when": when_of(visit, line.space, line.reservation.period),
        }
        for line in gone.lines
    ]
    page = GonePage(
        place=place_of(visit, gone.lines[0].space),
        parts=parts,
        since=moment(visit, gone.since) if gone.since is not None else "",
        is_shut=gone.is_shut,
        forgotten=day_words(visit.prefs.lang, gone.forgotten_on) if gone.forgotten_on else "",
        desk=desk,
        hours=hours,
    )
    return visit.page("portal/guest_gone.html", page)
