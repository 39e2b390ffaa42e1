"""Where the peers are: on the network, at addresses that somebody wrote down, or gone from there.

What is found out goes to the peers' lists of addresses and wakes whoever calls them; a connection
that leads to where nobody is any more is ended, for it would keep its request for half a minute.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from node.base.hours import Hours
from node.store import NodeRole
from node.sync.caller import Caller
from node.sync.discovery import Discovery
from node.sync.interfaces import own_addresses
from node.sync.own import Own
from node.sync.peers import FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS, Peer, Peers
from node.sync.transport import PORT, Address, addresses_in, key_at, parse_address, quarter_tag
from node.sync.trouble import TroubleError

Spawn = Callable[[Coroutine[Any, Any, None]], None]
Callers = Mapping[bytes, tuple[Caller, object]]
log = logging.getLogger("quartier.sync")


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """Where this node listens for others, and where others are without being searched for.

    `peers` are addresses ("host:port") of nodes of the roster, whichever answer there; `central`
    is that of central. `discovery` announces and browses on the local network. `metered`: how the
    line to central begins, see `metering.py`.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    peers: tuple[str, ...] = ()
    central: str = ""
    discovery: bool = True
    metered: bool = False
    metered_every_minutes: int = 60
    metered_night: Hours | None = None


class Whereabouts:
    """Keeps the peers' addresses; `spawn` runs what takes long for as long as sync runs."""

    def __init__(
        self, own: Own, peers: Peers, callers: Callers, settings: SyncSettings, spawn: Spawn
    ) -> None:
        self._own = own
        self._peers = peers
        self._callers = callers
        self._settings = settings
        self._spawn = spawn
        self._discovery: Discovery | None = None

    @property
    def own_address(self) -> Address:
        """Where a new box can call this one: its first address on the network."""
        return Address(own_addresses(self._settings.host)[0], self._settings.port)

    def note_listed(self) -> None:
        """Take up the addresses that roster and settings name."""
        for peer in self._peers:
            peer.set_addresses("roster", addresses_in(peer.node.address))
            if peer.node.role is NodeRole.CENTRAL:
                peer.set_addresses("central", addresses_in(self._settings.central))

    async def start(self) -> None:
        """Begin to look."""
        for text in self._settings.peers:
            self._spawn(self._resolve(parse_address(text)))
        if self._settings.discovery:
            self._discovery = Discovery(
                tag=quarter_tag(self._own.store.core.quarter),
                site=self._own.here.site_id,
                host=self._settings.host,
                port=self._settings.port,
                found=self._found,
                moved=self.hang_up,
            )
            await self._discovery.start()

    async def stop(self) -> None:
        """Say goodbye to the network."""
        if self._discovery is not None:
            await self._discovery.stop()

    async def hang_up(self) -> None:
        """Our addresses are others, or the line is: end what is open and call anew."""
        for caller, _ in list(self._callers.values()):
            await caller.hang_up()
        for peer in self._peers:
            peer.call_now()

    def _found(self, site: bytes, addresses: Sequence[Address]) -> None:
        """Discovery has seen a node of the quarter, or seen it elsewhere."""
        peer = self._peers.get(site)
        if peer is not None and (peer.set_addresses("lan", addresses) or peer.failures):
            peer.call_now()
            self._spawn(self._leave_old_place(peer))

    async def _leave_old_place(self, peer: Peer) -> None:
        if peer.site_id in self._callers:
            await self._callers[peer.site_id][0].leave_old_place()

    async def _resolve(self, address: Address) -> None:
        """Find out which node listens at a configured address, for as long as it takes."""
        wait = FIRST_RETRY_SECONDS
        while True:
            try:
                key = await key_at(address)
            except TroubleError as error:
                log.debug("%s: %s", address, error)
                key = b""
            for peer in self._peers:
                if key and peer.node.public_key == key:
                    peer.set_addresses("settings", [*peer.addresses.get("settings", []), address])
                    peer.due_at = 0.0
                    peer.wake.set()
                    return
            if key == self._own.here.identity.public_key:
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, LAST_RETRY_SECONDS)
