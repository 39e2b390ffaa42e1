"""Figures of the store alone."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, against_limit
from node.base.clock import SystemClock
from node.base.ids import new_id
from node.store import Column, Core, Registry, Scope, Table, Write

TABLES = 40
WRITES = 400


def journal_ms() -> Figure:
    """The journal's own share of a write that touches two of 40 tables, median."""
    tables = tuple(
        Table(
            f"fact_{number:02d}",
            key=("id",),
            columns=(
                Column("id", "blob"),
                *(Column(name, "text", default="") for name in ("a", "b", "c", "d")),
            ),
            scope=Scope.HOUSE,
            about="A benchmark's fact.",
        )
        for number in range(TABLES)
    )
    with tempfile.TemporaryDirectory() as folder:
        core = Core.open(Path(folder) / "q.db", Registry(1, tables), clock=SystemClock())
        shares: list[float] = []
        record = core._record

        def timed() -> object:
            started = time.perf_counter()
            written = record()
            shares.append((time.perf_counter() - started) * 1000)
            return written

        core._record = timed  # type: ignore[method-assign, assignment]

        def two_facts(write: Write) -> None:
            write.insert("fact_03", id=new_id(), a="Leiter", b="drei Meter", c="x", d="y")
            write.insert("fact_31", id=new_id(), a="Bohrer", b="Schlag", c="x", d="y")

        for _ in range(WRITES):
            core.write(two_facts)
        core.close()
    return against_limit("journal_ms", statistics.median(shares), "ms", at_most=0.5)
