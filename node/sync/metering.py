"""A line to central that is paid by volume, or slow: few rounds, and nothing large by itself.

Then central is called once in a while, when somebody asks, and at once for what is urgent: a
changed roster (a box let go) and the tables that the rooms name. No request waits there for news,
so central's own news comes with the next round. Copies of backups wait until somebody asks.
Inside the house nothing changes.

Where a night was set, what is large goes in these hours by itself: copies of backups, and the
house's sealed chains beyond a little that each round carries by day.

The settings say how a box begins; what people choose on its pages is kept and counts more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import Any, Protocol

from node.base.hours import Hours
from node.store import HOUSE_ROLES, NodeRole, Store
from node.sync.own import Own
from node.sync.peers import Peer, Peers
from node.sync.roster import METERED

MINUTE = 60.0
DAY_BYTES = 64 * 1024
"""So much of the sealed chains a round carries by day where the rest has a night for itself: what
a house writes in some hours; what piled up while the line was down waits."""

LOOKS_EVERY_SECONDS = 30.0


class Keeps(Protocol):
    """A file that keeps values for other rooms."""

    def kept(self, name: str) -> Any:
        """A value, or None."""


def chosen(core: Keeps) -> bool | None:
    """What people chose on the pages, None where they never did."""
    found = core.kept(METERED)
    return None if found is None else bool(found)


class Metering:
    """Whether the line to central is metered, and what follows for whoever calls there."""

    def __init__(
        self,
        own: Own,
        peers: Peers,
        *,
        begins_metered: bool,
        every_minutes: int,
        night: Hours | None = None,
    ) -> None:
        self._own = own
        self._peers = peers
        self.night = night
        self.zone: tzinfo = UTC
        """Of the quarter's clock, by which the night is meant."""
        self.every_minutes = every_minutes
        self.is_on = begins_metered
        self.urgent: frozenset[str] = frozenset()
        """Tables of which a change is told at once all the same."""
        self.copy_is_wanted = False
        """Whether somebody asked for a copy of the backup at central."""

    async def recall(self) -> None:
        """Take up what people chose before."""
        found = await self._own.store.on_writer(chosen)
        self.is_on = self.is_on if found is None else found
        self.follow()

    def follow(self) -> None:
        """Let the peers of the roster be called as the line is."""
        for peer in self._peers:
            is_far = peer.node.role is NodeRole.CENTRAL and self._own.here.role in HOUSE_ROLES
            peer.spare(self.every_minutes * MINUTE if is_far and self.is_on else None)
            peer.holds_large = peer.is_spared and not self.is_night
            peer.day_bytes = DAY_BYTES if peer.holds_large and self.night is not None else None

    @property
    def is_night(self) -> bool:
        """Whether these are the hours in which what is large may go."""
        if self.night is None:
            return False
        return self.night.hold(self._own.store.core.clock.now().astimezone(self.zone))

    async def keep_night(self, *, looks_every_seconds: float = LOOKS_EVERY_SECONDS) -> None:
        """Call central when the night begins, and spare it again when it ends; until cancelled."""
        was_night = self.is_night
        while self.night is not None:
            if self.is_night != was_night:
                was_night = not was_night
                self.follow()
                for peer in self._spared:
                    # What waited goes now, however long the next round would have been waited for.
                    if was_night:
                        peer.call_now()
            await asyncio.sleep(looks_every_seconds)

    async def choose(self, *, metered: bool) -> None:
        """From now on the line is metered, or not."""
        store: Store = self._own.store
        await store.on_writer(lambda core: core.keep(METERED, int(metered)))
        self.is_on = metered
        self.copy_is_wanted = False
        self.follow()

    def call_now(self) -> None:
        """Somebody asks for it: one round with central."""
        for peer in self._spared:
            peer.is_asked_for = True
            peer.call_now()

    def committed(self, touched: frozenset[str]) -> None:
        """Something was written here: what is urgent does not wait for the next round."""
        if touched & self.urgent:
            for peer in self._spared:
                peer.due_at = 0.0

    @property
    def has_line(self) -> bool:
        """Whether this box calls a central at all."""
        roles = {peer.node.role for peer in self._peers}
        return NodeRole.CENTRAL in roles and self._own.here.role in HOUSE_ROLES

    @property
    def holds_copies_back(self) -> bool:
        """Whether a copy of a backup waits until somebody asks for it, or for the night."""
        return self.is_on and not self.copy_is_wanted and not self.is_night

    @property
    def _spared(self) -> Iterator[Peer]:
        return (peer for peer in self._peers if peer.is_spared)
