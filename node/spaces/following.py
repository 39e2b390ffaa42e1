"""What this room does after a merge: projections, waiting requests, decisions that clash."""

from __future__ import annotations

from datetime import datetime

from node.spaces import rules, tables
from node.spaces.deciding import decide_waiting, displace, is_home
from node.spaces.folding import find_reservation, project, rebuild
from node.spaces.model import Reservation, Status
from node.spaces.passes import Signer
from node.store import Write


def after_merge(write: Write, touched: frozenset[str], *, now: datetime, signer: Signer) -> None:
    """Follow what came from other nodes. Runs in an ordinary write, so a home node may decide."""
    if "space" in touched:
        # A space that comes after its reservations changes what they take: fold all anew.
        rebuild(write)
    elif touched & tables.FACTS.keys():
        for reservation_id in tables.new_facts(write):
            project(write, reservation_id)
    else:
        return
    settle_clashes(write)
    decide_waiting(write, now=now, signer=signer)


def settle_clashes(write: Write) -> list[bytes]:
    """Displace whoever holds a place that an earlier reservation holds too.

    Cannot happen while one home node decides; a cloned or restored one may have decided twice.
    The order is total and pure, so whichever node notices, the same one gives way.
    """
    displaced = []
    for first_id, second_id in tables.select_clashes(write):
        first, second = find_reservation(write, first_id), find_reservation(write, second_id)
        if first is None or second is None:
            continue
        space = tables.select_space(write, first.space_id)
        if space is None or not is_home(write, space) or not _both_hold(first, second):
            continue
        loser = rules.settle(first, second)
        displace(write, loser, space)
        project(write, loser.id)
        displaced.append(loser.id)
    return displaced


def _both_hold(first: Reservation, second: Reservation) -> bool:
    return all(each.base_status is Status.CONFIRMED for each in (first, second))
