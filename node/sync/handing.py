"""Handing the authority to central at enrolment: a word of the house that central takes up at once.

From then on central lists, renames and revokes; it still cannot read what the house seals, nor
vouch for a box of the house: whom the house lets in and vouches for, central lists when the home
node asks. The emergency sheet takes the authority back at any box.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from node.store import NodeRole
from node.sync.authority import handover_to
from node.sync.central_wire import ListBox, TakeOver, TookOver
from node.sync.own import Own
from node.sync.peers import Peer
from node.sync.roster import Roster, RosterNode
from node.sync.round import Round
from node.sync.transport import Link
from node.sync.trouble import Trouble, TroubleError

Make = Callable[[], Awaitable[TakeOver | ListBox]]


async def hand_over(own: Own, peer: Peer, tag: str) -> Roster:
    """Give central the authority; the roster that it signed. Raises `TroubleError`, `RosterError`.

    Where the answer is lost the next round brings it: central's roster outranks ours by then.
    """
    if peer.node.role is not NodeRole.CENTRAL:
        raise TroubleError(Trouble.NOT_ACCEPTED, "the authority goes to central only")

    async def make() -> TakeOver:
        to = peer.node.public_key
        return TakeOver(await own.store.on_writer(lambda core: handover_to(core, to)))

    return await _ask(own, peer, tag, make)


async def propose(own: Own, peer: Peer, tag: str, node: RosterNode) -> Roster:
    """Have a new box listed that the house vouches for, where central has the authority."""

    async def make() -> ListBox:
        return ListBox(node)

    return await _ask(own, peer, tag, make)


async def _ask(own: Own, peer: Peer, tag: str, make: Make) -> Roster:
    trouble = TroubleError(Trouble.UNREACHABLE)
    for address in peer.known_addresses():
        link = Link(address, tag, lambda shown: shown == peer.node.public_key, is_far=True)
        try:
            return await _ask_at(own, peer, link, make)
        except TroubleError as error:
            trouble = error
        finally:
            await link.close()
    raise trouble


async def _ask_at(own: Own, peer: Peer, link: Link, make: Make) -> Roster:
    meeting = Round(own.here, peer.node, secrets.token_bytes(32))
    await own.drive(meeting.greet(), link.ask)
    reply = await link.ask(await make(), token=meeting.token)
    if not isinstance(reply, TookOver):
        raise TroubleError(Trouble.NOT_ACCEPTED, type(reply).__name__)
    await own.learn(reply.roster)
    return own.roster
