"""What is said of a copied card: by the copy to the authority, by the authority to the others."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from node.store import SignedChangeset
from node.sync.roster import Branch, SignedRoster

Key = Annotated[bytes, Meta(max_length=64)]


class Introduce(msgspec.Struct, array_like=True, frozen=True, tag=31):
    """Name my new key. `proof` is its signature, `other` a changeset that the old key signed under
    a number that you hold otherwise, sealed where it is the house's and you are central.

    `voucher` is the house's word for the new key, which central cannot give; `branches` says by
    scope where what I wrote begins.
    """

    public_key: Key
    sealing_key: Key
    proof: Key
    other: SignedChangeset
    voucher: Key = b""
    branches: Annotated[dict[str, Branch], Meta(max_length=8)] = {}


class Introduced(msgspec.Struct, array_like=True, frozen=True, tag=32):
    """The roster that names it."""

    roster: SignedRoster


class Prefer(msgspec.Struct, array_like=True, frozen=True, tag=33):
    """From the authority: this is what counts under its number. Give way if you hold another."""

    counting: SignedChangeset


class Preferred(msgspec.Struct, array_like=True, frozen=True, tag=34):
    """Whether the other history was given up."""

    is_done: bool
