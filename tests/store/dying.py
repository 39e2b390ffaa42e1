"""Run as a program: installs a snapshot and dies by SIGKILL before a given step on the disk.

python -m tests.store.dying FOLDER STEPS
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from node.base.clock import FrozenClock
from node.store import Column, Member, NodeRole, Registry, Scope, Table
from node.store.identity import Identity
from node.store.installing import install_snapshot
from node.store.snapshot import Manifest

NOTE = Table(
    "note",
    key=("id",),
    columns=(Column("id", "blob"), Column("text", "text", default="")),
    scope=Scope.HOUSE,
    about="A test's note.",
)
REGISTRY = Registry(1, (NOTE,))
CLOCK = FrozenClock(datetime(2026, 11, 24, tzinfo=UTC))
STEPS = ("replace", "unlink", "fsync", "open")


def die_before(steps: int, where: Sequence[tuple[Any, Sequence[str]]] = ((os, STEPS),)) -> None:
    """Let the process be killed when so many steps were done, which these functions are."""
    left = [steps]

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return function(*args, **kwargs)

        return step

    for owner, names in where:
        for name in names:
            setattr(owner, name, counted(getattr(owner, name)))


def main(folder: Path, steps: int) -> None:
    manifest = msgspec.msgpack.decode((folder / "manifest").read_bytes(), type=Manifest)
    members = {manifest.giver: Member((folder / "giver").read_bytes(), NodeRole.HOME)}
    identity = Identity((folder / "seed").read_bytes())
    die_before(steps)
    install_snapshot(
        folder / "packed",
        manifest,
        folder / "c.db",
        REGISTRY,
        members,
        identity=identity,
        clock=CLOCK,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
