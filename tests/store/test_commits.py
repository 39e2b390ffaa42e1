"""What is kept of the database is true: the tables of a read, commits noted, values shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.refusals import Refusal
from node.store import Core, Read, Store
from node.store.commits import Basis, Commits
from node.store.kept import KEPT_MAX
from node.store.reading import ReadCore
from node.store.statements import UnclearStatementError, written_table
from tests.store.test_core import CLOCK, REGISTRY, add_note, all_changesets, members, open_core


@dataclass
class House:
    """A store with two readers that keep together, without threads, and a neighbour's."""

    core: Core
    neighbour: Core
    readers: list[ReadCore]

    @property
    def commits(self) -> Commits:
        return self.core.values.kept.commits

    def basis(self, fn: Callable[[Read], Any]) -> Basis:
        found = Basis()
        self.readers[0].read(fn, found)
        return found

    def merge(self) -> None:
        self.core.receive(all_changesets(self.neighbour), members(self.core, self.neighbour))

    def close(self) -> None:
        for opened in (*self.readers, self.core, self.neighbour):
            opened.close()


def open_house(folder: Path) -> House:
    core = open_core(folder)
    readers = [
        ReadCore(
            core.path, core.values.kept, site_id=core.site_id, quarter=core.quarter, clock=CLOCK
        )
        for _ in range(2)
    ]
    return House(core, open_core(folder, "neighbour"), readers)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(tmp_path)
    yield opened
    opened.close()


def count_notes(read: Read) -> int:
    found: int = read.value("select count(*) from note")
    return found


def see(times: int) -> Callable[[Any], object]:
    return lambda write: write.execute(
        "insert into seen (id, times) values (x'01', :times)"
        " on conflict (id) do update set times = :times",
        times=times,
    )


def test_a_read_tells_every_table_that_it_asked(house: House) -> None:
    def look(read: Read) -> None:
        read.rows("select text from note where id = :id", id=b"")
        read.row("select 1 from plan where exists (select 1 from seen where times > :n)", n=1)
        read.value("with few as (select * from plan) select count(*) from few")

    assert house.basis(look).tables == {"note", "plan", "seen"}


def test_a_basis_holds_until_one_of_its_tables_is_committed_to(house: House) -> None:
    basis = house.basis(count_notes)
    assert basis.holds(house.commits)
    house.core.write(see(1))
    assert basis.holds(house.commits)
    house.core.write(add_note("hello"))
    assert not basis.holds(house.commits)
    assert house.basis(count_notes).holds(house.commits)


def test_a_commit_to_a_local_table_is_noted_too(house: House) -> None:
    basis = house.basis(lambda read: read.value("select times from seen"))
    house.core.write(see(1))
    assert not basis.holds(house.commits)


def test_a_merge_is_noted_like_a_write_of_ones_own(house: House) -> None:
    basis = house.basis(count_notes)
    house.neighbour.write(add_note("from next door"))
    assert basis.holds(house.commits)
    house.merge()
    assert not basis.holds(house.commits)


def test_what_the_rooms_write_after_a_merge_is_noted(house: House) -> None:
    basis = house.basis(lambda read: read.value("select times from seen"))
    house.core.after_merge = lambda write, _: see(7)(write)
    house.neighbour.write(add_note("from next door"))
    house.merge()
    assert not basis.holds(house.commits)


def test_a_refused_and_a_failed_write_change_nothing(house: House) -> None:
    def refused(write: Any) -> Refusal:
        add_note("no")(write)
        return Refusal("test.no", "Nein.")

    def failed(write: Any) -> None:
        add_note("no")(write)
        raise KeyError("no")

    basis = house.basis(count_notes)
    house.core.write(refused)
    with pytest.raises(KeyError):
        house.core.write(failed)
    assert basis.holds(house.commits)


def test_tables_that_are_written_past_the_write_door_are_never_relied_on(house: House) -> None:
    assert not house.basis(lambda read: read.value("select count(*) from meta")).holds(
        house.commits
    )
    assert not house.basis(lambda read: read.value("select count(*) from note__crsql_clock")).holds(
        house.commits
    )


def test_a_basis_means_nothing_to_another_store(house: House) -> None:
    assert not house.basis(count_notes).holds(house.neighbour.values.kept.commits)


