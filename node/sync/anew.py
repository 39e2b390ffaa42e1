"""Beginning anew from the own journal: how a box comes to hold only what counts, without a sister.

What this box heard of a box that was let go beyond the number that counts leaves it by playing its
journal into an empty file (`store/replaying.py`). What it has dropped of its journal central still
has, the house's chains sealed. The file takes the database's place only when it holds all that
counts; before that nothing has changed, and a try that was cut off goes on where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from node.base.clock import Clock
from node.base.refusals import RefusedError
from node.store import NO_HEAD, Chain, Core, Members, NodeRole, Registry, Scope
from node.store.files import forget_database, put_in_place
from node.store.replaying import (
    counting,
    dropped,
    finish_replay,
    is_whole,
    open_replay,
    replay,
    take,
)
from node.sync.asking import insist
from node.sync.claims import claim_of
from node.sync.effects import check_page, fetch_of
from node.sync.fetching import Told, greet, here_of, scratch_of
from node.sync.heads import Said, beyond_count
from node.sync.house_key import HouseKey
from node.sync.roster import Roster, RosterNode, adopt_role, kept_values
from node.sync.sealing import chains_told, opened
from node.sync.transport import Address, Link, key_at, quarter_tag
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import PAGE_BYTES, Page


def lacking_there(
    dropped_here: Mapping[Chain, int], members: Members, said: Said, key: HouseKey | None
) -> dict[Chain, int]:
    """How many changesets of each chain were dropped here and are not at central, by what it says:
    so much would be lost by beginning anew.
    """
    lost: dict[Chain, int] = {}
    for (site, scope), n in dropped_here.items():
        needed = members[site].counted(scope, n) if site in members else n
        there = max((said[c].n for c in _told((site, scope), key) if c in said), default=0)
        if needed > there:
            lost[site, scope] = needed - there
    return lost


async def begin_from_journals(
    database: Path,
    registry: Registry,
    *,
    clock: Clock,
    central: Address | None,
    told: Told = lambda _here, _whole: None,
) -> bool:
    """Begin this box anew without what does not count; false where something would be lost.

    `central` is asked for what was dropped here. `told` hears now and then how many changesets are
    there of how many; what it raises ends the try, and the next one goes on. The file that was
    there is kept beside the new one. Raises `TroubleError` where the line breaks, `RefusedError`
    and `OSError` where the disk takes nothing.
    """
    path = scratch_of(database)
    old = Core.open(database, registry, clock=clock)
    try:
        is_done = await _fill(path, old, central, told)
    except (RefusedError, OSError):
        # The disk is needed for other things.
        forget_database(path)
        raise
    finally:
        old.close()
    if is_done:
        put_in_place(path, database)
    else:
        forget_database(path)
    return is_done


async def _fill(path: Path, old: Core, central: Address | None, told: Told) -> bool:
    members = here_of(old).members
    if not beyond_count(old.heads(), members):
        return False
    registry, clock, kept = old.registry, old.clock, kept_values(old)
    fresh = open_replay(path, old, registry, members, clock=clock, kept=kept)
    # Central must take what it holds sealed.
    adopt_role(fresh)
    whole = sum(counting(old, members).values())
    helper = _Helper(old, fresh, central)
    try:
        is_moving = True
        while is_moving:
            for _ in replay(old, fresh, members):
                # Whoever wants this process to end, or to show that it lives, gets a turn.
                await asyncio.sleep(0)
                told(sum(head.n for head in fresh.heads().values()), whole)
            # What was dropped may wait for a word that is here, and what is here for that.
            is_moving = await helper.fetch()
        # Central may have told of a newer roster.
        if not is_whole(old, fresh, here_of(old).members):
            return False
        finish_replay(old, fresh)
    finally:
        await helper.close()
        fresh.close()
    return True


@dataclass(slots=True)
class _Helper:
    """Central, where something was dropped here that only it still has."""

    old: Core
    fresh: Core
    address: Address | None
    _link: Link | None = field(default=None, init=False)
    _token: bytes = field(default=b"", init=False)

    async def fetch(self) -> bool:
        """Read what was dropped here; whether anything came."""
        if self.address is None or not self._lacking():
            return False
        here = here_of(self.old)
        link, has_moved = self._link or await self._call(self.address), False
        while lacking := self._lacking():
            wants = {told: self._held(c) for c in lacking for told in _told(c, here.house_key)}
            upto = {told: n for c, n in lacking.items() for told in _told(c, here.house_key)}
            page = insist(await link.ask(fetch_of(wants, PAGE_BYTES), token=self._token), Page)
            check_page(page.offered, wants)
            claims = [(*claim_of(each), each) for each in page.offered]
            needed = [each for chain, n, each in claims if n <= upto[chain]]
            before = self.fresh.heads()
            take(self.fresh, opened(needed, here.house_key), here.members)
            if self.fresh.heads() == before:
                break
            has_moved = True
        return has_moved

    def _lacking(self) -> dict[Chain, int]:
        """Up to which number what was dropped here is not there yet, by chain."""
        counts = counting(self.old, here_of(self.old).members)
        upto = {chain: min(n, counts.get(chain, 0)) for chain, n in dropped(self.old).items()}
        return {chain: n for chain, n in upto.items() if n > self._held(chain)}

    def _held(self, chain: Chain) -> int:
        return self.fresh.heads().get(chain, NO_HEAD).n

    async def _call(self, address: Address) -> Link:
        giver = _central(here_of(self.old).roster, await key_at(address))
        tag = quarter_tag(self.old.quarter)
        self._link = Link(address, tag, giver.public_key.__eq__, is_far=True)
        self._token = await greet(self._link, self.old, giver)
        return self._link

    async def close(self) -> None:
        """Hang up, where anybody was called."""
        if self._link is not None:
            await self._link.close()


def _told(chain: Chain, key: HouseKey | None) -> frozenset[Chain]:
    """The chain as central knows it."""
    return frozenset(told for told in chains_told([chain], key) if told[1] != Scope.HOUSE)


def _central(roster: Roster, key: bytes) -> RosterNode:
    for node in roster.nodes.values():
        if node.public_key == key and node.is_active and node.role is NodeRole.CENTRAL:
            return node
    raise TroubleError(Trouble.WRONG_KEY, "no central of this quarter answers there")
