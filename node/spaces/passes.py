"""The pass: a short signed proof that a reservation was confirmed, checked by any node offline.

Format: version (1 byte), the quarter's tag (2 bytes), the reservation's id (16 bytes), then the
deciding node's Ed25519 signature over these 19 bytes (64 bytes). It names neither place nor time,
so a moved reservation keeps its pass. Written as Crockford's base 32 in capitals, for a QR code
stores those in 5.5 bits each: 133 characters after `/P/`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Protocol

from node.base.ids import ALPHABET
from node.base.refusals import N_, Refusal
from node.base.scanned import readings
from node.store import is_signed

VERSION = 1
ID_BYTES = 16
TAG_BYTES = 2
HEAD_BYTES = 1 + TAG_BYTES + ID_BYTES
PASS_BYTES = HEAD_BYTES + 64
PASS_CHARS = 133
CODE_CHARS = 8
PURPOSE = "quartier pass 1"

_VALUES = {char: value for value, char in enumerate(ALPHABET)} | {"o": 0, "i": 1, "l": 1}


class Signer(Protocol):
    """Whoever holds the node's key; the store's identity is one."""

    def sign(self, purpose: str, message: bytes) -> bytes:
        """A signature good for this purpose only."""
        ...


def issue(signer: Signer, *, quarter_id: bytes, reservation_id: bytes) -> bytes:
    """The pass of a confirmed reservation; the same each time (Ed25519 has no chance in it)."""
    head = bytes([VERSION]) + _tag(quarter_id) + reservation_id
    return head + signer.sign(PURPOSE, head)


def text_of(pass_: bytes) -> str:
    """The pass as it stands in an address and in a QR code."""
    number = int.from_bytes(pass_, "big") << 1
    return "".join(
        ALPHABET[(number >> shift) & 31] for shift in range(5 * (PASS_CHARS - 1), -1, -5)
    ).upper()


def short_code(pass_: bytes) -> str:
    """Eight characters to type where nothing can be scanned: 40 bits of the pass's hash."""
    number = int.from_bytes(hashlib.sha256(pass_).digest()[:5], "big")
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5)).upper()


def read_pass(text: str, *, quarter_id: bytes, keys: Iterable[bytes]) -> bytes | Refusal:
    """The reservation's id that a scanned text proves, or what is wrong with it.

    `text` may be the bare pass or an address that ends in it, as a scanner of another layout typed
    it too; `keys` are the public keys of the quarter's nodes that decide or once did. Of several
    readings the signature knows the right one; where none is right, the first says what is wrong.
    """
    known = tuple(keys)
    found = [_read(each, quarter_id, known) for each in readings(text)]
    good = next((each for each in found if not isinstance(each, Refusal)), None)
    return good or next((each for each in found if each is not UNREADABLE), UNREADABLE)


def _read(text: str, quarter_id: bytes, keys: tuple[bytes, ...]) -> bytes | Refusal:
    raw = _decode(text)
    if raw is None or raw[0] != VERSION:
        return UNREADABLE
    head, signature = raw[:HEAD_BYTES], raw[HEAD_BYTES:]
    if head[1 : 1 + TAG_BYTES] != _tag(quarter_id):
        return OTHER_QUARTER
    if not any(is_signed(key, PURPOSE, head, signature) for key in keys):
        return FORGED
    return head[1 + TAG_BYTES :]


def looks_like_pass(text: str) -> bool:
    """Whether a scanned text could be a pass at all."""
    return any(_decode(each) is not None for each in readings(text))


def _decode(text: str) -> bytes | None:
    last = text.strip().rsplit("/", 1)[-1].split("?")[0].lower()
    if len(last) != PASS_CHARS or not all(char in _VALUES for char in last):
        return None
    number = 0
    for char in last:
        number = number << 5 | _VALUES[char]
    if number & 1 or number >> (PASS_BYTES * 8 + 1):
        return None
    return (number >> 1).to_bytes(PASS_BYTES, "big")


def _tag(quarter_id: bytes) -> bytes:
    return hashlib.sha256(b"pass" + quarter_id).digest()[:TAG_BYTES]


UNREADABLE = Refusal(
    "pass.unreadable",
    N_("Das ist kein Ausweis dieses Hauses, oder er ist unvollständig."),
    N_("Halten Sie den Code noch einmal gerade vor die Kamera, oder tippen Sie die acht Zeichen."),
    status=422,
)
OTHER_QUARTER = Refusal(
    "pass.other_quarter",
    N_("Dieser Ausweis gehört zu einem anderen Quartier."),
    N_("Bitte gehen Sie zum Haus, das in Ihrer Bestätigung steht."),
    status=403,
)
FORGED = Refusal(
    "pass.forged",
    N_("Dieser Ausweis ist nicht echt."),
    N_("Bitte zeigen Sie Ihre Bestätigung am Service-Point."),
    status=403,
)
