"""What is known of each peer at the moment: where it is, what it last told, how it went.

All of it is a hint. Nothing here decides what is sent; it only saves needless rounds and tells
people how things stand, also right after a restart without a line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from node.store import Chain
from node.sync.heads import by_chain
from node.sync.roster import RosterNode
from node.sync.round import Round
from node.sync.stages import Stage
from node.sync.transport import Address
from node.sync.trouble import Trouble
from node.sync.wire import HeadSaid

REST_SECONDS = 60.0
"""At rest heads are compared this often, in case a word was lost."""

FIRST_RETRY_SECONDS = 1.0
LAST_RETRY_SECONDS = 60.0
SPARED_RETRY_SECONDS = 900.0
"""Where each try costs somebody money."""

PATIENT = frozenset(
    {
        Trouble.NOT_ACCEPTED,
        Trouble.DISMISSED,
        Trouble.OTHER_QUARTER,
        Trouble.OTHER_EPOCH,
        Trouble.PEER_OLDER,
        Trouble.PEER_NEWER,
        Trouble.WRONG_KEY,
    }
)
"""Troubles that a person must end: trying again by the second would only make noise."""

PATIENT_RETRY_SECONDS = 20.0


@dataclass
class Peer:
    """One other node of the roster. Instants are seconds UTC, `due_at` is of the loop's clock."""

    node: RosterNode
    addresses: dict[str, list[Address]] = field(default_factory=dict)
    said: dict[Chain, HeadSaid] = field(default_factory=dict)
    last_success_at: int | None = None
    stage: Stage = Stage.REST
    meeting: Round | None = None
    trouble: Trouble | None = None
    forked: frozenset[Chain] = frozenset()
    """Chains of which it holds another history than we, as our last round showed."""
    forked_there: frozenset[Chain] = frozenset()
    """The same, as its last call showed: central calls nobody."""
    failures: int = 0
    due_at: float = 0.0
    good_address: Address | None = None
    is_spared: bool = False
    """Whether the line is metered: no request waits there, and a round is seldom."""
    is_asked_for: bool = False
    """Whether somebody asked for its next round, so that it may carry what is large."""
    holds_large: bool = False
    """Whether nothing large goes there by itself at this hour."""
    day_bytes: int | None = None
    """So much of the house's sealed chains a round carries each way at this hour; None: all."""
    rest_seconds: float = REST_SECONDS
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    rested: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def site_id(self) -> bytes:
        """Its id."""
        return self.node.site_id

    @property
    def all_forked(self) -> frozenset[Chain]:
        """Both: chains of which it and we hold two histories."""
        return self.forked | self.forked_there

    def known_addresses(self) -> list[Address]:
        """Where to try, the one that worked last first.

        Where nobody tells of that one any more it comes last: an announcement proves nothing, and
        a stranger may have made it.
        """
        listed = [a for found in self.addresses.values() for a in found]
        listed.sort(key=lambda address: address != self.good_address)
        last = [self.good_address] if self.good_address else []
        return list(dict.fromkeys([*listed, *last]))

    def set_addresses(self, source: str, found: Iterable[Address]) -> bool:
        """Note where a source (roster, settings, LAN) saw the peer; whether that was news."""
        new = list(found)
        if self.addresses.get(source, []) == new:
            return False
        self.addresses[source] = new
        return bool(new)

    def call_now(self) -> None:
        """Whatever went wrong before: have it called at once."""
        self.failures, self.due_at = 0, 0.0
        self.wake.set()

    def spare(self, rest_seconds: float | None) -> None:
        """Call it only so often, and hold nothing open; None: as any other."""
        was_spared, self.is_spared = self.is_spared, rest_seconds is not None
        self.rest_seconds = rest_seconds or REST_SECONDS
        if self.is_spared != was_spared:
            self.rested.clear()
            self.call_now()

    def tell(self, said: dict[Chain, HeadSaid]) -> None:
        """The peer has told its heads."""
        self.said = dict(said)

    def succeed(self, now: int, *, loop_now: float, jitter: float) -> None:
        """A round came to rest. `jitter` is between 0 and 1."""
        self.last_success_at = now
        self.failures = 0
        self.due_at = loop_now + self.rest_seconds * (1.0 + 0.2 * jitter)
        if not self.is_spared:
            self.rested.set()

    def fail(self, trouble: Trouble, *, loop_now: float, jitter: float) -> None:
        """A round ended in trouble: the next try waits longer each time, up to a minute."""
        self.trouble = trouble
        last = SPARED_RETRY_SECONDS if self.is_spared else LAST_RETRY_SECONDS
        first = PATIENT_RETRY_SECONDS if trouble in PATIENT else FIRST_RETRY_SECONDS
        wait = min(first * 2 ** min(self.failures, 10), last)
        self.failures += 1
        self.due_at = loop_now + wait * (0.5 + 0.5 * jitter)


class Remembered(msgspec.Struct, array_like=True, frozen=True):
    """What outlives a restart of one peer."""

    site: bytes
    last_success_at: int | None
    said: tuple[HeadSaid, ...]
    forked: tuple[Chain, ...] = ()


_decoder = msgspec.msgpack.Decoder(list[Remembered])


class Peers:
    """All peers of the roster."""

    def __init__(self) -> None:
        self._peers: dict[bytes, Peer] = {}

    def __iter__(self) -> Iterator[Peer]:
        return iter(list(self._peers.values()))

    def get(self, site: bytes) -> Peer | None:
        """The peer of this id, if it is in good standing."""
        return self._peers.get(site)

    def follow(self, nodes: Iterable[RosterNode]) -> None:
        """Hold exactly these nodes."""
        listed = {node.site_id: node for node in nodes}
        for site in self._peers.keys() - listed.keys():
            del self._peers[site]
        for site, node in listed.items():
            self._peers.setdefault(site, Peer(node)).node = node

    def recall(self, kept: bytes | None) -> None:
        """Take up what `remembered` gave to an earlier process; rubbish counts as nothing."""
        try:
            remembered = _decoder.decode(kept or b"\x90")
        except (msgspec.MsgspecError, RecursionError):
            return
        for one in remembered:
            peer = self._peers.get(one.site)
            if peer is not None:
                peer.said = by_chain(one.said)
                peer.last_success_at = one.last_success_at
                peer.forked = frozenset(one.forked)

    def remembered(self) -> bytes:
        """What of the peers is worth keeping over a restart."""
        listed = [
            Remembered(
                peer.site_id,
                peer.last_success_at,
                tuple(peer.said.values()),
                tuple(sorted(peer.all_forked)),
            )
            for peer in self._peers.values()
        ]
        return msgspec.msgpack.encode(listed)
