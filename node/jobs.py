"""Timed work: what a node does by itself while it runs, in one table.

Short work is a write of its own. Long work (backups, drills) is a process of its own, behind the
pages' in rank: its memory is gone when it ends, and no page waits for it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from node import devices, people, spaces
from node.base.clock import Clock
from node.base.refusals import Refusal
from node.settings import PREFIX, Settings
from node.spaces import guests
from node.spaces.passes import Signer
from node.store import Store, Write
from node.store.backups import Backups
from node.store.record import Failed, Sent, keep_sent, read_sent
from node.sync import WORDS, Sync, Trouble, TroubleError

log = logging.getLogger("quartier.jobs")

LOOKS_EVERY_SECONDS = 60.0
SETTLE_SECONDS = 120.0
"""After a power cut all boxes of a house start at once, and people want their pages first."""

COPY_SETTLE_SECONDS = 20.0
"""A copy costs the box little, but central must be reached first."""

AGAIN_SECONDS = 900.0
"""What did not work is not tried again before; a clock that jumps is no reason either."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done every so many seconds, in a write of its own; and at once when one of
    the tables in `woken_by` is committed to."""

    name: str
    every_seconds: float
    run: Callable[[Write, datetime, Signer], object]
    woken_by: frozenset[str] = frozenset()


JOBS = (
    Job("purge", 3600.0, lambda write, now, _: people.purge(write, now=now)),
    Job("guests", 3600.0, lambda write, now, _: guests.end_on_date(write, now=now)),
    Job("print_jobs", 300.0, lambda write, now, _: devices.purge_jobs(write, now=now)),
    Job("photos", 6 * 3600.0, lambda write, now, _: spaces.let_photos_go(write, now=now)),
    Job(
        "waiting_list",
        30.0,
        lambda write, now, signer: spaces.offer_free(write, now=now, signer=signer),
        woken_by=spaces.MAY_FREE_A_TIME,
    ),
)


async def keep_doing(store: Store, job: Job) -> None:
    """Do a job again and again until cancelled; a failure is logged and tried again later."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def note(touched: frozenset[str]) -> None:
        if touched & job.woken_by:
            loop.call_soon_threadsafe(woken.set)

    forget = store.subscribe(note)
    try:
        while True:
            woken.clear()
            await _do(store, job)
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), job.every_seconds)
    finally:
        forget()


async def _do(store: Store, job: Job) -> None:
    core = store.core
    try:
        await store.write(lambda write: job.run(write, core.clock.now(), core.identity))
    except Exception:
        log.exception("the job %s failed", job.name)


@dataclass(frozen=True, slots=True)
class Errand:
    """Something that takes long, and when it is due; its name is that of a verb."""

    verb: str
    is_due: Callable[[Backups, datetime], bool]


ERRANDS = (Errand("backup", Backups.is_due), Errand("drill", Backups.is_drill_due))

_ONE_AT_A_TIME = asyncio.Lock()
"""Central serves many quarters on one disk."""


async def keep_safe(
    settings: Settings,
    backups: Backups,
    clock: Clock,
    *,
    settle_seconds: float = SETTLE_SECONDS,
    looks_every_seconds: float = LOOKS_EVERY_SECONDS,
) -> None:
    """Run each errand when it is due, until cancelled."""
    loop = asyncio.get_running_loop()
    tried: dict[str, float] = {}
    await asyncio.sleep(settle_seconds)
    while True:
        for errand in ERRANDS:
            rested = loop.time() - tried.get(errand.verb, -AGAIN_SECONDS) >= AGAIN_SECONDS
            if rested and await asyncio.to_thread(errand.is_due, backups, clock.now()):
                tried[errand.verb] = loop.time()
                await _run(errand, settings)
        await asyncio.sleep(looks_every_seconds)


async def keep_copied(
    settings: Settings,
    backups: Backups,
    sync: Sync,
    clock: Clock,
    *,
    settle_seconds: float = COPY_SETTLE_SECONDS,
    looks_every_seconds: float = LOOKS_EVERY_SECONDS,
) -> None:
    """At the home node: give central a copy of the newest backup when one is due."""
    await asyncio.sleep(settle_seconds)
    while True:
        pause = looks_every_seconds
        try:
            await copy_if_due(settings, backups, sync, clock.now())
        except Exception:
            log.exception("the copy for central failed")
            pause = AGAIN_SECONDS
        await asyncio.sleep(pause)


async def copy_if_due(settings: Settings, backups: Backups, sync: Sync, now: datetime) -> None:
    """Give central a copy, unless there is none to give, it has it, or the line is spared."""
    made, sent = backups.record.made, read_sent(backups.folder)
    every = timedelta(hours=settings.copy_every_hours)
    tried = sent.failed.at if sent.failed else sent.at
    rest = timedelta(seconds=AGAIN_SECONDS) if sent.failed else every
    rests = tried is not None and timedelta() <= now - tried < rest
    # What only this box can open would help nobody there.
    if (
        made is None
        or not made.sheet
        or made.name == sent.name
        or rests
        or not sync.offsite.has_central
        or sync.metering.holds_copies_back
    ):
        return
    sync.metering.copy_is_wanted = False
    try:
        await sync.offsite.send(backups.place / made.name)
    except (TroubleError, OSError) as error:
        keep_sent(backups.folder, replace(sent, failed=Failed.of(_refusal_of(error), now)))
    else:
        keep_sent(backups.folder, Sent(now, made.name))


def _refusal_of(error: TroubleError | OSError) -> Refusal:
    trouble = error.trouble if isinstance(error, TroubleError) else Trouble.STORE
    words = WORDS[trouble]
    return Refusal("copy", words.message, words.remedy, values={"name": "Zentrale"})


async def _run(errand: Errand, settings: Settings) -> None:
    command = (sys.executable, "-m", "node", errand.verb, "--timed", "--data", settings.data)
    async with _ONE_AT_A_TIME:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=_environment(settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await process.communicate()
        except BaseException:
            # The node ends: what is half done is thrown away at the next try.
            process.terminate()
            await process.wait()
            raise
    if process.returncode:
        log.warning("%s: %s", errand.verb, said.decode(errors="replace").strip()[-500:])


def _environment(settings: Settings) -> dict[str, str]:
    """The node's own settings, wherever they came from."""
    own = {
        "backup_to": settings.backup_to,
        "backup_recipients": ",".join(settings.backup_recipients),
        "backup_every_hours": str(settings.backup_every_hours),
        "drill_every_days": str(settings.drill_every_days),
    }
    return {**os.environ, **{PREFIX + name.upper(): value for name, value in own.items()}}
