"""Which keys should be back and which are lost, for the desk's first page; what a key is called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from node import spaces
from node.base.refusals import N_
from node.spaces import Key, KeyState
from node.store import Read
from node.web.showing import money
from node.web.visit import Visit

OVERDUE = ("displaced", N_("überfällig"))
LOST = ("displaced", N_("verloren"))


def keys_to_look_at(read: Read, *, now: datetime) -> list[Key]:
    """Those that should be back, then those that are lost until another one hangs there."""
    keys = spaces.list_keys(read, now=now)
    lost = (key for key in keys if key.state is KeyState.LOST)
    return [*spaces.only_overdue(keys, now=now), *lost]


def lost_by(read: Read, reservation_id: bytes, space_id: bytes, *, now: datetime) -> list[Key]:
    """The keys that were lost while they were handed out for a reservation."""
    return [
        key
        for key in spaces.list_keys(read, now=now, space_id=space_id)
        if key.state is KeyState.LOST
        and key.holder is not None
        and key.holder.reservation.id == reservation_id
    ]


def key_name(visit: Visit, key: Key) -> str:
    """What a key is called; of several alike with its number."""
    name = visit.local(key.row.name)
    return name if key.row.count == 1 else f"{name} {key.copy}"


def fee_cents(key: Key) -> int:
    """What the place's rules ask for a lost key; 0 where they say nothing of it."""
    stay = key.space.row.stay
    return stay.lost_key_cents if stay else 0


def fee_words(visit: Visit, key: Key) -> str:
    """What the place's rules ask for a lost key, in words."""
    cents = fee_cents(key)
    return visit.say(N_("nach Preisliste {sum}"), sum=money(visit, cents)) if cents else ""


def key_tasks(
    visit: Visit, keys: Iterable[Key], names: dict[bytes, tuple[str, str]]
) -> list[dict[str, Any]]:
    """Keys that are missed, for the desk's first page."""
    return [_task(visit, key, names) for key in keys]


def _task(visit: Visit, key: Key, names: dict[bytes, tuple[str, str]]) -> dict[str, Any]:
    who = names[key.holder.reservation.id][0] if key.holder else ""
    state, state_text = LOST if key.state is KeyState.LOST else OVERDUE
    if key.state is KeyState.LOST:
        had = visit.say(N_("zuletzt bei {name}"), name=who) if who else ""
        text = ", ".join(filter(None, (visit.say(REPLACE), had, fee_words(visit, key))))
    else:
        text = visit.say(N_("noch bei {name}"), name=who or "–")
    return {
        "title": f"{visit.local(key.space.name)}: {key_name(visit, key)}",
        "text": text,
        "href": "/desk/keys",
        "state": state,
        "state_text": visit.say(state_text),
    }


REPLACE = N_("neuen Schlüssel besorgen")
