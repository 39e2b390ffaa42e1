"""When something was given up, where the box that says so dates it back: not before what that box
had told already; and what an honest box says after weeks without a line counts as it was said.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from node.base.actors import Actor
from node.base.ids import new_id
from node.base.periods import Period
from node.spaces import Reservation, Status, Wish, preview_cancellation
from node.spaces.model import CancellationFact
from node.spaces.tables import insert_claim
from tests.spaces.conftest import Quarter
from tests.spaces.test_trust import write_request

AHEAD = timedelta(days=17)


def booked(quarter: Quarter, who: Actor) -> Reservation:
    """A hall in two weeks and a half, confirmed at home, of which the kiosk has heard."""
    day = (quarter.clock.now() + AHEAD).replace(hour=14, minute=0)
    wish = Wish(
        space_id=quarter.files.id_of("space", "hofsaal"),
        period=Period(day, day + timedelta(hours=4)),
        people=4,
        purpose="private",
    )
    made = quarter.made("home", who, wish)
    assert made.base_status is Status.CONFIRMED
    quarter.meet("home", "kiosk")
    return made


def fee(quarter: Quarter, made: Reservation, at: datetime) -> int:
    return preview_cancellation(made, now=at).fee_cents


def says(quarter: Quarter, made: Reservation, *, at: datetime) -> Reservation:
    """The kiosk says that it was given up then; what home makes of it."""
    fact = CancellationFact(at, 0, by_staff=False)
    quarter.cores["kiosk"].write(lambda write: insert_claim(write, new_id(), made.id, fact))
    quarter.meet("kiosk", "home")
    return quarter.seen("home", made.id)


def test_it_is_not_dated_back_before_what_the_box_had_told(
    quarter: Quarter, anna: Actor, clara: Actor
) -> None:
    made, said = booked(quarter, anna), quarter.clock.now() + timedelta(hours=1)
    quarter.clock.set(made.period.starts_at - timedelta(hours=20))
    told = quarter.clock.now()
    write_request(quarter, "kiosk", clara)
    quarter.meet("kiosk", "home")
    quarter.clock.set(told + timedelta(hours=10))
    gone = says(quarter, made, at=said)
    assert gone.cancellation is not None
    assert gone.cancellation.at == told
    assert gone.cancellation.fee_cents == fee(quarter, made, told) > fee(quarter, made, said)


def test_a_box_that_was_away_for_weeks_is_believed(quarter: Quarter, anna: Actor) -> None:
    made, said = booked(quarter, anna), quarter.clock.now() + timedelta(hours=1)
    quarter.clock.set(said)
    fact = CancellationFact(said, 0, by_staff=False)
    quarter.cores["kiosk"].write(lambda write: insert_claim(write, new_id(), made.id, fact))
    quarter.clock.set(made.period.starts_at - timedelta(hours=10))
    quarter.meet("kiosk", "home")
    gone = quarter.seen("home", made.id)
    assert gone.cancellation is not None
    assert gone.cancellation.at == said
    assert gone.cancellation.fee_cents == fee(quarter, made, said)


def test_what_came_after_it_in_the_chain_does_not_date_it(
    quarter: Quarter, anna: Actor, clara: Actor
) -> None:
    """All of it arrives at once, the last of it from today."""
    made, said = booked(quarter, anna), quarter.clock.now() + timedelta(hours=1)
    quarter.clock.set(said)
    fact = CancellationFact(said, 0, by_staff=False)
    quarter.cores["kiosk"].write(lambda write: insert_claim(write, new_id(), made.id, fact))
    quarter.clock.set(made.period.starts_at - timedelta(hours=10))
    write_request(quarter, "kiosk", clara)
    quarter.meet("kiosk", "home")
    gone = quarter.seen("home", made.id)
    assert gone.cancellation is not None
    assert gone.cancellation.at == said


def test_a_row_that_was_written_before_it_had_a_meaning_counts_from_when_it_got_one(
    quarter: Quarter, anna: Actor, clara: Actor
) -> None:
    """Kept ready for whoever pays: nobody's claim, until it names a reservation."""
    claim_id, said = new_id(), quarter.clock.now()
    fact = CancellationFact(said, 0, by_staff=False)
    quarter.cores["kiosk"].write(lambda write: insert_claim(write, claim_id, b"", fact))
    made = booked(quarter, anna)
    quarter.clock.set(made.period.starts_at - timedelta(hours=20))
    told = quarter.clock.now()
    write_request(quarter, "kiosk", clara)
    quarter.cores["kiosk"].write(
        lambda write: write.execute(
            "update reservation_cancellation set reservation_id = :made where id = :id",
            made=made.id,
            id=claim_id,
        )
    )
    quarter.meet("kiosk", "home")
    gone = quarter.seen("home", made.id)
    assert gone.cancellation is not None
    assert gone.cancellation.at == told
