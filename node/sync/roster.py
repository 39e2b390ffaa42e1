"""The roster: which nodes belong to the quarter, numbered and signed by its authority.

The authority is at first the founding node's key. It moves by a *handover*, signed by the key that
had it or with the secret of the emergency sheet; the handovers travel with the roster, so whoever
knows the founder's key can follow them. A roster is taken only if it ranks higher than the known
one and the authority signed it; so it may come from anybody. A chain of handovers with more of the
sheet's signatures ranks higher: a stolen authority cannot outrun the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import msgspec

from node.base.ids import id_text
from node.base.refusals import N_, Refusal
from node.store import Core, Member, Members, NodeRole, is_signed, site_id_of
from node.store.foreign import decoded
from node.store.reading import FileValues

FORMAT = 2
NODES_MAX = 500
"""A quarter has a handful of boxes; a longer list is no roster."""

NAME_CHARS_MAX = 80
ADDRESS_CHARS_MAX = 120
KEY_BYTES = 32
SCOPES_MAX = 8
HANDOVERS_MAX = 100
NUMBER_BITS = 39
PURPOSE = "quartier roster 1"
SHEET_PURPOSE = "quartier sheet 1"
HANDOVER_PURPOSE = "quartier handover 1"
_KEPT = "sync.roster"
_ROOT = "sync.root"
HOUSE_KEY = "sync.house_key"
METERED = "sync.metered"


class RosterError(Exception):
    """A roster that must not be believed, or not be changed here; the text says why.

    Where somebody can help it carries a `refusal`, whose sentences are for them.
    """

    def __init__(self, why: str | Refusal) -> None:
        self.refusal = why if isinstance(why, Refusal) else None
        super().__init__(why if isinstance(why, str) else why.code)


NOT_JOINED = Refusal(
    "roster.not_joined",
    N_("Diese Box gehört zu keinem Quartier."),
    N_("Gründen Sie eines (`quartier init`), oder treten Sie einem bei (`quartier join`)."),
)


class Branch(msgspec.Struct, array_like=True, frozen=True):
    """What a copy wrote under the old key: everything after a number. `first` is the hash of the
    changeset that follows, empty where there was none yet.
    """

    after: int
    first: bytes = b""


class CopyOf(msgspec.Struct, array_like=True, frozen=True):
    """Of which box a node was a copy, and by scope what of the old chains it says as its own."""

    site: bytes
    branches: dict[str, Branch] = {}


class RosterNode(msgspec.Struct, array_like=True, frozen=True):
    """One node. `since` is seconds UTC, for people.

    `address` ("host:port") is where it can be called from anywhere, empty for a node of the
    house. `revoked_after` holds, for a revoked node, the number up to which each of its chains
    counts, by scope; None for a node in good standing. `sealing_key` is the X25519 key that the
    quarter's key is sealed to, `voucher` the house's own word that the node is of the house (see
    `house_key.py`); both are empty for central.
    """

    public_key: bytes
    name: str
    role: NodeRole
    since: int
    address: str = ""
    revoked_after: dict[str, int] | None = None
    sealing_key: bytes = b""
    voucher: bytes = b""
    copy_of: CopyOf | None = None

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
    recovery: bytes = b""
    """The keys whose secret is on the emergency sheet: 32 bytes Ed25519, then 32 bytes X25519;
    empty until a sheet was printed."""

    recovery_proof: bytes = b""
    """The founder's signature of them: so a node that never heard of a sheet believes it too."""


class Handover(msgspec.Struct, array_like=True, frozen=True):
    """The authority goes to the key `to`: by the word of who had it, or of the sheet."""

    to: bytes
    by_sheet: bool
    signature: bytes


class SignedRoster(msgspec.Struct, array_like=True, frozen=True):
    """A roster as it is kept and as it travels: the exact signed bytes, and by which handovers
    its signer came to be the authority.
    """

    body: bytes
    signature: bytes
    handovers: tuple[Handover, ...] = ()


class Root(msgspec.Struct, array_like=True, frozen=True):
    """What a node was told when it joined, and believes ever after: the founder's key, and the
    keys of the emergency sheet once there is one (see `RosterBody.recovery`).
    """

    founder: bytes
    recovery: bytes = b""


