"""Central, which calls nobody: whether it holds more of a box that was let go than counts."""

from __future__ import annotations

from collections.abc import Iterable

from node.store import NodeRole
from node.store.replaying import dropped
from node.sync.anew import lacking_there
from node.sync.heads import beyond_count
from node.sync.own import Own
from node.sync.peers import Peer


async def notice_misled(own: Own, peers: Iterable[Peer]) -> None:
    """At central: have it begin anew from its own journal where it must; it drops none of that.

    A node of the house finds it out after a round, for a sister or central may help it; see
    `Caller`. Looked at when a roster begins to count and now and then: a page that was on its way
    meanwhile was judged by the roster before.
    """
    here = own.here
    if here.role is not NodeRole.CENTRAL:
        return
    heads = (await own.look()).heads
    is_forked = any(peer.all_forked for peer in peers)
    if is_forked or not beyond_count(heads, here.members):
        return
    # Nobody else could help: see `horizon.py`, by which this is nothing.
    gone = await own.store.on_writer(dropped)
    lost = lacking_there(gone, here.members, {}, None)
    own.behind.hinder(lost, is_held_back=False)
    if not lost:
        own.behind.notice_journals(None)
