"""Releases before this one, as they were: their code beside ours, run by the same interpreter.

They are commits of this repository's own history, so nothing is fetched. Whoever makes a release
pins it here, so that the next one is tested against it: what it cannot know must wait there, and
what it wrote must be read here. Until there is a first release formats may still change; whoever
changes one pins the commit before the first that speaks it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from node.registry import SCHEMA_NUMBER
from tests.nodes import ROOT

OLDEST = "df56ce37fdfffac8589e8d82bd1bee2264dfa9f0"
"""The last commit with schema 1: boxes that stood in a cellar for long."""

LAST = "46f5557c33b0b85791d53a3ce5b466b0fbf2ed78"
"""The last one that was let out: what most boxes run when this one comes."""

FRONT_END, EXTENSION = Path("node/web/static/vendor"), Path("build")
"""What set-up builds outside the history, for all by the same lock."""


@dataclass(frozen=True)
class Build:
    """A build that can be run: the folder where its code lies."""

    root: Path

    def run(self, *words: str, status: int = 0) -> str:
        """Run Python with this build's packages; what it printed, errors included."""
        done = subprocess.run(
            (sys.executable, *words),
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == status, said
        return said

    def verb(self, *words: str | Path, status: int = 0) -> str:
        """Run `quartier VERB ...`."""
        return self.run("-m", "node", *map(str, words), status=status)


OURS = Build(ROOT)


def ahead_of(older: Build, folder: Path) -> Build:
    """Our build; with a schema number one higher where both have the same, as the next has that
    adds anything.
    """
    number = int(older.run("-c", "from node.registry import SCHEMA_NUMBER; print(SCHEMA_NUMBER)"))
    if number < SCHEMA_NUMBER:
        return OURS
    for name in ("node", "tests", "quarters"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True)
    (folder / "build").symlink_to(ROOT / "build")
    registry = folder / "node" / "registry.py"
    text = registry.read_text(encoding="utf-8")
    raised = text.replace(f"NUMBER = {SCHEMA_NUMBER}", f"NUMBER = {SCHEMA_NUMBER + 1}")
    assert raised != text
    registry.write_text(raised, encoding="utf-8")
    return Build(folder)


def unpack(folder: Path, commit: str) -> Build:
    """An older build in a folder of its own; skips where this clone's history ends before it."""
    packed = subprocess.run(
        ("git", "archive", "--format=tar", commit),
        cwd=ROOT,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        pytest.skip(f"this clone lacks the older build: {packed.stderr.decode().strip()}")
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder)  # noqa: S202 - our own history
    # Its pages look where a file really lies, and serve none from elsewhere.
    shutil.copytree(ROOT / FRONT_END, folder / FRONT_END)
    (folder / EXTENSION).symlink_to(ROOT / EXTENSION)
    return Build(folder)
