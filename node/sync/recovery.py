"""A new box in the place of a dead one, by the emergency sheet and any living node or central.

The holder of the sheet proves it, is told roster and sealed house key, makes its box the authority
and lists it as a reserve. It then copies all that can be had, and only then revokes the dead box
at the numbers that it holds by now and takes its role: what the dead one had told nobody of does
not count any more.
"""

from __future__ import annotations

from pathlib import Path

from node.base.clock import Clock
from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal
from node.store import Core, Founding, Identity, NodeRole, Registry, is_signed, new_identity
from node.sync.arrivals import Way, note_arrival
from node.sync.authority import (
    handover_by_sheet,
    handover_to,
    list_self,
    revoke_node,
    take_authority,
)
from node.sync.granting import grants_of
from node.sync.house_key import HouseKey, keep_house_key, open_grants, sealing_public_key
from node.sync.joining import ask_once, finish_file, identity_for, unfinished_file
from node.sync.roster import (
    KEY_BYTES,
    NOT_JOINED,
    Roster,
    RosterError,
    RosterNode,
    join_roster,
    read_root,
    read_roster,
)
from node.sync.sheet import SheetError
from node.sync.transport import Address, key_at
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Recover, Recovered

_PURPOSE = "quartier recover 1"


def tell_holder(core: Core, request: Recover) -> Recovered | None:
    """What whoever holds the sheet may know; None for anybody else."""
    roster = read_roster(core)
    if roster is None or not roster.body.recovery:
        return None
    sheet = roster.body.recovery[:KEY_BYTES]
    said = request.public_key + core.identity.public_key
    if not is_signed(sheet, _PURPOSE, said, request.proof):
        return None
    grants = tuple(grants_of(core, roster.sheet_sealing_key))
    return Recovered(core.quarter, core.epoch, read_root(core), roster.signed, grants)


async def recover_quarter(
    address: Address, sheet: Identity, database: Path, registry: Registry, *, clock: Clock
) -> Roster:
    """Make this box's file by the sheet: the authority, so far a reserve that holds nothing.

    Raises `SheetError` where the sheet is another quarter's, `TroubleError` where nobody answers,
    `CodeError` where the box belongs to a quarter already.
    """
    identity = identity_for(database)
    shown = await key_at(address)
    proof = sheet.sign(_PURPOSE, identity.public_key + shown)
    try:
        reply = await ask_once(address, Recover(identity.public_key, proof), shown)
    except TroubleError as error:
        if error.trouble is Trouble.NOT_ACCEPTED:
            raise SheetError(UNKNOWN_SHEET) from error
        raise
    if not isinstance(reply, Recovered):
        raise TroubleError(Trouble.GARBLED, type(reply).__name__)
    if reply.root.recovery[KEY_BYTES:] != sealing_public_key(sheet):
        raise SheetError(UNKNOWN_SHEET)
    return _make_file(
        database, reply, identity=identity, sheet=sheet, registry=registry, clock=clock
    )


def _make_file(
    database: Path,
    told: Recovered,
    *,
    identity: Identity,
    sheet: Identity,
    registry: Registry,
    clock: Clock,
) -> Roster:
    generations = open_grants(sheet, told.grants)
    if not generations:
        raise SheetError(NOTHING_SEALED)
    founding = Founding(told.quarter, told.epoch, identity.seed)
    core = Core.open(unfinished_file(database), registry, clock=clock, founding=founding)
    try:
        join_roster(core, told.roster, root=told.root)
        keep_house_key(core, HouseKey(generations))
        take_authority(core, handover_by_sheet(core, sheet))
        roster = list_self(core, name="Ersatz", role=NodeRole.STANDBY)
    finally:
        core.close()
    finish_file(database)
    return roster


def candidates(roster: Roster, site: bytes) -> list[RosterNode]:
    """The boxes of the house that this one could stand in for."""
    return [node for node in roster.peers_of(site) if node.role is not NodeRole.CENTRAL]


def go_on_alone(core: Core, sheet: Identity | None = None) -> Identity:
    """A restored box without any other goes on under a new key; answers the old identity.

    It takes its own name and role again and the old key counts up to what is held of it here.
    Raises `RosterError` where neither this box nor the sheet can say who belongs to the quarter.
    """
    known = read_roster(core)
    if known is None or core.site_id not in known.nodes:
        raise RosterError(NOT_JOINED)
    mine, fresh = known.nodes[core.site_id], new_identity()
    is_authority = known.body.authority == core.identity.public_key
    if not is_authority and sheet is None:
        raise RosterError(SHEET_NEEDED)
    handover = handover_to(core, fresh.public_key) if is_authority else None
    old = core.take_new_identity(fresh)
    if handover is None and sheet is not None:
        handover = handover_by_sheet(core, sheet)
    if handover is not None:
        take_authority(core, handover)
    list_self(core, name=mine.name, role=mine.role)
    revoke_node(core, old.site_id)
    return old


def stand_in(core: Core, dead: RosterNode) -> Roster:
    """Revoke the dead box at what is held of it here, and take its name and role."""
    roster = read_roster(core)
    if roster is None or dead.site_id not in roster.nodes:
        raise RosterError(NOBODY_DEAD)
    revoke_node(core, dead.site_id)
    listed = list_self(core, name=dead.name, role=dead.role)
    key, now = core.identity.public_key, to_epoch(core.clock.now())
    core.write(lambda write: note_arrival(write, key, way=Way.SHEET, staff_id=None, now=now))
    return listed


SHEET_NEEDED = Refusal(
    "roster.sheet_needed",
    N_("Die Liste der Boxen führt eine andere Box."),
    N_("Nehmen Sie das Notfallblatt (`--key`), oder machen Sie es dort."),
)
NOBODY_DEAD = Refusal(
    "roster.nobody_dead",
    N_("Die kaputte Box steht nicht in der Liste der Boxen."),
    N_("Bitte prüfen Sie ihren Namen: `quartier nodes` nennt alle."),
)
UNKNOWN_SHEET = Refusal(
    "sync.unknown_sheet",
    N_("Die Box an dieser Adresse kennt dieses Notfallblatt nicht."),
    N_("Bitte prüfen Sie, ob es das Blatt dieses Quartiers ist und ob die Adresse stimmt."),
    field="sheet",
)
NOTHING_SEALED = Refusal(
    "sync.nothing_sealed",
    N_("Die Box an dieser Adresse hat noch nichts, was dieses Notfallblatt öffnet."),
    N_("Wurde das Blatt eben erst gedruckt, versuchen Sie es in einer Minute noch einmal."),
    field="sheet",
)
