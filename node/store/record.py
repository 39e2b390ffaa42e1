"""What the box knows about its backups, and what of it somebody should look after.

Kept in a file beside the database: a database that is damaged must not take it along.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from node.base.refusals import N_, Refusal
from node.store.files import write_durably

FILE = "backups.json"
SENT_FILE = "copies.json"

BACKUP_LATE = timedelta(hours=26)
"""So much later than it should have come a backup is missed: a night without power is no news."""

DRILL_LATE = timedelta(days=10)
MENDED_SHOWN = timedelta(days=30)


class Made(msgspec.Struct, frozen=True):
    """The newest backup. `heads` is a hash of what it held; `sheet`: another box can open it."""

    at: datetime
    name: str
    place: str
    size: int
    rows: int
    heads: str
    sheet: bool


class Failed(msgspec.Struct, frozen=True):
    """What did not work the last time, as a refusal said it."""

    at: datetime
    code: str
    message: str
    remedy: str
    values: dict[str, Any] = {}

    @classmethod
    def of(cls, refusal: Refusal, at: datetime) -> Failed:
        """Note a refusal."""
        return cls(at, refusal.code, refusal.message, refusal.remedy, dict(refusal.values))

    @property
    def refusal(self) -> Refusal:
        """The refusal as it was."""
        return Refusal(self.code, self.message, self.remedy, values=self.values)


class Drilled(msgspec.Struct, frozen=True):
    """The last drill; `problems` is empty where the backup would bring everything back."""

    at: datetime
    name: str
    tables: int
    rows: int
    problems: list[str] = []


class Mended(msgspec.Struct, frozen=True):
    """A damaged database that the box put a backup in place of, by itself."""

    at: datetime
    name: str
    made_at: datetime
    aside: str


class Record(msgspec.Struct, frozen=True):
    """All of it. `current_at` is when the newest backup was last known to hold everything."""

    made: Made | None = None
    current_at: datetime | None = None
    backup_failed: Failed | None = None
    drilled: Drilled | None = None
    drill_failed: Failed | None = None
    mended: Mended | None = None


class Sent(msgspec.Struct, frozen=True):
    """The newest copy at central, and why a later one did not get there."""

    at: datetime | None = None
    name: str = ""
    failed: Failed | None = None


def read_sent(folder: Path) -> Sent:
    """What is known of copies at central; a file of its own, for another process writes it."""
    try:
        return msgspec.json.decode((folder / SENT_FILE).read_bytes(), type=Sent)
    except (OSError, msgspec.MsgspecError):
        return Sent()


def keep_sent(folder: Path, sent: Sent) -> None:
    """Note it."""
    write_durably(folder / SENT_FILE, msgspec.json.format(msgspec.json.encode(sent), indent=1))


def read_record(folder: Path) -> Record:
    """The record of a data directory; an empty one where there is none that can be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Record)
    except (OSError, msgspec.MsgspecError):
        return Record()


def keep_record(folder: Path, **changes: Any) -> Record:
    """Note what changed."""
    record = msgspec.structs.replace(read_record(folder), **changes)
    write_durably(folder / FILE, msgspec.json.format(msgspec.json.encode(record), indent=1))
    return record


def find_troubles(
    record: Record, *, every: timedelta, drill_every: timedelta, same_disk: bool, now: datetime
) -> list[Refusal]:
    """What somebody should look after, most urgent first; [] where all is well."""
    troubles = []
    if record.backup_failed is not None:
        troubles.append(record.backup_failed.refusal)
    if record.current_at is None or now - record.current_at > every + BACKUP_LATE:
        troubles.append(_late(record))
    if record.made is not None:
        if not record.made.sheet:
            troubles.append(ONLY_THIS_BOX)
        if same_disk:
            troubles.append(SAME_DISK)
    return troubles + _drill_troubles(record, drill_every, now) + _mended_troubles(record, now)


def _late(record: Record) -> Refusal:
    if record.current_at is None:
        return NEVER
    return _with(LATE, at=record.current_at)


def _drill_troubles(record: Record, every: timedelta, now: datetime) -> list[Refusal]:
    if record.drill_failed is not None:
        return [record.drill_failed.refusal]
    drilled = record.drilled
    if drilled is None:
        return []
    if drilled.problems:
        return [_with(WOULD_LOSE, name=drilled.name, what=", ".join(drilled.problems[:5]))]
    if now - drilled.at > every + DRILL_LATE:
        return [_with(DRILL_MISSED, at=drilled.at)]
    return []


def _mended_troubles(record: Record, now: datetime) -> list[Refusal]:
    mended = record.mended
    if mended is None or now - mended.at > MENDED_SHOWN:
        return []
    return [_with(MENDED, at=mended.at, made_at=mended.made_at, aside=mended.aside)]


def _with(refusal: Refusal, **values: Any) -> Refusal:
    return Refusal(refusal.code, refusal.message, refusal.remedy, values=values)


NEVER = Refusal(
    "backup.never",
    N_("Von diesem Knoten gibt es noch keine Sicherung."),
    N_("Die erste entsteht von selbst, sobald er eine Weile läuft."),
)
LATE = Refusal(
    "backup.late",
    N_("Zuletzt gesichert: {at}. Seitdem kam keine Sicherung mehr zustande."),
    N_("Bitte prüfen Sie, ob der Stick steckt, und lassen Sie den Knoten laufen."),
)
ONLY_THIS_BOX = Refusal(
    "backup.only_this_box",
    N_("Die Sicherungen kann nur diese Box öffnen: Geht sie verloren, helfen sie nicht."),
    N_("Bitte drucken Sie das Notfallblatt oder stellen Sie einen zweiten Schlüssel ein."),
)
SAME_DISK = Refusal(
    "backup.same_disk",
    N_("Die Sicherungen liegen auf demselben Speicher wie die Daten."),
    N_("Bitte stecken Sie einen Stick ein und nennen Sie ihn in den Einstellungen."),
)
WOULD_LOSE = Refusal(
    "backup.would_lose",
    N_("Die Sicherung {name} würde nicht alles zurückbringen: {what}."),
    N_("Bitte sichern Sie neu und geben Sie der Betreuung Bescheid."),
)
DRILL_MISSED = Refusal(
    "backup.drill_missed",
    N_("Zuletzt geprobt: {at}. Seitdem wurde keine Wiederherstellung mehr geprobt."),
    N_("`quartier drill` probt sie jetzt."),
)
MENDED = Refusal(
    "backup.mended",
    N_("Die Datenbank war beschädigt ({at}) und kam aus der Sicherung von {made_at} zurück."),
    N_("Was danach geschah, holt der Knoten bei seinen Nachbarn. Die alte Datei: {aside}"),
)
