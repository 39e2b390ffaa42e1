"""A disk that takes no more: every write is refused in words, reading goes on, nothing breaks."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from node.base.refusals import Refusal, RefusedError
from node.store import Core, Store, Verdict
from node.store.connection import DatabaseError
from node.store.doctor import examine
from tests.small_disk import files_limited, small_disk
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

LONG = "x" * 3000


def refused(core: Core, text: str) -> Refusal:
    found = core.write(add_note(text))
    assert isinstance(found, Refusal)
    return found


def wal_of(core: Core) -> Path:
    return core.path.with_name(core.path.name + "-wal")


def is_sound(core: Core) -> bool:
    return examine(core, members(core)) == []


def test_below_the_spare_space_nothing_is_even_tried(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    core.write(add_note("vorher"))
    core.storage.spare_bytes = core.storage.free_bytes * 2
    tried: list[bool] = []
    found = core.write(lambda _: tried.append(True))
    assert isinstance(found, Refusal)
    assert (found.code, found.status) == ("store.full", 507)
    assert tried == []
    assert len(dump(core, "note")) == 1
    core.storage.spare_bytes = 0
    assert core.write(add_note("nachher")) is None
    assert is_sound(core)
    core.close()


def test_a_full_file_system_refuses_and_takes_again_when_it_is_freed(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", megabytes=6) as disk:
        core = Core.open(
            disk.folder / "a.db", REGISTRY, clock=CLOCK, founding=FOUNDING, spare_bytes=0
        )
        core.write(add_note("vorher"))
        disk.fill()
        for _ in range(3):
            assert refused(core, LONG * 20).code == "store.full"
        assert [row[1] for row in dump(core, "note")] == ["vorher"]
        disk.free()
        assert core.write(add_note("nachher")) is None
        assert len(dump(core, "note")) == 2
        assert is_sound(core)
        core.close()


def test_a_page_that_finds_no_place_within_a_statement_is_refused(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    core._connection.execute("pragma max_page_count = 1")
    assert refused(core, LONG * 20).code == "store.full"
    assert core.write(add_note("nachher")) is None
    assert is_sound(core)
    core.close()


def test_a_write_that_the_kernel_breaks_off_changes_nothing(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    core.write(add_note("vorher"))
    with files_limited(wal_of(core).stat().st_size + 2000):
        for _ in range(3):
            found = refused(core, LONG)
            assert (found.code, found.status) == ("store.unwritable", 503)
        assert len(dump(core, "note")) == 1
    assert core.write(add_note("nachher")) is None
    assert is_sound(core)
    core.close()
    again = open_core(tmp_path)
    assert [row[1] for row in dump(again, "note")].count("nachher") == 1
    assert is_sound(again)
    again.close()


def test_an_error_of_ours_is_no_refusal(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    with pytest.raises(Exception, match="no such table"):
        core.write(lambda write: write.execute("insert into nowhere values (1)"))
    assert core.write(add_note("weiter")) is None
    assert is_sound(core)
    core.close()


def test_changesets_that_find_no_place_are_taken_later_and_none_is_put_aside(
    tmp_path: Path,
) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    for number in range(5):
        a.write(add_note(f"{number} {LONG}"))
    with files_limited(wal_of(b).stat().st_size + 2000), pytest.raises(RefusedError):
        b.receive(all_changesets(a), members(a, b))
    assert dump(b, "note") == []
    assert b.quarantined() == []
    b.storage.spare_bytes = b.storage.free_bytes * 2
    with pytest.raises(RefusedError):
        b.receive(all_changesets(a), members(a, b))
    b.storage.spare_bytes = 0
    assert b.receive(all_changesets(a), members(a, b)).verdicts == [Verdict.APPLIED] * 5
    assert dump(a, "note") == dump(b, "note")
    assert examine(b, members(a, b)) == []
    a.close()
    b.close()


def test_what_was_merged_is_followed_before_anything_is_decided(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    order: list[str] = []
    b.after_merge = lambda _, touched: order.append(" ".join(sorted(touched)))
    a.write(add_note("von a"))
    b.receive_part(all_changesets(a), members(a, b))
    b.storage.spare_bytes = b.storage.free_bytes * 2
    assert b.finish_merge() == frozenset()
    assert order == []
    b.storage.spare_bytes = 0
    b.write(lambda _: order.append("decided"))
    b.write(lambda _: order.append("decided"))
    assert order == ["note", "decided", "decided"]
    a.close()
    b.close()


def test_starting_writes_nothing_where_nothing_changes(tmp_path: Path) -> None:
    open_core(tmp_path).close()
    core = open_core(tmp_path)
    assert not wal_of(core).exists() or wal_of(core).stat().st_size == 0
    core.close()


@pytest.mark.asyncio
async def test_a_store_on_a_full_disk_closes_all_its_threads(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    store = await Store.open(tmp_path / "a.db", REGISTRY, clock=CLOCK, founding=FOUNDING)
    await store.write(add_note("vorher"))
    with files_limited(wal_of(store.core).stat().st_size):
        found = await store.write(add_note("nachher"))
        assert isinstance(found, Refusal)
        with pytest.raises(RefusedError):
            await store.on_writer(lambda core: core.keep("test.thing", "x"))
        assert await store.read(lambda read: read.value("select count(*) from note")) == 1
        await store.close()
    assert_no_thread_stays(before)


@pytest.mark.asyncio
async def test_a_store_that_cannot_open_its_readers_leaves_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(threading.enumerate())

    def fail(*_: object, **__: object) -> None:
        raise OSError("no more file handles")

    monkeypatch.setattr("node.store.store.ReadCore", fail)
    with pytest.raises(OSError, match="no more file handles"):
        await Store.open(tmp_path / "a.db", REGISTRY, clock=CLOCK, founding=FOUNDING)
    assert_no_thread_stays(before)


def assert_no_thread_stays(before: set[threading.Thread]) -> None:
    """A thread of this store that stays would keep the process from ending; others' may."""
    for thread in set(threading.enumerate()) - before:
        if "connection" in thread.name:
            thread.join(timeout=2)
            assert not thread.is_alive()


def test_a_restored_box_with_a_full_disk_goes_on_waiting_for_a_peer(tmp_path: Path) -> None:
    """What its rooms must write first (a new term) was dropped, and it decided by the old one."""
    core = open_core(tmp_path)
    core.note_restored()
    written: list[bool] = []
    core.after_catch_up = lambda _: written.append(True)
    core.storage.spare_bytes = core.storage.free_bytes * 2
    core.note_caught_up()
    assert core.must_catch_up
    core.storage.spare_bytes = 0
    core.note_caught_up()
    assert not core.must_catch_up
    assert written == [True]
    core.close()


def test_a_disk_that_is_full_where_cr_sqlite_notes_a_cell_is_a_refusal_too(tmp_path: Path) -> None:
    """It tells nothing of the disk then, and people were shown a fault of ours."""
    core = open_core(tmp_path)
    codes = set()
    for number in range(400):
        core._connection.execute("pragma max_page_count = 1")
        found = core.write(add_note("x" * (number % 7)))
        codes.add(found.code if isinstance(found, Refusal) else "")
    assert codes <= {"", "store.full", "store.unwritable"}
    assert len(codes) > 1
    masked = core.storage.refusal_of(DatabaseError("error -- unable to reset cached trigger stmt"))
    assert masked is not None
    assert masked.code == "store.unwritable"
    assert is_sound(core)
    core.close()
