"""What was read before its turn is taken as if intake had read it, and only where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from node.store import Core, Opened, Registry, SignedChangeset, Store, Verdict, read_offered
from node.store import intake as intakes
from node.store.changeset import withheld
from node.store.foreseen import NOTHING, Foreseen, foresee
from tests.store.test_core import (
    CLOCK,
    FOUNDING,
    add_note,
    all_changesets,
    dump,
    hostile,
    members,
    open_core,
)


def foreseen_of(core: Core, batch: Sequence[SignedChangeset | Opened]) -> Foreseen:
    return foresee(batch, core.registry, members(core), piece_bytes=10**6)


def read(batch: Sequence[SignedChangeset]) -> list[Opened]:
    return [each for each in map(read_offered, batch) if isinstance(each, Opened)]


@pytest.mark.asyncio
async def test_intake_reads_no_row_again_that_was_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = open_core(tmp_path, "a")
    for number in range(50):
        a.write(add_note(f"note {number} " + "x" * 5000))
    batch, who = read(all_changesets(a)), members(a)
    store = await Store.open(
        tmp_path / "b.db", Registry(1, a.registry.tables.values()), clock=CLOCK, founding=FOUNDING
    )
    await store.foresee(batch, who)
    with monkeypatch.context() as patched:
        patched.setattr(intakes, "read_rows", lambda *_, **__: 1 / 0)
        assert (await store.receive(batch[:], who)).applied == 50
    assert dump(store.core, "note") == dump(a, "note")
    a.write(add_note("later"))
    later = all_changesets(a)[50:]
    await store.foresee(batch, who)
    assert (await store.receive(later, who)).applied == 1
    assert dump(store.core, "note") == dump(a, "note")
    await store.close()
    a.close()


def test_runs_after_the_first_find_their_places(tmp_path: Path) -> None:
    a, c, b = (open_core(tmp_path, name) for name in "acb")
    for core in (a, c):
        core.write(add_note("eins"))
        core.write(add_note("zwei"))
    batch, who = read([*all_changesets(a), *all_changesets(c)]), members(a, c)
    found = foresee(batch, a.registry, who, piece_bytes=10**6)
    assert len(found.runs) == 2
    assert b.receive_part(batch, who, found).applied == 4
    seqs = b.read(lambda read: read.rows("select seq from note__crsql_clock order by seq"))
    assert len({row[0] for row in seqs}) == len(seqs) == 8
    for core in (a, b, c):
        core.close()


def test_what_breaks_a_law_is_not_foreseen_and_its_origin_stopped(tmp_path: Path) -> None:
    a = open_core(tmp_path, "a")
    a.write(add_note("gut"))
    (good,) = all_changesets(a)
    for number, (name, bad) in enumerate(hostile(a, good).items()):
        b = open_core(tmp_path, f"b{number}")
        batch = [read_offered(bad)]
        report = b.receive_part(batch, members(a), foreseen_of(a, batch))
        assert Verdict.APPLIED not in report.verdicts, name
        assert dump(b, "note") == [], name
        b.close()
    a.close()


def test_what_is_withheld_is_not_taken_from_what_was_foreseen(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    a.write(add_note("weg"))
    (whole,) = read(all_changesets(a))
    found = foreseen_of(a, [whole])
    said = whole.changeset
    outside = (said.quarter, said.epoch, said.site, said.scope, said.n, said.previous)
    (left,) = read([withheld(outside, whole.hash, whole.signed.signature)])
    assert left.hash == whole.hash
    assert found.rows_of([whole], b.role, start=0)
    assert found.rows_of([left], b.role, start=0) is None
    assert foreseen_of(a, [left]).runs == {}
    for core in (a, b):
        core.close()


def test_nobody_is_foreseen_whom_the_roster_does_not_name(tmp_path: Path) -> None:
    a = open_core(tmp_path, "a")
    a.write(add_note("eins"))
    batch = read(all_changesets(a))
    assert foresee(batch, a.registry, {}, piece_bytes=10**6).runs == {}
    assert foresee([], a.registry, {}, piece_bytes=10**6) == NOTHING
    a.close()
