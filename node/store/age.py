"""Backups are sealed with age (https://age-encryption.org): to public keys, opened by secret ones.

Two keys open a node's backups: the one on the quarter's emergency sheet, so that a restore needs
nothing that only the dead box had, and the box's own, kept in a file beside the database, so that
the box can test its backups and mend a damaged file by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

import pyrage
from pyrage.x25519 import Identity, Recipient

from node.base.refusals import N_, Refusal, RefusedError
from node.store.files import write_durably

KEY_FILE = "backup.key"
_PREFIX = "AGE-SECRET-KEY-1"
_SECRET = re.compile("AGESECRETKEY1([0-9A-Z]{58})")
_NO_LETTER = re.compile("[^0-9A-Z]")


class Readable(Protocol):
    """What can be read in pieces."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""


class Writable(Protocol):
    """What can be written in pieces."""

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""


def own_secret(folder: Path) -> str:
    """The box's own secret key out of its file, made where there is none."""
    path = folder / KEY_FILE
    if not path.exists():
        write_durably(path, f"{Identity.generate()}\n".encode())
    return find_secret(path.read_text(encoding="utf-8"))


def new_secret() -> str:
    """A fresh secret key, as text."""
    return str(Identity.generate())


def recipient_of(secret: str) -> str:
    """The public key ("age1...") that seals for a secret one."""
    return str(Identity.from_str(secret).to_public())


def secret_from_key(private_key: bytes) -> str:
    """A raw X25519 private key as the text of an age identity."""
    return _bech32("age-secret-key-", private_key).upper()


def recipient_from_key(public_key: bytes) -> str:
    """A raw X25519 public key as the text of an age recipient."""
    return _bech32("age", public_key)


def find_secret(text: str) -> str:
    """The secret key in what somebody typed, scanned or kept in a file; raises `RefusedError`.

    Case, blanks and dashes don't count, and words around it neither: a sheet is read by people.
    """
    found = _SECRET.search(_NO_LETTER.sub("", text.upper()))
    try:
        return str(Identity.from_str(_PREFIX + found[1] if found else ""))
    except pyrage.IdentityError:
        raise RefusedError(NO_KEY) from None


def checked_recipient(text: str) -> str:
    """The public key as it is written; raises `RefusedError` for anything else."""
    try:
        return str(Recipient.from_str(text.strip().lower()))
    except pyrage.RecipientError:
        raise RefusedError(replace(NO_RECIPIENT, values={"given": text})) from None


def seal(source: Readable, target: Writable, recipients: Sequence[str]) -> None:
    """Encrypt in a stream; an `OSError` of either side comes out as it was."""
    watched_source, watched_target = _Watched(source), _Watched(target)
    keys = [Recipient.from_str(each) for each in dict.fromkeys(recipients)]
    try:
        pyrage.encrypt_io(watched_source, watched_target, keys)
    except (pyrage.EncryptError, OSError):
        raise (watched_source.error or watched_target.error or OSError("age")) from None


def unseal(source: BinaryIO, target: Writable, secrets: Sequence[str]) -> None:
    """Decrypt in a stream; raises `RefusedError` where no key fits or the file was changed."""
    watched_source, watched_target = _Watched(source), _Watched(target)
    try:
        pyrage.decrypt_io(
            watched_source, watched_target, [Identity.from_str(each) for each in secrets]
        )
    except (pyrage.DecryptError, OSError) as error:
        if known := watched_source.error or watched_target.error:
            raise known from None
        raise RefusedError(WRONG_KEY if "No matching keys" in str(error) else SPOILT) from error


_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _bech32(prefix: str, raw: bytes) -> str:
    """BIP 173, which age writes its keys in; reading them is the library's."""
    value, padding = int.from_bytes(raw, "big"), -len(raw) * 8 % 5
    count = (len(raw) * 8 + padding) // 5
    data = [(value << padding >> 5 * at) & 31 for at in range(count - 1, -1, -1)]
    spread = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    checksum = _polymod([*spread, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [(checksum >> 5 * at) & 31 for at in range(5, -1, -1)]
    return f"{prefix}1" + "".join(_BECH32[each] for each in data)


def _polymod(values: Sequence[int]) -> int:
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for at, generator in enumerate(_GENERATORS):
            remainder ^= generator if top >> at & 1 else 0
    return remainder


class _Watched:
    """Remembers what went wrong: the library says of it only that something did."""

    def __init__(self, file: Readable | Writable) -> None:
        self._file = file
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)  # type: ignore[union-attr]
        except Exception as error:
            self.error = error
            raise

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)  # type: ignore[union-attr]
        except Exception as error:
            self.error = error
            raise

    def flush(self) -> None:
        """The library flushes at the end; whoever opened the file does it properly."""


NO_KEY = Refusal(
    "backup.no_key",
    N_("Das ist kein Schlüssel eines Notfallblatts."),
    N_(
        "Er beginnt mit AGE-SECRET-KEY-1. Bitte geben Sie ihn noch einmal ein; "
        "ein Tippfehler wird erkannt."
    ),
    status=400,
)
NO_RECIPIENT = Refusal(
    "backup.no_recipient",
    N_("{given} ist kein öffentlicher Schlüssel für Sicherungen."),
    N_("Er beginnt mit age1 und steht auf dem Notfallblatt."),
    status=400,
)
WRONG_KEY = Refusal(
    "backup.wrong_key",
    N_("Dieser Schlüssel öffnet die Sicherung {name} nicht."),
    N_(
        "Er gehört zu einem anderen Notfallblatt. Bitte nehmen Sie das Blatt dieses Quartiers "
        "oder eine andere Sicherung."
    ),
    status=400,
)
SPOILT = Refusal(
    "backup.spoilt",
    N_("{name} ist keine Sicherung oder wurde beschädigt."),
    N_("Bitte nehmen Sie eine ältere Sicherung."),
    status=400,
)
