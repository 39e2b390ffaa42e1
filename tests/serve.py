"""A node in a process of its own by a clock that tests can move: `python -m tests.serve FOLDER`.

The clock goes on like the machine's, so many seconds ahead of it as the file beside the folder
says. Everything else is what `quartier serve` runs. It ends with whoever started it: when nobody
holds its standard input any more, however they died.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from node.running import serve_node
from node.settings import load

AHEAD = "ahead.txt"
DOUBTED = "doubted.txt"
"""While this file stands beside the folders, their nodes' clock counts as not synchronised."""


class MovedClock:
    """The machine's clock, moved by what a file says; asked anew whenever somebody looks."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        ahead = timedelta(seconds=float(self._path.read_text(encoding="utf-8")))
        return datetime.now(UTC) + ahead

    @property
    def trusted(self) -> bool:
        """Whether the time counts as synchronised."""
        return not self._path.with_name(DOUBTED).exists()

    def doubt(self, *, doubted: bool = True) -> None:
        """Let the time count as not synchronised, or as synchronised again."""
        mark = self._path.with_name(DOUBTED)
        mark.touch() if doubted else mark.unlink(missing_ok=True)

    def set_by_hand(self, instant: datetime) -> str:
        """Somebody said what time it is."""
        self.set(instant)
        self.doubt(doubted=False)
        return ""

    def set(self, at: datetime) -> None:
        """Go on from another instant. One rename, so that nobody reads half a number."""
        new = self._path.with_suffix(".new")
        new.write_text(str((at - datetime.now(UTC)).total_seconds()), encoding="utf-8")
        new.replace(self._path)


def end_with_parent() -> None:
    """Stop when standard input comes to its end."""

    def wait() -> None:
        # Not `sys.stdin`: its lock would be held by this thread when the interpreter ends.
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    folder = Path(sys.argv[1])
    sys.exit(serve_node(load(folder, os.environ), clock=MovedClock(folder.parent / AHEAD)))
