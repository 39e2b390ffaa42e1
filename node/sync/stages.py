"""The stages of a round, by name: what logs, health and tests say of how far one has come."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """The stages of a round, in order; logs, health and tests use these names."""

    GREET = "greet"
    COMPARE = "compare"
    FETCH = "fetch"
    CHECK = "check"
    APPLY = "apply"
    ANSWER = "answer"
    REST = "rest"


class Status(StrEnum):
    """How far a stage has come."""

    STARTED = "started"
    COMPLETED = "completed"
    ERRORED = "errored"
