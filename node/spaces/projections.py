"""The SQL of the local projections: what is taken, and each reservation as its facts fold it.

Rows are never removed because time passed: a clock may have been wrong. A hold that expired or a
place nobody came to stays in `occupancy` with its `until`, and every look-up says as of when.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from node.base.periods import Period, from_epoch, to_epoch
from node.spaces.model import Reservation
from node.store import Read, Write

TAIL_BYTES = 4
"""So much of the end of an id is what people say as a reservation's number."""

LOOK_BACK = timedelta(days=40)
"""Lists by start look this far back for what is still going on; the longest stays are shorter."""


def party_of(household_id: bytes, person_id: bytes) -> bytes:
    """Whose limits a reservation counts against: the household's, or a person's who has none."""
    return household_id or person_id


def upsert_state(
    write: Write, reservation: Reservation, *, code: str, facts: int, by_team: bool
) -> None:
    """Keep a reservation's folded state for lists; `facts` is from how many it was folded,
    `by_team` whether any of them is the team's doing with what was agreed."""
    write.execute(
        "insert into reservation_state (reservation_id, space_id, household_id, person_id,"
        " starts_at, ends_at, status, code, facts, tail, by_team) values (:reservation, :space,"
        " :party, :person, :starts, :ends, :status, :code, :facts, :tail, :by_team)"
        " on conflict (reservation_id) do update set space_id = :space, household_id = :party,"
        " person_id = :person,"
        " starts_at = :starts, ends_at = :ends, status = :status, code = :code, facts = :facts,"
        " by_team = :by_team",
        reservation=reservation.id,
        space=reservation.space_id,
        party=party_of(reservation.household_id, reservation.person_id),
        person=reservation.person_id,
        starts=to_epoch(reservation.period.starts_at),
        ends=to_epoch(reservation.period.ends_at),
        status=str(reservation.base_status),
        code=code,
        facts=facts,
        by_team=int(by_team),
        tail=reservation.id[-TAIL_BYTES:],
    )


def put_occupancy(
    write: Write, reservation: Reservation, taken: Period, *, until: datetime | None
) -> None:
    """Take a place for a buffered period; `until` is when it lets go by itself."""
    starts, ends = to_epoch(taken.starts_at), to_epoch(taken.ends_at)
    write.execute(
        "insert into occupancy (reservation_id, space_id, starts_at, ends_at, until)"
        " values (:id, :space, :starts, :ends, :until) on conflict (reservation_id) do update set"
        " space_id = :space, starts_at = :starts, ends_at = :ends, until = :until",
        id=reservation.id,
        space=reservation.space_id,
        starts=starts,
        ends=ends,
        until=to_epoch(until) if until else None,
    )
    write.execute(
        "insert into occupancy_reach (space_id, seconds) values (:space, :seconds)"
        " on conflict (space_id) do update set seconds = :seconds where seconds < :seconds",
        space=reservation.space_id,
        seconds=ends - starts,
    )


def delete_occupancy(write: Write, reservation_id: bytes) -> None:
    """Let a place go."""
    write.execute("delete from occupancy where reservation_id = :id", id=reservation_id)


def is_taken(
    read: Read, space_id: bytes, period: Period, *, as_of: datetime, but: bytes = b""
) -> bool:
    """Whether a buffered period touches a taken one, one reservation left out.

    One short walk along the index by start, no further back than the longest taken time reaches,
    however many years lie before.
    """
    found = read.value(
        "select 1 from occupancy where space_id = :space and starts_at < :ends"
        " and starts_at > :starts - coalesce("
        "(select seconds from occupancy_reach where space_id = :space), 0)"
        " and ends_at > :starts and (until is null or until > :as_of)"
        " and reservation_id != :but limit 1",
        space=space_id,
        starts=to_epoch(period.starts_at),
        ends=to_epoch(period.ends_at),
        as_of=to_epoch(as_of),
        but=but,
    )
    return found is not None


def select_busy(
    read: Read, space_ids: Iterable[bytes], period: Period, *, as_of: datetime
) -> dict[bytes, list[Period]]:
    """What is taken, buffers included, by place, in order."""
    starts, ends = to_epoch(period.starts_at), to_epoch(period.ends_at)
    return {
        space_id: as_periods(select_busy_seconds(read, space_id, starts, ends, as_of=as_of))
        for space_id in space_ids
    }


def as_periods(seconds: Iterable[tuple[int, int]]) -> list[Period]:
    """Periods of what was told in seconds since 1970 UTC."""
    return [Period(from_epoch(starts), from_epoch(ends)) for starts, ends in seconds]


