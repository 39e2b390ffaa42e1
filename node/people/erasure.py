"""Erasing a person everywhere (GDPR Art. 17): asked for, followed by every node, acknowledged.

An *erasure* is asked for at any box and carried out by the home node's word (`erasure_ruling`).
Each node that hears that word knows the person no more from that moment, overwrites what the
tables' declarations say, and writes a *receipt*; a late word of a node that had not heard is
overwritten when it arrives. What journals and backups still hold goes within `DAYS`. The trap: a
restored file knows nothing of later erasures; the list beside it does (`known`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, normal_code, random_id
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import N_, Refusal
from node.people import erased_tables, erasure_ruling, refusals, tables
from node.people.access import current_roles, find_person
from node.people.model import TEAM
from node.store import NodeRole, Read, Table, Write, blank_rows

DAYS = 30
"""By then, from the day on which the home node heard of it, no journal and no backup holds
anything any more: the month that the law gives."""

BACKUP_DAYS = 28
"""After so many days backups and files set aside from before go; two are left for what is off."""

NUMBER_CHARS = 12
Farewell = Callable[[Write, bytes, datetime], object]
Ended = Callable[[Read], Collection[bytes]]


def _nothing(_: Read) -> Collection[bytes]:
    return ()


class Stage(StrEnum):
    """How far an erasure is: `asked` until the home node has heard of it."""

    ASKED = "asked"
    WAITS = "waits"
    ENDED = "ended"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody who is to be erased, or was: the receipt's number, when, why and by whom (None:
    themselves). `site` is the box where it was asked for, once the home node has heard of it.
    """

    id: bytes
    person_id: bytes
    at: datetime
    reason: str
    staff_id: bytes | None
    site: bytes = b""
    due_at: datetime | None = None
    done_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: bytes | None = None
    ended_why: str = ""

    @property
    def stage(self) -> Stage:
        """How far it is; what was carried out stays so, whoever takes it back later."""
        if self.done_at is not None:
            return Stage.DONE
        if self.ended_at is not None:
            return Stage.ENDED
        return Stage.ASKED if self.due_at is None else Stage.WAITS

    @property
    def is_open(self) -> bool:
        """Whether it is still to be carried out."""
        return self.stage in {Stage.ASKED, Stage.WAITS}

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
    rooms do when somebody leaves. `ended` tells of rows whose own time is over: they go in the same
    way, though nobody was erased.
    """

    tables: Sequence[Table]
    farewells: Sequence[Farewell] = ()
    ended: Ended = _nothing

    def erase_me(self, write: Write, actor: Actor, *, now: datetime) -> Erasure | Refusal:
        """Somebody wants to be erased; it is carried out once their time to think is over."""
        if actor.is_away:
            return refusals.ONLY_AT_HOME
        if actor.staff_id is not None or actor.roles & TEAM:
            return TEAM_FIRST
        waiting = open_erasure(write, actor.person_id)
        if waiting is not None:
            return waiting
        return self._ask(write, actor.person_id, reason="asked", staff_id=None, now=now)

    def erase(
        self, write: Write, actor: Actor, person_id: bytes, *, reason: str, now: datetime
    ) -> Erasure | Refusal:
        """The desk erases somebody who moved out or asked there; who did it is recorded.

        At the home node at once; any other box passes it on.
        """
        if not may(actor, Permission.MANAGE_PEOPLE):
            return refusals.NOT_ALLOWED
        if person_id == actor.person_id:
            return TEAM_FIRST
        return self._ask(write, person_id, reason=reason, staff_id=actor.person_id, now=now)

    def _ask(
        self, write: Write, person_id: bytes, *, reason: str, staff_id: bytes | None, now: datetime
    ) -> Erasure | Refusal:
        person = find_person(write, person_id)
        if person is None:
            return refusals.NOT_FOUND
        at = to_epoch(now)
        if current_roles(write, person, at) & TEAM:
            return TEAM_FIRST
        asked_id = random_id()
        write.insert(
            "erasure", id=asked_id, person_id=person_id, at=at, staff_id=staff_id, reason=reason
        )
        self.follow(write, now=now)
        if staff_id is not None and write.role is NodeRole.HOME:
            self._carry_out(write, erasure_ruling.take_due(write, now=now) & {person_id}, now)
        return next(each for each in _of(write, person_id) if each.id == asked_id)

    def carry_out_due(self, write: Write, *, now: datetime) -> None:
        """At the home node: erase those whose time to think is over."""
        if write.role is NodeRole.HOME:
            self._carry_out(write, erasure_ruling.take_due(write, now=now), now)

    def _carry_out(self, write: Write, persons: Collection[bytes], now: datetime) -> None:
        for person_id in persons:
            for farewell in self.farewells:
                farewell(write, person_id, now)
            erased_tables.mark_done(write, person_id, to_epoch(now))
        if persons:
            self.follow(write, now=now)

    def follow(self, write: Write, *, now: datetime) -> bool:
        """Do here what all known erasures ask for; whether there are any. The home node rules first
        on what it has heard.

        Cheap where everything is done, so it runs after every merge.
        """
        if write.role is NodeRole.HOME:
            erasure_ruling.rule(write, now=now)
        note_known(write, erased_tables.select_done(write))
        if write.role is NodeRole.HOME:
            erasure_ruling.name_emptied(write)
        has_erased = write.value("select 1 from erased_person limit 1") is not None
        if not has_erased and not self.ended(write):
            return False
        if blank_rows(write, self.tables):
            since = to_epoch(now - timedelta(days=2 * DAYS))
            for row in erased_tables.select_unanswered(write, since=since):
                _acknowledge(write, row["id"], now=now)
        return True


def take_back(write: Write, actor: Actor, number: str, *, now: datetime) -> Erasure | Refusal:
    """Somebody does not want to be erased after all, or the desk takes it back for them; the home
    node hears of it like of anything else.
    """
    found = find_erasure(write, number)
    is_theirs = found is not None and found.person_id == actor.person_id and not actor.is_away
    is_desk = may(actor, Permission.MANAGE_PEOPLE)
    if found is None or not (is_theirs or is_desk):
        return refusals.NOT_FOUND
    if not found.is_open:
        return TOO_LATE if found.stage is Stage.DONE else found
    write.insert(
        "erasure_withdrawal",
        id=random_id(),
        erasure_id=found.id,
        at=to_epoch(now),
        staff_id=actor.person_id if is_desk else None,
    )
    if write.role is NodeRole.HOME:
        erasure_ruling.rule(write, now=now)
    return find_erasure(write, number) or found


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
    # Under an id that nobody can guess and so write first.
    write.insert(
        "erasure_receipt",
        id=random_id(),
        erasure_id=erasure_id,
        site=write.site_id,
        blanked_at=to_epoch(now),
    )


def note_progress(write: Write, erasure_id: bytes, column: str, *, now: datetime) -> None:
    """Say that this node has cleaned its journal ("cleaned_at") or lost its last old backup
    ("gone_at").
    """
    own = erased_tables.select_receipts(write, erasure_id).get(write.site_id)
    if own is not None:
        tables.update_row(write, "erasure_receipt", own["id"], **{column: to_epoch(now)})


def list_erasures(read: Read) -> list[Erasure]:
    """All erasures, asked for or carried out, the newest first."""
    return [_erasure(row) for row in erased_tables.select_erasures(read)]


def list_waiting(read: Read) -> list[Erasure]:
    """What waits to be carried out, by the home node's word; one for each person, the first due."""
    found: dict[bytes, Erasure] = {}
    for row in erased_tables.select_open_rulings(read):
        found.setdefault(row["person_id"], _erasure(row))
    return list(found.values())


