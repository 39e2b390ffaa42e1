"""What guests say before they come, by their link or at the desk."""

from __future__ import annotations

from datetime import datetime

from node.base.ids import new_id
from node.base.periods import kept_instant
from node.base.refusals import Refusal
from node.spaces.guests import rules, tables
from node.spaces.guests.links import stay_of
from node.spaces.guests.model import GuestList, Kind, RecordFact, Stay
from node.store import Write


def say_guests(
    write: Write, stay: Stay, said: GuestList, *, face: str, now: datetime
) -> Stay | Refusal:
    """Write down who comes and when. The same said twice is said once."""
    refusal = rules.check_guests(stay, said)
    if refusal is not None:
        return refusal
    if said != stay.guests:
        if any(filed.is_signed for filed in stay.forms.values()):
            return rules.SIGNED_ALREADY
        fact = RecordFact(kept_instant(now), face)
        tables.insert_record(write, new_id(), stay.keeper_id, Kind.GUESTS, fact, said=said)
    return stay_of(write, stay.line, now=now)
