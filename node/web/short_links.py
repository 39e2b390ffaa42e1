"""Short links from a screen of this box to a phone: signed by this box, bound to one thing, and old
after a while. They carry no session.

Who guesses at one is counted with all others who guess at secret addresses; an old link of ours is
no guess.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from node.base.periods import from_epoch, to_epoch
from node.base.refusals import N_, Refusal, RefusedError
from node.web.guessing import wrong_address
from node.web.visit import Visit

MAC_BYTES = 10
TIME_BYTES = 5


def seal(secret: bytes, use: bytes, what: bytes, *, until: datetime) -> str:
    """The token that stands for `what`, for one use and until an instant."""
    body = to_epoch(until).to_bytes(TIME_BYTES, "big") + what
    return base64.b32encode(_mac(secret, use, body) + body).decode().rstrip("=").lower()


async def unseal(visit: Visit, use: bytes, token: str) -> tuple[bytes, datetime]:
    """What a token of ours stands for, and until when. Raises `RefusedError` for an old one; for
    one that is not ours, too, and counts the guess."""
    body = _body_of(visit.house.secret, use, token)
    if body is None:
        raise RefusedError(await wrong_address(visit) or LINK_OLD)
    until = int.from_bytes(body[:TIME_BYTES], "big")
    if to_epoch(visit.now) > until:
        raise RefusedError(LINK_OLD)
    return body[TIME_BYTES:], from_epoch(until)


def _body_of(secret: bytes, use: bytes, token: str) -> bytes | None:
    padded = token.upper() + "=" * (-len(token) % 8)
    try:
        raw = base64.b32decode(padded)
    except (binascii.Error, ValueError):
        return None
    mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
    is_ours = len(body) > TIME_BYTES and hmac.compare_digest(mac, _mac(secret, use, body))
    return body if is_ours else None


def _mac(secret: bytes, use: bytes, body: bytes) -> bytes:
    return hmac.new(secret, use + b"\0" + body, hashlib.sha256).digest()[:MAC_BYTES]


LINK_OLD = Refusal(
    "kiosk.link_old",
    N_("Dieser Link gilt nicht mehr."),
    N_("Links vom Bildschirm in der Lobby gelten zehn Minuten. Dort bekommen Sie einen neuen."),
    status=404,
)
