"""The coverage-guided fuzzer at a live node: `make fuzz MINUTES=5`.

`python -m tests.fuzz CORPUS [libFuzzer's options]`: what it finds goes to the folder CORPUS; what
breaks the node lies as a `crash-...` file where it was started, and is given again by its name.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["node.sync", "node.store"]):
    from tests.fuzz.target import MEMORY_BYTES_MAX, Target, memory_bytes
    from tests.fuzz.test_wire import target

LOOKS_EVERY = 200


class Fuzzing:
    """One node for all messages; now and then it is looked at as a whole."""

    def __init__(self, loop: asyncio.AbstractEventLoop, at: Target) -> None:
        self._loop, self._at = loop, at
        self._before = self._run(at.state())
        self._memory = 0
        self._count = 0

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)

    def one(self, data: bytes) -> None:
        """What the fuzzer calls."""
        self._run(self._at.throw(data))
        self._run(self._at.forgive())
        self._count += 1
        if self._count % LOOKS_EVERY == 0:
            assert self._run(self._at.state()) == self._before, "a row changed"
            # Beside what libFuzzer itself keeps, which grows with its corpus.
            self._memory = self._memory or memory_bytes()
            assert memory_bytes() - self._memory < 4 * MEMORY_BYTES_MAX, "it grows"


def main() -> None:
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        opened = target(Path(folder), by_door=True)
        at = loop.run_until_complete(opened.__aenter__())
        atheris.Setup(sys.argv, Fuzzing(loop, at).one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
