"""What stopped a chain can be judged again or set aside with a reason; everything else goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.base.refusals import Refusal
from node.store import SignedChangeset, Verdict
from node.store.doctor import examine
from node.store.quarantine import list_set_aside, set_aside, try_again
from tests.store.test_core import add_note, all_changesets, dump, members, open_core, tampered


@pytest.fixture
def pair(tmp_path: Path) -> Any:
    """A writer of three notes, and a taker that the second of them stopped."""
    writer, taker = open_core(tmp_path, "writer"), open_core(tmp_path, "taker")
    for number in range(3):
        writer.write(add_note(f"n{number}"))
    yield writer, taker
    writer.close()
    taker.close()


def poisoned(writer: Any) -> list[SignedChangeset]:
    """The writer's chain with a second changeset that breaks a law, and a third that joins it."""
    first, second, third = all_changesets(writer)
    bad = tampered(writer, second, tables=[])
    return [first, bad, tampered(writer, third, previous=bad.hash)]


def test_set_aside_with_a_reason_the_chain_goes_on(pair: Any) -> None:
    writer, taker = pair
    chain = next(iter(writer.heads()))
    run = poisoned(writer)
    assert taker.receive(run, members(writer)).verdicts[1:] == [
        Verdict.QUARANTINED,
        Verdict.STOPPED,
    ]
    done = set_aside(taker, chain, reason=" doppelt gebucht ", by="Ole Petersen")
    assert not isinstance(done, Refusal)
    assert taker.quarantined() == []
    assert taker.heads()[chain].n == 2
    assert taker.receive(run[2:], members(writer)).verdicts == [Verdict.APPLIED]
    assert {row[1] for row in dump(taker, "note")} == {"n0", "n2"}
    [kept] = list_set_aside(taker)
    assert (kept.n, kept.reason, kept.by) == (2, "doppelt gebucht", "Ole Petersen")
    assert kept.law
    assert examine(taker, members(writer)) == []


def test_who_gets_the_chain_from_here_judges_for_itself(pair: Any, tmp_path: Path) -> None:
    writer, taker = pair
    chain = next(iter(writer.heads()))
    taker.receive(poisoned(writer), members(writer))
    set_aside(taker, chain, reason="darauf wird verzichtet", by="Ole Petersen")
    third = open_core(tmp_path, "third")
    given = taker.changesets(chain, after=0, max_bytes=10**6)
    assert third.receive(given, members(writer)).verdicts == [
        Verdict.APPLIED,
        Verdict.QUARANTINED,
    ]
    third.close()


def test_without_a_reason_nothing_is_set_aside(pair: Any) -> None:
    writer, taker = pair
    chain = next(iter(writer.heads()))
    taker.receive(poisoned(writer), members(writer))
    refused = set_aside(taker, chain, reason="  ", by="Ole Petersen")
    assert isinstance(refused, Refusal)
    assert refused.field == "reason"
    assert len(taker.quarantined()) == 1
    assert list_set_aside(taker) == []


def test_tried_again_a_cured_changeset_is_taken_and_a_bad_one_stops_again(pair: Any) -> None:
    writer, taker = pair
    chain = next(iter(writer.heads()))
    run = poisoned(writer)
    taker.receive(run, members(writer))
    report = try_again(taker, chain, members(writer))
    assert not isinstance(report, Refusal)
    assert report.verdicts == [Verdict.QUARANTINED]
    good = all_changesets(writer)[1]
    taker.write(lambda write: cure(write, good))
    again = try_again(taker, chain, members(writer))
    assert not isinstance(again, Refusal)
    assert again.verdicts == [Verdict.APPLIED]
    assert taker.quarantined() == []
    assert {row[1] for row in dump(taker, "note")} == {"n0", "n1"}


def cure(write: Any, good: SignedChangeset) -> None:
    """As if this release understood what an older one did not."""
    told = {"body": good.body, "signature": good.signature}
    write.execute("update quarantine set body = :body, signature = :signature", **told)


def test_two_histories_under_one_number_stop_nobody(pair: Any) -> None:
    """A copied card is cured by the copy itself; see test_cloning.py."""
    writer, taker = pair
    first, second, third = all_changesets(writer)
    other = tampered(writer, second, previous=b"\x07" * 32)
    report = taker.receive([first, other], members(writer))
    assert report.forked == set(writer.heads())
    assert taker.quarantined() == []
    assert taker.heads()[next(iter(writer.heads()))].n == 1
    assert third


def test_where_nothing_is_stopped_there_is_nothing_to_do(pair: Any) -> None:
    writer, taker = pair
    chain = next(iter(writer.heads()))
    for said in (
        try_again(taker, chain, members(writer)),
        set_aside(taker, chain, reason="egal", by="Ole Petersen"),
    ):
        assert isinstance(said, Refusal)
        assert said.code == "store.nothing_stopped"
