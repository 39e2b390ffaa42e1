"""What only the quarter's authority does: found, add, rename, revoke, hand the authority on.

Each is a new roster, numbered one higher and signed. Who is not the authority gets a `RosterError`
that says where to go.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from node.base.periods import to_epoch
from node.store import HOUSE_ROLES, SEALED, Core, Identity, NodeRole, Scope
from node.sync.house_key import HouseKey, keep_house_key, read_house_key, sealing_public_key
from node.sync.roster import (
    FORMAT,
    HANDOVER_PURPOSE,
    SHEET_PURPOSE,
    CopyOf,
    Handover,
    Root,
    Roster,
    RosterBody,
    RosterError,
    RosterNode,
    read_root,
    read_roster,
    sign_roster,
    statement,
)


def found_roster(
    core: Core, *, name: str, role: NodeRole = NodeRole.HOME, recovery: bytes = b""
) -> Roster:
    """Make this node the quarter's authority, first member and keeper of its first house key.

    `recovery` are the keys of the emergency sheet (`sheet_keys`), where one is printed at once.
    """
    if read_roster(core) is not None:
        raise RosterError("this node belongs to a quarter already")
    keep_house_key(core, HouseKey.fresh())
    authority = core.identity.public_key
    first = _node_here(core, name=name, role=role)
    proof = _sheet_proof(core, recovery) if recovery else b""
    body = RosterBody(FORMAT, core.quarter, authority, 1, (first,), recovery, proof)
    return sign_roster(core, body, (), Root(authority, recovery))


def add_node(
    core: Core,
    public_key: bytes,
    *,
    name: str,
    role: NodeRole,
    address: str = "",
    sealing_key: bytes = b"",
    voucher: bytes = b"",
    copy_of: CopyOf | None = None,
) -> Roster:
    """Add a node, or give one that is there another name, role or address.

    A new node of the house is vouched for with the house key, which this node must hold unless the
    `voucher` is given.
    """
    known = _own_roster(core)
    if any(node.public_key == public_key and not node.is_active for node in known.body.nodes):
        raise RosterError("a revoked node comes back only under a new identity")
    before = next((node for node in known.body.nodes if node.public_key == public_key), None)
    new = RosterNode(
        public_key,
        name,
        role,
        to_epoch(core.clock.now()),
        address,
        sealing_key=sealing_key or (before.sealing_key if before else b""),
        voucher=before.voucher
        if before is not None and before.role is role
        else voucher or _voucher(core, public_key, role),
        copy_of=copy_of or (before.copy_of if before else None),
    )
    others = (node for node in known.body.nodes if node.public_key != public_key)
    return _sign_next(core, known, (*others, new))


def candidate(
    core: Core, public_key: bytes, *, name: str, role: NodeRole, sealing_key: bytes
) -> RosterNode:
    """At a node of the house: a new box as it would be listed, vouched for by the house."""
    return RosterNode(
        public_key,
        name,
        role,
        to_epoch(core.clock.now()),
        sealing_key=sealing_key,
        voucher=_voucher(core, public_key, role),
    )


def list_candidate(core: Core, node: RosterNode) -> Roster:
    """At an authority that is no node of the house: list what the house has vouched for."""
    known = _own_roster(core)
    if node.role not in HOUSE_ROLES - {NodeRole.HOME} or not node.voucher or not node.is_active:
        raise RosterError("only a new box of the house is listed for the house")
    if node.site_id in known.nodes and known.nodes[node.site_id] != node:
        raise RosterError("this box is listed already")
    others = (each for each in known.body.nodes if each.public_key != node.public_key)
    return _sign_next(core, known, (*others, node))


def revoke_node(core: Core, site: bytes) -> Roster:
    """What the node wrote so far, as known here, counts; nothing later does.

    Central knows what was written for the house as it holds it: sealed.
    """
    known = _own_roster(core)
    if site == core.site_id or site not in known.nodes:
        raise RosterError("only another node of the roster can be revoked")
    counts = {
        Scope.HOUSE if scope == SEALED else scope: head.n
        for (writer, scope), head in core.heads().items()
        if writer == site
    }
    nodes = (
        msgspec.structs.replace(node, revoked_after=counts)
        if node.site_id == site and node.is_active
        else node
        for node in known.body.nodes
    )
    return _sign_next(core, known, nodes)


def handover_to(core: Core, to: bytes) -> Handover:
    """The word of the authority here that it goes to the key `to`, which then takes it."""
    known = _own_roster(core)
    number = len(known.signed.handovers) + 1
    said = statement(core.quarter, number, to)
    return Handover(to, by_sheet=False, signature=core.identity.sign(HANDOVER_PURPOSE, said))


def handover_by_sheet(core: Core, sheet: Identity) -> Handover:
    """The emergency sheet's word that this node is the authority now."""
    known = read_roster(core)
    if known is None:
        raise RosterError("this node has not joined a quarter")
    if sheet_keys(sheet) != read_root(core).recovery:
        raise RosterError("this is not the sheet of this quarter")
    number = len(known.signed.handovers) + 1
    said = statement(core.quarter, number, core.identity.public_key)
    signature = sheet.sign(HANDOVER_PURPOSE, said)
    return Handover(core.identity.public_key, by_sheet=True, signature=signature)


