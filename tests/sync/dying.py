"""Run as a program: a box begins anew from its journal and dies by SIGKILL before a given step, on
the disk or between two changesets.

python -m tests.sync.dying DATABASE STEPS
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from node.store import replaying
from node.sync import anew
from tests.store.dying import STEPS, die_before
from tests.sync.hand import CLOCK, REGISTRY

OURS = ("open_replay", "finish_replay", "is_whole", "put_in_place")


def main(database: Path, steps: int) -> None:
    replaying.PAGE_BYTES = 1
    die_before(steps, [(os, STEPS), (replaying, ("take",)), (anew, OURS)])
    asyncio.run(anew.begin_from_journals(database, REGISTRY, clock=CLOCK, central=None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
