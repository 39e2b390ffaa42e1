"""What a running node writes down, to standard error: no names, no addresses, nothing of people.

Under systemd the journal keeps the time and the unit, and wants a priority at the start of each
line (sd-daemon(3)); on a terminal the time and the kind of line are written out.
"""

from __future__ import annotations

import logging
import os
import sys

PRIORITIES = {
    logging.CRITICAL: 2,
    logging.ERROR: 3,
    logging.WARNING: 4,
    logging.INFO: 6,
    logging.DEBUG: 7,
}


class JournalFormatter(logging.Formatter):
    """Every line with its priority, those of a traceback too."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one or several lines of the journal."""
        priority = PRIORITIES.get(record.levelno, 6)
        lines = super().format(record).splitlines() or [""]
        return "\n".join(f"<{priority}>{line}" for line in lines)


def begin_logging(level: str) -> None:
    """Send everything from this level on to standard error."""
    handler = logging.StreamHandler()
    if _is_journal():
        handler.setFormatter(JournalFormatter("%(name)s: %(message)s"))
    else:
        shape = "%(asctime)s %(levelname)s %(name)s: %(message)s"
        handler.setFormatter(logging.Formatter(shape))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    choose_levels(level)


def choose_levels(level: str) -> None:
    """How much of whom is written down."""
    logging.getLogger("quartier").setLevel(level.upper())
    # A request that cannot be read is answered; noting each would let anybody fill a small card.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)


def _is_journal() -> bool:
    """Whether standard error goes to the journal: its device and inode are those that we were
    told of. A program between us and systemd may have taken the output for itself.
    """
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
