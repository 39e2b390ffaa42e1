"""Money in whole cents. How a sum is written is the business of the language, not of this file."""

from __future__ import annotations

from typing import TypeAlias

Cents: TypeAlias = int


def share_of(cents: Cents, percent: int) -> Cents:
    """`percent` of a sum, rounded half away from zero as a merchant does."""
    scaled = abs(cents) * percent
    rounded = (scaled + 50) // 100
    return rounded if cents >= 0 else -rounded


def vat_within(gross: Cents, percent: int) -> Cents:
    """The value-added tax contained in a gross sum at a rate of `percent`, rounded half up."""
    net = (abs(gross) * 200 + (100 + percent)) // (2 * (100 + percent))
    vat = abs(gross) - net
    return vat if gross >= 0 else -vat


def for_minutes(cents_per_hour: Cents, minutes: int) -> Cents:
    """The price of some minutes at an hourly price, rounded half up."""
    return (cents_per_hour * minutes * 2 + 60) // 120
