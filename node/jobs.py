"""Timed work: what a node does by itself while it runs, in one table."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from node import people
from node.store import Store, Write

log = logging.getLogger("quartier.jobs")


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done every so many seconds, in a write of its own."""

    name: str
    every_seconds: float
    run: Callable[[Write, datetime], object]


JOBS = (Job("purge", 3600.0, lambda write, now: people.purge(write, now=now)),)


async def keep_doing(store: Store, job: Job) -> None:
    """Do a job again and again until cancelled; a failure is logged and tried again later."""
    while True:
        try:
            await store.write(lambda write: job.run(write, store.core.clock.now()))
        except Exception:
            log.exception("the job %s failed", job.name)
        await asyncio.sleep(job.every_seconds)
