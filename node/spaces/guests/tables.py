"""The SQL of guests: links, and what was said by whoever holds one or by the desk for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from node.base.ids import derived_id
from node.base.periods import Period, to_epoch
from node.spaces.guests.model import EndFact, GuestLink, Kind, LinkFact, RecordFact
from node.spaces.tables import decoded, encoded
from node.store import Read, Write

T = TypeVar("T")
_COUNTS = "not exists (select 1 from guest_link_end as gone where gone.link_id = link.id)"


def insert_link(
    write: Write, link_id: bytes, reservation_id: bytes, digest: bytes, fact: LinkFact
) -> None:
    """Add a link."""
    write.insert(
        "guest_link",
        id=link_id,
        reservation_id=reservation_id,
        digest=digest,
        fact=encoded(fact),
    )


def insert_link_end(write: Write, link_id: bytes, fact: LinkFact) -> None:
    """A link counts no more; said twice it is said once."""
    end_id = derived_id("guest_link_end", link_id)
    write.insert_new("guest_link_end", id=end_id, link_id=link_id, fact=encoded(fact))


def select_link(read: Read, digest: bytes) -> GuestLink | None:
    """The link with this digest, unless it was ended."""
    row = read.row(
        f"select * from guest_link as link where digest = :digest and digest != x'' and {_COUNTS}",
        digest=digest,
    )
    return _link(row) if row is not None else None


def select_links_of(read: Read, reservation_id: bytes) -> list[GuestLink]:
    """The links of a stay that count, the oldest first."""
    rows = read.rows(
        "select * from guest_link as link where reservation_id = :id and digest != x''"
        f" and {_COUNTS} order by id",
        id=reservation_id,
    )
    return [found for found in map(_link, rows) if found is not None]


def _link(row: Any) -> GuestLink | None:
    fact = decoded(row["fact"], LinkFact)
    return GuestLink(row["id"], row["reservation_id"], fact.at) if fact is not None else None


@dataclass(frozen=True, slots=True)
class Record:
    """Something that guests said, as it lies in the table; `said` is empty once it was
    overwritten."""

    id: bytes
    reservation_id: bytes
    kind: str
    of_id: bytes
    fact: RecordFact
    said: str

    def reading(self, kind: type[T]) -> T | None:
        """What was said; None where it is gone, or of a newer release."""
        return decoded(self.said, kind) if self.said else None


def insert_record(
    write: Write,
    record_id: bytes,
    reservation_id: bytes,
    kind: Kind,
    fact: RecordFact,
    *,
    said: object,
    of_id: bytes = b"",
) -> None:
    """Write down what was said."""
    write.insert_new(
        "guest_record",
        id=record_id,
        reservation_id=reservation_id,
        kind=str(kind),
        of_id=of_id,
        fact=encoded(fact),
        said=encoded(said),
    )


def select_records(read: Read, reservation_id: bytes) -> list[Record]:
    """All that was said about one stay, the oldest first."""
    rows = read.rows(
        "select * from guest_record where reservation_id = :id order by id", id=reservation_id
    )
    return [found for found in map(_record, rows) if found is not None]


def _record(row: Any) -> Record | None:
    fact = decoded(row["fact"], RecordFact)
    if fact is None:
        return None
    return Record(row["id"], row["reservation_id"], row["kind"], row["of_id"], fact, row["said"])


@dataclass(frozen=True, slots=True)
class Ending:
    """A record whose time may be over: which, of which stay, of what kind, written when."""

    id: bytes
    reservation_id: bytes
    kind: str


def select_lasting(read: Read) -> list[Ending]:
    """The records of which nobody has said that their time is over."""
    rows = read.rows(
        "select id, reservation_id, kind from guest_record as r where not exists"
        " (select 1 from guest_record_end as gone where gone.record_id = r.id) order by id"
    )
    return [Ending(row["id"], row["reservation_id"], row["kind"]) for row in rows]


def insert_end(write: Write, record: Ending, fact: EndFact) -> None:
    """The time of a record is over; said twice it is said once."""
    write.insert_new(
        "guest_record_end",
        id=derived_id("guest_record_end", record.id),
        record_id=record.id,
        reservation_id=record.reservation_id,
        kind=record.kind,
        fact=encoded(fact),
    )


def select_ended(read: Read) -> frozenset[bytes]:
    """The records whose time is over."""
    return frozenset(row[0] for row in read.rows("select record_id from guest_record_end"))


def count_forms(read: Read, kind: Kind, period: Period) -> int:
    """For how many guests of stays that begin in a period there is something of this kind; a form
    that was filled in anew counts once."""
    found = read.value(
        "select count(distinct r.of_id) from guest_record as r join reservation_state as s"
        " on s.reservation_id = r.reservation_id where r.kind = :kind"
        " and s.starts_at >= :starts and s.starts_at < :ends",
        kind=str(kind),
        starts=to_epoch(period.starts_at),
        ends=to_epoch(period.ends_at),
    )
    return int(found or 0)


def select_ended_forms(read: Read, period: Period) -> list[datetime]:
    """When each form of stays that begin in a period was destroyed, the first first."""
    rows = read.rows(
        "select min(e.fact) as fact from guest_record_end as e join guest_record as r"
        " on r.id = e.record_id join reservation_state as s"
        " on s.reservation_id = e.reservation_id where e.kind = :kind"
        " and s.starts_at >= :starts and s.starts_at < :ends group by r.of_id order by 1",
        kind=str(Kind.FORM),
        starts=to_epoch(period.starts_at),
        ends=to_epoch(period.ends_at),
    )
    facts = (decoded(row["fact"], EndFact) for row in rows)
    return [fact.at for fact in facts if fact is not None]
