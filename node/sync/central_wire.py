"""What the house and central say to each other beside rounds: copies of backups, which central
keeps and cannot read, and the authority, which it takes over.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from node.sync.roster import Handover, RosterNode, SignedRoster

Size = Annotated[int, Meta(ge=0, le=2**53)]
Name = Annotated[str, Meta(max_length=80)]
Short = Annotated[bytes, Meta(max_length=64)]
PART_BYTES = 512 * 1024
"""The most of a copy that one message carries."""


class TellCopy(msgspec.Struct, array_like=True, frozen=True, tag=40):
    """A node of the house has a backup, and asks how much of it is at central."""

    name: Name
    size: Size
    sha256: Short


class CopyState(msgspec.Struct, array_like=True, frozen=True, tag=41):
    """So many bytes of it are here; `is_whole`: it is, as it was told."""

    held: Size
    is_whole: bool


class GiveCopy(msgspec.Struct, array_like=True, frozen=True, tag=42):
    """The next bytes of it."""

    name: Name
    offset: Size
    data: bytes


class AskCopies(msgspec.Struct, array_like=True, frozen=True, tag=43):
    """A new box asks what copies there are; `proof` is the emergency sheet's over both keys."""

    public_key: Short
    proof: Short


class Copies(msgspec.Struct, array_like=True, frozen=True, tag=44):
    """Their names and sizes, the newest first."""

    found: tuple[tuple[Name, Size], ...]


class AskCopyPart(msgspec.Struct, array_like=True, frozen=True, tag=45):
    """So many bytes of a copy, from `offset` on; proven like `AskCopies`."""

    public_key: Short
    proof: Short
    name: Name
    offset: Size
    most: Size = PART_BYTES


class CopyPart(msgspec.Struct, array_like=True, frozen=True, tag=46):
    """As many as fit one reply; none where it ends or is not here any more.

    `erased` is the list of those who were erased since, which the copy cannot know.
    """

    data: bytes
    erased: str = ""


class TakeOver(msgspec.Struct, array_like=True, frozen=True, tag=47):
    """The authority gives itself to the called node."""

    handover: Handover


class TookOver(msgspec.Struct, array_like=True, frozen=True, tag=48):
    """The called node is the authority now: the roster that says so."""

    roster: SignedRoster


class ListBox(msgspec.Struct, array_like=True, frozen=True, tag=49):
    """The house has let a box in and vouches for it: let the authority list it."""

    node: RosterNode


class Waits(msgspec.Struct, array_like=True, frozen=True, tag=50):
    """A new box's code is good, but only the house lets it in: ask again in a while."""


CentralRequest = TellCopy | GiveCopy | AskCopies | AskCopyPart | TakeOver | ListBox
CentralReply = CopyState | Copies | CopyPart | TookOver | Waits
