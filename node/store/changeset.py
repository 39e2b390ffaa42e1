"""The changeset: what one node wrote in one transaction in one scope, signed once, for ever.

Encoded with msgpack as arrays (msgspec). The hash of the encoded body chains to the one before,
the node's Ed25519 key signs the hash. Nothing in it depends on the receiver: it carries no
`db_version`, for the receiver's own is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import islice
from typing import Any, Protocol, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from node.store.foreign import decoded

FORMAT = 1
NO_HASH = bytes(32)
"""What the first changeset of a chain names as its predecessor."""

MAX_ROWS = 4000
MAX_BODY_BYTES = 2 * 1024 * 1024
"""A transaction is capped at the writer; an import cuts itself into pieces."""

PART_BYTES = 60_000
"""Changesets are applied in transactions of about this size: some 2,000 cells, to begin with."""

SIGNATURE_BYTES = 64
_SIGNED_AS = b"quartier changeset 1\0"
"""Set before the hash so that no other signature of the key can be taken for a changeset's."""


class RowChange(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What happened to one row: packed key, causal length (odd: there, even: deleted), cells.

    A cell is (column, column version, value); the column "-1" is cr-sqlite's own sentinel. What
    kind of value a column takes is checked at intake.
    """

    key: bytes
    length: int
    cells: list[tuple[str, int, Any]]


class TableChange(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The changed rows of one table."""

    table: str
    rows: list[RowChange]


class Changeset(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The signed content. `at_ms` is the writer's wall clock (UTC), for people, never for order."""

    format: int
    quarter: bytes
    epoch: bytes
    site: bytes
    scope: str
    n: int
    previous: bytes
    schema: int
    at_ms: int
    clock_trusted: bool
    tables: list[TableChange]


class SignedChangeset(msgspec.Struct, array_like=True, frozen=True):
    """A changeset as it is stored and as it travels: the exact signed bytes."""

    body: bytes
    signature: bytes

    @property
    def hash(self) -> bytes:
        """SHA-256 of the body: the chain's link, and what is signed.

        Of a withheld one it is the hash of what it was, which the signature still proves.
        """
        if self.is_withheld:
            return _read_withheld(self.body).hash
        return hashlib.sha256(self.body).digest()

    @property
    def is_withheld(self) -> bool:
        """Whether only its place in the chain is left, because it carried what was erased."""
        return self.body.startswith(WITHHELD_MARK)


WITHHELD_FORMAT = 2
WITHHELD_MARK = b"\x98\x02"
"""How a withheld changeset begins: an array of eight, the format first. No other body does."""


class _Withheld(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """What is left of a changeset that was withheld: its outside, and the hash of what it was."""

    format: int
    quarter: bytes
    epoch: bytes
    site: bytes
    scope: str
    n: int
    previous: bytes
    hash: bytes


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Changeset)
_withheld_decoder = msgspec.msgpack.Decoder(_Withheld)


def _read_withheld(body: bytes) -> _Withheld:
    try:
        return decoded(_withheld_decoder, body)
    except msgspec.MsgspecError:
        # The hash of rubbish proves nothing, so nobody takes it.
        return _Withheld(0, b"", b"", b"", "", 0, b"", b"")


def withheld(
    outside: tuple[bytes, bytes, bytes, str, int, bytes], digest: bytes, signature: bytes
) -> SignedChangeset:
    """What is left of a changeset: quarter, epoch, site, scope, n and previous, its hash and the
    signature that proves it.
    """
    body = _encoder.encode(_Withheld(WITHHELD_FORMAT, *outside, digest))
    return SignedChangeset(body, signature)


def sign(changeset: Changeset, key: Ed25519PrivateKey) -> SignedChangeset:
    """Encode and sign."""
    body = _encoder.encode(changeset)
    digest = hashlib.sha256(body).digest()
    return SignedChangeset(body, key.sign(_SIGNED_AS + digest))


def decode(signed: SignedChangeset) -> Changeset:
    """The content; raises `msgspec.DecodeError` for anything else.

    A withheld one says nothing about any row.
    """
    if signed.is_withheld:
        return _decode_withheld(signed.body)[0]
    return decoded(_decoder, signed.body)


def decode_and_hash(signed: SignedChangeset) -> tuple[Changeset, bytes, bool]:
    """The content as `decode` gives it, the hash, and whether it was withheld, at one look."""
    body = signed.body
    if body.startswith(WITHHELD_MARK):
        return (*_decode_withheld(body), True)
    return decoded(_decoder, body), hashlib.sha256(body).digest(), False


def _decode_withheld(body: bytes) -> tuple[Changeset, bytes]:
    left = decoded(_withheld_decoder, body)
    outside = (left.quarter, left.epoch, left.site, left.scope, left.n, left.previous)
    said = Changeset(FORMAT, *outside, schema=0, at_ms=0, clock_trusted=False, tables=[])
    return said, left.hash


def is_signed_by(signed: SignedChangeset, public_key: bytes) -> bool:
    """Whether the signature is that key's over exactly this body."""
    return is_hash_signed(signed.hash, signed.signature, public_key)


def is_hash_signed(digest: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether the key's owner signed a changeset with this hash; the body need not be known."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _SIGNED_AS + digest)
    except (InvalidSignature, ValueError):
        return False
    return True


class _Sized(Protocol):
    @property
    def body(self) -> bytes: ...


S = TypeVar("S", bound=_Sized)


def part_of(batch: Sequence[_Sized], start: int, *, max_bytes: int) -> int:
    """Where the piece of a batch ends that begins at `start` and has about so many bytes."""
    size = 0
    for end, one in enumerate(islice(batch, start, None), start):
        if size > max_bytes:
            return end
        size += len(one.body)
    return len(batch)


def parts_of(batch: Sequence[S]) -> list[list[S]]:
    """The batch in pieces of about `PART_BYTES`, each for one transaction."""
    parts: list[list[S]] = []
    start = 0
    while start < len(batch):
        end = part_of(batch, start, max_bytes=PART_BYTES)
        parts.append(list(batch[start:end]))
        start = end
    return parts
