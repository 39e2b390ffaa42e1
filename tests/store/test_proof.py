"""A run is believed by its last signature: what that lets in, and what it must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.store import Column, Core, SignedChangeset, Verdict
from node.store.changeset import decode, sign
from node.store.doctor import examine
from node.store.law import MAX_VERSION_JUMP
from node.store.proof import TRIES
from tests.store.test_core import (
    add_note,
    all_changesets,
    dump,
    members,
    open_core,
    tampered,
)

A, S = Verdict.APPLIED, Verdict.STOPPED


@pytest.fixture
def pair(tmp_path: Path) -> Any:
    writer, taker = open_core(tmp_path, "writer"), open_core(tmp_path, "taker")
    for number in range(5):
        writer.write(add_note(f"n{number}"))
    yield writer, taker
    writer.close()
    taker.close()


def unsigned(signed: SignedChangeset) -> SignedChangeset:
    return SignedChangeset(signed.body, bytes(64))


def texts(core: Core) -> set[str]:
    return {row[1] for row in dump(core, "note")}


def test_the_last_signature_vouches_for_the_whole_run(pair: Any) -> None:
    writer, taker = pair
    *before, last = all_changesets(writer)
    report = taker.receive([*map(unsigned, before), last], members(writer))
    assert report.verdicts == [A] * 5
    assert taker.heads() == writer.heads()
    assert examine(taker, members(writer)) == []


def test_nothing_of_a_run_counts_without_a_true_signature(pair: Any) -> None:
    writer, taker = pair
    run = all_changesets(writer)
    report = taker.receive([unsigned(signed) for signed in run], members(writer))
    assert report.verdicts == [S] * 5
    assert "signature" in next(iter(report.reasons.values()))
    assert (dump(taker, "note"), taker.heads(), taker.quarantined()) == ([], {}, [])
    assert taker.receive(run, members(writer)).verdicts == [A] * 5


def test_a_false_last_signature_costs_only_what_it_should_prove(pair: Any) -> None:
    writer, taker = pair
    run = all_changesets(writer)
    for last in (unsigned(run[4]), sign(decode(run[4]), taker.identity.key)):
        report = taker.receive([*run[:4], last], members(writer))
        assert report.verdicts[-1] == S
        assert texts(taker) == {"n0", "n1", "n2", "n3"}
    assert taker.receive([run[4]], members(writer)).verdicts == [A]


def test_a_changed_body_breaks_the_run_where_it_is(pair: Any) -> None:
    writer, taker = pair
    run = all_changesets(writer)
    other = msgspec.structs.replace(decode(run[2]), at_ms=1)
    forged = SignedChangeset(msgspec.msgpack.encode(other), run[2].signature)
    report = taker.receive([*run[:2], forged, *run[3:]], members(writer))
    # What follows is truly signed, but has nothing here to follow.
    assert report.verdicts == [A, A, S, Verdict.GAP, Verdict.GAP]
    assert texts(taker) == {"n0", "n1"}
    assert taker.receive(run[2:], members(writer)).applied == 3


def test_a_flood_of_false_signatures_is_not_looked_through(pair: Any) -> None:
    writer, taker = pair
    for number in range(TRIES):
        writer.write(add_note(f"m{number}"))
    run = all_changesets(writer)
    told = [*run[:5], *map(unsigned, run[5:])]
    assert taker.receive(told, members(writer)).applied == 0
    assert taker.receive(told[:-1], members(writer)).applied == 5


@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(65), bytes(100_000)])
def test_a_signature_of_another_size_is_none(pair: Any, signature: bytes) -> None:
    writer, taker = pair
    first, second, *_ = all_changesets(writer)
    report = taker.receive([SignedChangeset(first.body, signature), second], members(writer))
    assert report.verdicts == [S, Verdict.GAP]
    assert taker.heads() == {}


def test_what_breaks_a_law_within_a_run_stops_it_there(pair: Any) -> None:
    writer, taker = pair
    run = all_changesets(writer)
    bad = tampered(writer, run[2], tables=[])
    after = tampered(writer, run[3], previous=bad.hash)
    report = taker.receive([*map(unsigned, run[:2]), unsigned(bad), after], members(writer))
    assert report.verdicts == [A, A, Verdict.QUARANTINED, S]
    assert [found.n for found in taker.quarantined()] == [3]
    assert next(iter(taker.heads().values())).n == 2


def test_a_jump_is_measured_from_what_the_same_batch_brought(pair: Any) -> None:
    """However a history is cut into batches, the same of it is taken."""
    writer, taker = pair
    first, second, *_ = all_changesets(writer)
    row = decode(first).tables[0].rows[0]

    def edited(before: SignedChangeset, n: int, version: int) -> SignedChangeset:
        change = msgspec.structs.replace(row, cells=[("count", version, n)])
        table = msgspec.structs.replace(decode(first).tables[0], rows=[change])
        return tampered(writer, second, n=n, previous=before.hash, tables=[table])

    high = edited(first, 2, MAX_VERSION_JUMP)
    higher = edited(high, 3, 2 * MAX_VERSION_JUMP)
    assert taker.receive([first, high, higher], members(writer)).verdicts == [A, A, A]
    too_high = edited(higher, 4, 3 * MAX_VERSION_JUMP + 1)
    report = taker.receive([too_high], members(writer))
    assert report.verdicts == [Verdict.QUARANTINED]


def test_the_doctor_wants_the_last_signature_of_a_chain(pair: Any) -> None:
    writer, taker = pair
    taker.receive(all_changesets(writer), members(writer))
    taker._connection.execute("update journal set signature = zeroblob(64) where n = 2")
    assert examine(taker, members(writer)) == []
    taker._connection.execute("update journal set signature = zeroblob(64) where n >= 4")
    (finding,) = examine(taker, members(writer))
    assert "Unterschrift von Nummer 4" in finding.said


def test_one_refused_by_the_database_takes_no_other_along(pair: Any, tmp_path: Path) -> None:
    writer, taker = pair
    run = all_changesets(writer)
    row = decode(run[3]).tables[0].rows[0]
    # A row that is there without its key: nothing that the store does leaves it so.
    taker._connection.execute("select crsql_internal_sync_bit(1)")
    taker._connection.execute("insert into note (id, text) values (?, 'hier')", (row.key[3:],))
    taker._connection.execute("select crsql_internal_sync_bit(0)")
    report = taker.receive(run, members(writer))
    assert report.verdicts == [A, A, A, S, Verdict.GAP]
    assert "the database refused" in report.reasons[(b"", "")]
    assert texts(taker) == {"n0", "n1", "n2", "hier"}
    taker.write(add_note("lokal"))
    assert taker.heads()[(taker.site_id, "house")].n == 1


COLUMNS = (
    Column("a", "text", nullable=True, max_bytes=8),
    Column("b", "text", default="", max_bytes=3),
    Column("c", "integer", default=0, low=-2, high=2),
    Column("d", "integer", nullable=True),
    Column("e", "real", nullable=True),
    Column("f", "real", default=0.0),
    Column("g", "blob", nullable=True, max_bytes=3),
    Column("h", "blob", default=b""),
)
anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.binary(max_size=4),
)


@given(st.sampled_from(COLUMNS), st.lists(anything, max_size=6))
def test_a_whole_column_is_accepted_as_its_cells_are(column: Column, values: list[Any]) -> None:
    assert column.accepts_all(values) == all(map(column.accepts, values))
