"""Handing the authority to central at enrolment: a word of the house that central takes up at once.

From then on central lists, renames and revokes; it still cannot read what the house seals, nor
vouch for a box of the house. The emergency sheet takes the authority back at any box.
"""

from __future__ import annotations

import secrets

from node.store import NodeRole
from node.sync.authority import handover_to
from node.sync.central_wire import TakeOver, TookOver
from node.sync.own import Own
from node.sync.peers import Peer
from node.sync.roster import Roster
from node.sync.round import Round
from node.sync.transport import Link
from node.sync.trouble import Trouble, TroubleError


async def hand_over(own: Own, peer: Peer, tag: str) -> Roster:
    """Give central the authority; the roster that it signed. Raises `TroubleError`, `RosterError`.

    Where the answer is lost the next round brings it: central's roster outranks ours by then.
    """
    if peer.node.role is not NodeRole.CENTRAL:
        raise TroubleError(Trouble.NOT_ACCEPTED, "the authority goes to central only")
    trouble = TroubleError(Trouble.UNREACHABLE)
    for address in peer.known_addresses():
        link = Link(address, tag, lambda shown: shown == peer.node.public_key)
        try:
            return await _hand(own, peer, link)
        except TroubleError as error:
            trouble = error
        finally:
            await link.close()
    raise trouble


async def _hand(own: Own, peer: Peer, link: Link) -> Roster:
    meeting = Round(own.here, peer.node, secrets.token_bytes(32))
    await own.drive(meeting.greet(), link.ask)
    handover = await own.store.on_writer(lambda core: handover_to(core, peer.node.public_key))
    reply = await link.ask(TakeOver(handover), token=meeting.token)
    if not isinstance(reply, TookOver):
        raise TroubleError(Trouble.NOT_ACCEPTED, type(reply).__name__)
    await own.learn(reply.roster)
    return own.roster
