"""Two histories under one key: finding where they part, and giving up the one that does not count.

What the quarter's authority holds counts. Believed are only changesets that the key of the chain
signed, so a peer that lies makes nobody give up anything. Pure but for `give_way`.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from typing import Any, NamedTuple

import msgspec

from node.store import (
    NO_HEAD,
    SEALED,
    Chain,
    Core,
    Head,
    PrunedError,
    Scope,
    SealedBody,
    SignedChangeset,
)
from node.store.changeset import decode, is_hash_signed
from node.store.cloning import drop_branch
from node.store.sealed import is_sealed
from node.sync.house_key import HouseKey
from node.sync.roster import Roster, RosterNode
from node.sync.sealing import held_as
from node.sync.wire import HASH_BYTES, HeadSaid, WireError

Probe = Generator[tuple[str, Chain, int], SignedChangeset | None, Any]
"""Asks for the changeset of a chain at a number, ("here", ...) of us or ("there", ...) of the peer;
it is sent that or None."""

_PIECE_BYTES = 256 * 1024


class Link(NamedTuple):
    """Where a changeset stands, sealed or not."""

    chain: Chain
    n: int
    previous: bytes
    hash: bytes


def link_of(signed: SignedChangeset) -> Link:
    """What a changeset claims of its place; raises `WireError`."""
    try:
        if is_sealed(signed):
            body = SealedBody.read(signed)
            return Link((body.site, SEALED), body.n, body.previous, body.hash)
        inside = decode(signed)
    except msgspec.MsgspecError as error:
        raise WireError("no changeset") from error
    return Link((inside.site, inside.scope), inside.n, inside.previous, signed.hash)


def seek_forks(
    site: bytes,
    public_key: bytes,
    heads: Mapping[Chain, Head],
    said: Mapping[Chain, HeadSaid],
    *,
    scopes: Collection[str],
) -> Probe:
    """By scope, up to where our own chain is what the peer holds under our name; empty where they
    part nowhere, or where the peer proves nothing.

    What is proven comes first. Of the chains that part nowhere yet, what the peer does not hold is
    ours alone, too: the other box may be about to use the same numbers.
    """
    forks: dict[str, int] = {}
    unproven: set[str] = set()
    for chain, told in sorted(said.items()):
        if chain[0] != site or chain[1] not in scopes or not told.n:
            continue
        head = heads.get(chain, NO_HEAD)
        differs = yield from _parts(chain, head, told)
        if differs:
            found = yield from seek_fork(chain, min(head.n, told.n), public_key)
            if found is not None:
                forks[chain[1]] = found
            else:
                unproven.add(chain[1])
    if forks:
        forks |= _ours_alone(site, heads, said, set(scopes) - unproven - forks.keys())
    return {Scope.HOUSE if scope == SEALED else scope: n for scope, n in forks.items()}


def _ours_alone(
    site: bytes,
    heads: Mapping[Chain, Head],
    said: Mapping[Chain, HeadSaid],
    scopes: Collection[str],
) -> dict[str, int]:
    """By scope, up to where the peer and we hold our own chain; we may write on meanwhile."""
    chains = {scope: (site, scope) for scope in sorted(scopes)}
    return {
        scope: min(heads.get(chain, NO_HEAD).n, said[chain].n if chain in said else 0)
        for scope, chain in chains.items()
    }


def _parts(chain: Chain, head: Head, told: HeadSaid) -> Probe:
    """Whether the two chains part somewhere, by what the peer says."""
    if told.n == head.n:
        return told.hash != head.hash[:HASH_BYTES]
    if told.n < head.n:
        own = yield ("here", chain, told.n)
        return own is not None and link_of(own).hash[:HASH_BYTES] != told.hash
    if not head.n:
        return False
    theirs = yield ("there", chain, head.n + 1)
    return theirs is not None and link_of(theirs).previous != head.hash


def seek_fork(chain: Chain, upto: int, public_key: bytes) -> Probe:
    """The last common number; None where the peer cannot show another changeset of the key."""
    low, high, proven = 0, upto, False
    while low < high:
        middle = (low + high + 1) // 2
        theirs: SignedChangeset | None = yield ("there", chain, middle)
        own: SignedChangeset | None = yield ("here", chain, middle)
        if theirs is None or own is None or link_of(theirs).hash == link_of(own).hash:
            # What was dropped somewhere had been everybody's. Proof is what parts after it.
            low = middle
        elif _is_by(theirs, public_key):
            high, proven = middle - 1, True
        else:
            return None
    if not proven:
        # All up to here is one: what comes next parts.
        theirs = yield ("there", chain, low + 1)
        own = yield ("here", chain, low + 1)
        proven = theirs is not None and own is not None and _is_by(theirs, public_key)
    return low if proven else None


def _is_by(signed: SignedChangeset, public_key: bytes) -> bool:
    return is_hash_signed(link_of(signed).hash, signed.signature, public_key)


def give_way(core: Core, roster: Roster, key: HouseKey | None, counting: SignedChangeset) -> bool:
    """Give up what is held here under the number of a changeset that counts, and all after it.

    Only once nothing is lost by it: what is given up must have been said again here by the box that
    wrote it, under a key of its own. Whether it was given up.
    """
    link = link_of(counting)
    site, _ = chain = held_as(link.chain, key)
    node = roster.nodes.get(site)
    if node is None or site == core.site_id or not _is_by(counting, node.public_key):
        return False
    try:
        first = _link_after(core, chain, link.n - 1)
        if first is None or not _part_here(first, link):
            return False
        heir = _heir(core, roster, chain, link.n - 1)
    except PrunedError:
        return False
    if heir is None:
        return False
    drop_branch(core, chain, link.n - 1, heir.site_id)
    return True


def _link_after(core: Core, chain: Chain, n: int) -> Link | None:
    held = core.changesets(chain, after=n, max_bytes=1)
    return link_of(held[0]) if held else None


def _part_here(held: Link, counting: Link) -> bool:
    return held.previous == counting.previous and held.hash != counting.hash


def _heir(core: Core, roster: Roster, chain: Chain, n: int) -> RosterNode | None:
    """The copy that wrote what is held of a chain after a number, once it has said that again here.

    Its branch may begin before, where the authority did not hold all that was common.
    """
    site, scope = chain
    kind = Scope.HOUSE if scope == SEALED else scope
    for node in roster.nodes.values():
        branch = node.copy_of.branches.get(kind) if node.copy_of else None
        if node.copy_of is None or node.copy_of.site != site or branch is None or branch.after > n:
            continue
        first = _link_after(core, chain, branch.after)
        is_its = branch.first == b"" or (first is not None and first.hash == branch.first)
        said = core.heads().get((node.site_id, scope), NO_HEAD)
        if is_its and said.applied >= _count_said(core, chain, branch.after):
            return node
    return None


def _count_said(core: Core, chain: Chain, after: int) -> int:
    """How many changesets after a number say something: a withheld one is not said again."""
    count = 0
    while batch := core.changesets(chain, after=after, max_bytes=_PIECE_BYTES):
        count += sum(map(_says, batch))
        after = link_of(batch[-1]).n
    return count


def _says(signed: SignedChangeset) -> bool:
    if is_sealed(signed):
        return bool(SealedBody.read(signed).box)
    return bool(decode(signed).tables)
