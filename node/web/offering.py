"""An offer of a time as our own buttons and addresses carry it: the place, from and until."""

from __future__ import annotations

from node.base.ids import id_text, parse_id
from node.base.periods import Period, from_epoch, to_epoch
from node.base.refusals import N_, RefusedError
from node.spaces import Space
from node.web.forms import BAD_ID

EPOCH_MAX = 7_258_118_400
"""The year 2200: an offer beyond was not made by our own pages."""


def offer_value(space_id: bytes, period: Period) -> str:
    """The place's id and the two instants in seconds since 1970, with dots between."""
    return f"{id_text(space_id)}.{to_epoch(period.starts_at)}.{to_epoch(period.ends_at)}"


def purpose_for(space: Space | None, wanted: str = "") -> str:
    """What a place is reserved for: as it is wanted where the place has that, else the usual."""
    if space is None:
        return ""
    return wanted if wanted in space.row.purposes else space.row.usual_purpose


def read_offer(text: str) -> tuple[bytes, Period]:
    """What `offer_value` wrote; anything else is no mistake of typing, so it is refused."""
    space, _, times = text.partition(".")
    starts, _, ends = times.partition(".")
    try:
        seconds = [int(part) for part in (starts, ends) if part.isascii() and part.isdecimal()]
        if len(times) > 24 or len(seconds) != 2 or max(seconds) > EPOCH_MAX:
            raise ValueError(text)
        return parse_id(space), Period(from_epoch(seconds[0]), from_epoch(seconds[1]))
    except ValueError:
        raise RefusedError(BAD_ID) from None


NO_WITHDRAWAL = N_(
    "Für einen festen Termin gibt es kein Widerrufsrecht (§ 312g Abs. 2 Nr. 9 BGB). Absagen "
    "können Sie zu den Bedingungen oben."
)
