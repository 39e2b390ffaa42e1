"""A copied card: how the later of two boxes with one key becomes a box of its own.

Proof are two changesets of one site and number that this key signed. The box whose history the
quarter's authority does not hold is the later one: it seeks up to where both are one
(`forks.py`), makes a new key, has the authority name it (`name_copy`) and goes on under it, with
every row that it wrote. The other box and the chain of both go on as if nothing had been. A copy
keeps its role, for else what it wrote in that role would count nowhere; it decides about no place,
for none is its.

Where the authority is at central, which holds no house key, the copy brings the house's word for
its new key itself: it has that key, as the box that it was copied from.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from node.store import (
    HOUSE_ROLES,
    Core,
    Identity,
    NodeRole,
    PrunedError,
    Scope,
    SignedChangeset,
    is_signed,
    new_identity,
)
from node.store.changeset import is_hash_signed
from node.store.cloning import leave_clone
from node.sync.authority import add_node
from node.sync.clone_messages import Introduce
from node.sync.forks import link_of
from node.sync.house_key import read_house_key, sealing_public_key
from node.sync.roster import (
    Branch,
    CopyOf,
    Roster,
    RosterError,
    RosterNode,
    adopt_role,
    read_roster,
)
from node.sync.wire import WireError

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


def make_plan(core: Core, forks: Mapping[str, int]) -> tuple[Plan, Introduce]:
    """A new key, the same at every try, and what the authority needs to name it."""
    kept = core.kept(_KEPT)
    fresh = Identity(_decoder.decode(kept).seed) if kept else new_identity()
    plan = Plan(fresh.seed, dict(forks))
    core.keep(_KEPT, msgspec.msgpack.encode(plan))
    key = read_house_key(core)
    request = Introduce(
        fresh.public_key,
        sealing_public_key(fresh),
        fresh.sign(_PURPOSE, core.site_id),
        _proof(core, forks),
        key.vouch(fresh.public_key) if key is not None else b"",
        {scope: Branch(n, _first_after(core, scope, n)) for scope, n in forks.items()},
    )
    return plan, request


def _proof(core: Core, forks: Mapping[str, int]) -> SignedChangeset:
    """Our changeset where the histories part first of all; sealed where central must judge it."""
    scope, n = next(iter(forks.items()))
    own = core.changesets((core.site_id, scope), after=n, max_bytes=1)[0]
    roster, key = read_roster(core), read_house_key(core)
    keeper = roster.authority if roster is not None else None
    at_central = keeper is not None and keeper.role is NodeRole.CENTRAL
    return key.seal(own) if scope == Scope.HOUSE and at_central and key is not None else own


def _first_after(core: Core, scope: str, n: int) -> bytes:
    """The hash of what this box wrote first after a number, empty where that is nothing yet."""
    try:
        found = core.changesets((core.site_id, scope), after=n, max_bytes=1)
    except PrunedError:
        return b""
    return found[0].hash if found else b""


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
        and _is_other_history(core, node, request.other)
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
        voucher=request.voucher,
        copy_of=CopyOf(node.site_id, request.branches),
    )


def _is_other_history(core: Core, node: RosterNode, other: SignedChangeset) -> bool:
    """Whether the box signed this, and we hold something else under its site, scope and number."""
    try:
        link = link_of(other)
        held = core.changesets(link.chain, after=link.n - 1, max_bytes=1)
    except (WireError, PrunedError):
        return False
    is_theirs = link.chain[0] == node.site_id
    is_theirs = is_theirs and is_hash_signed(link.hash, other.signature, node.public_key)
    return is_theirs and bool(held) and link_of(held[0]).hash != link.hash


def is_copy(name: str) -> bool:
    """Whether a box goes by the name that a copy is given."""
    return name.endswith(_MARK)


def original_name(name: str) -> str:
    """What the box was called that a copy was made of."""
    return name.removesuffix(_MARK)


def become_own(core: Core, plan: Plan) -> int:
    """Go on under the new key, which the roster names; how many changesets were signed anew."""
    count = leave_clone(core, plan.forks, Identity(plan.seed))
    core.keep(_KEPT, b"")
    adopt_role(core)
    return count
