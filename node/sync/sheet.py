"""The emergency sheet: one secret on paper that brings a quarter back when its boxes are gone.

It is printed once and kept by nobody else: nodes know only its public keys (`RosterBody.recovery`).
Who holds it can make any box the authority, open every generation of the house key, and with that
the sealed copies at central and the backups. It is written as four lines of sixteen characters;
each line carries its own check, so that a slip of the pen is found in the line where it happened.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from node.base.ids import ALPHABET, normal_code
from node.base.refusals import N_, Refusal, RefusedError
from node.store import Identity, new_identity
from node.store.age import recipient_from_key, secret_from_key
from node.sync.house_key import KEY_BYTES, sealing_private_key

LINES = 4
LINE_BYTES = 8
CHECK_BYTES = 2
LINE_CHARS = (LINE_BYTES + CHECK_BYTES) * 8 // 5
_BITS = (LINE_BYTES + CHECK_BYTES) * 8


class SheetError(RefusedError):
    """What was typed or scanned is no emergency sheet, or another; says which line to look at."""


def new_sheet() -> Identity:
    """A fresh secret, as the identity that signs and opens with it."""
    return new_identity()


def backup_recipient(recovery: bytes) -> str:
    """What a backup is sealed to so that the sheet opens it, from the sheet's public keys."""
    return recipient_from_key(recovery[-KEY_BYTES:])


def backup_secret(sheet: Identity) -> str:
    """What opens a backup, from the sheet."""
    return secret_from_key(sealing_private_key(sheet))


def sheet_lines(sheet: Identity) -> list[str]:
    """The secret as it is printed: four lines of four groups."""
    return [_line(sheet.seed, number) for number in range(LINES)]


def read_sheet(text: str) -> Identity:
    """The secret from what somebody typed or scanned; raises `SheetError`."""
    code = normal_code("".join(text.split())).lower()
    if len(code) != LINES * LINE_CHARS:
        raise SheetError(replace(NOT_WHOLE, values={**NOT_WHOLE.values, "count": len(code)}))
    seed = b"".join(_read_line(code, number) for number in range(LINES))
    return Identity(seed)


def _read_line(code: str, number: int) -> bytes:
    chars = code[number * LINE_CHARS : (number + 1) * LINE_CHARS]
    if set(chars) - set(ALPHABET):
        raise SheetError(replace(STRANGE_SIGN, values={"line": number + 1}))
    value = 0
    for char in chars:
        value = value << 5 | ALPHABET.index(char)
    raw = value.to_bytes(_BITS // 8, "big")
    if raw[LINE_BYTES:] != _check(raw[:LINE_BYTES], number):
        raise SheetError(replace(SLIP, values={"line": number + 1}))
    return raw[:LINE_BYTES]


def _line(seed: bytes, number: int) -> str:
    part = seed[number * LINE_BYTES : (number + 1) * LINE_BYTES]
    value = int.from_bytes(part + _check(part, number), "big")
    chars = "".join(ALPHABET[(value >> at) & 31] for at in range(_BITS - 5, -1, -5)).upper()
    return " ".join(chars[at : at + 4] for at in range(0, LINE_CHARS, 4))


def _check(part: bytes, number: int) -> bytes:
    return hashlib.sha256(b"quartier sheet line %d\0" % number + part).digest()[:CHECK_BYTES]


NOT_WHOLE = Refusal(
    "sync.sheet_not_whole",
    N_("Auf dem Notfallblatt stehen {lines} Zeilen mit je {chars} Zeichen, hier sind es {count}."),
    N_("Bitte geben Sie alle Zeilen ein. Leerzeichen sind egal."),
    status=422,
    values={"lines": LINES, "chars": LINE_CHARS},
    field="sheet",
)
STRANGE_SIGN = Refusal(
    "sync.sheet_strange_sign",
    N_("In Zeile {line} steht ein Zeichen, das es auf keinem Notfallblatt gibt."),
    N_("Bitte vergleichen Sie die Zeile mit dem Blatt."),
    status=422,
    field="sheet",
)
SLIP = Refusal(
    "sync.sheet_slip",
    N_("Zeile {line} ist nicht richtig geschrieben."),
    N_("Bitte vergleichen Sie die Zeile mit dem Blatt."),
    status=422,
    field="sheet",
)
