"""What facts come to: whoever has them all knows the same, in whatever order they came."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations, product

from node.base.periods import Period
from node.spaces import Reservation, Status
from node.spaces.model import (
    CancellationFact,
    DecisionFact,
    PassageFact,
    RequestDetails,
    Verdict,
)
from node.spaces.standing import latest_decision
from tests.spaces.conftest import utc

START, END = utc(28, 14), utc(28, 18)


def decision(term: int, number: int, verdict: Verdict, name: bytes = b"d") -> DecisionFact:
    until = utc(24, 10) if verdict is Verdict.HELD else None
    return DecisionFact(
        id=name,
        reservation_id=b"R" * 16,
        site=b"H" * 16,
        term=term,
        number=number,
        verdict=verdict,
        hold_until=until,
    )


def reservation(**facts: object) -> Reservation:
    known = {
        "id": b"R" * 16,
        "space_id": b"S" * 16,
        "household_id": b"A" * 16,
        "person_id": b"P" * 16,
        "period": Period(START, END),
        "requested_at": utc(20, 9),
        "details": RequestDetails(),
    }
    return Reservation(**(known | facts))


CONFIRMED = decision(1, 1, Verdict.CONFIRMED)
IN, OUT = PassageFact(utc(28, 14)), PassageFact(utc(28, 17))


def test_each_status_follows_from_its_facts() -> None:
    held, declined = decision(1, 1, Verdict.HELD), decision(1, 2, Verdict.DECLINED)
    before, after = CancellationFact(utc(28, 13)), CancellationFact(utc(28, 15))
    displaced = decision(1, 9, Verdict.DISPLACED)
    told = {
        Status.REQUESTED: {},
        Status.HELD: {"decision": held},
        Status.DECLINED: {"decision": declined},
        Status.CONFIRMED: {"decision": CONFIRMED},
        Status.CHECKED_IN: {"decision": CONFIRMED, "check_in": IN},
        Status.CHECKED_OUT: {"decision": CONFIRMED, "check_in": IN, "check_out": OUT},
        Status.CANCELLED: {"decision": CONFIRMED, "cancellation": before},
        Status.DISPLACED: {"decision": displaced, "check_in": IN},
    }
    for status, facts in told.items():
        assert reservation(**facts).base_status is status
    let_in_anyway = reservation(decision=CONFIRMED, cancellation=before, check_in=IN)
    assert let_in_anyway.base_status is Status.CANCELLED
    too_late = reservation(decision=CONFIRMED, cancellation=after, check_in=IN)
    assert too_late.base_status is Status.CHECKED_IN
    for refused in (None, held, declined):
        assert reservation(decision=refused, check_in=IN).base_status is not Status.CHECKED_IN
    assert reservation(decision=CONFIRMED, check_out=OUT).base_status is Status.CONFIRMED


def test_time_alone_makes_a_hold_expire_and_a_no_show() -> None:
    held = reservation(decision=decision(1, 1, Verdict.HELD))
    assert held.status_at(utc(24, 9, 59)) is Status.HELD
    assert held.status_at(utc(24, 10)) is Status.EXPIRED
    release_at = START + timedelta(minutes=20)
    waited_for = reservation(decision=CONFIRMED, release_at=release_at)
    assert waited_for.status_at(release_at - timedelta(seconds=1)) is Status.CONFIRMED
    assert waited_for.status_at(release_at) is Status.NO_SHOW
    assert reservation(decision=CONFIRMED, check_in=IN).status_at(END) is Status.CHECKED_IN
    assert reservation(decision=CONFIRMED).status_at(END) is Status.OVER
    assert reservation().status_at(END) is Status.EXPIRED


def test_the_decision_that_counts_is_the_same_in_every_order() -> None:
    made = [
        decision(term, number, verdict, name)
        for (term, number), verdict, name in product(
            ((1, 1), (1, 7), (2, 1)), (Verdict.HELD, Verdict.CONFIRMED), (b"a", b"b")
        )
    ]
    counts = latest_decision(made)
    assert counts is not None
    assert (counts.term, counts.number, counts.id) == (2, 1, b"b")
    for few in permutations(made[:5]):
        assert latest_decision(few) == latest_decision(reversed(few))
    assert latest_decision([]) is None
