"""Door displays: a device on the wall beside a place that shows this place's day and nothing else.

The desk makes a code, a device gives it once and gets a token of its own. What the token opens is
the plan of one place without names; who books or checks in there brings their card or pass.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from node.base.actors import Actor, Permission, may
from node.base.ids import new_id, normal_code, random_code
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import N_, Refusal
from node.people.hashing import new_token, token_digest
from node.spaces import display_tables, place_tables
from node.spaces.cases import UNKNOWN_SPACE
from node.spaces.model import Space
from node.store import Read, Write

CODE_CHARS = 8
CODE_LASTS = timedelta(minutes=30)
"""Long enough to carry a tablet to its door; 40 bits are not guessed in that time."""

PRESENCE_SECONDS = 60
PRESENCE_FIGURES = 6
PRESENCE_KEPT = 2
"""So many windows before the present one still count: whoever read the figures has to type them."""


@dataclass(frozen=True, slots=True)
class InvitedDisplay:
    """A code that makes a device the door display of a place, answered this once."""

    code: str
    space: Space
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class DoorDisplay:
    """A door display that counts; `taken_at` is None while no device has given its code."""

    id: bytes
    space_id: bytes
    made_at: datetime
    code_ends_at: datetime
    staff_id: bytes
    taken_at: datetime | None


def invite_display(
    write: Write, actor: Actor, space_id: bytes, *, now: datetime
) -> InvitedDisplay | Refusal:
    """Make the code for a device that shall hang at a place."""
    if not may(actor, Permission.MANAGE_SPACES):
        return NOT_ALLOWED
    space = place_tables.select_space(write, space_id)
    if space is None or space.ended:
        return UNKNOWN_SPACE
    if not space.is_room:
        return NOT_FOR_STAYS
    code, ends_at = random_code(CODE_CHARS), now + CODE_LASTS
    display_tables.insert_display(
        write,
        new_id(),
        space_id=space_id,
        digest=token_digest(code),
        at=to_epoch(now),
        ends_at=to_epoch(ends_at),
        staff_id=actor.person_id,
    )
    return InvitedDisplay(code, space, ends_at)


def become_display(write: Write, code: str, *, now: datetime) -> str | Refusal:
    """Let a device be the door display that a code was made for; its token, answered this once."""
    row = display_tables.select_by_code(write, token_digest(normal_code(code)))
    if row is None or row["taken_at"] or row["ends_at"] <= to_epoch(now):
        return WRONG_CODE
    token = new_token()
    is_first = display_tables.insert_device(
        write, row["id"], digest=token_digest(token), at=to_epoch(now)
    )
    return token if is_first else WRONG_CODE


def find_display(read: Read, token: str) -> DoorDisplay | None:
    """The display that a device with this token is; None where it is none, or none any more."""
    row = display_tables.select_by_token(read, token_digest(token)) if token else None
    return None if row is None else _display(row)


def list_displays(read: Read) -> list[DoorDisplay]:
    """All displays that were not taken back, the oldest first."""
    return [_display(row) for row in display_tables.select_displays(read)]


def end_display(
    write: Write, actor: Actor, display_id: bytes, *, now: datetime
) -> DoorDisplay | Refusal:
    """Take a display back: its device shows nothing from now on."""
    if not may(actor, Permission.MANAGE_SPACES):
        return NOT_ALLOWED
    row = display_tables.select_by_id(write, display_id)
    if row is None:
        return UNKNOWN_DISPLAY
    display_tables.insert_end(write, display_id, at=to_epoch(now), staff_id=actor.person_id)
    return _display(row)


def _display(row: Any) -> DoorDisplay:
    return DoorDisplay(
        id=row["id"],
        space_id=row["space_id"],
        made_at=from_epoch(row["at"]),
        code_ends_at=from_epoch(row["ends_at"]),
        staff_id=row["staff_id"],
        taken_at=from_epoch(row["taken_at"]) if row["taken_at"] else None,
    )


# Who reads the figures on a display stands before it


def presence_figures(read: Read, display: DoorDisplay, *, now: datetime) -> str:
    """The figures that a display shows at this moment; others a minute later."""
    row = display_tables.select_by_id(read, display.id)
    return _figures(row["device_digest"] or b"", _window(now)) if row is not None else ""


def has_display(read: Read, space_id: bytes) -> bool:
    """Whether a device hangs at a place."""
    return bool(display_tables.select_of_space(read, space_id))


def is_at_display(read: Read, space_id: bytes, figures: str, *, now: datetime) -> bool:
    """Whether these figures stood on a display of the place just now."""
    given, window = figures.strip().replace(" ", "").encode(), _window(now)
    return any(
        hmac.compare_digest(given, _figures(row["device_digest"], window - back).encode())
        for row in display_tables.select_of_space(read, space_id)
        for back in range(-1, PRESENCE_KEPT + 1)
    )


def _window(now: datetime) -> int:
    return to_epoch(now) // PRESENCE_SECONDS


def _figures(key: bytes, window: int) -> str:
    """Figures from what only the house's own nodes hold of a device's token."""
    mac = hmac.digest(key, b"presence" + window.to_bytes(8, "big"), hashlib.sha256)
    return str(int.from_bytes(mac[:8], "big") % 10**PRESENCE_FIGURES).zfill(PRESENCE_FIGURES)


NOT_ALLOWED = Refusal(
    "displays.not_allowed",
    N_("Dafür haben Sie keine Berechtigung."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
NOT_FOR_STAYS = Refusal(
    "displays.not_for_stays",
    N_("An einer Gästewohnung hängt keine Türanzeige."),
    N_("Sie würde jedem sagen, ob gerade jemand darin wohnt. Bitte wählen Sie einen Raum."),
    field="place",
)
UNKNOWN_DISPLAY = Refusal(
    "displays.not_found",
    N_("Diese Türanzeige gibt es nicht mehr."),
    N_("Sie ist schon gesperrt, oder es hat sie nie gegeben."),
    status=404,
)
WRONG_CODE = Refusal(
    "displays.wrong_code",
    N_("Dieser Code gilt nicht."),
    N_("Er gilt 30 Minuten und nur einmal. Der Service-Point macht einen neuen."),
    status=404,
    field="code",
)
