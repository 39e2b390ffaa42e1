"""Two protocols follow from what was said alone, in whatever order it comes."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from node.quarter.files import HandoverKind, HandoverRow
from node.quarter.model import LocalText
from node.spaces import HandOver, Space, Status
from node.spaces.hand_over import (
    ANSWERS,
    Phase,
    Protocol,
    Said,
    SaidFact,
    SaidKind,
    differences_of,
    expected,
    protocol_of,
)
from node.spaces.model import Line, PassageFact
from node.spaces.terms import FREE
from node.web.hand_overs import read_reading
from tests.spaces.conftest import utc
from tests.spaces.test_guests import apartment
from tests.spaces.test_stay_book import BERLIN, with_bill

assert apartment

BEGIN = utc(20, 8)
ROWS = tuple(
    HandoverRow(key=str(kind), kind=kind, name=LocalText(str(kind), ""), count=4)
    for kind in HandoverKind
)


@st.composite
def histories(draw: st.DrawFn) -> list[Said]:
    """Anything that may have been said of one reservation, at any node and time."""
    found: list[Said] = []
    for number in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from(SaidKind))
        row = draw(st.sampled_from(ROWS)) if kind in ANSWERS else None
        fact = SaidFact(
            at=BEGIN + timedelta(minutes=draw(st.integers(0, 30))),
            phase=draw(st.sampled_from(Phase)),
            row=row,
            number=draw(st.one_of(st.none(), st.integers(0, 6))) if row else None,
        )
        of_id = draw(st.sampled_from(found)).id if found and kind is SaidKind.SETTLED else b""
        words = draw(st.sampled_from(("", "kaputt", "fleckig")))
        id_ = number.to_bytes(16, "big")
        found.append(
            Said(id=id_, reservation_id=b"R", kind=kind, fact=fact, of_id=of_id, words=words)
        )
    return found


@given(histories(), st.randoms(use_true_random=False))
def test_in_whatever_order_facts_come_they_come_to_the_same(
    said: list[Said], chance: random.Random
) -> None:
    mixed = chance.sample(said, len(said))
    for phase in Phase:
        protocol = protocol_of(said, phase)
        assert protocol_of(mixed, phase) == protocol
        if protocol.signed is not None:
            last = protocol.signed.fact.at
            assert all(each.fact.at <= last for each in protocol.answers.values())
            assert not protocol.unanswered(ROWS), "what is signed is about what was answered"
    assert differences_of(mixed) == differences_of(said)


@given(histories())
def test_a_difference_stands_in_a_signed_protocol_and_is_told_once(said: list[Said]) -> None:
    protocols = {phase: protocol_of(said, phase) for phase in Phase}
    found = differences_of(said)
    ids = [each.answer.id for each in found]
    assert len(set(ids)) == len(ids)
    for each in found:
        protocol = protocols[each.answer.fact.phase]
        assert protocol.signed is not None
        assert each.answer in protocol.answers.values()
        assert each.answer.kind is SaidKind.DIFFERS
        if each.before is not None:
            assert each.answer.fact.phase is Phase.OUT
    told = set(ids)
    for phase, protocol in protocols.items():
        for answer in protocol.answers.values():
            if protocol.signed and answer.kind is SaidKind.DIFFERS and answer.id not in told:
                assert phase is Phase.OUT, "only what was so before goes without saying"


@given(histories())
def test_who_leaves_answers_for_no_more_than_was_there(said: list[Said]) -> None:
    arrival = protocol_of(said, Phase.IN)
    for row in ROWS:
        should = expected(row, arrival)
        if row.kind in {HandoverKind.COUNT, HandoverKind.KEY}:
            assert should is not None
            assert should <= row.count
            assert expected(row, Protocol(Phase.IN)) == row.count
        else:
            assert should is None


def test_what_was_broken_before_is_not_told_again() -> None:
    def say(number: int, kind: SaidKind, phase: Phase, words: str = "") -> Said:
        row = ROWS[3] if kind in ANSWERS else None
        fact = SaidFact(at=BEGIN + timedelta(minutes=number), phase=phase, row=row)
        id_ = number.to_bytes(16, "big")
        return Said(id=id_, reservation_id=b"R", kind=kind, fact=fact, words=words)

    came = [say(1, SaidKind.DIFFERS, Phase.IN, "Kratzer"), say(2, SaidKind.SIGNED, Phase.IN)]
    left = [say(3, SaidKind.DIFFERS, Phase.OUT, "Kratzer"), say(4, SaidKind.SIGNED, Phase.OUT)]
    assert [each.answer.id for each in differences_of([*came, *left])] == [came[0].id]
    worse = replace(left[0], words="Kratzer und ein Loch")
    found = differences_of([*came, worse, left[1]])
    assert [(each.answer.id, each.before) for each in found] == [
        (came[0].id, None),
        (worse.id, came[0]),
    ]
    settled = replace(say(5, SaidKind.SETTLED, Phase.OUT), of_id=worse.id)
    assert [each.settled for each in differences_of([*came, worse, left[1], settled])] == [
        None,
        settled,
    ]


def test_a_meter_is_read_as_people_write_it() -> None:
    assert read_reading("1234") == 1_234_000
    assert read_reading("1.234,5") == 1_234_500
    assert read_reading("1234.5") == read_reading("1234,5") == read_reading("1 234,50") == 1_234_500
    for wrong in ("", "x", "-1", "1,2345", "1,2,3", "²", "1e9", "9" * 40):
        assert read_reading(wrong) is None, wrong


def test_the_list_of_leaving_is_asked_for_on_its_day_or_by_who_leaves_sooner(
    apartment: Space,
) -> None:
    space = replace(apartment, row=replace(apartment.row, handover=ROWS))
    stay = replace(with_bill(FREE, 3, 2), check_in=PassageFact(utc(14, 15, month=12)))
    line = Line(stay, space, Status.CHECKED_IN)
    found = HandOver(line, Protocol(Phase.IN), Protocol(Phase.OUT), ())

    def due(over: HandOver, day: int, hour: int) -> list[Phase]:
        now = utc(day, hour, month=12)
        return [phase for phase in Phase if over.is_due(phase, now=now, zone=BERLIN)]

    assert due(found, 14, 16) == [Phase.IN]
    assert due(found, 16, 22) == [Phase.IN]
    assert due(found, 16, 23) == [Phase.IN, Phase.OUT], "midnight in the quarter"
    fact = SaidFact(at=utc(15, 8, month=12), phase=Phase.OUT, row=ROWS[0])
    said = Said(id=b"a" * 16, reservation_id=stay.id, kind=SaidKind.FITS, fact=fact)
    begun = replace(found, departure=Protocol(Phase.OUT, {ROWS[0].key: said}))
    assert due(begun, 15, 8) == [Phase.IN, Phase.OUT]
    left = replace(stay, check_out=PassageFact(utc(15, 8, month=12)))
    gone = replace(found, line=Line(left, space, Status.CHECKED_OUT))
    assert due(gone, 15, 9) == [Phase.OUT]
