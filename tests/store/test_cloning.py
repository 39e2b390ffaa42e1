"""A card was copied: the copy goes on under a new key and keeps every row it wrote."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.store import Core, Verdict, Write
from node.store.changeset import decode, withheld
from node.store.cloning import leave_clone
from node.store.digests import take_digests
from node.store.doctor import examine
from node.store.identity import new_identity
from node.store.pruning import prune_piece
from tests.store.test_core import (
    REGISTRY,
    add_note,
    all_changesets,
    dump,
    members,
    open_core,
)
from tests.store.test_doctor import with_history

SCOPES = frozenset({"house", "quarter"})


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[tuple[Core, Core, Core]]:
    """A box, a neighbour, and a copy of the box's card."""
    a, b = with_history(tmp_path)
    a.close()
    shutil.copyfile(tmp_path / "a.db", tmp_path / "copy.db")
    a, copy = open_core(tmp_path, "a"), open_core(tmp_path, "copy")
    yield a, b, copy
    for core in (a, b, copy):
        core.close()


def plan(what: str) -> object:
    return lambda write: write.insert("plan", day=hash(what) % 10**6, place=what, what=what)


def edit(write: Write) -> None:
    write.execute("update note set text = 'von der Kopie' where text = 'a1'")
    write.execute("delete from note where text = 'b3'")


def test_the_copy_keeps_what_it_wrote_and_all_come_to_hold_the_same(
    trio: tuple[Core, Core, Core],
) -> None:
    a, b, copy = trio
    forks = {scope: head.n for (site, scope), head in a.heads().items() if site == a.site_id}
    for number in range(3):
        a.write(add_note(f"Urschrift {number}"))
        copy.write(add_note(f"Abschrift {number}"))
    copy.write(edit)
    copy.write(plan("Chor"))
    forks.setdefault("quarter", 0)
    b.receive(all_changesets(a), members(a, b))
    rows, old = sorted(dump(copy, "note")), copy.site_id
    assert leave_clone(copy, forks, new_identity()) == 3 + 1 + 1
    assert copy.site_id != old
    assert sorted(dump(copy, "note")) == rows
    who = members(a, b, copy)
    assert examine(copy, who) == []
    copy.write(add_note("danach"))
    everybody = (a, b, copy)
    for _ in range(2):
        for source in everybody:
            for sink in everybody:
                if source is not sink:
                    report = sink.receive(all_changesets(source), who)
                    assert not report.reasons, report.reasons
    first, *others = (take_digests(core.path, REGISTRY, SCOPES) for core in everybody)
    assert all(each.tables == first.tables for each in others)
    texts = {row[1] for row in dump(a, "note")}
    assert {"Urschrift 2", "Abschrift 2", "von der Kopie", "danach"} <= texts
    for core in everybody:
        assert examine(core, who) == []
        assert core.quarantined() == []


def test_a_copy_that_wrote_nothing_only_changes_its_key(trio: tuple[Core, Core, Core]) -> None:
    a, b, copy = trio
    forks = {scope: head.n for (site, scope), head in a.heads().items() if site == a.site_id}
    assert leave_clone(copy, forks, new_identity()) == 0
    assert copy.heads() == a.heads()
    assert examine(copy, members(a, b, copy)) == []


def test_what_was_withheld_meanwhile_is_not_said_again(trio: tuple[Core, Core, Core]) -> None:
    a, b, copy = trio
    forks = {scope: head.n for (site, scope), head in a.heads().items() if site == a.site_id}
    copy.write(add_note("eins"))
    copy.write(add_note("zwei"))
    n = forks["house"] + 1
    signed = copy.changesets((a.site_id, "house"), after=n - 1, max_bytes=1)[0]
    said = decode(signed)
    outside = (said.quarter, said.epoch, said.site, said.scope, said.n, said.previous)
    left = withheld(outside, signed.hash, signed.signature)
    copy._connection.execute(
        "update journal set body = ? where site = ? and scope = 'house' and n = ?",
        (left.body, a.site_id, n),
    )
    assert leave_clone(copy, forks, new_identity()) == 1
    assert all(decode(said).tables for said in all_changesets(copy))
    report = b.receive(all_changesets(copy), members(a, b, copy))
    assert report.applied == 1


def test_a_copy_starts_again_as_what_it_became(trio: tuple[Core, Core, Core]) -> None:
    a, _, copy = trio
    forks = {scope: head.n for (site, scope), head in a.heads().items() if site == a.site_id}
    copy.write(add_note("Abschrift"))
    fresh = new_identity()
    leave_clone(copy, forks, fresh)
    again = open_core(copy.path.parent, "copy")
    assert again.site_id == fresh.site_id
    again.write(add_note("danach"))
    assert again.heads()[fresh.site_id, "house"].n == 2
    again.close()


def test_where_the_histories_parted_before_what_is_held_nothing_changes(
    trio: tuple[Core, Core, Core],
) -> None:
    a, _, copy = trio
    forks = {scope: 2 for (site, scope) in a.heads() if site == a.site_id}
    while prune_piece(copy, dict.fromkeys(copy.heads(), 10**9)):
        pass
    rows, old = dump(copy, "note"), copy.site_id
    with pytest.raises(ValueError, match="parted"):
        leave_clone(copy, forks, new_identity())
    assert (dump(copy, "note"), copy.site_id) == (rows, old)


def test_a_copy_cannot_stop_the_chain_of_the_box_it_was_copied_from(
    trio: tuple[Core, Core, Core],
) -> None:
    a, b, copy = trio
    who = members(a, b)
    a.write(add_note("Urschrift"))
    copy.write(add_note("Abschrift 1"))
    copy.write(add_note("Abschrift 2"))
    b.receive(all_changesets(a), who)
    after = b.heads()[a.site_id, "house"].n
    second = copy.changesets((a.site_id, "house"), after=after, max_bytes=1)
    report = b.receive(second, who)
    assert report.verdicts == [Verdict.STOPPED]
    assert report.forked == {(a.site_id, "house")}
    assert b.quarantined() == []
    a.write(add_note("geht weiter"))
    b.receive(all_changesets(a), who)
    assert "geht weiter" in {row[1] for row in dump(b, "note")}
