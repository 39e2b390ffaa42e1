"""Identifiers: 16 bytes, as keys of replicated tables want them.

Time-ordered for facts (their order is a help for reading, never a proof), random for everything
that must not be guessed, derived where ten nodes that notice the same thing must write one row.
No id contains a name, a mail address or a flat number: a key is never really erased.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time

ID_BYTES = 16
TEXT_CHARS = 26
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o, u; https://www.crockford.com/base32.html."""

_PAIRS = [one + other for one in ALPHABET for other in ALPHABET]
_VALUES = {char: value for value, char in enumerate(ALPHABET)} | {"o": 0, "i": 1, "l": 1}
_lock = threading.Lock()
_last_ms = 0


def new_id() -> bytes:
    """A new id that sorts after all earlier ones of this process: 48 bits of time, 80 random.

    The time never runs backwards within a process, so ids stay in order when the clock is set
    back; uniqueness does not depend on the clock at all.
    """
    global _last_ms  # noqa: PLW0603 - the one counter that keeps ids in order
    with _lock:
        _last_ms = max(_last_ms, time.time_ns() // 1_000_000)
        milliseconds = _last_ms
    return milliseconds.to_bytes(6, "big") + secrets.token_bytes(10)


def random_id() -> bytes:
    """A new id without any order: for things outsiders see, or that must not be guessed."""
    return secrets.token_bytes(ID_BYTES)


def derived_id(*parts: bytes | str | int) -> bytes:
    """The same id on every node for the same parts (SHA-256 over length-prefixed parts)."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part if isinstance(part, bytes) else str(part).encode()
        digest.update(len(raw).to_bytes(4, "big"))
        digest.update(raw)
    return digest.digest()[:ID_BYTES]


def id_text(value: bytes) -> str:
    """An id as 26 characters of Crockford's base 32, for addresses and forms."""
    number = int.from_bytes(value, "big")
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def parse_id(text: str) -> bytes:
    """Read what `id_text` wrote; upper case and the look-alikes O, I, L are forgiven.

    Raises `ValueError` for anything else.
    """
    if len(text) != TEXT_CHARS:
        raise ValueError("an id has 26 characters")
    number = 0
    for char in text.lower():
        if char not in _VALUES:
            raise ValueError("an id has characters of base 32 only")
        number = number << 5 | _VALUES[char]
    if number >> (ID_BYTES * 8):
        raise ValueError("not an id")
    return number.to_bytes(ID_BYTES, "big")


def random_code(length: int) -> str:
    """A secret of `length` characters of Crockford's base 32 in capitals: 5 bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length)).upper()


def normal_code(text: str) -> str:
    """What a person typed as the code they meant: capitals, no spaces, no look-alikes."""
    kept = (char for char in text.lower() if char not in " -–.\t")
    return "".join(ALPHABET[_VALUES[char]] if char in _VALUES else char for char in kept).upper()