def sheet_keys(sheet: Identity) -> bytes:
    """The public keys of an emergency sheet, as rosters name it."""
    return sheet.public_key + sealing_public_key(sheet)


def take_authority(core: Core, handover: Handover) -> Roster:
    """Be the authority from now on, by a handover to this node's key."""
    known = read_roster(core)
    if known is None:
        raise RosterError("this node has not joined a quarter")
    body = msgspec.structs.replace(
        known.body, authority=core.identity.public_key, number=known.number + 1
    )
    return sign_roster(core, body, (*known.signed.handovers, handover), read_root(core))


def set_recovery(core: Core, recovery: bytes) -> Roster:
    """Name the keys of the emergency sheet, once, where none was printed at the founding."""
    known = _own_roster(core)
    if known.body.recovery:
        raise RosterError("there is an emergency sheet already, and it stays the only one")
    if read_root(core).founder != core.identity.public_key:
        raise RosterError("only the founding node prints the emergency sheet: go to that node")
    body = msgspec.structs.replace(
        known.body,
        number=known.number + 1,
        recovery=recovery,
        recovery_proof=_sheet_proof(core, recovery),
    )
    return sign_roster(core, body, known.signed.handovers, read_root(core))


def list_self(core: Core, *, name: str, role: NodeRole) -> Roster:
    """At a new authority: list this box itself under a name and role."""
    known = _own_roster(core)
    mine = _node_here(core, name=name, role=role)
    kept = (node for node in known.body.nodes if node.public_key != mine.public_key)
    return _sign_next(core, known, (*kept, mine))


def _sheet_proof(core: Core, recovery: bytes) -> bytes:
    return core.identity.sign(SHEET_PURPOSE, core.quarter + recovery)


def _node_here(core: Core, *, name: str, role: NodeRole) -> RosterNode:
    return RosterNode(
        core.identity.public_key,
        name,
        role,
        to_epoch(core.clock.now()),
        sealing_key=sealing_public_key(core.identity),
        voucher=_voucher(core, core.identity.public_key, role),
    )


def _voucher(core: Core, public_key: bytes, role: NodeRole) -> bytes:
    if role is NodeRole.CENTRAL:
        return b""
    key = read_house_key(core)
    if key is None:
        raise RosterError("only a node of the house vouches for another: go to one")
    return key.vouch(public_key)


def _own_roster(core: Core) -> Roster:
    known = read_roster(core)
    if known is None or known.body.authority != core.identity.public_key:
        raise RosterError("only the quarter's authority changes the roster: go to that node")
    return known


def _sign_next(core: Core, known: Roster, nodes: Iterable[RosterNode]) -> Roster:
    body = msgspec.structs.replace(known.body, number=known.number + 1, nodes=tuple(nodes))
    return sign_roster(core, body, known.signed.handovers, read_root(core))
