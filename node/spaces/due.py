"""What is to be paid of a reservation as things stand: the same sum on every face. Pure."""

from __future__ import annotations

from node.base.money import Cents
from node.spaces.model import Line, Reservation, Status
from node.spaces.pricing import no_show_cost

NOTHING_AGREED = frozenset({Status.DECLINED, Status.DISPLACED, Status.EXPIRED})


def due_cents(reservation: Reservation, status: Status) -> Cents | None:
    """What stays due: the bill, what giving up cost, or what of it who did not come still owes;
    None where there is nothing to say, because nothing was agreed or it came to nothing."""
    if status is Status.CANCELLED:
        gone = reservation.cancellation
        return gone.fee_cents if gone is not None else 0
    if reservation.decision is None or status in NOTHING_AGREED:
        return None
    if status is Status.NO_SHOW:
        return no_show_cost(reservation.terms, reservation.bill).cents
    return reservation.bill.total_cents


def due_of(line: Line) -> Cents | None:
    """The same of a line."""
    return due_cents(line.reservation, line.status)
