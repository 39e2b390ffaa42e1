"""The roster: which nodes belong to the quarter, numbered and signed by its authority.

The authority is the founding node's key. A roster travels in every greeting and is taken only if
its number is higher and the known authority signed it; so it may come from anybody. It lies in
the store's own file. Moving the authority to another key is a matter of recovery, not of a round.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import msgspec

from node.base.periods import to_epoch
from node.store import Core, Member, Members, NodeRole, is_signed, site_id_of

FORMAT = 1
NODES_MAX = 500
"""A quarter has a handful of boxes; a longer list is no roster."""

NAME_CHARS_MAX = 80
ADDRESS_CHARS_MAX = 120
KEY_BYTES = 32
_PURPOSE = "quartier roster 1"
_KEPT = "sync.roster"
_AUTHORITY = "sync.authority"


class RosterError(Exception):
    """A roster that must not be believed; the text says why."""


class RosterNode(msgspec.Struct, array_like=True, frozen=True):
    """One node. `since` is seconds UTC, for people.

    `address` ("host:port") is where it can be called from anywhere, empty for a node of the
    house. `revoked_after` holds, for a revoked node, the number up to which each of its chains
    counts, by scope; None for a node in good standing.
    """

    public_key: bytes
    name: str
    role: NodeRole
    since: int
    address: str = ""
    revoked_after: dict[str, int] | None = None

    @property
    def site_id(self) -> bytes:
        """The id under which the node writes."""
        return site_id_of(self.public_key)

    @property
    def is_active(self) -> bool:
        """Whether the node is in good standing."""
        return self.revoked_after is None


class RosterBody(msgspec.Struct, array_like=True, frozen=True):
    """The signed content."""

    format: int
    quarter: bytes
    authority: bytes
    number: int
    nodes: tuple[RosterNode, ...]


class SignedRoster(msgspec.Struct, array_like=True, frozen=True):
    """A roster as it is kept and as it travels: the exact signed bytes."""

    body: bytes
    signature: bytes


@dataclass(frozen=True)
class Roster:
    """A believed roster with its signed form."""

    body: RosterBody
    signed: SignedRoster

    @property
    def number(self) -> int:
        """Rises with every change; the highest one counts."""
        return self.body.number

    @cached_property
    def nodes(self) -> dict[bytes, RosterNode]:
        """All nodes, revoked ones too, by site id."""
        return {node.site_id: node for node in self.body.nodes}

    @cached_property
    def members(self) -> Members:
        """The roster as intake needs it."""
        return {
            site: Member(node.public_key, node.role, node.revoked_after)
            for site, node in self.nodes.items()
        }

    def active(self, site: bytes) -> RosterNode | None:
        """The node of this id if it is in good standing."""
        node = self.nodes.get(site)
        return node if node is not None and node.is_active else None

    def peers_of(self, site: bytes) -> list[RosterNode]:
        """All nodes in good standing except this one."""
        return [node for node in self.nodes.values() if node.is_active and node.site_id != site]


_encoder = msgspec.msgpack.Encoder()
_body_decoder = msgspec.msgpack.Decoder(RosterBody)
_signed_decoder = msgspec.msgpack.Decoder(SignedRoster)


def check_roster(signed: SignedRoster, *, quarter: bytes, authority: bytes) -> Roster:
    """The roster if the authority signed it for this quarter; raises `RosterError`."""
    if not is_signed(authority, _PURPOSE, signed.body, signed.signature):
        raise RosterError("the roster is not signed by the quarter's authority")
    try:
        body = _body_decoder.decode(signed.body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RosterError("the roster cannot be read: is this program too old?") from error
    _check_body(body)
    if (body.quarter, body.authority) != (quarter, authority):
        raise RosterError("the roster belongs to another quarter")
    return Roster(body, signed)


def _check_body(body: RosterBody) -> None:
    if body.format != FORMAT:
        raise RosterError(f"unknown roster format {body.format}")
    if not 1 <= body.number < 2**53 or len(body.nodes) > NODES_MAX:
        raise RosterError("the roster's number or length is out of bounds")
    for node in body.nodes:
        if len(node.public_key) != KEY_BYTES or not 0 < len(node.name) <= NAME_CHARS_MAX:
            raise RosterError("the roster holds a node without a proper key or name")
        if len(node.address) > ADDRESS_CHARS_MAX:
            raise RosterError("the roster holds an address that is too long")
    if len({node.public_key for node in body.nodes}) != len(body.nodes):
        raise RosterError("the roster names a node twice")


def read_roster(core: Core) -> Roster | None:
    """The roster kept in this file, or None where the node belongs to nobody yet."""
    kept = core.kept(_KEPT)
    if kept is None:
        return None
    signed = _signed_decoder.decode(kept)
    return check_roster(signed, quarter=core.quarter, authority=core.kept(_AUTHORITY))


def adopt_role(core: Core) -> Roster | None:
    """Let the store write under the role that the roster gives this node; called at start.

    A node that the roster does not name may write only what every node may.
    """
    roster = read_roster(core)
    if roster is not None:
        node = roster.active(core.site_id)
        core.role = node.role if node is not None else NodeRole.KIOSK
    return roster


def take_roster(core: Core, signed: SignedRoster) -> Roster | None:
    """Keep a roster that came from a peer if it is newer than ours; None where it is not.

    Raises `RosterError` for one that must not be believed.
    """
    known = read_roster(core)
    if known is None:
        raise RosterError("this node has not joined a quarter")
    offered = check_roster(signed, quarter=core.quarter, authority=known.body.authority)
    if offered.number <= known.number:
        return None
    return _keep(core, offered)


def join_roster(core: Core, signed: SignedRoster, *, authority: bytes) -> Roster:
    """Take the first roster of a node that joins, under the authority it was told at pairing."""
    offered = check_roster(signed, quarter=core.quarter, authority=authority)
    core.keep(_AUTHORITY, authority)
    return _keep(core, offered)


def found_roster(core: Core, *, name: str, role: NodeRole = NodeRole.HOME) -> Roster:
    """Make this node the quarter's authority and first member; once, when a quarter is founded."""
    if core.kept(_KEPT) is not None:
        raise RosterError("this node belongs to a quarter already")
    authority = core.identity.public_key
    core.keep(_AUTHORITY, authority)
    first = _new_node(core, authority, name=name, role=role)
    return _sign(core, RosterBody(FORMAT, core.quarter, authority, 1, (first,)))


