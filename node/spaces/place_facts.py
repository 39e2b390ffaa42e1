"""What the team noted about a place: rules of its own, and who was instructed there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from node.spaces.model import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFact:
    """What the team set for a place: fields of its row as JSON has them.

    Said at once (no `valid_from`) they count before the operator's files, all of them: without any,
    the files count again. Said for a day they change what held before that day, from then on; said
    again for the same day they hold instead, and `withdrawn` takes them back.
    """

    at: Instant
    staff_id: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    valid_from: date | None = None
    said_on: date | None = None
    """Of what holds at once the local day: it stands instead of what had begun by then."""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionFact:
    """The desk noted that somebody was instructed at a place, or (`holds` is False) that it is not
    so any more."""

    at: Instant
    staff_id: str = ""
    holds: bool = True
