"""Erasing a person everywhere (GDPR Art. 17): asked for, followed by every node, acknowledged.

An *erasure* is a fact that names a random id. Each node that hears of it knows the person no more
from that moment, overwrites what the tables' declarations say, and writes a *receipt*; a late word
of a node that had not heard is overwritten when it arrives. What journals and backups still hold
goes within `DAYS`. The trap: a restored file knows nothing of later erasures; the list beside it
does (`known`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from node.base.actors import Actor, Permission, may
from node.base.ids import derived_id, id_text, normal_code, random_id
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import N_, Refusal
from node.people import erased_tables, refusals, tables
from node.people.access import current_roles, find_person
from node.people.model import TEAM
from node.store import Read, Table, Write, blank_rows

DAYS = 30
"""By then no journal and no backup holds anything any more."""

BACKUP_DAYS = 28
"""After so many days backups and files set aside from before go; two are left for what is off."""

NUMBER_CHARS = 12
Farewell = Callable[[Write, bytes, datetime], object]


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody who was erased: the receipt's number, when, why and by whom (None: themselves)."""

    id: bytes
    person_id: bytes
    at: datetime
    reason: str
    staff_id: bytes | None

    @property
    def number(self) -> str:
        """The receipt's number as it is printed."""
        text = id_text(self.id)[:NUMBER_CHARS].upper()
        return "-".join(text[start : start + 4] for start in range(0, NUMBER_CHARS, 4))

    @property
    def gone_by(self) -> datetime:
        """The day by which journals and backups are gone, too."""
        return self.at + timedelta(days=DAYS)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one node has said: when it overwrote, cleaned its journal, lost its last backup."""

    site: bytes
    blanked_at: datetime | None
    cleaned_at: datetime | None
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Erasing:
    """What is to be done at an erasure; the app hands in the tables of all rooms and what other
    rooms do when somebody leaves.
    """

    tables: Sequence[Table]
    farewells: Sequence[Farewell] = ()

    def erase_me(self, write: Write, actor: Actor, *, now: datetime) -> Erasure | Refusal:
        """Somebody erases themselves."""
        if actor.is_away:
            return refusals.ONLY_AT_HOME
        if actor.staff_id is not None or actor.roles & TEAM:
            return TEAM_FIRST
        return self._erase(write, actor.person_id, reason="asked", staff_id=None, now=now)

    def erase(
        self, write: Write, actor: Actor, person_id: bytes, *, reason: str, now: datetime
    ) -> Erasure | Refusal:
        """The desk erases somebody who moved out or asked there; who did it is recorded."""
        if not may(actor, Permission.MANAGE_PEOPLE):
            return refusals.NOT_ALLOWED
        if person_id == actor.person_id:
            return TEAM_FIRST
        return self._erase(write, person_id, reason=reason, staff_id=actor.person_id, now=now)

    def _erase(
        self, write: Write, person_id: bytes, *, reason: str, staff_id: bytes | None, now: datetime
    ) -> Erasure | Refusal:
        person = find_person(write, person_id)
        if person is None:
            return refusals.NOT_FOUND
        at = to_epoch(now)
        if current_roles(write, person, at) & TEAM:
            return TEAM_FIRST
        for farewell in self.farewells:
            farewell(write, person_id, now)
        erasure = Erasure(random_id(), person_id, from_epoch(at), reason, staff_id)
        write.insert(
            "erasure", id=erasure.id, person_id=person_id, at=at, staff_id=staff_id, reason=reason
        )
        self.follow(write, now=now)
        return erasure

    def follow(self, write: Write, *, now: datetime) -> bool:
        """Do here what all known erasures ask for; whether there are any.

        Cheap where everything is done, so it runs after every merge.
        """
        erasures = erased_tables.select_erasures(write)
        note_known(write, {row["person_id"]: row["at"] for row in erasures})
        if write.value("select 1 from erased_person limit 1") is None:
            return False
        if blank_rows(write, self.tables):
            for row in erased_tables.select_unanswered(write):
                _acknowledge(write, row["id"], now=now)
        return True


def note_known(write: Write, known: Mapping[bytes, int]) -> None:
    """Know no more whom the facts, or the list beside the file, say was erased at these seconds."""
    held = {row["person_id"] for row in write.rows("select person_id from erased_person")}
    for person_id, at in known.items():
        if person_id not in held:
            erased_tables.upsert_erased(write, person_id, at)
            erased_tables.delete_local(write, person_id)


def known_erased(read: Read) -> dict[bytes, int]:
    """Whom this box knows to be erased, and since when (seconds since 1970)."""
    rows = read.rows("select person_id, at from erased_person")
    return {row["person_id"]: row["at"] for row in rows}


def mark_of(persons: Collection[bytes]) -> bytes:
    """A short mark that changes with who was erased."""
    return hashlib.sha256(b"".join(sorted(persons))).digest()[:8]


def _acknowledge(write: Write, erasure_id: bytes, *, now: datetime) -> None:
    write.insert_new(
        "erasure_receipt",
        id=derived_id("erasure_receipt", erasure_id, write.site_id),
        erasure_id=erasure_id,
        site=write.site_id,
        blanked_at=to_epoch(now),
    )


def note_progress(write: Write, erasure_id: bytes, column: str, *, now: datetime) -> None:
    """Say that this node has cleaned its journal ("cleaned_at") or lost its last old backup
    ("gone_at").
    """
    receipt_id = derived_id("erasure_receipt", erasure_id, write.site_id)
    tables.update_row(write, "erasure_receipt", receipt_id, **{column: to_epoch(now)})


def list_erasures(read: Read) -> list[Erasure]:
    """All erasures, the newest first."""
    return [
        Erasure(row["id"], row["person_id"], from_epoch(row["at"]), row["reason"], row["staff_id"])
        for row in erased_tables.select_erasures(read)
    ]


def find_erasure(read: Read, number: str) -> Erasure | None:
    """The erasure of a receipt's number, as somebody typed it."""
    typed = normal_code(number)
    if len(typed) != NUMBER_CHARS:
        return None
    found = (each for each in list_erasures(read) if each.number.replace("-", "") == typed)
    return next(found, None)


def receipts_of(read: Read, erasure_id: bytes) -> dict[bytes, Receipt]:
    """What the nodes have said of an erasure, by site."""
    rows = erased_tables.select_receipts(read, erasure_id)
    return {row["site"]: _receipt(row) for row in rows}


def _receipt(row: erased_tables.Row) -> Receipt:
    at = (row[name] for name in ("blanked_at", "cleaned_at", "gone_at"))
    return Receipt(row["site"], *(None if each is None else from_epoch(each) for each in at))


def is_done(receipts: Mapping[bytes, Receipt], sites: Iterable[bytes]) -> bool:
    """Whether each of these nodes has said that nothing is left."""
    return all((found := receipts.get(site)) and found.gone_at for site in sites)


TEAM_FIRST = Refusal(
    "people.team_first",
    N_("Wer zum Team gehört, wird erst nach dem Ende dieser Aufgabe gelöscht."),
    N_("Bitte lassen Sie die Hausverwaltung zuerst die Rolle beenden."),
)
