"""All SQL of the spaces room; the tables themselves are declared in `schema.py`."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from node.base.periods import Period, from_epoch, to_epoch
from node.quarter.files import SpaceRow
from node.spaces.model import (
    FREE,
    Bill,
    CancellationFact,
    DecisionFact,
    PassageFact,
    RequestDetails,
    RequestFact,
    Space,
    Verdict,
)
from node.store import Read, Write

T = TypeVar("T")

FACTS = {
    "reservation_request": "id",
    "reservation_decision": "reservation_id",
    "reservation_cancellation": "reservation_id",
    "passage": "reservation_id",
}
"""The tables that a reservation is folded from, and the column that names the reservation."""

LONGEST_SECONDS = 400 * 24 * 3600
"""No reservation lasts longer; bounds the look-back of queries by start."""


def encoded(value: object) -> str:
    """A fact's details as the JSON text of their one column."""
    return msgspec.json.encode(value).decode()


def decoded(text: str, kind: type[T]) -> T | None:
    """What `encoded` wrote, or None where this release cannot read it."""
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeError):
        return None


@functools.lru_cache(maxsize=256)
def _space_row(details: str) -> SpaceRow:
    return msgspec.json.decode(details, type=SpaceRow)


# Spaces


def select_spaces(read: Read) -> list[Space]:
    """All places that are still reserved, by their mark's number."""
    rows = read.rows("select * from space where ended_at is null and details != '{}'")
    found = [_space(row) for row in rows]
    return sorted(found, key=lambda space: (space.kind, space.mark.number, space.row.key))


def select_space(read: Read, space_id: bytes) -> Space | None:
    """A place by id, also one that is no longer reserved."""
    row = read.row("select * from space where id = :id and details != '{}'", id=space_id)
    return None if row is None else _space(row)


def _space(row: Any) -> Space:
    return Space(
        id=row["id"],
        home_site=row["home_site"],
        building_id=row["building_id"],
        row=_space_row(row["details"]),
        ended=row["ended_at"] is not None,
    )


def select_term(read: Read, site: bytes) -> int:
    """The term under which a node decides; 0 where it has none."""
    return read.value("select max(term) from home_term where site = :site", site=site) or 0


# Facts


def insert_request(write: Write, request: RequestFact) -> bool:
    """Add a request; False if it is there already."""
    return write.insert_new(
        "reservation_request",
        id=request.id,
        space_id=request.space_id,
        household_id=request.household_id,
        person_id=request.person_id,
        starts_at=to_epoch(request.period.starts_at),
        ends_at=to_epoch(request.period.ends_at),
        requested_at=to_epoch(request.requested_at),
        details=encoded(request.details),
    )


def insert_decision(write: Write, decision: DecisionFact, *, space_id: bytes) -> None:
    """Add a decision."""
    details = _DecisionDetails(decision.reason, decision.hold_until, decision.bill)
    write.insert_new(
        "reservation_decision",
        id=decision.id,
        reservation_id=decision.reservation_id,
        space_id=space_id,
        term=decision.term,
        number=decision.number,
        verdict=str(decision.verdict),
        details=encoded(details),
        **{"pass": decision.pass_},
    )


class _DecisionDetails(msgspec.Struct):
    reason: str = ""
    hold_until: datetime | None = None
    bill: Bill = FREE


def next_number(read: Read, space_id: bytes) -> int:
    """The number of the next decision about a place."""
    found = read.value(
        "select max(number) from reservation_decision where space_id = :space", space=space_id
    )
    return (found or 0) + 1


def select_request(read: Read, reservation_id: bytes) -> RequestFact | None:
    """A request by the reservation's id."""
    row = read.row("select * from reservation_request where id = :id", id=reservation_id)
    if row is None or row["ends_at"] <= row["starts_at"]:
        return None
    return RequestFact(
        id=row["id"],
        space_id=row["space_id"],
        household_id=row["household_id"],
        person_id=row["person_id"],
        period=Period(from_epoch(row["starts_at"]), from_epoch(row["ends_at"])),
        requested_at=from_epoch(row["requested_at"]),
        details=decoded(row["details"], RequestDetails) or RequestDetails(),
    )


def select_decisions(read: Read, reservation_id: bytes) -> list[DecisionFact]:
    """All decisions about a reservation."""
    rows = read.rows(
        "select * from reservation_decision where reservation_id = :id", id=reservation_id
    )
    return [_decision(row) for row in rows]


def _decision(row: Any) -> DecisionFact:
    details = decoded(row["details"], _DecisionDetails) or _DecisionDetails()
    return DecisionFact(
        id=row["id"],
        reservation_id=row["reservation_id"],
        term=row["term"],
        number=row["number"],
        verdict=Verdict(row["verdict"]),
        reason=details.reason,
        hold_until=details.hold_until,
        bill=details.bill,
        pass_=row["pass"],
    )


