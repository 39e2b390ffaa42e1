"""An operator's own certificate authority, and what it makes for a broker."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificate:
    """For one broker, as its files hold it."""

    chain: bytes
    key: bytes


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """Signs by a key that nobody else has; `pem` is what those who trust it are given."""

    def __init__(self, name: str = "Lindenhof") -> None:
        self._key, self._name = ec.generate_private_key(ec.SECP256R1()), _named(name)
        self._now = datetime.now(UTC)
        built = self._begun(self._name, self._key.public_key(), timedelta(days=3650))
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.pem = self._signed(built)

    def certificate(self, *names: str, is_over: bool = False, to: str = "127.0.0.1") -> Certificate:
        """For a broker at an address (`to`, empty for none) and by these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        lasts = timedelta(hours=-1) if is_over else timedelta(days=90)
        known: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
        known += [x509.IPAddress(ipaddress.ip_address(to))] if to else []
        built = self._begun(_named("broker"), key.public_key(), lasts)
        built = built.add_extension(x509.SubjectAlternativeName(known), critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return Certificate(self._signed(built), private)

    def _begun(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, lasts: timedelta
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(days=2))
            .not_valid_after(self._now + lasts)
        )

    def _signed(self, built: x509.CertificateBuilder) -> bytes:
        signed = built.sign(self._key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.PEM)
