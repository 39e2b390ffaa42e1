"""`quartier restore` killed before each of its steps on the disk: the old file or the new one."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from node.__main__ import main
from node.base.clock import SystemClock
from node.recovery import make_sound
from node.registry import REGISTRY
from node.settings import load
from node.store import Core
from tests.command_line.test_recovery import backed_up, close, closures, data, sheet
from tests.store.dying import die_before

__all__ = ["data", "sheet"]

pytestmark = pytest.mark.usefixtures("elsewhere")

BACKED_UP, OLD = [1, 2], [1, 2, 3]
STEPS_LEAST = 10


def killed_before(steps: int, work: Callable[[], int]) -> bool:
    """Do the work in a process that ends by SIGKILL before a step; false where it got through."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            die_before(steps)
            status = work()
        finally:
            os._exit(status)
    _, ended = os.waitpid(pid, 0)
    if os.WIFSIGNALED(ended):
        assert os.WTERMSIG(ended) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(ended) == 0
    return False


def start(folder: Path) -> bool:
    """What the next start does before it serves; whether it says that it was restored."""
    settings = load(folder, {})
    make_sound(settings)
    core = Core.open(settings.database, REGISTRY, clock=SystemClock())
    try:
        refusal = core.write_refusal
        assert refusal is None or refusal.code == "store.must_catch_up"
        return refusal is not None
    finally:
        core.close()


def test_a_death_at_any_step_of_a_restore_leaves_the_old_file_or_the_new(
    data: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert close(data, 2) is None
    backup = backed_up(data, capfd)  # type: ignore[arg-type] - both capture
    assert close(data, 3) is None
    outcomes: list[bool] = []
    is_killed = True
    while is_killed:
        folder = tmp_path / f"box-{len(outcomes)}"
        shutil.copytree(data, folder)
        words = ["restore", str(backup), "--data", str(folder), "--replace"]
        is_killed = killed_before(len(outcomes), lambda words=words: main(words))
        is_new = start(folder)
        assert closures(folder) == (BACKED_UP if is_new else OLD), len(outcomes)
        kept = [path for path in folder.glob("quarter.db.before-*") if path.suffix[-4:] != "-wal"]
        # What was there before is kept beside what came back, and nothing else is left lying.
        assert len(kept) == is_new
        assert not list(folder.glob("*.incoming"))
        # Begun anew it gets through, whatever the dead one left behind.
        assert main(words) == 0
        assert closures(folder) == BACKED_UP
        assert not list(folder.glob("*.restoring*"))
        outcomes.append(is_new)
        shutil.rmtree(folder)
    assert len(outcomes) > STEPS_LEAST
    assert outcomes == sorted(outcomes)
    assert not outcomes[0]
    assert outcomes[-2], "also a death after the decision leaves the new file"
