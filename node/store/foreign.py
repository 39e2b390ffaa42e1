"""Reading what others encoded: whatever is wrong with it is one kind of error.

The trap: of bytes that are no text msgspec raises a `UnicodeDecodeError`, of what is nested too
deeply a `RecursionError`, and neither is one of its own.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")


def decoded(decoder: msgspec.msgpack.Decoder[T], raw: bytes) -> T:
    """What the bytes say; raises `msgspec.DecodeError` for anything that they should not."""
    try:
        return decoder.decode(raw)
    except (RecursionError, UnicodeDecodeError) as error:
        raise msgspec.DecodeError(str(error)) from error


def decoded_cell(text: str, kind: type[T]) -> T | None:
    """What the JSON text of a replicated cell says, or None where this release cannot read it: a
    newer one wrote it, or a faulty box.
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
