"""TLS between nodes: the key is the name. No certificate authority, no host name, no clock.

Each node shows a certificate that it signed itself with its identity key; whoever calls checks,
before a byte of a request is sent, that the shown key is the one in the roster. Validity dates
mean nothing here, for a box without a clock battery must still reach its neighbours.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from node.store import Identity

_ALWAYS_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_ALWAYS_UNTIL = datetime(2999, 12, 31, tzinfo=UTC)


class WrongKeyError(ssl.SSLError):
    """Whoever answered showed another key than the one that was to be called."""


def certificate(identity: Identity) -> bytes:
    """The node's own certificate (PEM): the same bytes at every start."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, identity.site_id.hex())])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(identity.key.public_key())
        .serial_number(1 + int.from_bytes(identity.site_id, "big"))
        .not_valid_before(_ALWAYS_FROM)
        .not_valid_after(_ALWAYS_UNTIL)
        .sign(identity.key, None)
    )
    return made.public_bytes(Encoding.PEM)


def server_context(identity: Identity) -> ssl.SSLContext:
    """TLS 1.3 under the node's own key, which is never written to a disk for this."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    key = identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = os.memfd_create("quartier-identity")
    try:
        os.write(file, key + certificate(identity))
        context.load_cert_chain(f"/proc/self/fd/{file}")
    finally:
        os.close(file)
    return context


def client_context(accepts: Callable[[bytes], bool]) -> ssl.SSLContext:
    """A context that ends the handshake with `WrongKeyError` unless the shown key is accepted."""

    class Pinned(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            shown = self.getpeercert(binary_form=True)
            if shown is None or not accepts(public_key_of(shown)):
                raise WrongKeyError("another key than expected")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslobject_class = Pinned
    return context


def public_key_of(shown: bytes) -> bytes:
    """The raw Ed25519 key of a certificate (DER), empty where it is of another kind."""
    try:
        key: Any = x509.load_der_x509_certificate(shown).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return b""
    if not isinstance(key, Ed25519PublicKey):
        return b""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
