"""Comparing heads: what two nodes lack of each other, and what each may be told. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from node.store import NO_HEAD, Chain, Head, Members
from node.sync.wire import HASH_BYTES, HeadSaid

Heads = Mapping[Chain, Head]
UNSAID = b""
"""In place of a head's hash: which history it is was not said."""

Said = Mapping[Chain, HeadSaid]
"""The heads that a peer has told, by chain."""


def say_heads(
    heads: Heads, *, scopes: Collection[str], blocked: Collection[Chain]
) -> tuple[HeadSaid, ...]:
    """Our heads as a peer may know them: the shared scopes only, blocked chains marked."""
    chains = sorted(chain for chain in {*heads, *blocked} if chain[1] in scopes)
    return tuple(
        HeadSaid(*chain, head.n, head.hash[:HASH_BYTES], chain not in blocked)
        for chain in chains
        for head in [heads.get(chain, NO_HEAD)]
    )


def by_chain(said: Iterable[HeadSaid]) -> dict[Chain, HeadSaid]:
    """What a peer told, by chain."""
    return {head.chain: head for head in said}


def we_lack(heads: Heads, said: Said, *, scopes: Collection[str]) -> dict[Chain, int]:
    """The chains of which the peer holds more, with the number that we hold."""
    return {
        chain: heads.get(chain, NO_HEAD).n
        for chain, head in sorted(said.items())
        if chain[1] in scopes and head.n > heads.get(chain, NO_HEAD).n
    }


def they_lack(heads: Heads, said: Said, *, scopes: Collection[str]) -> dict[Chain, int]:
    """The chains of which we hold more and the peer takes more, with the number it holds."""
    lack: dict[Chain, int] = {}
    for chain, head in sorted(heads.items()):
        theirs = said.get(chain)
        held = theirs.n if theirs else 0
        if chain[1] in scopes and head.n > held and (theirs is None or theirs.takes):
            lack[chain] = held
    return lack


def counted(chain: Chain, n: int, members: Members) -> int:
    """Up to which number a chain counts of which `n` are here: all, or what the roster says of a
    box that was let go. More of that may be here, heard before the roster was.
    """
    site, scope = chain
    return members[site].counted(scope, n) if site in members else n


def beyond_count(heads: Heads, members: Members) -> frozenset[Chain]:
    """The chains of which more is here than counts."""
    return frozenset(
        chain for chain, head in heads.items() if counted(chain, head.n, members) < head.n
    )


def knows_no_more(site: bytes, heads: Heads, said: Said) -> bool:
    """Whether the peer holds no more of the chains of a site than we do."""
    return all(
        head.n <= heads.get(chain, NO_HEAD).n for chain, head in said.items() if chain[0] == site
    )


def forks(heads: Heads, said: Said) -> list[Chain]:
    """Chains that have the same length here and there, but not the same history."""
    return [
        chain
        for chain, head in said.items()
        if head.n and chain in heads and heads[chain].n == head.n
        if head.hash not in {UNSAID, heads[chain].hash[:HASH_BYTES]}
    ]


def still_forked(heads: Heads, said: Said, before: Iterable[Chain]) -> frozenset[Chain]:
    """The chains of two histories, by what the peer says now; `before` are those known so far,
    which are one again once both hold the same.
    """
    left = {chain for chain in before if not _is_one(heads.get(chain), said.get(chain))}
    return frozenset(left | set(forks(heads, said)))


def _is_one(head: Head | None, told: HeadSaid | None) -> bool:
    if head is None or told is None:
        return False
    return (head.n, head.hash[:HASH_BYTES]) == (told.n, told.hash)


def count_waiting(heads: Heads, said: Said, *, scopes: Collection[str]) -> tuple[int, int]:
    """How many changesets wait for the peer, and how many wait there for us."""
    there = they_lack(heads, said, scopes=scopes)
    here = we_lack(heads, said, scopes=scopes)
    out = sum(heads[chain].n - held for chain, held in there.items())
    return out, sum(said[chain].n - held for chain, held in here.items())
