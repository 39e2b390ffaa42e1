"""The SQL of what is said of turnovers, and of the reservations of a place in their order."""

from __future__ import annotations

from typing import Any

from node.base.periods import Period, to_epoch
from node.spaces.tables import decoded, encoded
from node.spaces.turnover import Report, ReportFact, ReportKind
from node.store import Read, Write

WORDS_MAX = 500
_HELD = "status in ('confirmed', 'checked_in', 'checked_out')"
_BEFORE = 4
"""So many that began before a period are looked at: what nobody came to is among them."""


def insert_report(write: Write, report: Report) -> bool:
    """Add a report; False if it is there already."""
    return write.insert_new(
        "turnover_report",
        id=report.id,
        reservation_id=report.reservation_id,
        person_id=report.person_id,
        kind=str(report.kind),
        of_id=report.of_id,
        fact=encoded(report.fact),
        words=report.words,
    )


def select_reports(read: Read, reservation_id: bytes) -> list[Report]:
    """All that was said of one turnover; what a newer release says beside is left out."""
    rows = read.rows(
        "select * from turnover_report where reservation_id = :id order by id", id=reservation_id
    )
    return [found for found in map(_report, rows) if found is not None]


def _report(row: Any) -> Report | None:
    fact = decoded(row["fact"], ReportFact)
    if fact is None or row["kind"] not in set(ReportKind):
        return None
    return Report(
        id=row["id"],
        reservation_id=row["reservation_id"],
        kind=ReportKind(row["kind"]),
        fact=fact,
        of_id=row["of_id"],
        words=row["words"],
        person_id=row["person_id"],
    )


def select_open_problems(read: Read) -> list[bytes]:
    """The reservations after which a problem was found that nobody has solved."""
    rows = read.rows(
        "select distinct reservation_id from turnover_report as p where kind = 'problem'"
        " and not exists (select 1 from turnover_report as s"
        " where s.reservation_id = p.reservation_id and s.kind = 'solved' and s.of_id = p.id)"
    )
    return [row[0] for row in rows]


def select_chain(read: Read, space_id: bytes, period: Period) -> list[bytes]:
    """The reservations of a place that begin in a period, the last few before, the next after."""
    rows = read.rows(
        f"select * from (select reservation_id from reservation_state where space_id = :space"
        f" and starts_at < :starts and {_HELD} order by starts_at desc limit {_BEFORE})"
        " union all"
        f" select reservation_id from reservation_state where space_id = :space"
        f" and starts_at >= :starts and starts_at < :ends and {_HELD}"
        " union all"
        f" select * from (select reservation_id from reservation_state where space_id = :space"
        f" and starts_at >= :ends and {_HELD} order by starts_at limit 1)",
        space=space_id,
        starts=to_epoch(period.starts_at),
        ends=to_epoch(period.ends_at),
    )
    return [row[0] for row in rows]
