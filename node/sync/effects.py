"""What a round or an answer asks of whoever carries it out, and how it reads pages by that.

The steps of a round are a generator that gives these effects and is sent their results.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from node.store import NO_HEAD, Chain, Head, Offered, SignedChangeset
from node.sync.claims import claims_of
from node.sync.roster import SignedRoster
from node.sync.wire import Fetch, HeadSaid, Request, Want, WireError

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ask:
    """Send a request to the peer; the result is its reply."""

    request: Request


@dataclass(frozen=True, slots=True)
class Look:
    """Look at the own store; the result is a `View`."""


@dataclass(frozen=True, slots=True)
class View:
    """What the own store holds: heads, and chains stopped by a quarantine."""

    heads: Mapping[Chain, Head]
    blocked: frozenset[Chain]
    must_catch_up: bool = False


@dataclass(frozen=True, slots=True)
class ReadRange:
    """Read changesets of a chain; the result is a list of them, None where they were dropped."""

    chain: Chain
    after: int
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Take:
    """Give changesets to intake; the result is its report.

    `ahead` is what will be asked for next if all goes well: whoever can may ask for it meanwhile.
    """

    batch: tuple[Offered, ...]
    ahead: Request | None = None


@dataclass(frozen=True, slots=True)
class Learn:
    """Take a roster if it is newer and believable; the result is the new one or None."""

    signed: SignedRoster


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """A peer has told all it knows of our own journal, to a restored node that waits for that."""

    peer: bytes


@dataclass(frozen=True, slots=True)
class GiveWay:
    """Give up what is held under the number of this changeset, which counts; the result is whether
    that could be.
    """

    counting: SignedChangeset


Effect = Ask | Look | ReadRange | Take | Learn | CaughtUp | GiveWay
Steps = Generator[Effect, Any, R]


class DroppedError(Exception):
    """Changesets are lacking of which only a snapshot still has what they said."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain)
        self.chain = chain


def check_page(page: Iterable[Offered], wanted: Mapping[Chain, int]) -> dict[Chain, int]:
    """How far a page goes in each of its chains; raises `WireError` where it is not what was asked
    for, in order.
    """
    at: dict[Chain, int] = {}
    for chain, numbers in claims_of(page):
        if chain not in wanted:
            raise WireError("a chain that was not asked for")
        after = at.get(chain, wanted[chain])
        at[chain] = after + len(numbers)
        if numbers != list(range(after + 1, at[chain] + 1)):
            raise WireError("a changeset out of order")
    return at


def fetch_of(lack: Mapping[Chain, int], max_bytes: int) -> Fetch:
    """The request for a page of what is lacking."""
    return Fetch(tuple(Want(*chain, after) for chain, after in lack.items()), max_bytes)


def fetch_after(
    wanted: Mapping[Chain, int],
    offered: Mapping[Chain, int],
    said: Mapping[Chain, HeadSaid],
    max_bytes: int,
) -> Fetch | None:
    """The request for what is lacking yet once all that was offered is held."""
    reached = {**wanted, **offered}
    lack = {chain: n for chain, n in reached.items() if n < said[chain].n}
    return fetch_of(lack, max_bytes) if lack else None


def stuck(
    offered: Iterable[Chain], before: Mapping[Chain, int], heads: Mapping[Chain, Head]
) -> set[Chain]:
    """The chains that were offered and did not advance."""
    return {chain for chain in offered if heads.get(chain, NO_HEAD).n <= before[chain]}


def read_page(lack: Mapping[Chain, int], max_bytes: int) -> Steps[list[SignedChangeset]]:
    """A page of what somebody lacks, chain by chain; at least one changeset where there is one.

    Raises `DroppedError` where what comes next of a chain is not here any more.
    """
    batch: list[SignedChangeset] = []
    left = max_bytes
    for chain, after in lack.items():
        found: list[SignedChangeset] | None = yield ReadRange(chain, after, left)
        if found is None:
            raise DroppedError(chain)
        size = sum(len(signed.body) + len(signed.signature) for signed in found)
        if batch and size > left:
            break
        batch += found
        left -= size
        if left <= 0:
            break
    return batch
