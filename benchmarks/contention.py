"""The figure of a crowd: many attempts at once for the same times, over real sockets."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from benchmarks.figures import Figure, against_limit
from tests.crash.crowd import SLOTS, make_crowd

ATTEMPTS = 10_000


def contention() -> Figure:
    """Seconds for 10,000 attempts, 64 at once, by API, pages and at a second node, for 100 times;
    worth nothing unless each time was given exactly once."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".benchmark-") as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> Figure:
    crowd = await make_crowd(folder, seed=1)
    await crowd.rush(ATTEMPTS)
    given = [each.starts_at for each in crowd.confirmed("home")]
    if crowd.troubles or not len(given) == len(set(given)) == SLOTS:
        raise ValueError(f"{len(given)} reservations, {len(set(given))} times: {crowd.troubles}")
    return against_limit("contention", crowd.seconds, "s", at_most=60)
