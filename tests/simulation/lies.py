"""What a member of the quarter does that was taken over: it has a good key and tells lies.

It forges what others wrote, hands on old things again, mixes up the order, leaves out and cuts
short, brings another quarter's changesets and its own that break the law, and claims to hold what
nobody ever wrote. Whatever it says, the honest ones come to hold the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from node.store import Head, Identity, SignedChangeset
from node.store.changeset import NO_HASH, Changeset, RowChange, TableChange, decode, sign
from node.sync.wire import HASH_BYTES, Compare, Compared, Give, Given, HeadSaid, Page

Batch = tuple[SignedChangeset, ...]
KEPT = 200
"""So many changesets it remembers, to bring them up again."""


class Liar:
    """Tells the truth only sometimes, by chance."""

    def __init__(self, identity: Identity, quarter: bytes, epoch: bytes) -> None:
        self._identity = identity
        self._quarter, self._epoch = quarter, epoch
        self._heard: list[SignedChangeset] = []
        self.told = 0

    def tell(self, message: object, head: Head, chance: random.Random) -> object:
        """What it says instead of this. `head` is that of its own chain in the quarter's scope."""
        match message:
            case Page(changesets) | Give(changesets):
                self._heard = [*self._heard, *changesets][-KEPT:]
                lie = chance.choice(self._lies(head))
                self.told += 1
                return type(message)(lie(changesets, chance))
            case Compare() | Compared() | Given():
                return self._claims(message, chance)
            case _:
                return message

    def _lies(self, head: Head) -> list[Callable[[Batch, random.Random], Batch]]:
        return [
            lambda batch, _: batch,
            self._forged,
            self._signed_by_me,
            self._replayed,
            _reordered,
            _left_out,
            _cut_short,
            lambda batch, _: (*batch, self._own(head, quarter=b"X" * 16)),
            lambda batch, chance: (*batch, self._own(head, **self._unlawful(chance))),
        ]

    def _forged(self, batch: Batch, chance: random.Random) -> Batch:
        """Another content under the true signature."""
        return _changed(batch, chance, lambda one: SignedChangeset(_other(one).body, one.signature))

    def _signed_by_me(self, batch: Batch, chance: random.Random) -> Batch:
        """Another content under its own signature, in the name of whoever wrote it."""
        return _changed(batch, chance, lambda one: sign(_other_content(one), self._identity.key))

    def _replayed(self, batch: Batch, chance: random.Random) -> Batch:
        again = chance.sample(self._heard, min(len(self._heard), 5))
        return (*again, *batch)

    def _own(self, head: Head, **said: object) -> SignedChangeset:
        """Its own next changeset, which breaks a law."""
        honest = Changeset(
            1, self._quarter, self._epoch, self._identity.site_id, "quarter", head.n + 1,
            head.hash if head.n else NO_HASH, 1, 1_764_000_000_000, True, [],
        )  # fmt: skip
        return sign(msgspec.structs.replace(honest, **said), self._identity.key)

    def _unlawful(self, chance: random.Random) -> dict[str, object]:
        key = b"\x01\x0c\x10" + chance.randbytes(16)
        return chance.choice(
            (
                {"epoch": b"Y" * 16},
                {"schema": 10**9},
                {"tables": [TableChange("no_such_table", [RowChange(key, 1, [])])]},
                # An absurd version would freeze the cell for ever.
                {"tables": [_verdict(key, 2**60)]},
                # A lobby's box confirms nothing.
                {"tables": [_verdict(key, 1)]},
            )
        )

    def _claims(self, message: Compare | Compared | Given, chance: random.Random) -> object:
        if chance.random() < 0.5:
            return message
        heads = tuple(
            HeadSaid(
                head.site, head.scope, head.n + chance.choice((0, 1, 10**6)), b"\7" * HASH_BYTES
            )
            for head in message.heads
        )
        return msgspec.structs.replace(message, heads=heads)


def _verdict(key: bytes, version: int) -> TableChange:
    return TableChange("reservation_decision", [RowChange(key, 1, [("fact", version, "{}")])])


def _other_content(one: SignedChangeset) -> Changeset:
    """The same place in the chain; it says something else."""
    said = decode(one)
    return msgspec.structs.replace(said, at_ms=said.at_ms + 1)


def _other(one: SignedChangeset) -> SignedChangeset:
    return SignedChangeset(msgspec.msgpack.encode(_other_content(one)), one.signature)


def _changed(
    batch: Batch, chance: random.Random, change: Callable[[SignedChangeset], SignedChangeset]
) -> Batch:
    """The batch with one of its changesets changed, where one can be read."""
    if not batch:
        return batch
    at = chance.randrange(len(batch))
    try:
        return (*batch[:at], change(batch[at]), *batch[at + 1 :])
    except msgspec.MsgspecError:
        return batch


def _reordered(batch: Batch, chance: random.Random) -> Batch:
    return tuple(chance.sample(batch, len(batch)))


def _left_out(batch: Batch, chance: random.Random) -> Batch:
    at = chance.randrange(len(batch) + 1)
    return (*batch[:at], *batch[at + 1 :])


def _cut_short(batch: Batch, chance: random.Random) -> Batch:
    return _changed(
        batch,
        chance,
        lambda one: SignedChangeset(one.body[: chance.randrange(len(one.body))], one.signature),
    )
