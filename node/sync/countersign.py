"""The countersign: what the screen of a box that waits shows, and somebody of the house types in.

Central carries the two sides' words and must be believed by neither. So the new box makes a secret
of its own, which only its screen shows. With it the box marks its key, so the house knows that it
lets in this box and no other; and with it the house answers, so the box knows that it is of this
house and no other. Who carries both could try all secrets: there are 2^60, each a scrypt of 16 MB.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from node.base.ids import ALPHABET, normal_code
from node.store import Identity
from node.sync.house_key import sealing_public_key
from node.sync.roster import Root

CHARS = 12
_INFO = b"quartier countersign 1"
_BOX, _HOUSE = b"box", b"house"


def countersign_of(identity: Identity) -> str:
    """What the box of this key shows ("ABCD-EFGH-JKMN"), the same at every try; nobody is told."""
    derived = HKDF(algorithm=SHA256(), length=CHARS, salt=b"", info=_INFO).derive(identity.seed)
    code = "".join(ALPHABET[byte & 31] for byte in derived).upper()
    return "-".join(code[at : at + 4] for at in range(0, CHARS, 4))


def stretched(typed: str) -> bytes:
    """The key that both sides make of a countersign. Takes a while: not for the event loop."""
    secret = normal_code(typed).encode()
    return hashlib.scrypt(secret, salt=_INFO, n=2**14, r=8, p=1, dklen=32)


def mark_of(identity: Identity) -> bytes:
    """The new box's mark: whoever has read its screen can tell its keys from others by it."""
    key = stretched(countersign_of(identity))
    return mark(key, identity.public_key, sealing_public_key(identity))


def mark(key: bytes, public_key: bytes, sealing_key: bytes) -> bytes:
    """The mark of a box's keys by a stretched countersign."""
    return _mac(key, _BOX, public_key, sealing_key)


def answer(key: bytes, *, quarter: bytes, epoch: bytes, root: Root, public_key: bytes) -> bytes:
    """The house's answer to the box of this key: whose quarter it has come to.

    Of the root the founder's key: by that alone a sheet is believed.
    """
    return _mac(key, _HOUSE, quarter, epoch, root.founder, public_key)


def is_answer(
    identity: Identity, given: bytes, *, quarter: bytes, epoch: bytes, root: Root
) -> bool:
    """At the new box: whether somebody who read its screen said that this is their house."""
    key = stretched(countersign_of(identity))
    wanted = answer(key, quarter=quarter, epoch=epoch, root=root, public_key=identity.public_key)
    return hmac.compare_digest(wanted, given)


def _mac(key: bytes, *parts: bytes) -> bytes:
    said = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    return hmac.digest(key, said, "sha256")