def select_busy_seconds(
    read: Read, space_id: bytes, starts: int, ends: int, *, as_of: datetime, but: bytes = b""
) -> list[tuple[int, int]]:
    """What is taken of one place, buffers included, in order; one reservation left out. From when
    to when, asked and told, in seconds since 1970 UTC."""
    rows: list[Any] = read.rows(
        "select starts_at, ends_at from occupancy where space_id = :space"
        " and starts_at < :ends and starts_at > :starts - coalesce("
        "(select seconds from occupancy_reach where space_id = :space), 0)"
        " and ends_at > :starts and (until is null or until > :as_of)"
        " and reservation_id != :but order by starts_at",
        space=space_id,
        starts=starts,
        ends=ends,
        as_of=to_epoch(as_of),
        but=but,
    )
    return rows


def select_clashes(read: Read, *, as_of: datetime) -> list[tuple[bytes, bytes]]:
    """Pairs of reservations of one place whose taken times overlap and are not over yet; none in
    a sound quarter."""
    rows = read.rows(
        "select a.reservation_id, b.reservation_id from occupancy_reach r"
        " join occupancy a on a.space_id = r.space_id and a.starts_at > :as_of - r.seconds"
        " join occupancy b on b.space_id = a.space_id and b.starts_at >= a.starts_at"
        " and b.starts_at < a.ends_at"
        " where (b.starts_at > a.starts_at or b.reservation_id > a.reservation_id)"
        " and a.ends_at > :as_of and b.ends_at > :as_of"
        " and (a.until is null or a.until > :as_of) and (b.until is null or b.until > :as_of)",
        as_of=to_epoch(as_of),
    )
    return [(row[0], row[1]) for row in rows]


def select_open(read: Read, party: bytes, *, now: datetime, but: bytes = b"") -> list[bytes]:
    """The place of each reservation that still lies ahead of a household, one left out; a hold
    counts while it keeps its place."""
    rows = read.rows(
        "select s.space_id from reservation_state s where s.household_id = :party"
        " and s.starts_at > :now and s.reservation_id != :but"
        " and (s.status in ('requested', 'confirmed') or (s.status = 'held' and exists"
        " (select 1 from occupancy o where o.reservation_id = s.reservation_id"
        " and o.until > :now)))",
        party=party,
        but=but,
        now=to_epoch(now),
    )
    return [row[0] for row in rows]


def select_own_periods(
    read: Read, party: bytes, period: Period, *, now: datetime, but: bytes = b""
) -> list[tuple[bytes, bytes, Period]]:
    """A household's own times around a period with their ids and places, one reservation left out;
    a hold counts while it keeps its place, so that saying yes to it is still within the limits."""
    rows = read.rows(
        "select reservation_id, space_id, starts_at, ends_at from reservation_state s"
        " where household_id = :party and starts_at < :ends and starts_at > :earliest"
        " and ends_at > :starts"
        " and (status in ('requested', 'confirmed', 'checked_in', 'checked_out')"
        " or (status = 'held' and exists (select 1 from occupancy o"
        " where o.reservation_id = s.reservation_id and o.until > :now)))"
        " and reservation_id != :but",
        party=party,
        but=but,
        now=to_epoch(now),
        starts=to_epoch(period.starts_at),
        earliest=to_epoch(period.starts_at - LOOK_BACK),
        ends=to_epoch(period.ends_at),
    )
    return [(row[0], row[1], Period(from_epoch(row[2]), from_epoch(row[3]))) for row in rows]


def select_ids_by_party(read: Read, party: bytes, *, since: datetime) -> list[bytes]:
    """A household's reservations that end after `since`, by start."""
    rows = read.rows(
        "select reservation_id from reservation_state where household_id = :party"
        " and starts_at > :earliest and ends_at > :since order by starts_at limit 200",
        party=party,
        earliest=to_epoch(since - LOOK_BACK),
        since=to_epoch(since),
    )
    return [row[0] for row in rows]


def select_ids_by_team(read: Read, *, since: datetime, party: bytes = b"") -> list[bytes]:
    """What the team had a hand in, of one household or of all, of times that end after `since`."""
    rows = read.rows(
        "select reservation_id from reservation_state where by_team = 1 and ends_at > :since"
        " and (:party = x'' or household_id = :party) order by starts_at",
        since=to_epoch(since),
        party=party,
    )
    return [row[0] for row in rows]


def select_ids_held(read: Read, party: bytes, person_id: bytes, *, now: datetime) -> list[bytes]:
    """What a person of a household was given to hold, expired holds included, by start."""
    rows = read.rows(
        "select reservation_id from reservation_state where household_id = :party"
        " and starts_at > :earliest and ends_at > :since and status = 'held'"
        " and person_id = :person order by starts_at",
        party=party,
        person=person_id,
        earliest=to_epoch(now - LOOK_BACK),
        since=to_epoch(now),
    )
    return [row[0] for row in rows]