def select_cancellation(read: Read, reservation_id: bytes) -> CancellationFact | None:
    """The cancellation of a reservation."""
    text = read.value(
        "select fact from reservation_cancellation where reservation_id = :id", id=reservation_id
    )
    return decoded(text, CancellationFact) if text else None


def select_passages(read: Read, reservation_id: bytes) -> dict[str, PassageFact]:
    """Check-in and check-out of a reservation, by kind ("in", "out")."""
    rows = read.rows("select kind, fact from passage where reservation_id = :id", id=reservation_id)
    found = {row["kind"]: decoded(row["fact"], PassageFact) for row in rows}
    return {kind: fact for kind, fact in found.items() if fact is not None}


def insert_once(
    write: Write, table: str, row_id: bytes, reservation_id: bytes, **rest: Any
) -> bool:
    """Add a fact with a derived id; whether it is new."""
    return write.insert_new(table, id=row_id, reservation_id=reservation_id, **rest)


# Projections


def upsert_state(write: Write, **columns: Any) -> None:
    """Keep a reservation's folded state."""
    write.execute(
        "insert into reservation_state (reservation_id, space_id, household_id, person_id,"
        " starts_at, ends_at, status, code) values (:reservation_id, :space_id, :household_id,"
        " :person_id, :starts_at, :ends_at, :status, :code)"
        " on conflict (reservation_id) do update set status = :status, code = :code,"
        " starts_at = :starts_at, ends_at = :ends_at, space_id = :space_id,"
        " household_id = :household_id, person_id = :person_id",
        **columns,
    )


def put_occupancy(
    write: Write, reservation_id: bytes, space_id: bytes, period: Period, until: datetime | None
) -> None:
    """Take a place for a buffered period."""
    write.execute(
        "insert into occupancy (reservation_id, space_id, starts_at, ends_at, until)"
        " values (:id, :space, :starts, :ends, :until) on conflict (reservation_id) do update set"
        " space_id = :space, starts_at = :starts, ends_at = :ends, until = :until",
        id=reservation_id,
        space=space_id,
        starts=to_epoch(period.starts_at),
        ends=to_epoch(period.ends_at),
        until=to_epoch(until) if until else None,
    )


def delete_occupancy(write: Write, reservation_id: bytes) -> None:
    """Let a place go."""
    write.execute("delete from occupancy where reservation_id = :id", id=reservation_id)


def release_expired(write: Write, now: datetime) -> None:
    """Let go what lets go by itself: holds that expired, places nobody came to."""
    write.execute("delete from occupancy where until <= :now", now=to_epoch(now))


def is_taken(read: Read, space_id: bytes, period: Period) -> bool:
    """Whether a buffered period touches a taken one; expired ones must have been released.

    Taken periods of a place never overlap, so the last one that starts before our end is the
    only one that could reach into ours: one look-up, however many there are.
    """
    ends_at = read.value(
        "select ends_at from occupancy where space_id = :space and starts_at < :ends"
        " order by starts_at desc limit 1",
        space=space_id,
        ends=to_epoch(period.ends_at),
    )
    return ends_at is not None and int(ends_at) > to_epoch(period.starts_at)


def select_busy(
    read: Read, space_ids: Iterable[bytes], period: Period, *, now: datetime
) -> dict[bytes, list[Period]]:
    """What is taken, buffers included, by place."""
    found: dict[bytes, list[Period]] = {}
    for space_id in space_ids:
        rows = read.rows(
            "select starts_at, ends_at from occupancy where space_id = :space"
            " and starts_at < :ends and starts_at > :earliest and ends_at > :starts"
            " and (until is null or until > :now) order by starts_at",
            space=space_id,
            starts=to_epoch(period.starts_at),
            earliest=to_epoch(period.starts_at) - LONGEST_SECONDS // 10,
            ends=to_epoch(period.ends_at),
            now=to_epoch(now),
        )
        found[space_id] = [Period(from_epoch(a), from_epoch(b)) for a, b in rows]
    return found


def count_open(read: Read, household_id: bytes, *, now: datetime, but: bytes = b"") -> int:
    """How many reservations of a household still lie ahead, one not counted."""
    found: int = read.value(
        "select count(*) from reservation_state where household_id = :household"
        " and starts_at > :now and status in ('requested', 'confirmed')"
        " and reservation_id != :but",
        household=household_id,
        but=but,
        now=to_epoch(now),
    )
    return found


