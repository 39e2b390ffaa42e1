"""The house key: what the quarter's own nodes share and central never has.

It seals the house's changesets for their stay at central, and vouches for nodes of the house, so
that not even a stolen authority can put a box of its own among them. It has numbered generations:
when a node is revoked the home node makes a new one and gives it to every remaining node, sealed
to that node's own key (X25519, HKDF-SHA256, ChaCha20-Poly1305; the manner of RFC 9180's base
mode). Older generations stay for what they sealed.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from node.store import Core, Identity, Scope, SealedBody, SignedChangeset, sealed_body, withheld_of
from node.sync.roster import HOUSE_KEY, RosterNode

KEY_BYTES = 32
SALT_BYTES = 16
VOUCHER_BYTES = 16
_NO_NONCE = bytes(12)
"""Every message has a key of its own, derived with a random salt, so its nonce may be fixed."""

_OPENED_BYTES_MAX = 4 * 1024 * 1024


class SealError(Exception):
    """Something sealed cannot be opened with this house's key; the text says why."""


@dataclass(frozen=True)
class HouseKey:
    """The generations that this node holds, by number; the highest seals."""

    generations: Mapping[int, bytes]

    def __repr__(self) -> str:
        return f"HouseKey(generations {sorted(self.generations)})"

    @classmethod
    def fresh(cls) -> HouseKey:
        """The first generation of a new quarter."""
        return cls({1: secrets.token_bytes(KEY_BYTES)})

    @property
    def newest(self) -> int:
        """The number of the generation that seals."""
        return max(self.generations)

    def with_next(self) -> HouseKey:
        """The same with a new generation, for when somebody left who knows the others."""
        return self.joined({self.newest + 1: secrets.token_bytes(KEY_BYTES)})

    def joined(self, more: Mapping[int, bytes]) -> HouseKey:
        """The same with generations that came from elsewhere."""
        return HouseKey({**more, **self.generations})

    def seal(self, signed: SignedChangeset) -> SignedChangeset:
        """A changeset of the house as it may lie at central: number, hash and size stay visible."""
        body = sealed_body(signed, generation=self.newest, salt=secrets.token_bytes(SALT_BYTES))
        packed = zstandard.ZstdCompressor(level=3).compress(signed.body)
        box = self._box(body).encrypt(_NO_NONCE, packed, body.outside)
        return body.holding(box, signed.signature)

    def open(self, sealed: SignedChangeset) -> SignedChangeset:
        """The changeset inside; raises `SealError` where it is not what its outside says."""
        try:
            body = SealedBody.read(sealed)
        except msgspec.MsgspecError as error:
            raise SealError("nothing sealed") from error
        if not body.box:
            return withheld_of(body, sealed.signature, scope=Scope.HOUSE)
        if body.generation not in self.generations:
            raise SealError(f"sealed with generation {body.generation} of the house key")
        try:
            packed = self._box(body).decrypt(_NO_NONCE, body.box, body.outside)
            raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_OPENED_BYTES_MAX)
        except (InvalidTag, zstandard.ZstdError) as error:
            raise SealError("the seal is broken") from error
        inside = SignedChangeset(raw, sealed.signature)
        if inside.hash != body.hash:
            raise SealError("another changeset than the one outside")
        return inside

    def _box(self, body: SealedBody) -> ChaCha20Poly1305:
        key = self.generations[body.generation]
        return ChaCha20Poly1305(_derived(key, salt=body.salt, info=b"quartier sealed changeset 1"))

    def vouch(self, public_key: bytes) -> bytes:
        """The house's word that the node of this key is one of its own."""
        return self.newest.to_bytes(2, "big") + self._mac(self.newest, public_key)

    def is_vouched(self, node: RosterNode) -> bool:
        """Whether a node is one of the house by the house's own word."""
        generation = int.from_bytes(node.voucher[:2], "big")
        if generation not in self.generations:
            return False
        return hmac.compare_digest(node.voucher[2:], self._mac(generation, node.public_key))

    def _mac(self, generation: int, public_key: bytes) -> bytes:
        secret = _derived(self.generations[generation], salt=b"", info=b"quartier voucher 1")
        return hmac.digest(secret, public_key, "sha256")[:VOUCHER_BYTES]

    def grant(self, sealing_key: bytes, *, only: Collection[int]) -> dict[int, bytes]:
        """These generations, each sealed to the holder of an X25519 key."""
        return {number: seal_to(sealing_key, self.generations[number]) for number in only}


def sealing_public_key(identity: Identity) -> bytes:
    """The X25519 key that others seal to for this identity; derived from the same seed."""
    return _sealing_key(identity).public_key().public_bytes_raw()


def sealing_private_key(identity: Identity) -> bytes:
    """The other half of it, for who opens with a library of his own."""
    return _sealing_key(identity).private_bytes_raw()


def seal_to(sealing_key: bytes, message: bytes) -> bytes:
    """Seal a short message so that only the holder of the X25519 key can open it."""
    once = X25519PrivateKey.generate()
    ours = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(sealing_key))
    return ours + _envelope(shared, ours, sealing_key).encrypt(_NO_NONCE, message, None)


def open_sealed(identity: Identity, envelope: bytes) -> bytes:
    """What was sealed to this identity; raises `SealError`."""
    theirs = envelope[:KEY_BYTES]
    try:
        shared = _sealing_key(identity).exchange(X25519PublicKey.from_public_bytes(theirs))
        box = _envelope(shared, theirs, sealing_public_key(identity))
        return box.decrypt(_NO_NONCE, envelope[KEY_BYTES:], None)
    except (InvalidTag, ValueError) as error:
        raise SealError("not sealed to this box") from error


def read_house_key(core: Core) -> HouseKey | None:
    """The house key in this file; None at central."""
    kept = core.kept(HOUSE_KEY)
    return HouseKey(msgspec.msgpack.decode(kept, type=dict[int, bytes])) if kept else None


def keep_house_key(core: Core, key: HouseKey) -> None:
    """Keep the house key in this file."""
    core.keep(HOUSE_KEY, msgspec.msgpack.encode(dict(key.generations)))


def open_grants(identity: Identity, grants: Iterable[tuple[int, bytes]]) -> dict[int, bytes]:
    """The generations in these envelopes that are meant for this identity and sound."""
    opened: dict[int, bytes] = {}
    for generation, envelope in grants:
        try:
            key = open_sealed(identity, envelope)
        except SealError:
            continue
        if len(key) == KEY_BYTES:
            opened[generation] = key
    return opened


def _sealing_key(identity: Identity) -> X25519PrivateKey:
    seed = _derived(identity.seed, salt=b"", info=b"quartier sealing key 1")
    return X25519PrivateKey.from_private_bytes(seed)


def _envelope(shared: bytes, ours: bytes, theirs: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derived(shared, salt=ours + theirs, info=b"quartier envelope 1"))


def _derived(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(secret)
