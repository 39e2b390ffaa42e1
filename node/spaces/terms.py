"""What a reservation costs, and what holds of it beside its price. Sums are cents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from node.base.money import Cents
from node.quarter.files import CancellationTier, SpaceRow


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of a bill: German source text with values, gross sum, value-added tax in percent
    (None: a pass-through such as a levy, on which there is none)."""

    text: str
    cents: Cents
    vat_percent: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VatPart:
    """The tax contained in the lines of one rate."""

    percent: int
    net_cents: Cents
    vat_cents: Cents


@dataclass(frozen=True, slots=True)
class Bill:
    """What a reservation costs, with everything in it; the deposit is kept beside the total.

    `cleaning_cents` is the part of the lines that is given back when nobody comes to stay.
    """

    lines: tuple[BillLine, ...] = ()
    deposit_cents: Cents = 0
    vat: tuple[VatPart, ...] = ()
    cleaning_cents: Cents = 0

    @property
    def total_cents(self) -> Cents:
        """What is due, tax and levies included, the deposit not."""
        return sum(line.cents for line in self.lines)

    @property
    def levy_cents(self) -> Cents:
        """What of it the house only passes on to the city."""
        return sum(line.cents for line in self.lines if line.vat_percent is None)


FREE = Bill()


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds of a reservation beside its price: as it was when it was decided, whatever
    becomes of the place's rules since.

    Minutes that preparing before and cleaning after it take, and after which a place nobody came
    to is free for others (0: never); what giving it up costs.
    """

    before_minutes: int = 0
    after_minutes: int = 0
    release_after_minutes: int = 0
    cancellation: tuple[CancellationTier, ...] = ()

    @classmethod
    def of(cls, row: SpaceRow) -> Terms:
        """Those that a place has now."""
        if row.stay is not None:
            before, after = 0, row.stay.turnover_minutes
        else:
            before, after = row.buffer_before_minutes, row.buffer_after_minutes
        return cls(
            before_minutes=before,
            after_minutes=after,
            release_after_minutes=row.release_after_minutes,
            cancellation=row.cancellation,
        )


@dataclass(frozen=True, slots=True)
class CancelPreview:
    """What giving up a reservation would cost now, and until when it would be free."""

    fee_cents: Cents
    percent: int
    free_until: datetime | None


NO_TERMS = Terms()
