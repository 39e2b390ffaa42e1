"""Which keys should be back, for the desk's first page; what a key is called."""

from __future__ import annotations

from typing import Any

from node.base.refusals import N_
from node.spaces import Key
from node.web.visit import Visit

OVERDUE = ("displaced", N_("überfällig"))


def key_name(visit: Visit, key: Key) -> str:
    """What a key is called; of several alike with its number."""
    name = visit.local(key.row.name)
    return name if key.row.count == 1 else f"{name} {key.copy}"


def key_task(visit: Visit, key: Key, names: dict[bytes, tuple[str, str]]) -> dict[str, Any]:
    """A key that should be back, for the desk's first page."""
    who = names[key.holder.reservation.id][0] if key.holder else "–"
    return {
        "title": f"{visit.local(key.space.name)}: {key_name(visit, key)}",
        "text": visit.say(N_("noch bei {name}"), name=who),
        "href": "/desk/keys",
        "state": OVERDUE[0],
        "state_text": visit.say(OVERDUE[1]),
    }
