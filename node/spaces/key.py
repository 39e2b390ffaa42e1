"""A key of a place and what became of it: with the house, handed out, lost, replaced. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from node.quarter.files import HandoverRow
from node.spaces.model import Line, Space


class MoveKind(StrEnum):
    """What can happen to a key."""

    OUT = "out"
    BACK = "back"
    LOST = "lost"
    REPLACED = "replaced"
    """A new one hangs there, or the lost one was found; with it that key counts again."""


class KeyState(StrEnum):
    """Where a key is."""

    HERE = "here"
    OUT = "out"
    LOST = "lost"


AFTER = {
    MoveKind.OUT: KeyState.OUT,
    MoveKind.BACK: KeyState.HERE,
    MoveKind.LOST: KeyState.LOST,
    MoveKind.REPLACED: KeyState.HERE,
}
FROM = {
    MoveKind.OUT: frozenset({KeyState.HERE}),
    MoveKind.BACK: frozenset({KeyState.OUT}),
    MoveKind.LOST: frozenset({KeyState.HERE, KeyState.OUT}),
    MoveKind.REPLACED: frozenset({KeyState.LOST}),
}
"""Where a key must be for a move."""


class MoveFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The one cell of a move."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    staff_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Somebody of the team noted what happened to one key. `reservation_id` is whose it was for:
    of a loss or a return too, so that it is told who had it."""

    id: bytes
    space_id: bytes
    key: str
    copy: int
    kind: MoveKind
    fact: MoveFact
    reservation_id: bytes = b""


@dataclass(frozen=True, slots=True)
class Key:
    """One key that hangs for a place; of several alike it is the `copy`th, counted from one."""

    space: Space
    row: HandoverRow
    copy: int
    last: Move | None
    holder: Line | None = None
    """The reservation that it was handed out for, while it is out or lost."""

    @property
    def state(self) -> KeyState:
        """Where it is."""
        return KeyState.HERE if self.last is None else AFTER[self.last.kind]

    @property
    def seen(self) -> bytes:
        """What whoever notes the next move must have seen."""
        return b"" if self.last is None else self.last.id
