"""What became of a reservation's deposit: asked, received, returned, withheld. Pure.

This is no register of cash: each step says how the money went and under which number that stands
in the books where it was taken (KassenSichV s.1 binds what can take cash; this cannot).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from node.base.money import Cents


class StepKind(StrEnum):
    """What can happen to a deposit."""

    RECEIVED = "received"
    RETURNED = "returned"
    WITHHELD = "withheld"
    """Some of it stays with the house, for a reason that the person reads."""
    UNDONE = "undone"
    """A step was entered by mistake."""


class How(StrEnum):
    """How the money went."""

    TRANSFER = "transfer"
    INVOICE = "invoice"
    RECEIPT = "receipt"
    """Taken or given at a register that is none of ours, which printed a number."""


class StepFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The one cell of a step beside its sum."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    how: How | None = None
    number: str = ""
    """Of the invoice, the transfer or the other register's slip."""
    staff_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Somebody of the team noted what happened to a deposit, or took an earlier note back."""

    id: bytes
    reservation_id: bytes
    kind: StepKind
    cents: Cents
    fact: StepFact
    of_id: bytes = b""
    words: str = ""


class DepositStage(StrEnum):
    """How far a deposit is."""

    NONE = "none"
    ASKED = "asked"
    HELD = "held"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit folded from its steps; `steps` are those that count, in order."""

    asked_cents: Cents
    steps: tuple[Step, ...]
    noted: int
    """How many notes there are in all, for whoever writes the next one."""

    def sum_of(self, kind: StepKind) -> Cents:
        """What one kind of step comes to."""
        return sum(step.cents for step in self.steps if step.kind is kind)

    @property
    def held_cents(self) -> Cents:
        """What the house holds of it now."""
        gone = self.sum_of(StepKind.RETURNED) + self.sum_of(StepKind.WITHHELD)
        return self.sum_of(StepKind.RECEIVED) - gone

    @property
    def missing_cents(self) -> Cents:
        """What is still to be received."""
        return max(0, self.asked_cents - self.sum_of(StepKind.RECEIVED))

    @property
    def stage(self) -> DepositStage:
        """How far it is."""
        if self.held_cents > 0:
            return DepositStage.HELD
        if any(step.kind is StepKind.RECEIVED for step in self.steps):
            return DepositStage.SETTLED
        return DepositStage.ASKED if self.asked_cents else DepositStage.NONE


def deposit_of(asked_cents: Cents, noted: Iterable[Step]) -> Deposit:
    """The deposit from what was noted, in any order."""
    noted = sorted(noted, key=lambda step: (step.fact.at, step.id))
    undone = {step.of_id for step in noted if step.kind is StepKind.UNDONE}
    counting = (s for s in noted if s.kind is not StepKind.UNDONE and s.id not in undone)
    return Deposit(asked_cents, tuple(counting), len(noted))
