"""The hand at each printer: takes what is due, sends it, notes what became of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from node.base.refusals import Refusal
from node.devices import queue
from node.devices.lines import send
from node.devices.model import Printer, PrintError
from node.devices.queue import Due
from node.store import Store, Write

JOBS = frozenset({"print_job"})
LOOKS_EVERY_SECONDS = 60.0
AFTER_TROUBLE_SECONDS = 5.0
T = TypeVar("T")
log = logging.getLogger("quartier.printing")


async def keep_printing(store: Store, printer: Printer) -> None:
    """Print a printer's jobs, one after another, until cancelled.

    Whoever starts it has called `recover` once before.
    """
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def note(touched: frozenset[str]) -> None:
        if touched & JOBS:
            loop.call_soon_threadsafe(woken.set)

    forget = store.subscribe(note, local=True)
    try:
        while True:
            woken.clear()
            try:
                while await _print_next(store, printer):
                    pass
                pause = await _pause(store, printer)
            except Exception:
                log.exception("printing at %s failed", printer.name)
                pause = AFTER_TROUBLE_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), pause)
    finally:
        forget()


async def change_jobs(store: Store, change: Callable[[Write], T]) -> T | Refusal:
    """Change the queue, and say so to the printers' hands and to pages that show it."""
    done = await store.write(change)
    if not isinstance(done, Refusal):
        store.tell(JOBS)
    return done


async def _print_next(store: Store, printer: Printer) -> bool:
    clock = store.core.clock
    due = await store.write(lambda write: queue.begin(write, printer, now=clock.now()))
    if not isinstance(due, Due):
        return False
    try:
        await asyncio.to_thread(send, printer, due.content, title=due.title)
    except PrintError as error:
        log.warning("%s: %s, begun: %s", printer.name, error.why, error.begun)
        why, begun = error.why, error.begun
        await change_jobs(
            store, lambda write: queue.failed(write, due.id, why, begun=begun, now=clock.now())
        )
        return False
    await change_jobs(store, lambda write: queue.done(write, due.id))
    return True


async def _pause(store: Store, printer: Printer) -> float:
    """Until the next job is due: a clock that is set back must not hold the queue up for long."""
    clock = store.core.clock
    due = await store.read(lambda read: queue.next_due(read, printer))
    if due is None:
        return LOOKS_EVERY_SECONDS
    return max(1.0, min(LOOKS_EVERY_SECONDS, (due - clock.now()).total_seconds()))
