"""How far back this node keeps its journals: the horizon, decided from what the peers told.

Only a node of the house drops anything, and only what central holds, for central keeps everything:
it is the copy from which a house begins again, and whoever was away for long reads there. Where the
roster names no central, one may still come, and must find the beginning; so nothing is dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from node.base.periods import to_epoch
from node.base.refusals import RefusedError
from node.store import HOUSE_ROLES, SEALED, Chain, Core, NodeRole, Scope
from node.store.pruning import note_day, old_enough, prune_piece
from node.sync.greeting import Here
from node.sync.own import Own
from node.sync.peers import Peer, Peers

AWAY_DAYS = 60
"""A box of the house that was not heard of for so long is not waited for: it takes a snapshot."""

LOOKS_EVERY_SECONDS = 1800.0
PAUSE_SECONDS = 0.05
"""Between two pieces, in which people's writes get their turn."""

_DAY_SECONDS = 86_400
log = logging.getLogger("quartier.sync")


async def keep_horizon(own: Own, peers: Peers) -> None:
    """Drop what nobody needs any more, now and then, until cancelled."""
    while True:
        await asyncio.sleep(LOOKS_EVERY_SECONDS)
        try:
            dropped = await prune(own, peers)
        except RefusedError as refused:
            log.warning("journals stay as they are: %s", refused)
        else:
            if dropped:
                log.info("dropped %s changesets that every node has had for long", dropped)


async def prune(own: Own, peers: Iterable[Peer]) -> int:
    """Drop all that may be dropped now, piece by piece; how many changesets that was."""
    here, listed, store, total = own.here, list(peers), own.store, 0
    if not store.core.clock.trusted:
        # By a wrong clock everything might seem old.
        return 0
    now = to_epoch(store.core.clock.now())

    def piece(core: Core) -> int:
        day = now // _DAY_SECONDS
        note_day(core, day)
        return prune_piece(core, needed_no_more(here, listed, old_enough(core, day), now=now))

    while dropped := await store.on_writer(piece):
        total += dropped
        await asyncio.sleep(PAUSE_SECONDS)
    return total


def needed_no_more(
    here: Here, peers: Iterable[Peer], old: dict[Chain, int], *, now: int
) -> dict[Chain, int]:
    """Up to which number each chain is held by everybody who is waited for.

    Only what a peer itself said counts; one that was never heard of has nothing.
    """
    listed = list(peers)
    has_central = any(peer.node.role is NodeRole.CENTRAL for peer in listed)
    # Of two histories under one key, what has not become one box's own must not be dropped.
    is_forked = any(peer.all_forked for peer in listed)
    if here.role not in HOUSE_ROLES or not has_central or is_forked:
        return {}
    waited = [peer for peer in listed if _is_waited_for(peer, now)]
    return {
        chain: min([n, *(_held_by(peer, chain, here.shared_scopes(peer.node)) for peer in waited)])
        for chain, n in old.items()
    }


def _is_waited_for(peer: Peer, now: int) -> bool:
    if peer.node.role is NodeRole.CENTRAL:
        return True
    heard_at = max(peer.last_success_at or 0, peer.node.since)
    return now - heard_at < AWAY_DAYS * _DAY_SECONDS


def _held_by(peer: Peer, chain: Chain, shared: frozenset[str]) -> int:
    """Up to which number a peer said that it holds a chain; 0 where it never can be told."""
    site, scope = chain
    told = SEALED if scope == Scope.HOUSE and scope not in shared else scope
    said = peer.said.get((site, told))
    return said.n if said is not None and told in shared else 0
