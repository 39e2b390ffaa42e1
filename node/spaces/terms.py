"""What a reservation costs, and what holds of it beside its price. Sums are cents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

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
    to is free for others (0: never); `no_show_percent` of its price stays due then. What giving it
    up costs, counted from the start or, if it was moved to a later time, from `counts_from`.
    `least_cents` stay due in any case: what giving up cost when it was changed.
    """

    before_minutes: int = 0
    after_minutes: int = 0
    release_after_minutes: int = 0
    no_show_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 100
    cancellation: tuple[CancellationTier, ...] = ()
    counts_from: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    least_cents: Annotated[int, msgspec.Meta(ge=0)] = 0

    def notice_start(self, starts_at: datetime) -> datetime:
        """The instant before which giving up is in time or late."""
        return starts_at if self.counts_from is None else min(self.counts_from, starts_at)

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
            no_show_percent=row.no_show_percent,
            cancellation=row.cancellation,
        )


@dataclass(frozen=True, slots=True)
class CancelPreview:
    """What giving up a reservation would cost now, and until when it would be free.

    `is_least`: it is not the percentage that counts, but what stays due since it was changed.
    """

    fee_cents: Cents
    percent: int
    free_until: datetime | None
    is_least: bool = False


NO_TERMS = Terms()
