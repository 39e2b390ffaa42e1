"""What hangs on this box: printers with their queue, touchscreens, and locks that it can open.

A *print job* is a slip or page on its way to paper; a *stuck touch* is what a screen reports that
feels a finger where none is. All of it is of this box alone and never replicated: another box has
other devices, and a job that two boxes know of is printed twice. The trap: whether a job that was
begun came out nobody can know for sure, so it is never begun again without somebody saying so.
"""

from node.devices.locks import (
    Lock,
    Locks,
    LockTrouble,
    Order,
    Outcome,
    keep_looking,
    order_until,
    read_lock,
)
from node.devices.model import Job, JobState, Printer, Printers, Why, read_printer
from node.devices.printing import change_jobs, keep_printing
from node.devices.queue import (
    again,
    drop,
    latest_job,
    list_jobs,
    printer_troubles,
    purge_jobs,
    put_job,
    recover,
)
from node.devices.roll import LETTERS, Roll, can_say
from node.devices.screens import QUIET_AFTER, StuckTouch, note_touch, stuck_touches
from node.devices.tables import TABLES

__all__ = [
    "LETTERS",
    "QUIET_AFTER",
    "TABLES",
    "Job",
    "JobState",
    "Lock",
    "LockTrouble",
    "Locks",
    "Order",
    "Outcome",
    "Printer",
    "Printers",
    "Roll",
    "StuckTouch",
    "Why",
    "again",
    "can_say",
    "change_jobs",
    "drop",
    "keep_looking",
    "keep_printing",
    "latest_job",
    "list_jobs",
    "note_touch",
    "order_until",
    "printer_troubles",
    "purge_jobs",
    "put_job",
    "read_lock",
    "read_printer",
    "recover",
    "stuck_touches",
]
