"""What two nodes say to each other in an audit; `wire.py` makes bytes of it as of all messages."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

TableName = Annotated[str, Meta(max_length=64)]
TableNames = Annotated[tuple[TableName, ...], Meta(max_length=500)]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Digest = Annotated[bytes, Meta(max_length=64)]


class AskDigests(msgspec.Struct, array_like=True, frozen=True, tag=23):
    """The audit: what do you hold, table by table? `Sorry` busy: it is being counted."""


class TableDigests(msgspec.Struct, array_like=True, frozen=True, tag=24):
    """A checksum a table that both may read; see `node/store/digests.py`."""

    applied: Digest
    tables: tuple[tuple[TableName, Digest], ...]


class AskRanges(msgspec.Struct, array_like=True, frozen=True, tag=25):
    """The checksums of a table's key ranges."""

    table: TableName


class Ranges(msgspec.Struct, array_like=True, frozen=True, tag=26):
    """The sums of all ranges, one after the other."""

    sums: Annotated[bytes, Meta(max_length=4096)]


class Mend(msgspec.Struct, array_like=True, frozen=True, tag=27):
    """In these ranges of a table we differ: put right what your journals tell. Busy until done."""

    table: TableName
    ranges: Annotated[tuple[Annotated[int, Meta(ge=0, le=255)], ...], Meta(max_length=256)]


class Mended(msgspec.Struct, array_like=True, frozen=True, tag=28):
    """How many rows were put right."""

    rows: Count


class Outcome(msgspec.Struct, array_like=True, frozen=True, tag=29):
    """How an audit ended: in which tables we differed, rows put right, tables that still differ."""

    tables: TableNames = ()
    mended: Count = 0
    unsure: TableNames = ()


class Noted(msgspec.Struct, array_like=True, frozen=True, tag=30):
    """The outcome stands in our books too."""
