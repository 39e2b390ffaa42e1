"""How a reservation is given up: final at the home node, a claim that it rules on at any other.

A claim says when and by whom; whoever writes it could say anything. So the home node finds out by
its own facts whether it stands and what stays due, and only that counts, at every node. Until the
ruling is there, the node where somebody gave up believes the claim, and the home node does not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from node.base.ids import derived_id, new_id
from node.spaces import place_tables, pricing, tables, trust
from node.spaces.folding import find_reservation, project
from node.spaces.model import CancellationFact, Reservation, Ruling, Status
from node.spaces.terms import CancelPreview
from node.spaces.undone import Undone
from node.store import Write

CANCELLABLE = frozenset({Status.REQUESTED, Status.HELD, Status.CONFIRMED, Status.EXPIRED})


def preview_cancellation(reservation: Reservation, *, now: datetime) -> CancelPreview:
    """What giving a reservation up would cost now."""
    if reservation.status_at(now) is not Status.CONFIRMED:
        return CancelPreview(0, 0, None)
    return pricing.cancellation_cost(
        reservation.terms, reservation.bill, reservation.period.starts_at, now=now
    )


def write_cancellation(
    write: Write,
    reservation: Reservation,
    *,
    by_staff: bool,
    now: datetime,
    is_free: bool = False,
) -> None:
    """Give up a reservation, which this node has found to be somebody's to give up.

    `is_free`: the house is why, so nothing stays due. Only the home node can say so.
    """
    fee = 0 if is_free else preview_cancellation(reservation, now=now).fee_cents
    fact = CancellationFact(now, fee, by_staff)
    space = place_tables.select_space(write, reservation.space_id)
    if space is not None and space.home_site == write.site_id:
        what = Undone.CANCELLATION
        ruling_id = tables.next_fact_id(write, reservation.id, "cancelled", what)
        tables.insert_ruling(write, ruling_id, b"", reservation.id, Ruling(stands=True, fact=fact))
    else:
        tables.insert_claim(write, new_id(), reservation.id, fact)


def rule_cancellations(write: Write, *, now: datetime) -> list[bytes]:
    """At the home node: rule on what others wrote; the reservations that are given up by it."""
    ended = []
    for claim_id, reservation_id in tables.select_open_claims(write):
        ruling = _rule(write, claim_id, reservation_id, now)
        if ruling is None:
            continue
        ruling_id = derived_id(claim_id, "ruled")
        tables.insert_ruling(write, ruling_id, claim_id, reservation_id, ruling)
        project(write, reservation_id)
        if ruling.stands:
            ended.append(reservation_id)
    return ended


def _rule(write: Write, claim_id: bytes, reservation_id: bytes, now: datetime) -> Ruling | None:
    """What becomes of a claim; None where this node does not decide or cannot know yet."""
    reservation = find_reservation(write, reservation_id)
    space = place_tables.select_space(write, reservation.space_id) if reservation else None
    claim = tables.select_claim(write, claim_id)
    if reservation is None or claim is None or space is None or space.home_site != write.site_id:
        return None
    standing = trust.cancelling(write, claim_id, reservation, now=now)
    if standing is None or standing.is_believed:
        return None if standing is None else Ruling(stands=True, fact=claim)
    at = trust.claimed_at(write, claim_id, claim.at, now=now)
    # Who came only afterwards had given up before.
    came = reservation.check_in
    then = reservation if came is None or came.at <= at else replace(reservation, check_in=None)
    if not standing.may_end or then.status_at(at) not in CANCELLABLE:
        return Ruling(stands=False, fact=claim)
    fee = preview_cancellation(then, now=at).fee_cents
    by_staff = claim.by_staff and standing.speaks_for_team
    return Ruling(stands=True, fact=CancellationFact(at, fee, by_staff))