@dataclass(frozen=True)
class Roster:
    """A believed roster with its signed form."""

    body: RosterBody
    signed: SignedRoster

    @property
    def number(self) -> int:
        """Rises with every change; the highest one counts."""
        return self.body.number

    def root_after(self, root: Root) -> Root:
        """What a node believes that has taken this roster: a sheet that it names is the sheet."""
        return Root(root.founder, root.recovery or self.body.recovery)

    @property
    def sheet_sealing_key(self) -> bytes:
        """The X25519 key of the emergency sheet, empty where there is none."""
        return self.body.recovery[KEY_BYTES:]

    @cached_property
    def rank(self) -> int:
        """Which of two believed rosters counts: the higher one, as a number that travels.

        First the handovers by the sheet, then all handovers, then the roster's own number.
        """
        moves = self.signed.handovers
        by_sheet = sum(move.by_sheet for move in moves)
        return (by_sheet << 7 | len(moves)) << NUMBER_BITS | self.body.number

    @cached_property
    def nodes(self) -> dict[bytes, RosterNode]:
        """All nodes, revoked ones too, by site id."""
        return {node.site_id: node for node in self.body.nodes}

    @cached_property
    def members(self) -> Members:
        """The roster as the doctor needs it, who takes nothing in; see `Here.members`."""
        return {
            site: Member(node.public_key, node.role, node.revoked_after)
            for site, node in self.nodes.items()
        }

    @property
    def authority(self) -> RosterNode | None:
        """The node that changes the roster, if it is one of the list."""
        authority = self.body.authority
        return next((node for node in self.nodes.values() if node.public_key == authority), None)

    def name_of(self, site: bytes) -> str:
        """What people call a node; its id where the list does not name it."""
        node = self.nodes.get(site)
        return node.name if node is not None else id_text(site)

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
_root_decoder = msgspec.msgpack.Decoder(Root)


def check_roster(signed: SignedRoster, *, quarter: bytes, root: Root) -> Roster:
    """The roster if the quarter's authority signed it; raises `RosterError`."""
    try:
        body = decoded(_body_decoder, signed.body)
    except msgspec.DecodeError as error:
        raise RosterError("the roster cannot be read: is this program too old?") from error
    _check_body(body)
    _check_sheet(body, quarter, root)
    sheet = body.recovery[:KEY_BYTES]
    authority = _follow(signed.handovers, quarter=quarter, founder=root.founder, sheet=sheet)
    if not is_signed(authority, PURPOSE, signed.body, signed.signature):
        raise RosterError("the roster is not signed by the quarter's authority")
    if (body.quarter, body.authority) != (quarter, authority):
        raise RosterError("the roster belongs to another quarter")
    return Roster(body, signed)


def _check_sheet(body: RosterBody, quarter: bytes, root: Root) -> None:
    """A sheet is named once, by the founder, and stays the only one."""
    keys = body.recovery
    if not keys:
        return
    if len(keys) != 2 * KEY_BYTES or root.recovery not in {b"", keys}:
        raise RosterError("the roster names another emergency sheet")
    if not is_signed(root.founder, SHEET_PURPOSE, quarter + keys, body.recovery_proof):
        raise RosterError("the roster names a sheet that its founder did not print")


def _follow(moves: tuple[Handover, ...], *, quarter: bytes, founder: bytes, sheet: bytes) -> bytes:
    """The authority after all handovers; raises `RosterError` at the first false one."""
    if len(moves) > HANDOVERS_MAX:
        raise RosterError("the authority moved more often than any quarter's can")
    authority = founder
    for number, move in enumerate(moves, start=1):
        by = sheet if move.by_sheet else authority
        if not is_signed(by, HANDOVER_PURPOSE, statement(quarter, number, move.to), move.signature):
            raise RosterError("the authority did not move the way the roster says")
        authority = move.to
    return authority


def statement(quarter: bytes, number: int, to: bytes) -> bytes:
    """What a handover signs: the quarter, the running number of the move, the key it goes to."""
    return quarter + number.to_bytes(4, "big") + to


