"""What only the quarter's authority does: found, add, rename, revoke, hand the authority on.

Each is a new roster, numbered one higher and signed. Who is not the authority gets a `RosterError`
that says where to go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal
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
    roster_of,
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

    A new name must be free: a node that is there is refused it, a new one gets a number behind it
    (two open codes may bear one name). It is vouched for with the house key where it is of the
    house; this node must hold that key unless the `voucher` is given.
    """
    known = _own_roster(core)
    if any(node.public_key == public_key and not node.is_active for node in known.body.nodes):
        raise RosterError(COMES_BACK_NEW)
    before = next((node for node in known.body.nodes if node.public_key == public_key), None)
    if before is None:
        name = _free_name(known, name)
    elif before.name != name:
        check_name(known, name, public_key)
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
        raise RosterError(NOT_ITSELF)
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
    known = roster_of(core)
    if sheet_keys(sheet) != read_root(core).recovery:
        raise RosterError(OTHER_SHEET)
    number = len(known.signed.handovers) + 1
    said = statement(core.quarter, number, core.identity.public_key)
    signature = sheet.sign(HANDOVER_PURPOSE, said)
    return Handover(core.identity.public_key, by_sheet=True, signature=signature)


def sheet_keys(sheet: Identity) -> bytes:
    """The public keys of an emergency sheet, as rosters name it."""
    return sheet.public_key + sealing_public_key(sheet)


def take_authority(core: Core, handover: Handover) -> Roster:
    """Be the authority from now on, by a handover to this node's key."""
    known = roster_of(core)
    body = msgspec.structs.replace(
        known.body, authority=core.identity.public_key, number=known.number + 1
    )
    return sign_roster(core, body, (*known.signed.handovers, handover), read_root(core))


def set_recovery(core: Core, recovery: bytes) -> Roster:
    """Name the keys of the emergency sheet, once, where none was printed at the founding."""
    known = _own_roster(core)
    if known.body.recovery:
        raise RosterError(ONE_SHEET)
    if read_root(core).founder != core.identity.public_key:
        raise RosterError(FOUNDER_PRINTS)
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
        raise RosterError(HOUSE_VOUCHES)
    return key.vouch(public_key)


def _own_roster(core: Core) -> Roster:
    known = roster_of(core)
    if known.body.authority != core.identity.public_key:
        raise RosterError(kept_elsewhere(known))
    return known


def kept_elsewhere(roster: Roster) -> Refusal:
    """The list of the boxes is changed at another box: at which."""
    keeper = roster.authority
    name = keeper.name if keeper is not None else "?"
    return replace(KEPT_ELSEWHERE, values={"name": name})


def check_name(roster: Roster, name: str, public_key: bytes = b"") -> None:
    """Two boxes of one name would be mistaken for each other, by whoever lets one go.

    Raises `RosterError` where another box in good standing than that of the key bears it.
    """
    others = (n for n in roster.body.nodes if n.is_active and n.public_key != public_key)
    if name.casefold() in {node.name.casefold() for node in others}:
        raise RosterError(replace(NAME_TAKEN, values={"name": name}))


def _sign_next(core: Core, known: Roster, nodes: Iterable[RosterNode]) -> Roster:
    body = msgspec.structs.replace(known.body, number=known.number + 1, nodes=tuple(nodes))
    return sign_roster(core, body, known.signed.handovers, read_root(core))


def _free_name(roster: Roster, name: str) -> str:
    taken = {node.name.casefold() for node in roster.body.nodes if node.is_active}
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each.casefold() not in taken)


KEPT_ELSEWHERE = Refusal(
    "roster.kept_elsewhere",
    N_("Die Liste der Boxen führt „{name}“."),
    N_("Bitte machen Sie das dort."),
)
NAME_TAKEN = Refusal(
    "roster.name_taken",
    N_("„{name}“ heißt schon eine Box."),
    N_("Bitte wählen Sie einen anderen Namen, damit niemand die falsche Box abmeldet."),
)
COMES_BACK_NEW = Refusal(
    "roster.comes_back_new",
    N_("Eine abgemeldete Box kommt nur als neue zurück."),
    N_("Bitte leeren Sie ihr Verzeichnis, und koppeln Sie sie neu."),
)
NOT_ITSELF = Refusal(
    "roster.not_itself",
    N_("Eine Box meldet sich nicht selbst ab."),
    N_("Bitte machen Sie es an einer anderen. Ist diese kaputt, ersetzt eine neue sie."),
)
OTHER_SHEET = Refusal(
    "roster.other_sheet",
    N_("Das ist nicht das Notfallblatt dieses Quartiers."),
    N_("Bitte nehmen Sie das Blatt, das bei seiner Gründung gedruckt wurde."),
)
ONE_SHEET = Refusal(
    "roster.one_sheet",
    N_("Ein Notfallblatt gibt es schon, und es bleibt das einzige."),
    N_("Bitte sehen Sie dort nach, wo es verwahrt wird: Noch einmal gezeigt wird es nicht."),
)
FOUNDER_PRINTS = Refusal(
    "roster.founder_prints",
    N_("Das Notfallblatt druckt nur die Box, die das Quartier gegründet hat."),
    N_("Bitte geben Sie den Befehl dort."),
)
HOUSE_VOUCHES = Refusal(
    "roster.house_vouches",
    N_("Neue Boxen des Hauses nimmt nur eine Box des Hauses auf."),
    N_("Bitte machen Sie das dort."),
)
