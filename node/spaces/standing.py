"""What a reservation's facts come to for others: what it keeps, until when, who gives way. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from node.base.periods import Period, to_epoch
from node.spaces.model import OCCUPYING, DecisionFact, Reservation, Status
from node.spaces.terms import Terms


def buffered(terms: Terms, period: Period) -> Period:
    """What a reservation keeps from others: its time with preparing before, cleaning after."""
    if not terms.before_minutes and not terms.after_minutes:
        return period
    return period.widened(
        timedelta(minutes=terms.before_minutes), timedelta(minutes=terms.after_minutes)
    )


def buffered_seconds(terms: Terms, period: Period) -> tuple[int, int]:
    """The same in seconds since 1970 UTC, as stores are asked."""
    starts, ends = to_epoch(period.starts_at), to_epoch(period.ends_at)
    return starts - 60 * terms.before_minutes, ends + 60 * terms.after_minutes


def release_at(terms: Terms, period: Period, asked_at: datetime) -> datetime | None:
    """When a place nobody came to is free for others; None where it never is.

    Whoever asked for it only after it had begun is waited for as long.
    """
    if not terms.release_after_minutes:
        return None
    begins = max(period.starts_at, asked_at)
    return min(begins + timedelta(minutes=terms.release_after_minutes), period.ends_at)


def taken_period(reservation: Reservation) -> Period | None:
    """What a reservation keeps from others with its buffers; None where it keeps nothing.

    Whoever leaves early frees the rest, but not the time that cleaning after them takes.
    """
    status = reservation.base_status
    if status in OCCUPYING:
        return buffered(reservation.terms, reservation.period)
    if status is Status.CHECKED_OUT and reservation.check_out is not None:
        whole = reservation.period
        left_at = max(reservation.check_out.at, whole.starts_at + timedelta(minutes=1))
        stayed = Period(whole.starts_at, min(left_at, whole.ends_at))
        return buffered(reservation.terms, stayed)
    return None


def occupied_until(reservation: Reservation) -> datetime | None:
    """The instant at which a reservation lets go of its place without anybody doing anything."""
    status = reservation.base_status
    if status is Status.HELD and reservation.decision is not None:
        return reservation.decision.hold_until
    if status is Status.CONFIRMED:
        return reservation.release_at
    return None


def latest_decision(decisions: Iterable[DecisionFact]) -> DecisionFact | None:
    """The decision that counts: the highest term, then number; ties (a cloned home node) by id,
    the same everywhere."""
    return max(decisions, key=lambda d: (d.term, d.number, d.id), default=None)


def settle(
    holding: Iterable[Reservation], clashes: Iterable[tuple[bytes, bytes]]
) -> list[Reservation]:
    """Those who give way where reservations hold the same time, `clashes` being pairs of ids.

    Whoever is in stays in; else the earlier request does. Nobody gives way to somebody who gives
    way too. The order is total and needs nothing but the reservations, so every node finds the
    same.
    """
    foes: dict[bytes, set[bytes]] = defaultdict(set)
    for one, other in clashes:
        foes[one].add(other)
        foes[other].add(one)
    kept: set[bytes] = set()
    losers = []
    for each in sorted(holding, key=lambda r: (r.check_in is None, r.requested_at, r.id)):
        if each.check_in is None and foes[each.id] & kept:
            losers.append(each)
        else:
            kept.add(each.id)
    return losers
