"""What waits for the team of hand-overs, for the desk's first page."""

from __future__ import annotations

from typing import Any

from node.base.ids import id_text
from node.base.refusals import N_
from node.spaces import HandOver
from node.web.visit import Visit


def hand_over_task(
    visit: Visit, found: HandOver, names: dict[bytes, tuple[str, str]]
) -> dict[str, Any]:
    """A hand-over with what is open in it."""
    reservation_id = found.line.reservation.id
    differs = len(found.open)
    told = (
        visit.say(N_("Abweichungen: {count}"), count=differs)
        if differs
        else visit.say(N_("Übergabe zu bestätigen"))
    )
    place = found.line.space.name.in_language(visit.prefs.lang)
    return {
        "title": f"{place}: {names[reservation_id][0]}",
        "text": told,
        "href": f"/desk/hand-over/{id_text(reservation_id)}",
        "state": "displaced" if differs else "requested",
        "state_text": visit.say(N_("offen")),
    }
