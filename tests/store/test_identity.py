"""A node that cannot know which of its numbers are in use goes on under a new identity."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.base.ids import new_id
from node.base.refusals import Refusal
from node.store import Core, Write
from node.store.connection import open_writer
from node.store.doctor import examine
from node.store.identity import new_identity, replace_identity
from tests.store.test_core import (
    CLOCK,
    FOUNDING,
    REGISTRY,
    add_note,
    all_changesets,
    dump,
    members,
    open_core,
)
from tests.store.test_doctor import with_history
from tests.store.test_snapshot import clocks, meet


def test_what_was_written_before_and_after_merges_fine(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    old_site, heads, who = a.site_id, a.heads(), members(a, b)
    old = a.take_new_identity()
    assert old.site_id == old_site
    assert a.site_id not in {old_site, b.site_id}
    assert a.heads() == heads
    who |= members(a)
    a.write(add_note("unter neuem Namen"))
    a.write(lambda write: write.execute("update note set text = 'neu gefasst' where text = 'a1'"))
    b.write(lambda write: write.execute("update note set text = 'b dazu' where text = 'a4'"))
    a.write(lambda write: write.execute("delete from note where text = 'a3'"))
    meet(a, b, who)
    meet(a, b, who)
    assert dump(a, "note") == dump(b, "note")
    assert clocks(a, "note") == clocks(b, "note")
    assert a.heads() == b.heads()
    assert a.heads()[(old_site, "house")] == heads[(old_site, "house")]
    assert a.heads()[(a.site_id, "house")].n == 3
    assert examine(a, who) == examine(b, who) == []
    a.close()
    a = open_core(tmp_path, "a")
    assert a.site_id not in {old_site, b.site_id}
    assert examine(a, who) == []
    a.close()
    b.close()


def test_it_writes_at_once_where_it_had_to_wait(tmp_path: Path) -> None:
    a = open_core(tmp_path)
    a.write(add_note("vorher"))
    a.note_restored()
    assert isinstance(a.write(add_note("zu früh")), Refusal)
    a.take_new_identity()
    assert a.write(add_note("jetzt")) is None
    a.close()
    a = open_core(tmp_path)
    assert not a.must_catch_up
    assert len(dump(a, "note")) == 2
    a.close()


def test_numbers_are_never_used_twice(tmp_path: Path) -> None:
    """The dead box wrote on after its backup; both its and the new one's changes count."""
    a, b = with_history(tmp_path)
    shutil.copy(a.path, tmp_path / "copy.db")
    shutil.copy(f"{a.path}-wal", tmp_path / "copy.db-wal")
    for number in range(3):
        a.write(add_note(f"nach der Sicherung {number}"))
    restored = open_core(tmp_path, "copy")
    restored.take_new_identity()
    restored.write(add_note("von der wiederhergestellten Box"))
    who = members(a, b, restored)
    for one, other in ((a, b), (b, restored), (a, restored)):
        meet(one, other, who)
    assert dump(a, "note") == dump(b, "note") == dump(restored, "note")
    assert len(dump(b, "note")) == 13
    assert not b.quarantined()
    for core in (a, b, restored):
        assert examine(core, who) == []
        core.close()


def test_a_change_that_is_not_committed_leaves_the_old_one(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    a.close()
    connection = open_writer(a.path)
    connection.execute("begin immediate")
    replace_identity(connection, new_identity())
    connection.execute("rollback")
    connection.execute("select crsql_finalize()")
    connection.close()
    again = open_core(tmp_path, "a")
    assert again.site_id == a.site_id
    assert examine(again, members(a, b)) == []
    again.close()
    b.close()


steps = st.lists(st.tuples(st.sampled_from("abn"), st.integers(0, 5)), max_size=14)


@settings(max_examples=25, deadline=None)
@given(steps)
def test_whatever_was_written_in_between(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int]]
) -> None:
    """Two write, one changes its identity (n) now and then: all agree, and nothing is lost."""
    folder = tmp_path_factory.mktemp("identities")
    cores = {
        name: Core.open(folder / f"{name}.db", REGISTRY, clock=CLOCK, founding=FOUNDING)
        for name in "ab"
    }
    who = members(*cores.values())
    ids = [bytes([number]) * 16 for number in range(6)]

    def edit(number: int, text: str) -> Any:
        def run(write: Write) -> None:
            key = ids[number]
            if not write.insert_new("note", id=key, text=text, count=0):
                write.execute("update note set text = :text where id = :id", text=text, id=key)

        return run

    for place, (what, number) in enumerate(history):
        if what == "n":
            cores["a"].take_new_identity()
            who |= members(cores["a"])
        else:
            cores[what].write(edit(number, f"{what}{place}"))
        if number == 0:
            meet(cores["a"], cores["b"], who)
    for _ in range(2):
        meet(cores["a"], cores["b"], who)
    a, b = cores["a"], cores["b"]
    assert dump(a, "note") == dump(b, "note")
    assert a.heads() == b.heads()
    assert examine(a, who) == examine(b, who) == []
    a.close()
    b.close()


def test_people_sign_in_where_a_restored_box_still_waits(tmp_path: Path) -> None:
    a = open_core(tmp_path)
    a.note_restored()
    assert a.write(lambda write: write.insert("seen", id=new_id(), times=1)) is None

    def both(write: Write) -> None:
        write.insert("seen", id=new_id(), times=2)
        write.insert("note", id=new_id(), text="das hörten andere")

    assert isinstance(a.write(both), Refusal)
    assert [row[1] for row in dump(a, "seen")] == [1]
    assert dump(a, "note") == []
    assert all_changesets(a) == []
    a.close()
