"""Where journals end: what every other node has had for long is dropped, oldest first.

A chain then begins at a known head, its *horizon*: the number and the hash up to which it was
dropped, so that whoever looks at it knows what must come next. The newest changeset of a chain
always stays, and nothing here touches a row or one of cr-sqlite's clocks. How old something is
says a daily note of the heads, not the changeset, whose writer's clock may have been wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from node.store import journal as journals
from node.store.core import Core
from node.store.journal import Chain

KEPT_DAYS = 14
"""Nothing that came later is dropped, whoever has it: a backup this old can still catch up."""

PIECE = 500
"""Changesets a transaction: some milliseconds, in which a person's write would have to wait."""

_NOTED = "pruning"


class _Day(msgspec.Struct, array_like=True, frozen=True):
    """The heads as they were first seen on a day (days since 1970)."""

    day: int
    heads: tuple[tuple[bytes, str, int], ...]


_decoder = msgspec.msgpack.Decoder(list[_Day])


def note_day(core: Core, day: int) -> None:
    """Remember today's heads, once a day; older notes than are needed are forgotten.

    Raises `RefusedError` where the disk takes nothing.
    """
    connection = core._connection  # noqa: SLF001 - of the store's own room, like the doctor
    noted = _noted(connection)
    if any(one.day >= day for one in noted):
        return
    heads = journals.read_heads(connection)
    told = tuple((site, scope, head.applied) for (site, scope), head in sorted(heads.items()))
    old = [one for one in noted if one.day <= day - KEPT_DAYS]
    kept = [*old[-1:], *(one for one in noted if one.day > day - KEPT_DAYS), _Day(day, told)]
    with core._writing.transaction():  # noqa: SLF001 - likewise
        journals.set_meta(connection, _NOTED, msgspec.msgpack.encode(kept))


def old_enough(core: Core, day: int) -> dict[Chain, int]:
    """Up to which number each chain has been held for `KEPT_DAYS` and longer."""
    noted = _noted(core._connection)  # noqa: SLF001 - likewise
    old = [one for one in noted if one.day <= day - KEPT_DAYS]
    return {(site, scope): n for site, scope, n in old[-1].heads} if old else {}


def _noted(connection: Any) -> list[_Day]:
    return _decoder.decode(journals.get_meta(connection, _NOTED) or b"\x90")


def prune_piece(core: Core, upto: Mapping[Chain, int]) -> int:
    """Drop one piece of what these numbers allow; how many changesets, 0 once all is done.

    Raises `RefusedError` where the disk takes nothing.
    """
    connection = core._connection  # noqa: SLF001 - likewise
    if core.must_catch_up:
        # A restored file knows less of others than they may believe.
        return 0
    heads, begun = journals.read_heads(connection), journals.read_horizons(connection)
    for chain, asked in sorted(upto.items()):
        head = heads.get(chain, journals.NO_HEAD)
        start = begun.get(chain, journals.NO_HORIZON).n
        end = min(asked, head.applied, head.n - 1, start + PIECE)
        if end > start:
            with core._writing.transaction():  # noqa: SLF001 - likewise
                journals.drop(connection, chain, upto=end)
            return end - start
    return 0
