"""What of a batch its origins vouch for: each chain's run by one signature, its last.

A changeset names the hash of the one before, so whoever signed the last of a run has said every
byte of the run. The signatures before it are kept as they came and not checked: that is a tenth
of the work. A run whose last signature is false counts only as far as a true one is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from node.store.changeset import (
    MAX_BODY_BYTES,
    SIGNATURE_BYTES,
    Changeset,
    SignedChangeset,
    decode_and_hash,
    is_signed_by,
)
from node.store.journal import Chain

TRIES = 8
"""So many false signatures are looked at from a run's end: more is a flood, not an accident."""


class Opened(msgspec.Struct, frozen=True, gc=False):
    """A changeset that was offered, decoded and hashed once; nothing of it is proven yet."""

    signed: SignedChangeset
    changeset: Changeset
    hash: bytes
    is_withheld: bool

    @property
    def body(self) -> bytes:
        """The signed bytes."""
        return self.signed.body

    @property
    def chain(self) -> Chain:
        """The chain that it claims to belong to."""
        return (self.changeset.site, self.changeset.scope)

    def follows(self, before: Opened) -> bool:
        """Whether it is the next after `before`, and says so by its hash."""
        return (
            self.changeset.previous == before.hash
            and self.changeset.n == before.changeset.n + 1
            and self.chain == before.chain
        )


Offered = SignedChangeset | Opened
"""What intake is given: read already by whoever looked at it before, or as it came."""


def read_offered(offered: Offered) -> Offered:
    """A changeset opened; as it came where the bytes are none that could be read here."""
    if isinstance(offered, Opened):
        return offered
    if len(offered.body) > MAX_BODY_BYTES or len(offered.signature) != SIGNATURE_BYTES:
        return offered
    try:
        return Opened(offered, *decode_and_hash(offered))
    except msgspec.DecodeError:
        return offered


def runs_of(batch: Iterable[Opened]) -> Iterator[list[Opened]]:
    """The batch cut where one changeset is not the next of the one before."""
    all_of_it = list(batch)
    if _is_one_run(all_of_it):
        yield all_of_it
        return
    run: list[Opened] = []
    for opened in all_of_it:
        if run and not opened.follows(run[-1]):
            yield run
            run = []
        run.append(opened)
    if run:
        yield run


def _is_one_run(batch: Sequence[Opened]) -> bool:
    """Whether each follows the one before, as nearly always; by columns, for that is quicker."""
    said = [each.changeset for each in batch]
    numbers = [each.n for each in said]
    return (
        len({(each.site, each.scope) for each in said}) == 1
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and [each.previous for each in said[1:]] == [each.hash for each in batch[:-1]]
    )


def count_vouched(run: list[Opened], public_key: bytes) -> int:
    """How many of a run, from its first, the owner of the key vouches for."""
    for count in range(len(run), max(0, len(run) - TRIES), -1):
        if is_signed_by(run[count - 1].signed, public_key):
            return count
    return 0
