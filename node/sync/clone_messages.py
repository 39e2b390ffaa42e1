"""What a box that found itself to be a copy says to the authority."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from node.store import SignedChangeset
from node.sync.roster import SignedRoster

Key = Annotated[bytes, Meta(max_length=64)]


class Introduce(msgspec.Struct, array_like=True, frozen=True, tag=31):
    """Name my new key. `proof` is its signature, `other` a changeset that the old key signed under
    a number that you hold otherwise.
    """

    public_key: Key
    sealing_key: Key
    proof: Key
    other: SignedChangeset


class Introduced(msgspec.Struct, array_like=True, frozen=True, tag=32):
    """The roster that names it."""

    roster: SignedRoster
