"""Slow and quick digests: argon2id for what people remember, SHA-256 for what is random anyway.

Verifying takes some 60 ms and 46 MiB on purpose, so it never runs inside a transaction and never
on the event loop: a small pool of threads bounds how much memory guessers can make us use.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

from node.base.ids import ID_BYTES, id_text, parse_id

T = TypeVar("T")

MEMORY_KIB = 46 * 1024
"""OWASP's first choice for argon2id with one pass."""
CODE_MEMORY_KIB = 8 * 1024
"""A code has 60 bits of its own; 900 letters must not take a Pi minutes."""
MEMORY_KIB_MAX = 4 * MEMORY_KIB
"""A stored hash that asks for more was not made by us; following it would exhaust the box."""
THREADS = 2

_hasher = PasswordHasher(time_cost=1, memory_cost=MEMORY_KIB, parallelism=1)
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="people-hash")


async def in_thread(fn: Callable[[], T]) -> T:
    """Run slow digesting off the event loop; more than `THREADS` at once wait their turn."""
    return await asyncio.get_running_loop().run_in_executor(_pool, fn)


def hash_secret(secret: str) -> str:
    """A PIN or password as the text that is stored."""
    return _hasher.hash(secret)


def verify_secret(stored: str, secret: str) -> bool:
    """Whether `secret` is what was hashed. An empty `stored` costs the same time and is no."""
    decoy = _decoy()  # NB: made by the first check of any kind, or that one would tell
    try:
        _hasher.verify(_bounded(stored) or decoy, secret)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def _bounded(stored: str) -> str:
    if not stored or extract_parameters(stored).memory_cost > MEMORY_KIB_MAX:
        return ""
    return stored


_decoys: list[str] = []


def _decoy() -> str:
    """The hash of something nobody knows: guesses for unknown names take as long as others."""
    if not _decoys:
        _decoys.append(hash_secret(secrets.token_hex(16)))
    return _decoys[0]


def code_digest(code: str, *, quarter_id: bytes) -> bytes:
    """The digest under which a household code is found; the same on all nodes of a quarter."""
    return hash_secret_raw(
        code.encode(),
        b"code" + quarter_id,
        time_cost=1,
        memory_cost=CODE_MEMORY_KIB,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )


def new_token() -> str:
    """A random token of 256 bits for a cookie."""
    return secrets.token_urlsafe(32)


def new_short_token() -> str:
    """A random token of 128 bits in 26 characters, for a QR or a link."""
    return id_text(secrets.token_bytes(ID_BYTES))


def token_digest(token: str) -> bytes:
    """What is stored of a token: its SHA-256. The token itself is stored nowhere."""
    return hashlib.sha256(token.encode()).digest()


def token_id(token: str) -> bytes:
    """The first half of the digest, as the key of a local row; b"" for no token."""
    return token_digest(token)[:ID_BYTES] if token else b""


def read_short_token(text: str) -> str:
    """The 128-bit token in what was scanned or opened (alone or at the end of an address), in
    its one spelling; "" where there is none.
    """
    last = text.strip().rstrip("/").rpartition("/")[2]
    try:
        return id_text(parse_id(last))
    except ValueError:
        return ""
