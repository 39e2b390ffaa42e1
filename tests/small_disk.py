"""Disks that are full for real: a small file system of one's own, or a limit that the kernel holds.

A file system needs root; the limit needs nothing and makes SQLite say "disk I/O error".
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """A file system in memory that can be filled to the last byte and freed again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filling = folder / "filling"

    def fill(self, *, leave: int = 0) -> None:
        """Let somebody else's file take all but `leave` bytes."""
        found = os.statvfs(self.folder)
        wanted = found.f_bavail * found.f_frsize - leave
        handle = os.open(self._filling, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            while wanted > 0:
                wanted -= os.write(handle, b"\1" * min(wanted, 1 << 20))
        except OSError:
            assert leave == 0
        finally:
            os.close(handle)

    def free(self) -> None:
        """Take the other file away."""
        self._filling.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one at `folder`; skips the test where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small file system")
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "quartier-test"]
    done = subprocess.run([*mount, str(folder)], check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no small file system here: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def files_limited(size: int, *, pid: int = 0) -> Iterator[None]:
    """No file of a process may grow beyond `size` bytes: that process writes and is refused."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
