"""What the team noted about a place: rules of its own, and who was instructed there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from node.spaces.model import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesFact:
    """What the team set for a place, from this number on: fields of its row as JSON has them.

    They count before the operator's files; without any, the files count again.
    """

    at: Instant
    staff_id: str = ""
    changes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionFact:
    """The desk noted that somebody was instructed at a place, or (`holds` is False) that it is not
    so any more."""

    at: Instant
    staff_id: str = ""
    holds: bool = True