def _check_body(body: RosterBody) -> None:
    if body.format != FORMAT:
        raise RosterError(f"unknown roster format {body.format}")
    if not 1 <= body.number < 1 << NUMBER_BITS or len(body.nodes) > NODES_MAX:
        raise RosterError("the roster's number or length is out of bounds")
    for node in body.nodes:
        _check_node(node)
    if len({node.public_key for node in body.nodes}) != len(body.nodes):
        raise RosterError("the roster names a node twice")


def _check_node(node: RosterNode) -> None:
    if len(node.public_key) != KEY_BYTES or not 0 < len(node.name) <= NAME_CHARS_MAX:
        raise RosterError("the roster holds a node without a proper key or name")
    if len(node.address) > ADDRESS_CHARS_MAX:
        raise RosterError("the roster holds an address that is too long")
    if len(node.sealing_key) not in {0, KEY_BYTES} or len(node.voucher) > KEY_BYTES:
        raise RosterError("the roster holds a node with a strange sealing key or voucher")
    if node.copy_of is not None and len(node.copy_of.branches) > SCOPES_MAX:
        raise RosterError("the roster holds a copy of more chains than there are")


def read_root(core: Core | FileValues) -> Root:
    """What this node believes of old; raises `RosterError` where it belongs to nobody yet."""
    kept = core.kept(_ROOT)
    if kept is None:
        raise RosterError(NOT_JOINED)
    return _root_decoder.decode(kept)


def read_roster(core: Core | FileValues) -> Roster | None:
    """The roster kept in this file, or None where the node belongs to nobody yet."""
    kept = core.kept(_KEPT)
    if kept is None:
        return None
    return check_roster(_signed_decoder.decode(kept), quarter=core.quarter, root=read_root(core))


def roster_of(core: Core) -> Roster:
    """The same; raises `RosterError` where the node belongs to nobody yet."""
    roster = read_roster(core)
    if roster is None:
        raise RosterError(NOT_JOINED)
    return roster


def adopt_role(core: Core) -> Roster | None:
    """Let the store write under the role that the roster gives this node; called at start.

    A node that the roster does not name may write only what every node may; one that was
    revoked writes nothing more, for nobody would take it.
    """
    roster = read_roster(core)
    if roster is not None:
        node = roster.nodes.get(core.site_id)
        is_active = node is not None and node.is_active
        core.role = node.role if node is not None and is_active else NodeRole.KIOSK
        core.is_dismissed = node is not None and not is_active
        core.roles = {site: each.role for site, each in roster.nodes.items()}
    return roster


def take_roster(core: Core, signed: SignedRoster) -> Roster | None:
    """Keep a roster that came from a peer if it ranks higher than ours; None where it does not.

    Raises `RosterError` for one that must not be believed.
    """
    root = read_root(core)
    known = read_roster(core)
    offered = check_roster(signed, quarter=core.quarter, root=root)
    if known is not None and offered.rank <= known.rank:
        return None
    if root.recovery and not offered.body.recovery:
        raise RosterError("the roster has lost the emergency sheet")
    return keep_roster(core, offered, root)


def join_roster(core: Core, signed: SignedRoster, *, root: Root) -> Roster:
    """Take the first roster of a node that joins, under the root it was told at pairing."""
    return keep_roster(core, check_roster(signed, quarter=core.quarter, root=root), root)


def keep_roster(core: Core, roster: Roster, root: Root) -> Roster:
    """Let a believed roster count from now on: it decides under which role the store writes."""
    core.keep(_ROOT, _encoder.encode(roster.root_after(root)))
    core.keep(_KEPT, _encoder.encode(roster.signed))
    adopt_role(core)
    return roster


def kept_values(core: Core) -> dict[str, bytes | str | int]:
    """What makes a file belong to the quarter, and what was said of its line, for one that takes
    its place.
    """
    names = (_ROOT, _KEPT, HOUSE_KEY, METERED)
    return {name: value for name in names if (value := core.kept(name)) is not None}


def sign_roster(
    core: Core, body: RosterBody, handovers: tuple[Handover, ...], root: Root
) -> Roster:
    """Sign a roster with this node's key, which must be the authority's, and keep it."""
    _check_body(body)
    raw = _encoder.encode(body)
    signed = SignedRoster(raw, core.identity.sign(PURPOSE, raw), handovers)
    return keep_roster(core, check_roster(signed, quarter=core.quarter, root=root), root)
