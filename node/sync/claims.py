"""Which chain and number a changeset claims to be, before anything of it is proven."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import msgspec

from node.store import Chain, Offered, Opened, SignedChangeset
from node.sync.heads import UNSAID
from node.sync.wire import (
    HASH_BYTES,
    ID_BYTES,
    NUMBER_MAX,
    SCOPE_LENGTH_MAX,
    Id,
    Number,
    ScopeName,
    WireError,
    decoded,
)


class Outline(msgspec.Struct, array_like=True, frozen=True):
    """The first fields of a changeset, enough to know which chain and number it claims to be."""

    format: int
    quarter: bytes
    epoch: bytes
    site: Id
    scope: ScopeName
    n: Number
    previous: bytes

    @property
    def chain(self) -> Chain:
        """The chain it claims to belong to."""
        return (self.site, self.scope)


_outlines = msgspec.msgpack.Decoder(Outline)


def claim_of(offered: Offered) -> tuple[Chain, int]:
    """Which chain and number a changeset claims to be, unproven; raises `WireError`."""
    if isinstance(offered, Opened):
        said = offered.changeset
        is_name = len(said.site) == ID_BYTES and len(said.scope) <= SCOPE_LENGTH_MAX
        if not is_name or not 0 <= said.n <= NUMBER_MAX:
            raise WireError("no changeset of this protocol")
        return offered.chain, said.n
    claim = outline(offered)
    return claim.chain, claim.n


def claims_of(page: Iterable[Offered]) -> Iterator[tuple[Chain, list[int]]]:
    """Which chains a page claims to hold and which numbers of each, in its order; raises
    `WireError`.
    """
    for chain, claims in groupby(map(claim_of, page), key=itemgetter(0)):
        yield chain, [n for _, n in claims]


def hash_said(offered: Offered) -> bytes:
    """Its hash as a head tells it, where it was read already."""
    return offered.hash[:HASH_BYTES] if isinstance(offered, Opened) else UNSAID


def outline(signed: SignedChangeset) -> Outline:
    """What a changeset claims to be, unproven; raises `WireError`."""
    return decoded(_outlines, signed.body)
