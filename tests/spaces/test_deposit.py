"""What a house holds of a deposit follows from its notes, and is never less than nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from node.spaces.deposit import Deposit, DepositStage, How, Step, StepFact, StepKind, deposit_of
from node.spaces.depositing import Note, check_note
from tests.spaces.conftest import utc

BEGIN = utc(20, 8)


def step(number: int, kind: StepKind, cents: int = 0, of: bytes = b"") -> Step:
    fact = StepFact(at=BEGIN + timedelta(minutes=number))
    id_ = number.to_bytes(16, "big")
    return Step(id=id_, reservation_id=b"R", kind=kind, cents=cents, fact=fact, of_id=of)


@st.composite
def notes(draw: st.DrawFn) -> tuple[int, list[Step], list[Deposit]]:
    """What a careless team tries: whatever the rule lets through, now and then taken back."""
    asked = draw(st.sampled_from((0, 5_000, 20_000)))
    noted: list[Step] = []
    seen = [deposit_of(asked, noted)]
    for number in range(draw(st.integers(0, 12))):
        deposit = seen[-1]
        kind = draw(st.sampled_from(StepKind))
        cents = draw(st.integers(-10, 25_000))
        if kind is StepKind.UNDONE:
            if deposit.steps:
                noted.append(step(number, kind, of=deposit.steps[-1].id))
        else:
            said = Note(kind=kind, cents=cents, how=How.TRANSFER, words="Glas", seen=len(noted))
            if check_note(deposit, said) is None:
                noted.append(step(number, kind, cents))
        seen.append(deposit_of(asked, noted))
    return asked, noted, seen


@given(notes(), st.randoms(use_true_random=False))
def test_no_more_is_given_back_than_was_received_and_no_more_received_than_asked(
    drawn: tuple[int, list[Step], list[Deposit]], chance: random.Random
) -> None:
    asked, noted, seen = drawn
    for deposit in seen:
        assert 0 <= deposit.held_cents <= deposit.sum_of(StepKind.RECEIVED) <= asked
        assert deposit.missing_cents == asked - deposit.sum_of(StepKind.RECEIVED)
        assert (deposit.stage is DepositStage.HELD) == (deposit.held_cents > 0)
    assert deposit_of(asked, chance.sample(noted, len(noted))) == seen[-1]


def test_taking_the_latest_note_back_brings_back_what_was() -> None:
    one = step(1, StepKind.RECEIVED, 20_000)
    two = step(2, StepKind.RETURNED, 20_000)
    before, after = deposit_of(20_000, [one]), deposit_of(20_000, [one, two])
    assert (before.stage, after.stage) == (DepositStage.HELD, DepositStage.SETTLED)
    undone = deposit_of(20_000, [one, two, step(3, StepKind.UNDONE, of=two.id)])
    assert replace(undone, noted=before.noted) == before


def test_who_withholds_says_why_and_a_slip_has_its_number() -> None:
    held = deposit_of(20_000, [step(1, StepKind.RECEIVED, 20_000)])

    def code(**said: object) -> str:
        note = Note(**{"kind": StepKind.WITHHELD, "cents": 100, "seen": 1} | said)  # type: ignore[arg-type]
        wrong = check_note(held, note)
        return wrong.code if wrong else ""

    assert code() == "deposit.why"
    assert not code(words="Glas")
    assert code(words="Glas", cents=20_001) == "deposit.at_most"
    assert code(kind=StepKind.RETURNED) == "deposit.how"
    assert code(kind=StepKind.RETURNED, how=How.RECEIPT) == "deposit.number"
    assert not code(kind=StepKind.RETURNED, how=How.RECEIPT, number="4711")
    assert code(kind=StepKind.RECEIVED, how=How.TRANSFER) == "deposit.nothing_open"