def test_a_basis_of_several_reads_is_as_old_as_the_oldest(house: House) -> None:
    basis = house.basis(count_notes)
    house.core.write(add_note("between"))
    house.readers[1].read(lambda read: read.value("select count(*) from plan"), basis)
    assert not basis.holds(house.commits)


def test_a_read_that_fails_leaves_its_tables_in_the_basis(house: House) -> None:
    def look(read: Read) -> None:
        count_notes(read)
        raise KeyError("not there")

    basis = Basis()
    with pytest.raises(KeyError):
        house.readers[0].read(look, basis)
    assert basis.tables == {"note"}


def test_where_a_statement_writes_is_read_from_its_beginning() -> None:
    assert written_table("insert into note (id) values (:id)") == "note"
    assert written_table('INSERT OR IGNORE INTO "note" values (1)') == "note"
    assert written_table("update note set text = ''") == "note"
    assert written_table("delete from note where id = :id returning text") == "note"
    assert written_table("select 'delete from note', replace(text, 'a', 'b') from note") is None
    assert written_table("with few as (select 1) select * from few") is None
    with pytest.raises(UnclearStatementError):
        written_table("with few as (select 1) delete from note where id in few")


def test_a_write_whose_statement_hides_its_table_is_not_committed(house: House) -> None:
    house.core.write(add_note("stays"))
    with pytest.raises(UnclearStatementError):
        house.core.write(
            lambda write: write.execute("with one as (select 1) delete from note where 1 in one")
        )
    assert house.core.read(count_notes) == 1


# Kept values


def kept_notes(asked: list[int]) -> Callable[[Read], int]:
    def find(read: Read) -> int:
        asked.append(1)
        return count_notes(read)

    return lambda read: read.kept("notes", find)


def test_a_kept_value_is_found_once_and_anew_after_a_commit_to_its_tables(house: House) -> None:
    asked: list[int] = []
    look = kept_notes(asked)
    assert [reader.read(look) for reader in house.readers] == [0, 0]
    house.core.write(see(3))
    assert house.readers[0].read(look) == 0
    assert len(asked) == 1
    house.core.write(add_note("new"))
    assert [reader.read(look) for reader in house.readers] == [1, 1]
    assert len(asked) == 2


def test_a_read_rests_on_the_tables_of_the_kept_values_that_it_was_given(house: House) -> None:
    look = kept_notes([])
    assert house.basis(look).tables == house.basis(look).tables == {"note"}


def test_a_kept_value_rests_on_the_kept_values_within_it(house: House) -> None:
    inner = kept_notes([])
    outer = lambda read: read.kept("outer", lambda apart: inner(apart) + 1)  # noqa: E731
    assert house.readers[0].read(outer) == 1
    house.core.write(add_note("new"))
    assert house.readers[0].read(outer) == 2


def test_a_write_is_given_what_readers_kept_and_keeps_for_them(house: House) -> None:
    asked: list[int] = []
    look = kept_notes(asked)
    assert house.core.write(look) == 0
    assert house.readers[0].read(look) == house.core.write(look) == 0
    assert len(asked) == 1
    house.core.write(add_note("new"))
    assert house.readers[0].read(look) == house.core.write(look) == 1
    assert len(asked) == 2


@pytest.mark.parametrize("refused", [False, True])
def test_what_a_write_wrote_itself_is_neither_hidden_nor_kept_before_it_is_committed(
    house: House, refused: bool
) -> None:
    look = kept_notes([])
    assert house.readers[0].read(look) == 0
    seen: list[int] = []

    def write_and_look(write: Any) -> Refusal | None:
        seen.append(look(write))
        add_note("not committed yet")(write)
        seen.append(look(write))
        return Refusal("no", "Nein.") if refused else None

    house.core.write(write_and_look)
    assert seen == [0, 1]
    left = 0 if refused else 1
    assert house.readers[0].read(look) == house.core.write(look) == left


def test_a_view_is_sharednothing_newer_than_itself(house: House) -> None:
    """A view opened before a commit must not mix with what another one kept after it."""
    look = kept_notes([])

    def slowly(read: Read) -> tuple[int, int]:
        before = count_notes(read)
        house.core.write(add_note("meanwhile"))
        assert house.readers[1].read(look) == 1
        return before, look(read)

    assert house.readers[0].read(slowly) == (0, 0)
    assert house.readers[0].read(look) == 1