def select_ids_of_person(read: Read, person_id: bytes) -> list[bytes]:
    """Everything that a person ever asked for, by start."""
    rows = read.rows(
        "select reservation_id from reservation_state where person_id = :id order by starts_at",
        id=person_id,
    )
    return [row[0] for row in rows]


def select_ids_alive(read: Read, party: bytes, *, since: datetime) -> list[bytes]:
    """The same without what was cancelled or has left: for the page that is opened most."""
    rows = read.rows(
        "select reservation_id from reservation_state where household_id = :party"
        " and starts_at > :earliest and ends_at > :since"
        " and status not in ('cancelled', 'checked_out') order by starts_at limit 200",
        party=party,
        earliest=to_epoch(since - LOOK_BACK),
        since=to_epoch(since),
    )
    return [row[0] for row in rows]


def select_ids_starting(read: Read, period: Period) -> list[bytes]:
    """Reservations that start in a period, in order."""
    rows = read.rows(
        "select reservation_id from reservation_state where starts_at >= :starts"
        " and starts_at < :ends order by starts_at limit 500",
        starts=to_epoch(period.starts_at),
        ends=to_epoch(period.ends_at),
    )
    return [row[0] for row in rows]


def select_ids_ending(read: Read, period: Period, *, most: int = 500) -> list[bytes]:
    """Reservations that end in a period, in order, at most so many."""
    rows = read.rows(
        "select reservation_id from reservation_state where starts_at > :earliest"
        " and starts_at < :ends and ends_at >= :starts and ends_at < :ends"
        " order by ends_at limit :most",
        most=most,
        earliest=to_epoch(period.starts_at - LOOK_BACK),
        starts=to_epoch(period.starts_at),
        ends=to_epoch(period.ends_at),
    )
    return [row[0] for row in rows]


def select_ids_ending_after(read: Read, instant: datetime) -> list[bytes]:
    """All reservations that are not over at an instant."""
    rows = read.rows(
        "select reservation_id from reservation_state where starts_at > :earliest"
        " and ends_at > :instant",
        earliest=to_epoch(instant - LOOK_BACK),
        instant=to_epoch(instant),
    )
    return [row[0] for row in rows]


def select_ids_left_after(read: Read, instant: datetime) -> list[bytes]:
    """Reservations whose people have left, of those that are not over at an instant."""
    rows = read.rows(
        "select reservation_id from reservation_state where starts_at > :earliest"
        " and ends_at > :instant and status = 'checked_out'",
        earliest=to_epoch(instant - LOOK_BACK),
        instant=to_epoch(instant),
    )
    return [row[0] for row in rows]


def select_ids_waiting(read: Read) -> list[bytes]:
    """Requests that nobody has decided, in order of arrival here."""
    rows = read.rows(
        "select s.reservation_id from reservation_state s join reservation_request r"
        " on r.id = s.reservation_id where s.status = 'requested' order by r.rowid"
    )
    return [row[0] for row in rows]


def select_ids_inside(read: Read) -> list[bytes]:
    """Reservations whose people have come and not left, by start."""
    rows = read.rows(
        "select reservation_id from reservation_state where status = 'checked_in'"
        " order by starts_at"
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
        earliest=to_epoch(period.starts_at - LOOK_BACK),
        ends=to_epoch(period.ends_at),
    )
    return [row[0] for row in rows]


def select_ids_by_code(read: Read, code: str) -> list[bytes]:
    """Reservations with this short code; more than one only by chance of one in 2^40."""
    rows = read.rows("select reservation_id from reservation_state where code = :code", code=code)
    return [row[0] for row in rows]


def select_ids_ending_with(read: Read, tails: Iterable[bytes]) -> list[bytes]:
    """Reservations whose ids end so: in `TAIL_BYTES` bytes."""
    rows = [
        row
        for tail in tails
        for row in read.rows(
            "select reservation_id from reservation_state where tail = :tail",
            tail=tail,
        )
    ]
    return sorted(row[0] for row in rows)


def select_code(read: Read, reservation_id: bytes) -> str:
    """The short code of a reservation's pass, or empty."""
    return (
        read.value(
            "select code from reservation_state where reservation_id = :id", id=reservation_id
        )
        or ""
    )


def forget_all(write: Write) -> None:
    """Empty the projections, to fold everything anew."""
    write.execute("delete from occupancy")
    write.execute("delete from occupancy_reach")
    write.execute("delete from reservation_state")
    write.execute("delete from spaces_projected")
