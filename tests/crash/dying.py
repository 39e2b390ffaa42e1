"""Work that is killed at a random moment, in a process of its own, until it once gets through.

The child is a fork: everything is loaded already, so nearly every moment is one of the work.
"""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path


class Dying:
    """Kills by `seed`. How long the work takes is learnt from the times it got through."""

    def __init__(self, log: Path, seed: int) -> None:
        print(f"seed {seed}")
        self.kills = 0
        self._chance = random.Random(seed)
        self._log = log
        self._takes = 0.0

    def measure(self, work: Callable[[], object]) -> None:
        """Let the work get through once, on something else."""
        began = time.perf_counter()
        assert not self._killed(work, None)
        self._takes = time.perf_counter() - began

    def until_done(self, work: Callable[[], object], look: Callable[[], object]) -> None:
        """Do the work again and again, killed each time, until it gets through.

        `look` is called after each death. The longest time that it is given grows, for a machine
        may have become slower than it was when the work was measured.
        """
        within = self._takes
        while self._killed(work, self._chance.random() * within):
            self.kills += 1
            look()
            within *= 1.1

    def _killed(self, work: Callable[[], object], after: float | None) -> bool:
        pid = os.fork()
        if pid == 0:
            self._be_the_child(work)
        if after is not None:
            time.sleep(after)
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if os.WIFSIGNALED(status):
            return True
        assert os.WEXITSTATUS(status) == 0, self._log.read_text(encoding="utf-8")
        return False

    def _be_the_child(self, work: Callable[[], object]) -> None:
        status = 1
        try:
            handle = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            status = int(work() or 0)  # type: ignore[call-overload]
        except BaseException:  # noqa: BLE001 - nothing may get out of the fork
            traceback.print_exc()
        finally:
            os._exit(status)
