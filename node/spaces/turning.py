"""Turnovers as people meet them: what is to be done where, done, a problem, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from node.base.actors import Actor, Permission, may
from node.base.ids import new_id
from node.base.periods import Period, kept_instant, local_day
from node.base.refusals import N_, Refusal
from node.quarter import zone_of
from node.spaces import place_tables, turnover_tables
from node.spaces.deciding import UNKNOWN
from node.spaces.folding import find_reservation
from node.spaces.model import Space
from node.spaces.reads import lines_of
from node.spaces.turnover import Report, ReportFact, ReportKind, Stage, Turnover, turnovers_of
from node.store import NodeRole, Read, Write

DAYS_MAX = 31
MOMENT = timedelta(seconds=1)


def list_turnovers(read: Read, *, days: int, now: datetime) -> list[Turnover]:
    """What is to be done from now on for so many days, what was done today, and what was left from
    before; by when it must be done."""
    last = _days_from_today(read, days, now=now).ends_at
    today = _days_from_today(read, 1, now=now).starts_at
    found = (
        each
        for space in place_tables.select_spaces(read)
        for each in _of_space(read, space, days=days, now=now)
        if each.free_at < last and _concerns(each, today)
    )
    return sorted(found, key=lambda each: (each.due_at, each.free_at, each.line.reservation.id))


def _concerns(turnover: Turnover, today: datetime) -> bool:
    """Whether it still is to be done, or was done since a day began."""
    if turnover.stage is Stage.PASSED:
        return False
    return turnover.done is None or turnover.done.fact.at >= today


def waiting_turnover(
    read: Read, space: Space, *, now: datetime, but: bytes = b""
) -> Turnover | None:
    """What is to be done in a place by now and is not; None where it is ready for people.

    `but` is a reservation whose own turnover does not count: that of whoever comes in.
    """
    found = [
        each
        for each in _of_space(read, space, days=1, now=now)
        if each.stage is Stage.READY and each.line.reservation.id != but
    ]
    return found[-1] if found else None


def turnover_problems(read: Read, *, now: datetime) -> list[Turnover]:
    """The turnovers with a problem that nobody has solved, however long ago; the oldest first."""
    ids = turnover_tables.select_open_problems(read)
    found = [turnover for each in ids if (turnover := find_turnover(read, each, now=now))]
    return sorted(
        (each for each in found if each.problems), key=lambda each: each.problems[0].fact.at
    )


def find_turnover(read: Read, reservation_id: bytes, *, now: datetime) -> Turnover | None:
    """The turnover after a reservation; None where there is none."""
    reservation = find_reservation(read, reservation_id)
    space = place_tables.select_space(read, reservation.space_id) if reservation else None
    if reservation is None or space is None:
        return None
    begins = reservation.period.starts_at
    chain = _chain(read, space, Period(begins, begins + MOMENT), now=now)
    return next((each for each in chain if each.line.reservation.id == reservation_id), None)


def _of_space(read: Read, space: Space, *, days: int, now: datetime) -> Iterator[Turnover]:
    return _chain(read, space, _days_from_today(read, days, now=now), now=now)


def _chain(read: Read, space: Space, period: Period, *, now: datetime) -> Iterator[Turnover]:
    ids = turnover_tables.select_chain(read, space.id, period)
    reports = {each: turnover_tables.select_reports(read, each) for each in ids}
    return turnovers_of(lines_of(read, ids, now=now), reports, now=now)


def _days_from_today(read: Read, days: int, *, now: datetime) -> Period:
    zone = zone_of(read)
    today = now.astimezone(zone).date()
    last = today + timedelta(days=max(1, min(days, DAYS_MAX)) - 1)
    return Period(local_day(today, zone).starts_at, local_day(last, zone).ends_at)


# What is said


def report_done(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime, by_link: bool = False
) -> Turnover | Refusal:
    """A place is ready again. Said twice it is said once."""
    found = _to_report(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal) or found.stage is Stage.DONE:
        return found
    if found.stage is Stage.AHEAD:
        return NOT_OVER_YET
    return _say(write, actor, found, ReportKind.DONE, now=now, by_link=by_link)


def take_back_done(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime, by_link: bool = False
) -> Turnover | Refusal:
    """It was not done after all; once the next people are in nobody can say so."""
    found = _to_report(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal) or found.done is None:
        return found
    if found.next is not None and found.next.check_in is not None:
        return USED_AGAIN
    of_id = found.done.id
    return _say(write, actor, found, ReportKind.TAKEN_BACK, now=now, by_link=by_link, of_id=of_id)


def report_problem(
    write: Write,
    actor: Actor,
    reservation_id: bytes,
    words: str,
    *,
    now: datetime,
    by_link: bool = False,
) -> Turnover | Refusal:
    """Something is the matter with a place; the same words twice are one problem."""
    found = _to_report(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal):
        return found
    words = words.strip()
    if not words:
        return WHICH_PROBLEM
    if any(each.words == words for each in found.problems):
        return found
    return _say(write, actor, found, ReportKind.PROBLEM, now=now, by_link=by_link, words=words)


def solve_problem(
    write: Write, actor: Actor, reservation_id: bytes, report_id: bytes, *, now: datetime
) -> Turnover | Refusal:
    """A problem is none any more."""
    found = _to_report(write, actor, reservation_id, now=now)
    if isinstance(found, Refusal) or all(each.id != report_id for each in found.problems):
        return found
    return _say(write, actor, found, ReportKind.SOLVED, now=now, of_id=report_id)


def _to_report(
    write: Write, actor: Actor, reservation_id: bytes, *, now: datetime
) -> Turnover | Refusal:
    if not may(actor, Permission.CHECK_IN_OTHERS) or write.role is NodeRole.CENTRAL:
        return NOT_YOURS
    return find_turnover(write, reservation_id, now=now) or UNKNOWN


def _say(
    write: Write,
    actor: Actor,
    turnover: Turnover,
    kind: ReportKind,
    *,
    now: datetime,
    by_link: bool = False,
    of_id: bytes = b"",
    words: str = "",
) -> Turnover | Refusal:
    """Write a report down. Who uses a link is nobody in particular: not whoever made it."""
    reservation_id = turnover.line.reservation.id
    report = Report(
        id=new_id(),
        reservation_id=reservation_id,
        kind=kind,
        fact=ReportFact(at=kept_instant(now), face="" if by_link else str(actor.face)),
        of_id=of_id,
        words=words[: turnover_tables.WORDS_MAX],
        person_id=b"" if by_link else actor.person_id,
    )
    turnover_tables.insert_report(write, report)
    return find_turnover(write, reservation_id, now=now) or UNKNOWN


NOT_YOURS = Refusal(
    "turnover.not_allowed",
    N_("Das kann nur das Team melden."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
NOT_OVER_YET = Refusal(
    "turnover.not_over_yet",
    N_("Hier ist die Zeit noch nicht vorbei, und niemand hat ausgecheckt."),
    N_("Sind die Leute schon fort, checken Sie sie zuerst aus."),
    status=409,
)
USED_AGAIN = Refusal(
    "turnover.used_again",
    N_("Hier ist schon wieder jemand eingecheckt."),
    N_("Was zu tun ist, melden Sie bitte als Problem."),
    status=409,
)
WHICH_PROBLEM = Refusal(
    "turnover.which_problem",
    N_("Was ist los? Bitte schreiben Sie es in ein paar Worten."),
    N_("Zum Beispiel: Lampe im Bad geht nicht."),
    status=422,
    field="words",
)
