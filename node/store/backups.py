"""A node's backups over time: where they lie, when the next is due, what was found.

The clock may be wrong, so what is due is decided by the record only once after a start; then the
process counts for itself (see `node/jobs.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from node.base.clock import Clock
from node.base.refusals import Refusal, RefusedError
from node.store.age import own_secret, recipient_of
from node.store.backup import NONE_YET, NOT_THERE, Backup, restore_backup, write_backup
from node.store.connection import open_reader
from node.store.core import Core
from node.store.drill import Drill, drill
from node.store.erased_list import keep_list, read_list
from node.store.figures import heads_figures
from node.store.files import aside_at, set_aside
from node.store.record import (
    Drilled,
    Failed,
    Made,
    Mended,
    Record,
    find_troubles,
    keep_record,
    read_record,
)
from node.store.roles import Members
from node.store.rotation import KEEPING, Keeping, made_at, names_to_delete, newest_first
from node.store.schema import Registry

OWN_FOLDER = "backups"
COPIES_FOLDER = "copies"
"""Where central keeps what the house's nodes send it of theirs."""

STICKS = (Path("/media"), Path("/mnt"), Path("/run/media"))
"""Where sticks are mounted: a directory below that is on the system's disk waits for its stick."""


@dataclass(frozen=True, slots=True)
class Backups:
    """The backups of the node with this database.

    `elsewhere` is a directory on a stick or a mounted disk, None for one beside the database;
    `recipients` are public keys beside the box's own.
    """

    database: Path
    elsewhere: Path | None = None
    recipients: tuple[str, ...] = ()
    every: timedelta = timedelta(hours=1)
    drill_every: timedelta = timedelta(days=30)
    keeping: Keeping = KEEPING

    @property
    def folder(self) -> Path:
        """The node's data directory."""
        return self.database.parent

    @property
    def place(self) -> Path:
        """Where the backups lie."""
        return self.elsewhere or self.folder / OWN_FOLDER

    @property
    def record(self) -> Record:
        """What is known of them."""
        return read_record(self.folder)

    def troubles(self, now: datetime) -> list[Refusal]:
        """What somebody should look after, most urgent first."""
        return find_troubles(
            self.record,
            every=self.every,
            drill_every=self.drill_every,
            same_disk=_is_same_disk(self.folder, self.place),
            now=now,
        )

    def is_due(self, now: datetime) -> bool:
        """Whether a backup should be made, as far as the record and the clock can tell."""
        return _is_over(self.record.current_at, self.every, now)

    def is_drill_due(self, now: datetime) -> bool:
        """Whether a restore should be tried again; not before there is something to restore."""
        record = self.record
        last = record.drill_failed or record.drilled
        at = last.at if last else None
        return record.made is not None and _is_over(at, self.drill_every, now)

    def back_up(self, *, now: datetime, only_if_changed: bool = False) -> Backup | None:
        """Make a backup, delete those no longer needed, and note what came of it.

        None where nothing changed since the last one. Raises `RefusedError`, noted too.
        """
        if only_if_changed and self._is_current():
            keep_record(self.folder, current_at=now, backup_failed=None)
            return None
        try:
            backup = self.back_up_once(self._ready_place(), now=now)
        except RefusedError as error:
            keep_record(self.folder, backup_failed=Failed.of(error.refusal, now))
            raise
        made = Made(
            at=now,
            name=backup.path.name,
            place=str(self.place),
            size=backup.size,
            rows=backup.figures.rows,
            heads=_heads_mark(backup.figures.heads),
            sheet=bool(self.recipients),
        )
        keep_record(self.folder, made=made, current_at=now, backup_failed=None)
        with suppress(OSError):
            keep_list(self.place, read_list(self.folder))
        self._rotate(backup.path.name, now)
        return backup

    def back_up_once(self, folder: Path, *, now: datetime) -> Backup:
        """Make one more backup in a directory of somebody's choice; raises `RefusedError`."""
        return write_backup(self.database, folder, recipients=self._keys(), now=now)

    def list_newest_first(self, now: datetime) -> list[Path]:
        """All backups that lie in the place, in the order in which to try them."""
        with suppress(OSError):
            names = [path.name for path in self.place.iterdir()]
            return [self.place / name for name in newest_first(names, now=now)]
        return []

    def drill(
        self,
        registry: Registry,
        *,
        clock: Clock,
        members_of: Callable[[Core], Members | None],
        backup: Path | None = None,
    ) -> Drill:
        """Restore the newest backup, or this one, into a scratch place and compare it; noted.

        Raises `RefusedError`, noted too.
        """
        now = clock.now()
        try:
            chosen = backup or self._newest(now)
            found = drill(
                chosen,
                self.folder,
                registry,
                clock=clock,
                secrets=[own_secret(self.folder)],
                members_of=members_of,
            )
        except RefusedError as error:
            keep_record(self.folder, drill_failed=Failed.of(error.refusal, now))
            raise
        problems = [*found.differences, *(finding.said for finding in found.findings)]
        drilled = Drilled(now, found.backup, found.tables, found.rows, problems)
        keep_record(self.folder, drilled=drilled, drill_failed=None)
        return found

    def mend(self, registry: Registry, *, clock: Clock) -> Path | None:
        """Set a damaged database aside and put the newest good backup in its place.

        The backup that was taken, or None where no backup helps; the damaged file is set aside
        in any case.
        """
        now = clock.now()
        aside = set_aside(self.database, "damaged", now)
        for backup in self.list_newest_first(now):
            with suppress(RefusedError):
                secrets = [own_secret(self.folder)]
                restore_backup(backup, self.database, registry, clock=clock, secrets=secrets)
                mended = Mended(now, backup.name, made_at(backup.name) or now, str(aside or ""))
                keep_record(self.folder, mended=mended)
                return backup
        return None

    def _keys(self) -> list[str]:
        return [recipient_of(own_secret(self.folder)), *self.recipients]

    def _newest(self, now: datetime) -> Path:
        found = self.list_newest_first(now)
        if not found:
            missing = NONE_YET if self.place.is_dir() else NOT_THERE
            raise RefusedError(replace(missing, values={"place": str(self.place)}))
        return found[0]

    def _ready_place(self) -> Path:
        """The place, if it is there: a folder on the system's disk is no stick."""
        if self.elsewhere is None:
            self.place.mkdir(mode=0o700, exist_ok=True)
        elif not is_there(self.elsewhere):
            raise RefusedError(replace(NOT_THERE, values={"place": str(self.place)}))
        return self.place

    def _is_current(self) -> bool:
        """Whether the newest backup is there and holds all that was journalled since."""
        made = self.record.made
        if made is None or not (self.place / made.name).exists():
            return False
        connection = open_reader(self.database)
        try:
            return made.heads == _heads_mark(heads_figures(connection))
        finally:
            connection.close()

    def forget_before(self, instant: datetime, now: datetime) -> None:
        """Delete this node's backups, the copies that it keeps for others and the files set aside
        that are not newer than an instant; backups only where there is a newer one.
        """
        for older, all_ in self._places(instant, now) or ():
            if len(older) < all_:
                _unlink(older)
        _unlink(_aside_before(self.database, instant))

    def count_before(self, instant: datetime, now: datetime) -> int | None:
        """How many of them there are; None where the place of the backups cannot be looked at."""
        places = self._places(instant, now)
        if places is None:
            return None
        aside = _aside_before(self.database, instant)
        return len(aside) + sum(len(older) for older, _ in places)

    def _places(self, instant: datetime, now: datetime) -> list[tuple[list[Path], int]] | None:
        """Of each place the older backups, and how many lie there."""
        if self.elsewhere is not None and not is_there(self.elsewhere):
            return None
        found = self.list_newest_first(now)
        kept = list((self.folder / COPIES_FOLDER).glob("quartier-*.age"))
        own = [path for path in found if self._owns(path)]
        return [(_before(own, instant), len(own)), (_before(kept, instant), len(kept))]

    def _owns(self, path: Path) -> bool:
        """Several nodes may share a place: each looks after its own."""
        made = self.record.made
        owner = made.name[: len("quartier-") + 8] if made is not None else ""
        return self.elsewhere is None or (bool(owner) and path.name.startswith(owner))

    def _rotate(self, just_made: str, now: datetime) -> None:
        names = [path.name for path in self.place.iterdir()]
        for name in names_to_delete(names, just_made=just_made, now=now, keeping=self.keeping):
            with suppress(OSError):
                (self.place / name).unlink()