def select_household_periods(
    read: Read, household_id: bytes, space_id: bytes, period: Period, *, but: bytes = b""
) -> list[Period]:
    """A household's own times at a place around a period, one reservation left out."""
    rows = read.rows(
        "select starts_at, ends_at from reservation_state where household_id = :household"
        " and space_id = :space and starts_at < :ends and starts_at > :earliest"
        " and ends_at > :starts and status in ('requested', 'confirmed', 'checked_in',"
        " 'checked_out') and reservation_id != :but",
        household=household_id,
        but=but,
        space=space_id,
        starts=to_epoch(period.starts_at),
        earliest=to_epoch(period.starts_at) - LONGEST_SECONDS // 10,
        ends=to_epoch(period.ends_at),
    )
    return [Period(from_epoch(a), from_epoch(b)) for a, b in rows]


def select_ids_by_household(read: Read, household_id: bytes, *, since: datetime) -> list[bytes]:
    """A household's reservations that end after `since`, by start."""
    rows = read.rows(
        "select reservation_id from reservation_state where household_id = :household"
        " and starts_at > :earliest and ends_at > :since order by starts_at limit 200",
        household=household_id,
        earliest=to_epoch(since) - LONGEST_SECONDS // 10,
        since=to_epoch(since),
    )
    return [row[0] for row in rows]


def select_ids_between(
    read: Read, starts_at: datetime, ends_at: datetime, *, column: str = "starts_at"
) -> list[bytes]:
    """Reservations whose start (or end) lies in a time, in order."""
    if column not in {"starts_at", "ends_at"}:
        raise ValueError(column)
    rows = read.rows(
        f"select reservation_id from reservation_state where {column} >= :starts"
        f" and {column} < :ends order by {column} limit 500",
        starts=to_epoch(starts_at),
        ends=to_epoch(ends_at),
    )
    return [row[0] for row in rows]


def select_ids_by_status(read: Read, status: str) -> list[bytes]:
    """Reservations of a stored status, in order of arrival of their requests."""
    rows = read.rows(
        "select s.reservation_id from reservation_state s join reservation_request r"
        " on r.id = s.reservation_id where s.status = :status order by r.rowid",
        status=status,
    )
    return [row[0] for row in rows]


def select_ids_of_space(read: Read, space_id: bytes, period: Period) -> list[bytes]:
    """A place's reservations that touch a period, by start."""
    rows = read.rows(
        "select reservation_id from reservation_state where space_id = :space"
        " and starts_at < :ends and starts_at > :earliest and ends_at > :starts"
        " order by starts_at",
        space=space_id,
        starts=to_epoch(period.starts_at),
        earliest=to_epoch(period.starts_at) - LONGEST_SECONDS // 10,
        ends=to_epoch(period.ends_at),
    )
    return [row[0] for row in rows]


def select_id_by_code(read: Read, code: str) -> list[bytes]:
    """Reservations with this short code; more than one only by chance of one in 2^40."""
    rows = read.rows("select reservation_id from reservation_state where code = :code", code=code)
    return [row[0] for row in rows]


def select_code(read: Read, reservation_id: bytes) -> str:
    """The short code of a reservation's pass, or empty."""
    return (
        read.value(
            "select code from reservation_state where reservation_id = :id", id=reservation_id
        )
        or ""
    )


def select_note(read: Read, reservation_id: bytes) -> str:
    """What was said with a request, as JSON; empty where nothing or not to be had here."""
    return read.value("select note from reservation_note where id = :id", id=reservation_id) or ""


def new_facts(write: Write) -> list[bytes]:
    """The reservations that facts came for since the last call, in order of arrival.

    Fact tables only ever grow, so their rowids are the order in which this file got them.
    """
    found: dict[bytes, None] = {}
    for name, column in FACTS.items():
        upto = write.value("select upto from spaces_projected where name = :name", name=name) or 0
        rows = write.rows(
            f"select rowid, {column} from {name} where rowid > :upto order by rowid", upto=upto
        )
        for row in rows:
            found[row[1]] = None
        if rows:
            write.execute(
                "insert into spaces_projected (name, upto) values (:name, :upto)"
                " on conflict (name) do update set upto = :upto",
                name=name,
                upto=rows[-1][0],
            )
    return list(found)


def forget_projections(write: Write) -> None:
    """Empty the projections, to fold everything anew."""
    for name in ("occupancy", "reservation_state", "spaces_projected"):
        write.execute(f"delete from {name}")


def select_clashes(read: Read) -> list[tuple[bytes, bytes]]:
    """Pairs of reservations of one place whose taken times overlap; none in a sound quarter.

    Only neighbours by start are compared: in a sound projection no further pair can overlap.
    """
    rows = read.rows(
        "select a.reservation_id, b.reservation_id from occupancy a join occupancy b"
        " on b.space_id = a.space_id and b.starts_at >= a.starts_at and b.starts_at < a.ends_at"
        " and b.reservation_id != a.reservation_id"
        " and (b.starts_at > a.starts_at or b.reservation_id > a.reservation_id)"
    )
    return [(row[0], row[1]) for row in rows]
