"""A touch that opens a door, and what became of it, as facts say it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec


class UnlockKind(StrEnum):
    """What one fact says: that somebody touched, or what the lock did."""

    ASKED = "asked"
    OPENED = "opened"
    AWAY = "away"
    SILENT = "silent"


class UnlockFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The one cell: when, where somebody touched, and who of the team where it was one of them.

    `asked_id` names the touch that an outcome is of, in hexadecimal.
    """

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    face: str = ""
    staff_id: str = ""
    asked_id: str = ""


@dataclass(frozen=True, slots=True)
class Unlocking:
    """One touch and what became of it; `outcome` is None while nobody knows."""

    id: bytes
    space_id: bytes
    reservation_id: bytes
    person_id: bytes
    fact: UnlockFact
    outcome: UnlockKind | None = None
