"""How a node that does not run stood when it last ran, from its file alone."""

from __future__ import annotations

from node.base.periods import to_epoch
from node.store import Core
from node.sync.audits import read_audits
from node.sync.greeting import Here
from node.sync.health import Health, describe
from node.sync.house_key import read_house_key
from node.sync.line import LineSwitch
from node.sync.loop import KEPT
from node.sync.peers import Peers
from node.sync.roster import adopt_role
from node.sync.sealing import heads_told


def health_on_file(core: Core, *, line: LineSwitch | None) -> Health | None:
    """The same values as of a running node, by the same function; None for nobody's box."""
    roster = adopt_role(core)
    if roster is None:
        return None
    key = read_house_key(core)
    schema = core.registry.number
    here = Here(core.identity, core.quarter, core.epoch, schema, roster, key)
    peers = Peers()
    peers.follow(roster.peers_of(core.site_id))
    peers.recall(core.kept(KEPT))
    return describe(
        here,
        peers,
        heads=heads_told(core.heads(), key),
        quarantined=core.quarantined(),
        line=line,
        clock_trusted=core.clock.trusted,
        write_refusal=core.write_refusal,
        free_bytes=core.storage.free_bytes,
        audits=read_audits(core).values(),
        now=to_epoch(core.clock.now()),
    )
