"""What clients know for certain: every write that a node said yes to, and how often they asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CHECKED_IN, CHECKED_OUT = "in", "out"


@dataclass
class Booked:
    """A reservation that a node acknowledged to one of its people."""

    id: str
    by: str
    status: str
    pass_text: str = ""
    starts_at: str = ""
    cancelled: bool = False
    passed: set[str] = field(default_factory=set)
    is_busy: bool = False
    """Somebody is at it: what they do has an order that others must not cross."""


@dataclass
class Memory:
    """All that the clients of a storm were told. `troubles` are answers that nobody should get."""

    booked: dict[str, Booked] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    cut_off: int = 0
    repeated: int = 0
    sessions: dict[tuple[str, str], bool] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def book(self, key: str, by: str, answer: dict[str, Any]) -> Booked:
        """A node said that this is reserved; to the same key it must always name the same."""
        known = self.by_key.setdefault(key, answer["id"])
        if known != answer["id"]:
            self.troubles.append(f"{key} was answered with {known} and with {answer['id']}")
        booked = Booked(
            answer["id"], by, answer["status"], answer.get("pass", ""), answer.get("starts_at", "")
        )
        return self.booked.setdefault(booked.id, booked)

    def free(self) -> list[Booked]:
        """Reservations that stand and that nobody is at just now, newest last."""
        return [each for each in self.booked.values() if not (each.is_busy or each.cancelled)]

    def summary(self) -> str:
        """What happened, for whoever runs the storm."""
        passages = sum(len(each.passed) for each in self.booked.values())
        cancelled = sum(each.cancelled for each in self.booked.values())
        return (
            f"{len(self.booked)} reservations, {cancelled} cancelled, {passages} passages, "
            f"{len(self.sessions)} sessions acknowledged; {self.refused} refused; "
            f"{self.cut_off} requests cut off and asked again, {self.repeated} sent twice"
        )
