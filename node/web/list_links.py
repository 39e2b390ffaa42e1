"""The list of a hand-over goes on on a phone: from the lobby's screen, for one protocol.

The lobby is not where the room is, so what wants a photo is said where one stands. The address is
good for an hour from the scan, and opens this protocol and nothing else of the reservation.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from node.base.refusals import RefusedError
from node.spaces import Phase
from node.web.short_links import LINK_OLD, seal, unseal
from node.web.visit import Visit

USE = b"list"
GOOD_FOR = timedelta(hours=1)
"""Up the stairs, once around the room, and back."""
PHASES = {b"i": Phase.IN, b"o": Phase.OUT}


def list_thing(reservation_id: bytes, phase: Phase) -> bytes:
    """One protocol, as tokens name it."""
    return next(sign for sign, each in PHASES.items() if each is phase) + reservation_id


def list_address(visit: Visit, thing: bytes) -> str:
    """Where one protocol is gone through on a phone, from now for an hour."""
    phase, _ = _read(thing)
    token = seal(visit.house.secret, USE, thing, until=visit.now + GOOD_FOR)
    return f"/list/{token}/hand-over/{phase}"


async def open_list(visit: Visit, token: str) -> tuple[Phase, bytes, datetime]:
    """The protocol and the reservation behind an address, and until when; raises `RefusedError`."""
    thing, until = await unseal(visit, USE, token)
    return *_read(thing), until


def _read(thing: bytes) -> tuple[Phase, bytes]:
    phase = PHASES.get(thing[:1])
    if phase is None:
        raise RefusedError(LINK_OLD)
    return phase, thing[1:]
