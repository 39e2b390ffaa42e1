"""Giving a reservation up for what was shown: whoever presses pays what stood there, or nothing
happens and they look again."""

from __future__ import annotations

from datetime import datetime

from node.base.actors import Actor
from node.base.money import Cents
from node.base.refusals import N_, Refusal
from node.spaces.actions import cancel, own_to_change
from node.spaces.cancelling import preview_cancellation
from node.spaces.model import Reservation, Status
from node.store import Write

FEE_MAX = 10**8
"""More cents than anything costs to give up."""


def cancel_for(
    write: Write, actor: Actor, reservation_id: bytes, *, fee_cents: Cents, now: datetime
) -> Reservation | Refusal:
    """Give a reservation up for `fee_cents`; asked for twice it is done once."""
    found = own_to_change(write, actor, reservation_id)
    if isinstance(found, Refusal):
        return found
    is_gone = found.status_at(now) is Status.CANCELLED
    if not is_gone and preview_cancellation(found, now=now).fee_cents != fee_cents:
        return FEE_CHANGED
    return cancel(write, actor, reservation_id, now=now)


FEE_CHANGED = Refusal(
    "spaces.fee_changed",
    N_("Absagen kostet jetzt etwas anderes als eben. Es wurde noch nichts abgesagt."),
    N_("Bitte sehen Sie sich den Betrag an und entscheiden Sie noch einmal."),
)
