"""From a node's settings to its backups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from node.settings import Settings
from node.store.age import checked_recipient
from node.store.backups import Backups
from node.sync import backup_recipient


def backups_of(settings: Settings, *, sheet: bytes = b"", more: Sequence[str] = ()) -> Backups:
    """The backups of a node, sealed to the sheet of these public keys, the settings' and more.

    Raises `RefusedError` for what is no key.
    """
    keys = [checked_recipient(each) for each in (*settings.backup_recipients, *more)]
    if sheet:
        keys.append(backup_recipient(sheet))
    return Backups(
        settings.database,
        Path(settings.backup_to) if settings.backup_to else None,
        tuple(keys),
        every=timedelta(hours=settings.backup_every_hours),
        drill_every=timedelta(days=settings.drill_every_days),
    )
