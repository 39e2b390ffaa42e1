"""Who this node is: an Ed25519 key made at first start, and the site id derived from it.

The key lies in the database's own `meta` table, so that file and identity are never mixed up;
snapshots for others leave it out. `site_id` is the first 16 bytes of SHA-256 of the public key
and is cr-sqlite's own site id from before the first write on. A node that cannot know which of its
numbers are in use goes on under a new identity; what it wrote stays the old one's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


def site_id_of(public_key: bytes) -> bytes:
    """The site id that belongs to a raw public key."""
    return hashlib.sha256(public_key).digest()[:16]


@dataclass(frozen=True)
class Identity:
    """A node's key pair; `seed` is the raw private key and never leaves the box."""

    seed: bytes

    def __repr__(self) -> str:
        return f"Identity({self.site_id.hex()})"

    @cached_property
    def key(self) -> Ed25519PrivateKey:
        """The private key, for signing."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public_key(self) -> bytes:
        """The raw public key, 32 bytes."""
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @cached_property
    def site_id(self) -> bytes:
        """The id under which the node writes."""
        return site_id_of(self.public_key)

    def sign(self, purpose: str, message: bytes) -> bytes:
        """A signature that is good for this purpose only."""
        return self.key.sign(purpose.encode() + b"\0" + message)


def is_signed(public_key: bytes, purpose: str, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is that key's over the message for this purpose; see `Identity.sign`."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            signature, purpose.encode() + b"\0" + message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def new_identity() -> Identity:
    """A fresh key pair."""
    seed = Ed25519PrivateKey.generate().private_bytes(
        Encoding.Raw, PrivateFormat.Raw, NoEncryption()
    )
    return Identity(seed)


def stored_identity(connection: Any) -> Identity | None:
    """The identity in the file, or None in a fresh one."""
    row = connection.execute("select value from meta where name = 'identity'").fetchone()
    return Identity(bytes(row[0])) if row else None


def store_identity(connection: Any, identity: Identity) -> None:
    """Keep the identity in a fresh file and make it cr-sqlite's site id.

    The connection must be reopened afterwards: the extension has read the old id already.
    """
    connection.execute("insert into meta (name, value) values ('identity', ?)", (identity.seed,))
    connection.execute(
        "update crsql_site_id set site_id = ? where ordinal = 0", (identity.site_id,)
    )


def replace_identity(connection: Any, identity: Identity) -> None:
    """Make the file another node's: what ordinal 0 wrote stays its writer's, under another ordinal.

    In the caller's transaction, extension or not. Afterwards the connection must be reopened.
    """
    connection.execute(
        "insert into meta (name, value) values ('identity', ?)"
        " on conflict (name) do update set value = excluded.value",
        (identity.seed,),
    )
    found = connection.execute("select site_id, ordinal from crsql_site_id").fetchall()
    ordinals = {bytes(site): ordinal for site, ordinal in found}
    writer = next(site for site, ordinal in ordinals.items() if ordinal == 0)
    if writer == identity.site_id:
        return
    there = ordinals.get(identity.site_id, max(ordinals.values()) + 1)
    connection.execute("delete from crsql_site_id where ordinal in (0, ?)", (there,))
    connection.executemany(
        "insert into crsql_site_id (site_id, ordinal) values (?, ?)",
        ((writer, there), (identity.site_id, 0)),
    )
    # Both ways at once: an identity that comes back finds its own cells under ordinal 0 again.
    for clock in clock_tables(connection):
        connection.execute(
            f'update "{clock}" set site_id = case site_id when 0 then :there else 0 end'
            " where site_id in (0, :there)",
            {"there": there},
        )


def clock_tables(connection: Any) -> list[str]:
    """The names of cr-sqlite's clock tables in the file, also of tables no longer declared."""
    found = connection.execute(
        "select name from sqlite_master where type = 'table' and name like '%!_!_crsql!_clock'"
        " escape '!'"
    )
    return [row[0] for row in found.fetchall()]
