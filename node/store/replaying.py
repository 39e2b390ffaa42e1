"""The own journal played into an empty file: what a node is without what does not count.

A merge cannot be undone. Where more of a box that was let go is here than counts, the rows are had
without it by beginning at an empty file, under the same identity, and giving to intake once more
what the journal holds. Intake leaves out what does not count; what an operator set aside stays set
aside. The file that is there is only read, until the other holds all of it that counts.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from node.base.clock import Clock
from node.base.refusals import Refusal
from node.store import journal as journals
from node.store.changeset import SignedChangeset, parts_of
from node.store.connection import DatabaseError
from node.store.core import Core
from node.store.files import forget_database
from node.store.founding import Founding
from node.store.journal import Chain, PrunedError
from node.store.migration import MADE
from node.store.proof import Offered
from node.store.quarantine import list_set_aside, set_aside
from node.store.roles import Members
from node.store.schema import Registry

PAGE_BYTES = 256 * 1024
"""So much is read and taken before somebody else gets a turn."""

log = logging.getLogger("quartier.store")


def dropped(core: Core) -> dict[Chain, int]:
    """Up to which number each chain was dropped here, of which anything was."""
    found = journals.read_horizons(core._connection)  # noqa: SLF001 - of the store's own room
    return {chain: horizon.n for chain, horizon in found.items()}


def counting(core: Core, members: Members) -> dict[Chain, int]:
    """Up to which number each chain that is here counts."""
    return {
        (site, scope): members[site].counted(scope, head.n) if site in members else head.n
        for (site, scope), head in core.heads().items()
    }


def open_replay(
    path: Path,
    old: Core,
    registry: Registry,
    members: Members,
    *,
    clock: Clock,
    kept: Mapping[str, bytes | str | int],
) -> Core:
    """The file that is filled, of the same node as `old`; one that was begun before goes on."""
    founding = Founding(old.quarter, old.epoch, old.identity.seed)
    try:
        fresh = Core.open(path, registry, clock=clock, founding=founding)
    except (DatabaseError, ValueError) as error:
        log.warning("what was begun cannot be used: %s", error)
        forget_database(path)
        fresh = Core.open(path, registry, clock=clock, founding=founding)
    if not _is_part(fresh, old, members):
        fresh.close()
        forget_database(path)
        fresh = Core.open(path, registry, clock=clock, founding=founding)
    # Nothing of its own is written before it holds all that the old one wrote.
    fresh.note_restored()
    for name, value in kept.items():
        fresh.keep(name, value)
    return fresh


def _is_part(fresh: Core, old: Core, members: Members) -> bool:
    """Whether a file holds of the same node's chains nothing but what counts."""
    counts = counting(old, members)
    is_same = (fresh.site_id, fresh.quarter, fresh.epoch) == (old.site_id, old.quarter, old.epoch)
    return is_same and all(head.n <= counts.get(c, 0) for c, head in fresh.heads().items())


def replay(old: Core, fresh: Core, members: Members) -> Iterator[None]:
    """Give to `fresh` what the journal of `old` holds, page by page, until nothing moves any more.

    Again and again, for a chain may wait for a word of another (see `withheld.py`).
    """
    reasons = {(each.site, each.scope, each.n): each for each in list_set_aside(old)}
    advanced = True
    while advanced:
        advanced = False
        for chain, upto in counting(old, members).items():
            for page in _pages(old, fresh, chain, upto):
                before = fresh.heads().get(chain, journals.NO_HEAD)
                take(fresh, page, members)
                yield
                if fresh.heads().get(chain, journals.NO_HEAD).n == before.n:
                    break
                advanced = True
        for stopped in fresh.quarantined():
            said = reasons.get((stopped.site, stopped.scope, stopped.n))
            if said is not None:
                chain = (stopped.site, stopped.scope)
                done = set_aside(fresh, chain, reason=said.reason, by=said.by)
                advanced |= not isinstance(done, Refusal)


def _pages(old: Core, fresh: Core, chain: Chain, upto: int) -> Iterator[list[SignedChangeset]]:
    """What counts of a chain and is lacking, as long as each page is taken."""
    while (held := fresh.heads().get(chain, journals.NO_HEAD).n) < upto:
        try:
            page = old.changesets(chain, after=held, max_bytes=PAGE_BYTES)
        except PrunedError:
            return
        yield page[: upto - held]


def take(fresh: Core, page: Sequence[Offered], members: Members) -> None:
    """Take a page; the rooms follow when the file is served.

    Raises `RefusedError` where the disk takes nothing.
    """
    for part in parts_of(page):
        fresh.receive_part(part, members)


def is_whole(old: Core, fresh: Core, members: Members) -> bool:
    """Whether all that counts is there, so that nothing is lost by taking `fresh` instead."""
    there = fresh.heads()
    return all(
        not n or (chain in there and there[chain].n == n and _same_end(old, chain, there[chain]))
        for chain, n in counting(old, members).items()
    )


def _same_end(old: Core, chain: Chain, head: journals.Head) -> bool:
    held = old.heads()[chain]
    return head.n < held.n or head.hash == held.hash


def finish_replay(old: Core, fresh: Core) -> None:
    """Let the file stand for the old one, at whose place it is put next: projections are made anew
    at its start, and it writes at once, unless the old one had to wait.
    """
    connection: Any = fresh._connection  # noqa: SLF001 - of the store's own room
    tables = " ".join(sorted(fresh.registry.tables))
    with fresh._writing.transaction():  # noqa: SLF001 - likewise
        connection.execute("delete from set_aside")
        connection.executemany(
            "insert into set_aside values (?, ?, ?, ?, ?, ?, ?)", list_set_aside(old)
        )
        journals.set_meta(connection, MADE, tables)
        if not old.must_catch_up:
            connection.execute("delete from meta where name = 'restored'")
