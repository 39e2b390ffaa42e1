"""Sealed is sealed: to several keys, in a stream, and nothing that was changed opens."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from node.base.refusals import RefusedError
from node.store.age import (
    checked_recipient,
    find_secret,
    new_secret,
    own_secret,
    recipient_from_key,
    recipient_of,
    seal,
    secret_from_key,
    unseal,
)

SHEET, BOX, OTHER = new_secret(), new_secret(), new_secret()


def sealed(plain: bytes, *secrets: str) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(plain), target, [recipient_of(each) for each in secrets])
    return target.getvalue()


def opened(content: bytes, *secrets: str) -> bytes:
    target = io.BytesIO()
    unseal(io.BytesIO(content), target, secrets)
    return target.getvalue()


def code_of(content: bytes, *secrets: str) -> str:
    with pytest.raises(RefusedError) as refused:
        opened(content, *secrets)
    return refused.value.refusal.code


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 1_000_000])
def test_each_of_its_keys_opens_it_and_no_other(size: int) -> None:
    plain = bytes(i % 251 for i in range(size))
    content = sealed(plain, SHEET, BOX, BOX)
    assert opened(content, SHEET) == opened(content, OTHER, BOX) == plain
    assert code_of(content, OTHER) == "backup.wrong_key"


SEALED = sealed(b"Quartier" * 20_000, SHEET)


@given(st.data())
def test_nothing_that_was_changed_opens(data: st.DataObject) -> None:
    content = bytearray(SEALED)
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    assert code_of(bytes(content), SHEET) in {"backup.spoilt", "backup.wrong_key"}


@pytest.mark.parametrize("content", [b"", b"rubbish" * 1000, b"age-encryption.org/v1\n"])
def test_what_is_no_backup_says_so(content: bytes) -> None:
    assert code_of(content, SHEET) == "backup.spoilt"


@pytest.mark.parametrize(
    "typed",
    [
        SHEET,
        SHEET.lower(),
        f"  {SHEET}\n",
        f"Notfallblatt Musterhof, Schlüssel: {SHEET}. Bitte gut aufheben!",
        " ".join(SHEET[i : i + 4] for i in range(0, len(SHEET), 4)),
        SHEET.replace("AGE-SECRET-KEY-", "age secret key "),
        f"# created: 2026-11-24\n# public key: {recipient_of(SHEET)}\n{SHEET}\n",
    ],
    ids=["plain", "small", "blanks", "words", "groups", "no dashes", "key file"],
)
def test_a_key_is_read_as_people_and_programs_write_it(typed: str) -> None:
    assert find_secret(typed) == SHEET


def mistyped(place: int) -> str:
    other = "Q" if SHEET[place] != "Q" else "P"
    return SHEET[:place] + other + SHEET[place + 1 :]


@given(st.one_of(st.text(), st.integers(16, 73).map(mistyped)))
def test_a_mistyped_key_is_noticed_before_it_is_tried(typed: str) -> None:
    with pytest.raises(RefusedError) as refused:
        find_secret(typed)
    assert refused.value.refusal.code == "backup.no_key"


def test_a_recipient_is_a_public_key_of_age() -> None:
    public = recipient_of(SHEET)
    assert checked_recipient(f" {public.upper()} ") == public
    for text in ("", SHEET, public[:-1], "age1", "ssh-ed25519 AAAA"):
        with pytest.raises(RefusedError) as refused:
            checked_recipient(text)
        assert refused.value.refusal.values == {"given": text}


@given(st.binary(min_size=32, max_size=32))
def test_a_raw_key_is_written_as_age_writes_it(raw: bytes) -> None:
    """The library reads both texts, checksum included, and finds that they belong together."""
    public = X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()
    secret = secret_from_key(raw)
    assert find_secret(secret) == secret
    assert recipient_of(secret) == recipient_from_key(public)


def test_the_boxs_own_key_lies_in_a_file_of_its_own(tmp_path: Path) -> None:
    secret = own_secret(tmp_path)
    assert own_secret(tmp_path) == secret
    [path] = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_full_disk_is_told_as_what_it_is() -> None:
    class Full(io.RawIOBase):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space") as error:
        seal(io.BytesIO(b"x" * 100_000), Full(), [recipient_of(SHEET)])
    assert error.value.errno == errno.ENOSPC
    with pytest.raises(OSError, match="No space"):
        unseal(io.BytesIO(sealed(b"x" * 100_000, SHEET)), Full(), [SHEET])
