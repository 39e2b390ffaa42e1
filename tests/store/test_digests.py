"""Two files are compared by checksums, and rows that nobody signed so are put right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.store import Core
from node.store.connection import close_writer, open_writer
from node.store.digests import RANGES, Digests, take_digests, unpack_ranges
from node.store.doctor import examine
from node.store.mending import find_faults, mend
from node.store.pruning import prune_piece
from tests.store.test_core import REGISTRY, add_note, all_changesets, dump, members, open_core
from tests.store.test_doctor import with_history

SCOPES = frozenset({"house", "quarter"})


def digests(core: Core) -> Digests:
    return take_digests(core.path, REGISTRY, SCOPES)


def differing(a: Core, b: Core, table: str = "note") -> set[int]:
    here, there = digests(a), digests(b)
    assert here.applied == there.applied
    pairs = zip(here.tables[table], unpack_ranges(there.packed(table)), strict=True)
    return {at for at, (one, other) in enumerate(pairs) if one != other}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Core, Core]]:
    a, b = with_history(tmp_path)
    yield a, b
    a.close()
    b.close()


def spoil(core: Core, *statements: str) -> None:
    """Past the store, as a bad card or a curious hand does it."""
    connection = open_writer(core.path)
    connection.execute("select crsql_internal_sync_bit(1)")
    for statement in statements:
        assert connection.execute(statement).rowcount > 0
    close_writer(connection)


def test_equal_histories_have_equal_checksums_whatever_the_order(pair: tuple[Core, Core]) -> None:
    a, b = pair
    here, there = digests(a), digests(b)
    assert here.tables == there.tables
    assert here.of_table("note") != here.of_table("plan")
    a.write(add_note("mehr"))
    assert digests(a).applied != here.applied
    assert digests(a).of_table("note") != here.of_table("note")


@pytest.mark.parametrize(
    "statement",
    [
        "update note set text = 'gefälscht' where text = 'a3'",
        "update note set count = 7 where text = 'neu'",
        "delete from note where text = 'a1'",
        "delete from note__crsql_clock where key = 3",
        "update note__crsql_clock set col_version = 1 where col_version > 1 and col_name = 'text'",
        "delete from note__crsql_clock where col_name = '-1'",
        "insert into note (id, text, count) values (x'00112233', 'von Hand', 5)",
    ],
)
def test_one_cell_that_was_changed_past_the_store_is_found_and_put_right(
    pair: tuple[Core, Core], statement: str
) -> None:
    a, b = pair
    rows = sorted(dump(b, "note"))
    spoil(a, statement)
    ranges = differing(a, b)
    assert 1 <= len(ranges) <= 2
    assert find_faults(b.path, REGISTRY, "note", ranges) == []
    faults = find_faults(a.path, REGISTRY, "note", ranges)
    assert len(faults) == 1
    assert mend(a, "note", faults) == 1
    assert differing(a, b) == set()
    assert sorted(dump(a, "note")) == rows
    assert examine(a, members(a, b)) == []
    a.write(add_note("danach"))
    b.receive(all_changesets(a), members(a, b))
    assert sorted(dump(a, "note")) == sorted(dump(b, "note"))
    with_fresh_eyes = open_core(a.path.parent)
    assert examine(with_fresh_eyes) == []
    with_fresh_eyes.close()


def test_what_was_dropped_from_the_journal_is_not_guessed(pair: tuple[Core, Core]) -> None:
    a, b = pair
    while prune_piece(a, dict.fromkeys(a.heads(), 10**9)):
        pass
    spoil(a, "update note set text = 'gefälscht' where text = 'a3'")
    ranges = differing(a, b)
    assert find_faults(a.path, REGISTRY, "note", ranges) == []
    assert len(ranges) == 1


def test_rooms_follow_what_was_put_right(pair: tuple[Core, Core]) -> None:
    a, _ = pair
    rebuilt: list[str] = []
    a.rebuild = lambda _: rebuilt.append("anew")
    spoil(a, "update note set text = 'gefälscht' where text = 'a3'")
    mend(a, "note", find_faults(a.path, REGISTRY, "note", set(range(RANGES))))
    assert rebuilt == ["anew"]


def test_a_person_who_wrote_meanwhile_is_not_overwritten(pair: tuple[Core, Core]) -> None:
    a, _ = pair
    spoil(a, "update note set text = 'gefälscht' where text = 'a3'")
    faults = find_faults(a.path, REGISTRY, "note", set(range(RANGES)))
    a.write(lambda write: write.execute("update note set text = 'neuer' where text = 'gefälscht'"))
    assert mend(a, "note", faults) == 0
    assert "neuer" in {row[1] for row in dump(a, "note")}


def test_no_rubbish_is_taken_for_ranges() -> None:
    for rubbish in (b"", b"x", bytes(RANGES * 8 + 1)):
        with pytest.raises(ValueError, match="ranges"):
            unpack_ranges(rubbish)