def open_erasure(read: Read, person_id: bytes) -> Erasure | None:
    """What is still to be carried out of what was asked for somebody."""
    return next((each for each in _of(read, person_id) if each.is_open), None)


def _of(read: Read, person_id: bytes) -> list[Erasure]:
    return [_erasure(row) for row in erased_tables.select_erasures_of(read, person_id)]


def _erasure(row: erased_tables.Row) -> Erasure:
    return Erasure(
        id=row["id"],
        person_id=row["person_id"],
        at=from_epoch(row["at"]),
        reason=row["reason"],
        staff_id=row["staff_id"],
        site=row["site"],
        due_at=_instant(row["due_at"]),
        done_at=_instant(row["done_at"]),
        ended_at=_instant(row["ended_at"]),
        ended_by=row["ended_by"],
        ended_why=row["ended_why"],
    )


def _instant(at: int | None) -> datetime | None:
    return None if at is None else from_epoch(at)


def find_erasure(read: Read, number: str) -> Erasure | None:
    """The erasure of a receipt's number, as somebody typed it."""
    typed = normal_code(number)
    if len(typed) != NUMBER_CHARS:
        return None
    found = (each for each in list_erasures(read) if each.number.replace("-", "") == typed)
    return next(found, None)


def receipts_of(read: Read, erasure_id: bytes) -> dict[bytes, Receipt]:
    """What the nodes have said of an erasure, each of itself, by site."""
    said = erased_tables.select_receipts(read, erasure_id)
    return {site: _receipt(row) for site, row in said.items()}


def _receipt(row: erased_tables.Row) -> Receipt:
    at = (_instant(row[name]) for name in ("blanked_at", "cleaned_at", "gone_at"))
    return Receipt(row["site"], *at)


def is_done(receipts: Mapping[bytes, Receipt], sites: Iterable[bytes]) -> bool:
    """Whether each of these nodes has said that nothing is left."""
    return all((found := receipts.get(site)) and found.gone_at for site in sites)


TEAM_FIRST = Refusal(
    "people.team_first",
    N_("Wer zum Team gehört, wird erst nach dem Ende dieser Aufgabe gelöscht."),
    N_("Bitte lassen Sie die Hausverwaltung zuerst die Rolle beenden."),
)
TOO_LATE = Refusal(
    "people.erased_already",
    N_("Das lässt sich nicht mehr zurücknehmen."),
    N_("Die Löschung ist schon geschehen."),
    status=409,
)
