"""Giving the house key to the nodes of the house, and taking it up where it was given.

The home node gives: to every node in good standing that the house vouched for, and to the
emergency sheet. A node that left may know the key, so a new generation follows each revocation.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from node.base.ids import derived_id
from node.store import HOUSE_ROLES, Core, Identity, NodeRole, Write
from node.sync.house_key import (
    HouseKey,
    keep_house_key,
    open_grants,
    read_house_key,
    sealing_public_key,
)
from node.sync.roster import Roster, read_roster

GRANTS = "house_key_grant"
_GIVEN = "select generation, envelope from house_key_grant where holder = :holder"
_LEFT = "sync.left"


def refresh_house_key(core: Core) -> tuple[HouseKey | None, list[bytes]]:
    """Take up what was given to this node; at the home node, see whom it is to be given to.

    The house key held afterwards, and the sealing keys of those who should have it: for
    `give_house_key`, in a write of its own. Called at start and when roster or grants changed.
    """
    key, roster = take_house_key(core), read_roster(core)
    if roster is None or key is None or core.role is not NodeRole.HOME or core.must_catch_up:
        return key, []
    left = {site for site, node in roster.nodes.items() if not node.is_active}
    known = set(msgspec.msgpack.decode(core.kept(_LEFT) or b"\x90", type=list[bytes]))
    if left - known:
        key = key.with_next()
        keep_house_key(core, key)
        core.keep(_LEFT, msgspec.msgpack.encode(sorted(left | known)))
    own = sealing_public_key(core.identity)
    return key, [holder for holder in _holders(roster, key) if holder != own]


def grant_house_key(core: Core) -> None:
    """Both at once, at a node that does not run."""
    key, holders = refresh_house_key(core)
    if key is not None:
        core.write(lambda write: give_house_key(write, key, holders))


def give_house_key(write: Write, key: HouseKey, holders: Iterable[bytes]) -> None:
    """Seal to each holder the generations that it was not given yet."""
    for sealing_key in holders:
        _give(write, key, sealing_key)


def _holders(roster: Roster, key: HouseKey) -> list[bytes]:
    nodes = [
        node.sealing_key
        for node in roster.nodes.values()
        if node.is_active and node.role in HOUSE_ROLES and key.is_vouched(node)
    ]
    return [sealing_key for sealing_key in (*nodes, roster.sheet_sealing_key) if sealing_key]


def _give(write: Write, key: HouseKey, sealing_key: bytes) -> None:
    given = write.rows(_GIVEN, holder=sealing_key)
    lacks = key.generations.keys() - {row[0] for row in given}
    for generation, envelope in key.grant(sealing_key, only=lacks).items():
        write.insert_new(
            GRANTS,
            id=derived_id(sealing_key, generation),
            holder=sealing_key,
            generation=generation,
            envelope=envelope,
        )


def take_house_key(core: Core) -> HouseKey | None:
    """Take up the generations that were given to this node; the house key held afterwards."""
    key = read_house_key(core)
    opened = granted_to(core, core.identity)
    if not opened or (key is not None and opened.keys() <= key.generations.keys()):
        return key
    joined = key.joined(opened) if key is not None else HouseKey(opened)
    keep_house_key(core, joined)
    return joined


def granted_to(core: Core, identity: Identity) -> dict[int, bytes]:
    """The generations that were given to an identity: this node's own, or the sheet's."""
    return open_grants(identity, grants_of(core, sealing_public_key(identity)))


def grants_of(core: Core, sealing_key: bytes) -> list[tuple[int, bytes]]:
    """Generation and envelope of all that was given to the holder of a key."""
    rows = core.read(lambda read: read.rows(_GIVEN, holder=sealing_key))
    return [(row[0], row[1]) for row in rows]
