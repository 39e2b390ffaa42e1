"""The product's own processes at clocks of their own, as on boxes whose time is years off.

libfaketime answers them for the system: everything in the process sees that time, TLS and SQLite
too, while what counts seconds goes on truly. Nothing of the product is replaced.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests.crash.processes import end_with_parent
from tests.nodes import LOG, ROOT, Nodes

_NAME = "faketime/libfaketimeMT.so.1"


def library() -> str:
    """Where libfaketime is; skips with the reason where it is not."""
    for folder in Path("/usr/lib").glob("*-linux-gnu"):
        if (folder / _NAME).exists():
            return str(folder / _NAME)
    pytest.skip("libfaketime is not installed: apt-get install libfaketime")


class ClockedNodes(Nodes):
    """Nodes of a folder, each by the machine's clock as it would stand there."""

    def set_clock(self, name: str, at: datetime) -> None:
        """From its next start on the node's machine believes that it is this late."""
        self._clocks[name] = at

    def __post_init__(self) -> None:
        super().__post_init__()
        self._clocks: dict[str, datetime] = {}

    def start(self, *names: str) -> None:
        """Start `quartier serve` for each, at its time."""
        for name in names:
            with (self.folder / name / LOG).open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "node", "serve", "--data", str(self.folder / name)],
                    cwd=ROOT,
                    env=self._environment(name),
                    stdin=subprocess.PIPE,
                    preexec_fn=end_with_parent,  # noqa: PLW1509 - one call of prctl
                    stdout=log,
                    stderr=log,
                )
        for name in names:
            self._await(name)

    def run(self, name: str, *words: str) -> str:
        """What `quartier WORDS` says on the machine of a node."""
        command = [sys.executable, "-m", "node", words[0], "--data", str(self.folder / name)]
        done = subprocess.run(
            [*command, *words[1:]],
            cwd=ROOT,
            env=self._environment(name) | {"LC_ALL": "en_GB.UTF-8"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _environment(self, name: str) -> dict[str, str]:
        return os.environ | {
            "LD_PRELOAD": library(),
            "FAKETIME": self._clocks[name].strftime("@%Y-%m-%d %H:%M:%S"),
            # Two names, for it was renamed between the versions of Debian 12 and 13.
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
            "TZ": "UTC",
        }