def test_a_view_opened_by_a_kept_value_is_not_newer_than_that(house: House) -> None:
    look = kept_notes([])
    assert house.readers[1].read(look) == 0

    def slowly(read: Read) -> tuple[int, int]:
        kept = look(read)
        house.core.write(add_note("meanwhile"))
        return kept, count_notes(read)

    assert house.readers[0].read(slowly) == (0, 0)


def test_nothing_is_kept_of_a_commit_that_is_not_noted_yet(house: House) -> None:
    look = kept_notes([])
    with house.commits.commit({"note"}):
        assert house.readers[0].read(look) == 0
    house.core.write(see(1))
    asked: list[int] = []
    assert house.readers[0].read(kept_notes(asked)) == 0
    assert asked


def test_what_is_kept_is_bounded(house: House) -> None:
    for number in range(KEPT_MAX + 3):
        house.readers[0].read(lambda read, n=number: read.kept(n, count_notes))
    asked: list[int] = []

    def find(read: Read) -> int:
        asked.append(count_notes(read))
        return asked[-1]

    house.readers[0].read(lambda read: read.kept(KEPT_MAX, find))
    assert not asked
    house.readers[0].read(lambda read: read.kept(0, find))
    assert asked


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("note"), st.integers(0, 3)),
        st.tuples(st.just("seen"), st.integers(0, 3)),
        st.tuples(st.just("merge"), st.integers(0, 3)),
        st.tuples(st.just("write and look"), st.integers(0, 3)),
        st.tuples(st.just("look"), st.integers(0, 1)),
        st.tuples(st.just("look within"), st.integers(0, 1)),
    ),
    max_size=14,
)


@given(steps=STEPS)
def test_what_is_kept_is_what_would_be_found(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    house = open_house(tmp_path_factory.mktemp("kept"))
    try:
        bases: list[tuple[Basis, Any]] = []
        for what, number in steps:
            if what == "note":
                house.core.write(add_note(f"note {number}", number))
            elif what == "seen":
                house.core.write(see(number))
            elif what == "merge":
                house.neighbour.write(add_note(f"theirs {number}", number))
                house.merge()
            elif what == "write and look":
                house.core.write(partial(write_and_look_around, number))
            else:
                reader, basis = house.readers[number], Basis()
                value = reader.read(kept, basis)
                bases.append((basis, value))
                assert value == reader.read(found) == house.core.read(found)
                if what == "look within":
                    own, shared = reader.read(partial(look_around, house, number))
                    assert own == shared
            fresh = house.core.read(found)
            assert all(value == fresh for basis, value in bases if basis.holds(house.commits))
    finally:
        house.close()


def found(read: Read) -> tuple[Any, ...]:
    notes = read.rows("select text, count from note order by id")
    return tuple(map(tuple, notes)), read.value("select times from seen")


def kept(read: Read) -> tuple[Any, ...]:
    return read.kept("all", found)


def write_and_look_around(number: int, write: Any) -> Refusal | None:
    """Look before and after writing, and let every second write come to nothing."""
    assert kept(write) == found(write)
    add_note(f"within {number}", number)(write)
    assert kept(write) == found(write)
    return Refusal("no", "Nein.") if number % 2 else None


def look_around(house: House, number: int, read: Read) -> tuple[Any, Any]:
    """Look, be overtaken by a commit that the other reader keeps the fruits of, look at those."""
    own = found(read)
    house.core.write(add_note("meanwhile"))
    house.readers[1 - number].read(kept)
    return own, kept(read)


@pytest.mark.asyncio
async def test_a_store_keeps_over_its_threads_and_tells_what_a_read_rests_on(
    tmp_path: Path,
) -> None:
    store = await Store.open(tmp_path / "a.db", REGISTRY, clock=CLOCK)
    try:
        asked: list[int] = []
        look, basis = kept_notes(asked), Basis()
        assert await store.read(look, basis=basis) == await store.read(look) == 0
        assert basis.holds(store.commits)
        await store.write(add_note("hello"))
        assert not basis.holds(store.commits)
        assert await store.read(look) == 1
        assert len(asked) == 2
    finally:
        await store.close()
