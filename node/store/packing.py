"""Packed keys: how cr-sqlite writes a row's key into one blob, decoded without trusting it.

Format (cr-sqlite 0.16.3, rs/core/src/pack_columns.rs): a byte with the number of columns; then
per column a byte `length << 3 | type`, where for integers `length` is the number of bytes that
follow, for texts and blobs the number of bytes of the length that follows; types: 1 integer,
2 real, 3 text, 4 blob, 5 null. All numbers are big-endian, unsigned for lengths; integers are
cut to the fewest bytes that hold them unsigned, so a negative one has all eight. A number in more
bytes than it needs is refused: two packings of one key would be two rows to whoever compares them.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from node.store.schema import Value

_INTEGER, _REAL, _TEXT, _BLOB, _NULL = 1, 2, 3, 4, 5


class PackingError(ValueError):
    """The blob is no packed key."""


_ONE_SHORT_BLOB = b"\x01\x0c"
"""How nearly every key begins: one column, a blob whose length is one byte."""


def unpack(blob: bytes) -> tuple[Value, ...]:
    """The columns of a packed key; raises `PackingError` unless every byte is accounted for."""
    if blob.startswith(_ONE_SHORT_BLOB) and len(blob) > 3 and blob[2] == len(blob) - 3:
        return (blob[3:],)
    if not blob:
        raise PackingError("empty key")
    values: list[Value] = []
    at = 1
    for _ in range(blob[0]):
        if at >= len(blob):
            raise PackingError("key ends early")
        value, at = _unpack_one(blob, at)
        values.append(value)
    if at != len(blob):
        raise PackingError("key has bytes left over")
    return tuple(values)


def unpack_all(blobs: Sequence[bytes]) -> list[tuple[Value, ...]]:
    """The columns of packed keys; ids of one length, as nearly all are, at once."""
    heads = {blob[:3] for blob in blobs}
    head = heads.pop() if len(heads) == 1 else b""
    is_id = len(head) == 3 and head.startswith(_ONE_SHORT_BLOB) and head[2] > 0
    if is_id and set(map(len, blobs)) == {3 + head[2]}:
        return [(blob[3:],) for blob in blobs]
    return [unpack(blob) for blob in blobs]


def _unpack_one(blob: bytes, at: int) -> tuple[Value, int]:
    kind, width = blob[at] & 7, blob[at] >> 3
    at += 1
    if kind == _NULL and width == 0:
        return None, at
    if kind == _REAL and width == 0:
        return struct.unpack(">d", _take(blob, at, 8))[0], at + 8
    if kind == _INTEGER and width <= 8:
        return _integer(_number(blob, at, width)), at + width
    if kind in {_TEXT, _BLOB} and width <= 8:
        length = _number(blob, at, width)
        at += width
        raw = _take(blob, at, length)
        return (_text(raw) if kind == _TEXT else raw), at + length
    raise PackingError("key has an unknown type")


def _number(blob: bytes, at: int, width: int) -> int:
    raw = _take(blob, at, width)
    if raw.startswith(b"\0"):
        raise PackingError("key has a number in more bytes than it needs")
    return int.from_bytes(raw, "big")


def _integer(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise PackingError("text in the key is not UTF-8") from error


def _take(blob: bytes, at: int, length: int) -> bytes:
    raw = blob[at : at + length]
    if len(raw) != length:
        raise PackingError("key ends early")
    return raw
