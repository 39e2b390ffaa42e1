"""A copied card: how a box finds out that it is a copy, and how it becomes a box of its own.

Proof are two changesets of one site and number that this key signed. The box whose history the
quarter's authority does not hold is the later one: it seeks up to where both are one
(`seek_forks`), makes a new key, has the authority name it (`name_copy`) and goes on under it, with
every row that it wrote. The other box and the chain of both go on as if nothing had been. A copy
keeps its role, for else what it wrote in that role would count nowhere; it decides about no place,
for none is its.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping
from typing import Any

import msgspec

from node.store import (
    HOUSE_ROLES,
    NO_HEAD,
    SEALED,
    Chain,
    Core,
    Head,
    Identity,
    PrunedError,
    SignedChangeset,
    is_signed,
    new_identity,
)
from node.store.changeset import decode, is_signed_by
from node.store.cloning import leave_clone
from node.sync.authority import add_node
from node.sync.clone_messages import Introduce
from node.sync.house_key import sealing_public_key
from node.sync.roster import Roster, RosterError, RosterNode, adopt_role, read_roster
from node.sync.wire import HASH_BYTES, HeadSaid

COPY = "{name} (Kopie)"
"""What a copy is called until people give it a name of its own, or let it go."""

COPIES_MAX = 3
"""A card that is copied more often than this is no mishap."""

_MARK = COPY.format(name="")
_PURPOSE = "quartier copy 1"
_KEPT = "sync.copy"


class Plan(msgspec.Struct, array_like=True, frozen=True):
    """How this box goes on: its new key, and by scope up to where the old chain is common."""

    seed: bytes
    forks: dict[str, int]


_decoder = msgspec.msgpack.Decoder(Plan)
Probe = Generator[tuple[str, Chain, int], Any, Any]
"""Asks for the changeset of a chain at a number, ("here", ...) of us or ("there", ...) of the peer;
it is sent that or None."""


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
        if chain[0] != site or chain[1] == SEALED or not told.n:
            continue
        head = heads.get(chain, NO_HEAD)
        differs = yield from _parts(chain, head, told)
        if differs:
            found = yield from _seek_fork(chain, min(head.n, told.n), public_key)
            if found is not None:
                forks[chain[1]] = found
            else:
                unproven.add(chain[1])
    if not forks:
        return forks
    return forks | _ours_alone(site, heads, said, set(scopes) - unproven - forks.keys())


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
        return own is not None and own.hash[:HASH_BYTES] != told.hash
    if not head.n:
        return False
    theirs = yield ("there", chain, head.n + 1)
    return theirs is not None and decode(theirs).previous != head.hash


def _seek_fork(chain: Chain, upto: int, public_key: bytes) -> Probe:
    """The last common number; None where the peer cannot show another changeset of our key."""
    low, high, proven = 0, upto, False
    while low < high:
        middle = (low + high + 1) // 2
        theirs: SignedChangeset | None = yield ("there", chain, middle)
        own: SignedChangeset | None = yield ("here", chain, middle)
        if theirs is None or own is None or theirs.hash == own.hash:
            # What was dropped somewhere had been everybody's. Proof is what parts after it.
            low = middle
        elif is_signed_by(theirs, public_key):
            high, proven = middle - 1, True
        else:
            return None
    if not proven:
        # All up to here is one: what comes next parts.
        theirs = yield ("there", chain, low + 1)
        own = yield ("here", chain, low + 1)
        proven = theirs is not None and own is not None and is_signed_by(theirs, public_key)
    return low if proven else None


def make_plan(core: Core, forks: Mapping[str, int]) -> tuple[Plan, Introduce]:
    """A new key, the same at every try, and what the authority needs to name it."""
    kept = core.kept(_KEPT)
    fresh = Identity(_decoder.decode(kept).seed) if kept else new_identity()
    plan = Plan(fresh.seed, dict(forks))
    core.keep(_KEPT, msgspec.msgpack.encode(plan))
    scope, n = next(iter(forks.items()))
    chain = (core.site_id, scope)
    own = core.changesets(chain, after=n, max_bytes=1)[0]
    said = fresh.sign(_PURPOSE, core.site_id)
    return plan, Introduce(fresh.public_key, sealing_public_key(fresh), said, own)


def name_copy(core: Core, site: bytes, request: Introduce) -> Roster | None:
    """At the authority: name the new key of a box that proves that it is a copy of `site`.

    None where it proves nothing. Raises `RosterError` where this is not the authority.
    """
    roster = read_roster(core)
    node = roster.active(site) if roster is not None else None
    if roster is None or node is None or node.role not in HOUSE_ROLES:
        return None
    if any(known.public_key == request.public_key for known in roster.body.nodes):
        return roster
    if not (
        is_signed(request.public_key, _PURPOSE, site, request.proof)
        and is_signed_by(request.other, node.public_key)
        and _is_other_history(core, site, request.other)
    ):
        return None
    copies = [each.name for each in roster.body.nodes if each.is_active and is_copy(each.name)]
    if len(copies) >= COPIES_MAX:
        raise RosterError("too many copies of a card: let some go first")
    return _name(core, node, request)


def name_own(core: Core, request: Introduce) -> Roster | None:
    """At a copy of the authority's own box, whose key may sign: name the new one."""
    roster = read_roster(core)
    node = roster.active(core.site_id) if roster is not None else None
    if roster is None or node is None:
        return None
    if any(known.public_key == request.public_key for known in roster.body.nodes):
        return roster
    return _name(core, node, request)


def _name(core: Core, node: RosterNode, request: Introduce) -> Roster:
    return add_node(
        core,
        request.public_key,
        name=COPY.format(name=node.name),
        role=node.role,
        sealing_key=request.sealing_key,
    )


def _is_other_history(core: Core, site: bytes, other: SignedChangeset) -> bool:
    """Whether we hold another changeset under the same site, scope and number."""
    try:
        claim = decode(other)
        held = core.changesets((site, claim.scope), after=claim.n - 1, max_bytes=1)
    except (msgspec.MsgspecError, PrunedError):
        return False
    return claim.site == site and bool(held) and held[0].hash != other.hash


def is_copy(name: str) -> bool:
    """Whether a box goes by the name that a copy is given."""
    return name.endswith(_MARK)


def become_own(core: Core, plan: Plan) -> int:
    """Go on under the new key, which the roster names; how many changesets were signed anew."""
    count = leave_clone(core, plan.forks, Identity(plan.seed))
    core.keep(_KEPT, b"")
    adopt_role(core)
    return count
