"""Who is hit by a closure, and a line that is cut, for the desk's first page: with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from node.base.actors import Permission, may
from node.base.ids import id_text
from node.base.refusals import N_
from node.spaces.relocating import Hit
from node.web.line import line_now
from node.web.showing import when_of
from node.web.visit import Visit

ROWS_MAX = 6
"""So many stand on the board; the page has them all."""


def displaced_tasks(
    visit: Visit, hits: Sequence[Hit], names: dict[bytes, tuple[str, str]]
) -> list[dict[str, Any]]:
    """Everybody who is hit, the next first."""
    rows = [displaced_task(visit, hit, names) for hit in hits[:ROWS_MAX]]
    if len(hits) > ROWS_MAX:
        rows.append(
            {
                "title": visit.say(N_("Noch betroffen: {count}"), count=len(hits) - ROWS_MAX),
                "text": "",
                "href": "/desk/displaced",
                "state": "displaced",
                "state_text": visit.say(N_("geschlossen: anderes anbieten")),
            }
        )
    return rows


def displaced_task(visit: Visit, hit: Hit, names: dict[bytes, tuple[str, str]]) -> dict[str, Any]:
    """Somebody who is hit, on the board, with what to do."""
    reservation = hit.line.reservation
    place = hit.line.space.name.in_language(visit.prefs.lang)
    return {
        "title": f"{place}: {names[reservation.id][0]}",
        "text": when_of(visit, hit.line.space, reservation.period),
        "href": f"/desk/displaced#hit-{id_text(reservation.id)}",
        "state": "displaced",
        "state_text": visit.say(N_("geschlossen: anderes anbieten")),
    }


async def line_tasks(visit: Visit) -> list[dict[str, Any]]:
    """What to do while the line is cut; what waits is counted."""
    line = await line_now(visit)
    if line.state != "cut":
        return []
    return [
        {
            "title": line.text,
            "text": visit.say(
                N_(
                    "Im Haus gilt alles weiter. Bitte Strom und Kabel am Router prüfen. Was wartet,"
                    " wird danach von selbst gesendet."
                )
            ),
            "href": "/desk/health" if may(visit.actor, Permission.SEE_HEALTH) else "",
            "state": "waiting",
            "state_text": visit.say(N_("wartet auf die Leitung")),
        }
    ]
