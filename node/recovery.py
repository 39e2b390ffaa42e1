"""Before a node opens its database: is the file sound, and if not, what helps without a person.

A damaged file is set aside, never deleted, and the newest backup that is good takes its place. Only
where none is to be had does the node say so on its pages (`maintenance.py`) and wait for somebody.
"""

from __future__ import annotations

import logging

from node.base.clock import SystemClock
from node.base.refusals import RefusedError
from node.keeping import backups_of
from node.registry import REGISTRY
from node.settings import Settings
from node.store import Core
from node.store.files import finish_swap
from node.store.soundness import Stand, look_at, refusal_of

log = logging.getLogger("quartier.recovery")


def make_sound(settings: Settings) -> None:
    """Look at the file and mend it where that can be done; raises `RefusedError` where it can't."""
    database = settings.database
    finish_swap(database)
    stand = look_at(database)
    if stand is Stand.LOG_LOST:
        _note_restored(settings)
    elif stand.is_damage:
        mend(settings, stand)
    elif stand is not Stand.SOUND:
        raise RefusedError(refusal_of(stand, database))


def mend(settings: Settings, stand: Stand) -> None:
    """Put the newest good backup in a damaged file's place; raises `RefusedError` without one."""
    log.error("the database is %s; looking for a backup", stand)
    backups = backups_of(settings)
    taken = backups.mend(REGISTRY, clock=SystemClock())
    if taken is None:
        raise RefusedError(refusal_of(stand, settings.database))
    log.warning("the database was mended from %s", taken.name)


def _note_restored(settings: Settings) -> None:
    """Without the log the file is as it was some while ago: like one out of a backup."""
    log.error("the write-ahead log is gone; the node catches up before it writes")
    core = Core.open(settings.database, REGISTRY, clock=SystemClock())
    try:
        core.note_restored()
    finally:
        core.close()
