"""Whether this node must begin anew, and how: noticed after a round, done by whoever runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from node.store import Chain, Members
from node.sync.clones import Plan
from node.sync.heads import Heads, Said, counted
from node.sync.transport import Address


@dataclass(frozen=True, slots=True)
class Journals:
    """Begin anew from the own journal; what was dropped of it `central` still has."""

    central: Address | None


@dataclass(frozen=True, slots=True)
class Hindered:
    """Of whom how many changesets would be lost, for they were dropped here and central has them
    not; of nobody where only the line is spared.
    """

    sites: frozenset[bytes] = frozenset()
    count: int = 0


class Behind:
    """Whether this node must begin anew.

    Only a snapshot helps (of the `giver`), for it was away for too long or holds what does not
    count, or its own journal does (`journals`, with the help of central where something was
    dropped), or it is a copy of another box (`plan`).

    Whoever runs the node waits for `noticed`, ends it, calls `begin_from_snapshot`,
    `begin_from_journals` or `become_own` and starts it again; after a try that failed, with a rest.
    """

    def __init__(self) -> None:
        self.noticed = asyncio.Event()
        self.giver: Address | None = None
        self.journals: Journals | None = None
        self.plan: Plan | None = None
        self.rests_until = 0.0
        self.hindered: Hindered | None = None
        """Why its own journal does not help now, where it is needed."""

    def notice(self, giver: Address) -> None:
        """The node at this address has dropped what we lack, and holds all that we do."""
        if asyncio.get_running_loop().time() >= self.rests_until:
            self.giver = giver
            self.noticed.set()

    def notice_journals(self, central: Address | None) -> None:
        """More is here of a box that was let go than counts, and nobody else is needed to help, or
        the central at this address.
        """
        if asyncio.get_running_loop().time() >= self.rests_until:
            self.journals = Journals(central)
            self.noticed.set()

    def hinder(self, lost: Mapping[Chain, int], *, is_held_back: bool) -> None:
        """The own journal would help, but so much of it only central had; or the line is spared."""
        sites = frozenset(site for site, _ in lost)
        is_hindered = bool(lost) or is_held_back
        self.hindered = Hindered(sites, sum(lost.values())) if is_hindered else None

    def notice_copy(self, plan: Plan) -> None:
        """The box is a copy of another, and the roster names its new key."""
        self.plan = plan
        self.noticed.set()


def snapshot_helps(heads: Heads, beyond: Collection[Chain], said: Said, members: Members) -> bool:
    """Whether nothing that counts is lost by taking the whole of a peer that says so much of what
    both may hold, and what is here `beyond` what counts is not there.
    """
    return all(
        chain in said
        and said[chain].n >= counted(chain, head.n, members)
        and (chain not in beyond or said[chain].n < head.n)
        for chain, head in heads.items()
        if chain not in beyond or counted(chain, head.n, members)
    )
