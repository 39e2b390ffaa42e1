"""Which deposits are to be received and to be returned, for the desk's first page."""

from __future__ import annotations

from typing import Any

from node.base.ids import id_text
from node.base.refusals import N_
from node.spaces import HeldDeposit
from node.web.showing import money
from node.web.visit import Visit


def deposit_task(
    visit: Visit, found: HeldDeposit, names: dict[bytes, tuple[str, str]], *, is_due_back: bool
) -> dict[str, Any]:
    """A deposit that waits for the desk."""
    reservation_id, deposit = found.line.reservation.id, found.deposit
    place = found.line.space.name.in_language(visit.prefs.lang)
    if is_due_back:
        text = visit.say(N_("zurückgeben: {sum}"), sum=money(visit, deposit.held_cents))
    else:
        text = visit.say(N_("entgegennehmen: {sum}"), sum=money(visit, deposit.missing_cents))
    return {
        "title": f"{place}: {names[reservation_id][0]}",
        "text": text,
        "href": f"/desk/deposits/{id_text(reservation_id)}",
        "state": "held" if is_due_back else "requested",
        "state_text": visit.say(N_("offen")),
    }