def _aside_before(database: Path, instant: datetime) -> list[Path]:
    """Databases that were set aside before an instant, with their logs."""
    return [
        path
        for path in database.parent.glob(f"{database.name}.*")
        if (at := aside_at(database, path.name)) is not None and at <= instant
    ]


def _before(paths: Iterable[Path], instant: datetime) -> list[Path]:
    return [path for path in paths if (at := made_at(path.name)) is not None and at <= instant]


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def is_there(folder: Path, sticks: Sequence[Path] = STICKS) -> bool:
    """Whether a directory can be used: one where sticks are mounted only with a stick in it."""
    if not folder.is_dir():
        return False
    real = folder.resolve()
    below = next((each for each in sticks if real.is_relative_to(each)), None)
    return below is None or real.stat().st_dev != below.stat().st_dev


def _is_same_disk(folder: Path, place: Path) -> bool:
    try:
        return folder.stat().st_dev == place.stat().st_dev
    except OSError:
        return False


def _is_over(last: datetime | None, every: timedelta, now: datetime) -> bool:
    # A last time in the future tells that the clock was or is wrong: better once too often.
    return last is None or not timedelta() <= now - last < every


def _heads_mark(heads: Iterable[tuple[bytes, str, int, bytes]]) -> str:
    return hashlib.sha256(msgspec.msgpack.encode(sorted(heads))).hexdigest()[:32]
