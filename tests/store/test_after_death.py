"""What a process that was killed leaves behind is taken up by the next one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.store import Core, Registry, Write
from tests.store.test_core import (
    CLOCK,
    FOUNDING,
    NOTE,
    PLAN,
    REGISTRY,
    SEEN,
    add_note,
    all_changesets,
    members,
    open_core,
)


class PlugPulledError(BaseException):
    """The process is gone at this instant."""


def pull_the_plug(*_: object) -> None:
    raise PlugPulledError


def test_tables_made_by_a_migration_are_rebuilt_however_often_it_dies(tmp_path: Path) -> None:
    open_core(tmp_path, registry=Registry(1, (NOTE,))).close()
    migrated = open_core(tmp_path)
    assert migrated.made_tables == {PLAN.name, SEEN.name}
    # Somebody's `doctor` migrated and left, or the plug was pulled: it is still to be done.
    migrated.close()
    core = open_core(tmp_path)
    core.rebuild = pull_the_plug
    with pytest.raises(PlugPulledError):
        core.finish_merge()
    core.close()
    core = open_core(tmp_path)
    rebuilt: list[Write] = []
    core.rebuild = rebuilt.append
    core.finish_merge()
    core.finish_merge()
    assert len(rebuilt) == 1
    core.close()
    assert open_core(tmp_path).made_tables == frozenset()


def test_a_fresh_file_has_nothing_to_rebuild(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    assert core.made_tables == frozenset()
    core.close()


def test_a_merge_that_was_not_followed_is_followed_at_the_next_start(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    a.write(add_note("von a"))
    b.after_merge = pull_the_plug
    with pytest.raises(PlugPulledError):
        b.receive(all_changesets(a), members(a, b))
    b.close()
    b = open_core(tmp_path, "b")
    followed: list[frozenset[str]] = []
    b.after_merge = lambda _, touched: followed.append(touched)
    assert b.finish_merge() == {"note"}
    assert b.finish_merge() == frozenset()
    assert followed == [frozenset({"note"})]
    a.close()
    b.close()


def test_the_clock_is_never_set_back_by_dying(tmp_path: Path) -> None:
    clock = FrozenClock(CLOCK.now())
    core = Core.open(tmp_path / "a.db", REGISTRY, clock=clock, founding=FOUNDING)
    assert core.latest_instant() is None
    clock.advance(timedelta(hours=7))
    core.write(add_note("spät"))
    # Killed: nobody noted the time at the end.
    core.close()
    again = Core.open(tmp_path / "a.db", REGISTRY, clock=FrozenClock(CLOCK.now()))
    assert again.latest_instant() == clock.now()
    clock.advance(timedelta(hours=1))
    again.clock = clock
    again.note_time()
    assert again.latest_instant() == clock.now()
    again.close()


def test_a_restored_home_opens_its_new_term_before_it_decides_what_came_meanwhile(
    tmp_path: Path,
) -> None:
    """Requests that it had heard of while it waited were decided under the term of before."""
    core = open_core(tmp_path)
    core.note_restored()
    order: list[str] = []
    core.after_merge = lambda *_: order.append("decides")
    core.after_catch_up = lambda _: order.append("opens a term")
    with core._writing.transaction():
        core._note_merged({"note"})
    core.storage.spare_bytes = core.storage.free_bytes * 2
    core.finish_merge()
    core.storage.spare_bytes = 0
    core.note_caught_up()
    core.finish_merge()
    assert order == ["opens a term", "decides"]
    core.close()
