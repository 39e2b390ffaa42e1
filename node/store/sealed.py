"""Sealed changesets: how the house's journal may lie at central, which cannot read it.

The outside of one is laid out like a changeset's first fields, so that chains, heads and pages
treat both alike; its scope is `sealed`, its number, hash and signature are those of the changeset
inside. Who holds no key still knows that the origin signed a changeset with this hash at the end
of this chain. That the box really holds it is known to whoever opens it.
"""

from __future__ import annotations

import msgspec

from node.store.changeset import (
    FORMAT,
    MAX_BODY_BYTES,
    SignedChangeset,
    decode,
    is_hash_signed,
    withheld,
)
from node.store.foreign import decoded

SEALED = "sealed"
"""The scope under which a house's chains are told and kept at central."""


class SealedBody(msgspec.Struct, array_like=True, frozen=True):
    """A sealed changeset: the chain it belongs to, the hash inside, the box."""

    format: int
    quarter: bytes
    epoch: bytes
    site: bytes
    scope: str
    n: int
    previous: bytes
    hash: bytes
    generation: int
    salt: bytes
    box: bytes = b""

    @classmethod
    def read(cls, signed: SignedChangeset) -> SealedBody:
        """What is outside; raises `msgspec.DecodeError` for anything else."""
        return decoded(_decoder, signed.body)

    @property
    def history(self) -> tuple[bytes, bytes]:
        """The quarter and the epoch."""
        return (self.quarter, self.epoch)

    def is_signed(self, signature: bytes, public_key: bytes) -> bool:
        """Whether the key's owner signed the changeset that is said to be inside."""
        return is_hash_signed(self.hash, signature, public_key)

    @property
    def outside(self) -> bytes:
        """All fields but the box: what the seal binds together."""
        return _encoder.encode(msgspec.structs.replace(self, box=b""))

    def holding(self, box: bytes, signature: bytes) -> SignedChangeset:
        """The same with its box, as it travels: under the signature of the changeset inside."""
        body = _encoder.encode(msgspec.structs.replace(self, box=box))
        return SignedChangeset(body, signature)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(SealedBody)


def is_sealed(signed: SignedChangeset) -> bool:
    """Whether the bytes are a sealed changeset's, of a size that may be kept."""
    if len(signed.body) > MAX_BODY_BYTES:
        return False
    try:
        body = SealedBody.read(signed)
    except msgspec.DecodeError:
        return False
    return (body.format, body.scope) == (FORMAT, SEALED)


def sealed_body(signed: SignedChangeset, *, generation: int, salt: bytes) -> SealedBody:
    """The outside of a changeset that is to be sealed."""
    inside = decode(signed)
    return SealedBody(
        FORMAT,
        inside.quarter,
        inside.epoch,
        inside.site,
        SEALED,
        inside.n,
        inside.previous,
        signed.hash,
        generation,
        salt,
    )


def withheld_of(body: SealedBody, signature: bytes, *, scope: str) -> SignedChangeset:
    """What is left inside of a sealed changeset whose box was dropped."""
    outside = (body.quarter, body.epoch, body.site, scope, body.n, body.previous)
    return withheld(outside, body.hash, signature)
