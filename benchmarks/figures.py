"""What a figure is, how it is measured fairly, and how it is printed.

A machine that others share is slow by turns, so the thing and its reference are measured in
alternating rounds and the medians of both are compared.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the output; `ratio` is value to reference, or to the limit."""

    name: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float
    bar: str
    ok: bool


def against_peer(
    name: str, value: float, unit: str, reference: str, reference_value: float, *, at_least: float
) -> Figure:
    """A figure that must reach a share of what a peer did in the same run."""
    ratio = value / reference_value
    return Figure(
        name,
        round(value, 3),
        unit,
        reference,
        round(reference_value, 3),
        round(ratio, 3),
        f">= {at_least:g}",
        ratio >= at_least,
    )


def against_limit(name: str, value: float, unit: str, *, at_most: float) -> Figure:
    """A figure that must not pass a limit."""
    return Figure(
        name,
        round(value, 4),
        unit,
        "limit",
        at_most,
        round(value / at_most, 3),
        f"<= {at_most:g} {unit}",
        value <= at_most,
    )


def per_second(run: Callable[[int], object], *, seconds: float = 1.0) -> float:
    """How often a second `run(1)`'s work is done: grows the count until a round lasts."""
    count = 1
    while True:
        started = time.perf_counter()
        run(count)
        took = time.perf_counter() - started
        if took >= seconds / 2:
            return count / took
        count = max(count * 2, int(count * seconds / max(took, 1e-6) / 2))


def alternating(
    runs: dict[Literal["value", "reference"], Callable[[], float]], *, rounds: int = 5
) -> tuple[float, float]:
    """Medians of both measurements, taken by turns."""
    values: dict[str, list[float]] = {"value": [], "reference": []}
    for _ in range(rounds):
        for name, run in runs.items():
            values[name].append(run())
    return statistics.median(values["value"]), statistics.median(values["reference"])


def as_row(figure: Figure) -> dict[str, object]:
    """The figure as one JSON object."""
    return asdict(figure)
