"""Getting the key that opens a backup: the box's own, or the emergency sheet's from who holds it.

A sheet can be typed in its four lines, scanned or piped as one text, or lie in a file; the key may
also be age's own text. A slip is told at once and asked for again: a wrong key never ends in an
unknown error.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from node.base.refusals import N_, RefusedError
from node.store import Identity
from node.store.age import KEY_FILE, find_secret, own_secret
from node.sync import backup_secret, read_sheet
from node.terminal import say

KEY_WANTED = N_("Schlüssel vom Notfallblatt (beim Tippen ist nichts zu sehen):")
LINE = N_("Zeile {number}: ")
TRIES = 5
SHEET_CHARS = 64
"""So many letters and digits stand on a sheet."""


@dataclass(frozen=True)
class Key:
    """What may open a backup; `sheet` is the whole sheet where it is one."""

    secret: str
    sheet: Identity | None = None
    is_typed: bool = False


def read_key(text: str, *, is_typed: bool = False) -> Key:
    """The key in a text; raises `RefusedError` that says what is wrong with it."""
    if "AGESECRETKEY" in _bare(text):
        return Key(find_secret(text), is_typed=is_typed)
    sheet = read_sheet(text)
    return Key(backup_secret(sheet), sheet, is_typed=is_typed)


def keys_to_try(
    data: Path, key_file: Path | None, *, tell: Callable[[Exception], object]
) -> Iterator[Key]:
    """One key after the other: the box's own, then what is given; what is typed may be mistyped.

    `tell` is called with what was wrong with a typed one.
    """
    if key_file is not None:
        yield read_key(key_file.read_text(encoding="utf-8"))
        return
    if (data / KEY_FILE).exists():
        yield Key(own_secret(data))
    if not sys.stdin.isatty():
        yield read_key(sys.stdin.read())
        return
    for _ in range(TRIES):
        try:
            key = read_key(_ask(), is_typed=True)
        except RefusedError as error:
            tell(error)
        else:
            yield key


def _ask() -> str:
    """Lines until they make a whole sheet or a key, or an empty one."""
    print(say(KEY_WANTED), file=sys.stderr)  # noqa: T201
    text = ""
    for number in range(1, 5):
        line = getpass.getpass(say(LINE, number=number))
        text += line + "\n"
        if not line.strip() or "AGESECRETKEY" in _bare(text) or len(_bare(text)) >= SHEET_CHARS:
            break
    return text


def _bare(text: str) -> str:
    return "".join(char for char in text.upper() if char.isalnum())