def add_node(
    core: Core, public_key: bytes, *, name: str, role: NodeRole, address: str = ""
) -> Roster:
    """At the authority: add a node, or give one that is there another name, role or address."""
    known = _own_roster(core)
    if any(node.public_key == public_key and not node.is_active for node in known.body.nodes):
        raise RosterError("a revoked node comes back only under a new identity")
    new = _new_node(core, public_key, name=name, role=role, address=address)
    others = (node for node in known.body.nodes if node.public_key != public_key)
    return _sign_next(core, known, (*others, new))


def revoke_node(core: Core, site: bytes) -> Roster:
    """At the authority: what the node wrote so far, as known here, counts; nothing later does."""
    known = _own_roster(core)
    if site == core.site_id or site not in known.nodes:
        raise RosterError("only another node of the roster can be revoked")
    counts = {scope: head.n for (writer, scope), head in core.heads().items() if writer == site}
    nodes = (
        msgspec.structs.replace(node, revoked_after=counts)
        if node.site_id == site and node.is_active
        else node
        for node in known.body.nodes
    )
    return _sign_next(core, known, nodes)


def _new_node(
    core: Core, public_key: bytes, *, name: str, role: NodeRole, address: str = ""
) -> RosterNode:
    return RosterNode(public_key, name, role, to_epoch(core.clock.now()), address)


def _own_roster(core: Core) -> Roster:
    known = read_roster(core)
    if known is None or known.body.authority != core.identity.public_key:
        raise RosterError("only the quarter's authority changes the roster: go to that node")
    return known


def _sign_next(core: Core, known: Roster, nodes: Iterable[RosterNode]) -> Roster:
    return _sign(
        core, msgspec.structs.replace(known.body, number=known.number + 1, nodes=tuple(nodes))
    )


def _sign(core: Core, body: RosterBody) -> Roster:
    _check_body(body)
    raw = _encoder.encode(body)
    return _keep(core, Roster(body, SignedRoster(raw, core.identity.sign(_PURPOSE, raw))))


def _keep(core: Core, roster: Roster) -> Roster:
    core.keep(_KEPT, _encoder.encode(roster.signed))
    adopt_role(core)
    return roster
