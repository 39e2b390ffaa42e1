"""What this room does after a merge: projections, waiting requests, decisions that clash."""

from __future__ import annotations

from datetime import datetime, timedelta

from node.spaces import place_tables, projections, standing, tables
from node.spaces.cancelling import rule_cancellations
from node.spaces.cases import release_instant
from node.spaces.deciding import decide_waiting, displace, is_home
from node.spaces.folding import find_reservation, project
from node.spaces.model import OCCUPYING, Reservation
from node.spaces.offering import offer_free
from node.spaces.passes import Signer
from node.spaces.trust import TABLES, WAITING_END, WAITING_ENTRY
from node.store import Write

RECENT = timedelta(days=1)
"""What ended longer ago takes nothing from anybody, whatever its place's rules say now."""


def after_merge(write: Write, touched: frozenset[str], *, now: datetime, signer: Signer) -> None:
    """Follow what came from other nodes. Runs in an ordinary write, so a home node may decide."""
    if touched & TABLES:
        # Who asked may be known only now.
        touched |= {"reservation_request"}
    if not touched & (tables.FACTS.keys() | {"space", WAITING_ENTRY, WAITING_END}):
        return
    follow(write)
    if "passage" in touched:
        # Noticed at two nodes it is one row, and which of the two times stays may have changed.
        for reservation_id in projections.select_ids_left_after(write, now - RECENT):
            project(write, reservation_id)
    if "space" in touched:
        # A place that came after its reservations, or other rules for what waits.
        for reservation_id in projections.select_ids_ending_after(write, now - RECENT):
            project(write, reservation_id)
    # What was given up needs no decision.
    rule_cancellations(write, now=now)
    settle_clashes(write, now=now)
    # Who waited for a time comes before who asked for it in passing.
    offer_free(write, now=now, signer=signer)
    decide_waiting(write, now=now, signer=signer)


def follow(write: Write) -> None:
    """Bring the projections up to date with every fact that they have not seen."""
    for reservation_id in tables.new_facts(write):
        project(write, reservation_id)


def settle_clashes(write: Write, *, now: datetime) -> list[bytes]:
    """Displace whoever holds a time that somebody else holds with more right.

    Cannot happen while one home node decides and hears of every check-in at once; a cloned or
    restored one may have decided twice, and a place given away because nobody came may turn out
    to have been entered in time at another node.
    """
    clashes = projections.select_clashes(write, as_of=release_instant(write, now))
    found = (find_reservation(write, each) for each in {id_ for pair in clashes for id_ in pair})
    holding = [each for each in found if each is not None and _holds(each)]
    displaced: list[bytes] = []
    for loser in standing.settle(holding, clashes):
        space = place_tables.select_space(write, loser.space_id)
        if space is not None and is_home(write, space):
            displace(write, loser, space, now=now)
            project(write, loser.id)
            displaced.append(loser.id)
    return displaced


def _holds(reservation: Reservation) -> bool:
    return reservation.base_status in OCCUPYING
