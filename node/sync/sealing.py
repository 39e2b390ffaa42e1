"""The house's chains on their way to central and back: told as `sealed`, opened only at home.

A node of the house holds its chains readable, under the scope `house`; to central it tells the
same heads under the scope `sealed`, and seals and opens pages as they go out and come in. Central
holds sealed chains as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from node.store import (
    SEALED,
    Chain,
    Head,
    Offered,
    Opened,
    Quarantined,
    Scope,
    SignedChangeset,
)
from node.sync.claims import outline
from node.sync.effects import View
from node.sync.house_key import HouseKey, SealError
from node.sync.wire import WireError

log = logging.getLogger("quartier.sync")


def view_told(
    heads: Mapping[Chain, Head],
    quarantined: Iterable[Quarantined],
    key: HouseKey | None,
    *,
    must_catch_up: bool,
) -> View:
    """What the store holds, as a round compares and tells it."""
    blocked = chains_told(((found.site, found.scope) for found in quarantined), key)
    return View(heads_told(heads, key), blocked, must_catch_up)


def heads_told(heads: Mapping[Chain, Head], key: HouseKey | None) -> dict[Chain, Head]:
    """The heads with those of the house once more as sealed, where this node can seal."""
    told = dict(heads)
    if key is not None:
        told.update({(c[0], SEALED): head for c, head in heads.items() if c[1] == Scope.HOUSE})
    return told


def chains_told(chains: Iterable[Chain], key: HouseKey | None) -> frozenset[Chain]:
    """Chains of the house once more as sealed, likewise."""
    found = frozenset(chains)
    if key is None:
        return found
    return found | {(site, SEALED) for site, scope in found if scope == Scope.HOUSE}


def held_as(chain: Chain, key: HouseKey | None) -> Chain:
    """Under which scope this node holds a chain that is told."""
    site, scope = chain
    return (site, Scope.HOUSE) if scope == SEALED and key is not None else chain


def sealed_for(
    chain: Chain, page: Sequence[SignedChangeset], key: HouseKey | None
) -> list[SignedChangeset]:
    """A range of a chain as it is told."""
    if chain[1] != SEALED or key is None:
        return list(page)
    return [key.seal(signed) for signed in page]


def opened(page: Sequence[Offered], key: HouseKey | None) -> list[Offered]:
    """A page as intake takes it. What cannot be opened is left out: another node may have it."""
    if key is None:
        return list(page)
    return [found for offered in page if (found := _opened(offered, key)) is not None]


def _opened(signed: Offered, key: HouseKey) -> Offered | None:
    if isinstance(signed, Opened):
        # What reads as a changeset is not sealed.
        return signed
    try:
        claim = outline(signed)
    except WireError:
        # Intake knows what to do with rubbish.
        return signed
    if claim.scope != SEALED:
        return signed
    try:
        return key.open(signed)
    except SealError as error:
        log.warning("a sealed changeset %s of %s: %s", claim.n, claim.site.hex()[:8], error)
        return None
