"""What is to be done between two parties follows from the reservations alone."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from node.base.periods import Period
from node.quarter.files.space_values import SpaceKind, SpaceRow
from node.quarter.model import LocalText, PlaceMark
from node.spaces import Reservation, Status
from node.spaces.model import (
    CancellationFact,
    DecisionFact,
    Line,
    PassageFact,
    RequestDetails,
    Space,
    Verdict,
)
from node.spaces.standing import release_at
from node.spaces.terms import Terms
from node.spaces.turnover import (
    HELD,
    Report,
    ReportFact,
    ReportKind,
    Stage,
    makes_turnover,
    over_at,
    turnovers_of,
)
from tests.spaces.conftest import utc

BEGIN = utc(20, 8)
ASKED = BEGIN - timedelta(days=1)
ROW = SpaceRow(
    key="k",
    kind=SpaceKind.ROOM,
    name=LocalText("K", "K"),
    building="b",
    mark=PlaceMark("x", 1, "y"),
)
SPACE = Space(id=b"S" * 16, home_site=b"H" * 16, building_id=b"B" * 16, row=ROW)
DONE, PROBLEM = ReportKind.DONE, ReportKind.PROBLEM
SOLVED, TAKEN_BACK = ReportKind.SOLVED, ReportKind.TAKEN_BACK


def reservation(number: int, period: Period, terms: Terms, **facts: object) -> Reservation:
    id_ = number.to_bytes(16, "big")
    confirmed = DecisionFact(
        id=id_, reservation_id=id_, site=b"H" * 16, term=1, number=number, verdict=Verdict.CONFIRMED
    )
    return Reservation(
        **{
            "id": id_,
            "space_id": SPACE.id,
            "household_id": b"A" * 16,
            "person_id": b"P" * 16,
            "period": period,
            "requested_at": ASKED,
            "details": RequestDetails(),
            "terms": terms,
            "decision": confirmed,
            "release_at": release_at(terms, period, ASKED),
        }
        | facts
    )


def line(found: Reservation, now: datetime) -> Line:
    return Line(found, SPACE, found.status_at(now))


@st.composite
def histories(draw: st.DrawFn) -> list[Reservation]:
    """What one place may have lived through: nobody overlaps, buffers between, anything happens."""
    found, at = [], BEGIN
    for number in range(1, draw(st.integers(0, 7)) + 1):
        terms = Terms(
            after_minutes=draw(st.sampled_from((0, 30, 240))),
            release_after_minutes=draw(st.sampled_from((0, 20))),
        )
        start = at + timedelta(minutes=draw(st.integers(0, 300)))
        period = Period(start, start + timedelta(minutes=draw(st.integers(30, 4000))))
        facts: dict[str, object] = {}
        fate = draw(st.sampled_from(("ahead", "came", "left", "left early", "gave up")))
        left = period.ends_at
        if fate == "gave up":
            facts["cancellation"] = CancellationFact(start - timedelta(hours=1))
        elif fate != "ahead":
            facts["check_in"] = PassageFact(start)
        if fate == "left early":
            left = start + (period.length * draw(st.integers(1, 99))) / 100
        if fate.startswith("left"):
            facts["check_out"] = PassageFact(left)
        at = (start if fate == "gave up" else left) + timedelta(minutes=terms.after_minutes)
        found.append(reservation(number, period, terms, **facts))
    return found


@st.composite
def said_of(draw: st.DrawFn, history: list[Reservation]) -> dict[bytes, list[Report]]:
    """Anything that may have been said of them, in any order and at any time."""
    found: dict[bytes, list[Report]] = {}
    for number in range(draw(st.integers(0, 10)) if history else 0):
        about = draw(st.sampled_from(history)).id
        earlier = found.setdefault(about, [])
        of_id = draw(st.sampled_from(earlier)).id if earlier else b""
        at = BEGIN + timedelta(minutes=draw(st.integers(0, 20_000)))
        kind = draw(st.sampled_from(ReportKind))
        id_ = b"r" + number.to_bytes(15, "big")
        earlier.append(
            Report(id=id_, reservation_id=about, kind=kind, fact=ReportFact(at=at), of_id=of_id)
        )
    return found


@given(st.data(), histories(), st.integers(0, 30_000), st.randoms(use_true_random=False))
def test_every_time_that_ends_has_exactly_one_turnover(
    data: st.DataObject, history: list[Reservation], minutes: int, chance: random.Random
) -> None:
    now = BEGIN + timedelta(minutes=minutes)
    said = data.draw(said_of(history))
    lines = [line(each, now) for each in history]
    found = list(turnovers_of(lines, said, now=now))
    counted = Counter(each.line.reservation.id for each in found)
    expected = {each.reservation.id for each in lines if makes_turnover(each)}
    assert counted == dict.fromkeys(expected, 1)
    ready = [each for each in found if each.stage is Stage.READY]
    assert len(ready) <= 1, "there is one place, and it is either ready for people or not"
    for each in found:
        assert each.line.status in HELD
        assert (each.stage is Stage.AHEAD) <= (now < over_at(each.line.reservation))
        assert (each.stage is Stage.DONE) == (each.done is not None)
        if each.next is not None:
            assert each.due_at == each.next.period.starts_at
            assert each.due_at >= each.free_at
    # In whatever order facts come, they come to the same.
    chance.shuffle(lines)
    mixed = {id_: chance.sample(reports, len(reports)) for id_, reports in said.items()}
    assert list(turnovers_of(lines, mixed, now=now)) == found


def report(number: int, kind: ReportKind, at: datetime, of: int | None = None) -> Report:
    of_id = b"" if of is None else of.to_bytes(16, "big")
    return Report(
        id=number.to_bytes(16, "big"),
        reservation_id=b"",
        kind=kind,
        fact=ReportFact(at=at),
        of_id=of_id,
    )


STAY = Terms(after_minutes=240)
FIRST = reservation(1, Period(utc(20, 14), utc(23, 10)), STAY, check_in=PassageFact(utc(20, 15)))
SECOND = reservation(2, Period(utc(23, 14), utc(24, 10)), STAY)


def stage(now: datetime, *said: Report, first: Reservation = FIRST) -> Stage:
    lines = [line(first, now), line(SECOND, now)]
    return next(turnovers_of(lines, {first.id: said}, now=now)).stage


def test_what_was_taken_back_is_to_be_done_again_and_can_be_done_again() -> None:
    now = utc(23, 13)
    done = report(1, DONE, utc(23, 11))
    assert stage(utc(23, 9)) is Stage.AHEAD
    assert stage(now) is Stage.READY
    assert stage(now, done) is Stage.DONE
    back = report(2, TAKEN_BACK, utc(23, 12), of=1)
    assert stage(now, done, back) is Stage.READY
    assert stage(now, done, back, report(3, DONE, utc(23, 12, 30))) is Stage.DONE
    # Said at two nodes while the line was cut, taken back at one: the other word stands.
    assert stage(now, done, report(4, DONE, utc(23, 11, 5)), back) is Stage.DONE


def test_done_before_the_people_were_out_says_nothing() -> None:
    """Left early and cleaned, then it turned out that they had not left: it is to be done again."""
    early = report(1, DONE, utc(22, 12))
    left = reservation(
        1, FIRST.period, STAY, check_in=FIRST.check_in, check_out=PassageFact(utc(22, 9))
    )
    assert stage(utc(22, 13), early, first=left) is Stage.DONE
    assert stage(utc(23, 13), early) is Stage.READY


def test_the_next_people_end_what_was_not_done() -> None:
    now = utc(23, 15)
    came = reservation(2, SECOND.period, STAY, check_in=PassageFact(utc(23, 14)))
    first, second = turnovers_of([line(FIRST, now), line(came, now)], {}, now=now)
    assert (first.stage, second.stage) == (Stage.PASSED, Stage.AHEAD)


def test_leaving_early_moves_the_turnover_and_leaves_the_next_arrival() -> None:
    now = utc(22, 12)
    left = reservation(
        1, FIRST.period, STAY, check_in=FIRST.check_in, check_out=PassageFact(utc(22, 9))
    )
    (first, _) = turnovers_of([line(left, now), line(SECOND, now)], {}, now=now)
    assert (first.stage, first.free_at, first.due_at) == (Stage.READY, utc(22, 9), utc(23, 14))
    (alone,) = turnovers_of([line(left, now)], {}, now=now)
    assert alone.due_at == utc(22, 13), "nobody comes: by the end of the turnover"
    assert not alone.is_late(utc(22, 12, 59))
    assert alone.is_late(utc(22, 13))


def test_what_nobody_reported_waits_until_the_next_people_have_come() -> None:
    for now in (utc(30, 9), utc(30, 10), utc(31, 9, month=12)):
        (found,) = turnovers_of([line(FIRST, now)], {}, now=now)
        assert found.stage is Stage.READY
        assert found.is_late(now)
    now = utc(31, 12, month=12)
    came = reservation(
        2, Period(utc(31, 10, month=12), utc(31, 20, month=12)), STAY, check_in=PassageFact(now)
    )
    (found, _) = turnovers_of([line(FIRST, now), line(came, now)], {}, now=now)
    assert found.stage is Stage.PASSED


def test_a_problem_is_open_until_it_is_solved() -> None:
    now = utc(23, 13)
    lamp, glass = report(1, PROBLEM, utc(23, 11)), report(2, PROBLEM, utc(23, 12))
    said = {FIRST.id: [glass, lamp, report(3, SOLVED, utc(23, 12, 30), of=1)]}
    (found,) = turnovers_of([line(FIRST, now)], said, now=now)
    assert found.problems == (glass,)
    assert found.stage is Stage.READY, "a problem is not done"


def test_where_nobody_came_nothing_is_to_be_done() -> None:
    terms = Terms(after_minutes=60, release_after_minutes=20)
    missed = reservation(1, Period(utc(20, 14), utc(20, 18)), terms)
    assert missed.status_at(utc(20, 15)) is Status.NO_SHOW
    assert not list(turnovers_of([line(missed, utc(20, 15))], {}, now=utc(20, 15)))
