"""The queue before each printer: put, tried with growing pauses, printed once.

`waiting` → `sending` is committed before the first byte goes, so that a box that dies knows of it
afterwards. From there a job is `printed`; or `waiting` again, where nothing of it can have come
out; or `unsure`, where some of it may have: that is printed again only by somebody's word.
`given_up` is what nobody wants on paper any more, an hour later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from node.base.ids import new_id
from node.base.periods import from_epoch, to_epoch
from node.base.refusals import N_, Refusal
from node.devices import tables
from node.devices.model import Job, JobState, Printer, Why
from node.store import Read, Write

PAUSES_SECONDS = (5, 10, 20, 40, 60)
"""From one try to the next; the last one for all that follow."""
WANTED = timedelta(hours=1)
"""Whoever waited for a slip is gone by then."""
KEPT = timedelta(days=1)
WAITING_MAX = 30
ABOUT_MAX = 5
"""So often one thing is printed within a day by who stands at a screen; the desk may print more."""
CONTENT_BYTES_MAX = 256 * 1024
LIST_MAX = 50


@dataclass(frozen=True, slots=True)
class Due:
    """A job that goes to its printer now."""

    id: bytes
    title: str
    content: bytes


def put_job(
    write: Write,
    printer: Printer,
    *,
    title: str,
    content: bytes,
    now: datetime,
    about: bytes = b"",
    by_team: bool = False,
) -> Job | Refusal:
    """Have something printed. What is on its way already is not printed a second time."""
    before = [_job(row) for row in tables.select_jobs_about(write, about)] if about else []
    for job in before:
        if job.state in {JobState.WAITING, JobState.SENDING} and job.printer == printer.name:
            return job
    if not by_team and len(before) >= ABOUT_MAX:
        return OFTEN
    if tables.count_waiting(write, printer.name) >= WAITING_MAX:
        return FULL
    if len(content) > CONTENT_BYTES_MAX:
        return TOO_LONG
    job_id = new_id()
    tables.insert_job(
        write,
        job_id,
        printer=printer.name,
        title=title,
        about=about,
        content=content,
        state=JobState.WAITING,
        made_at=to_epoch(now),
        due_at=to_epoch(now),
    )
    row = tables.select_job(write, job_id)
    return _job(row)


def begin(write: Write, printer: Printer, *, now: datetime) -> Due | None:
    """Take the next job that is due, and note that it goes to the printer now."""
    row = tables.select_due(write, printer.name, now=to_epoch(now))
    if row is None or not tables.update_begun(write, row["id"], now=to_epoch(now)):
        return None
    return Due(row["id"], row["title"], row["content"])


def done(write: Write, job_id: bytes) -> None:
    """It is on paper."""
    tables.update_state(write, job_id, JobState.PRINTED, why="")


def failed(write: Write, job_id: bytes, why: Why, *, begun: bool, now: datetime) -> None:
    """It did not get through."""
    row = tables.select_job(write, job_id)
    if row is None:
        return
    if begun:
        tables.update_state(write, job_id, JobState.UNSURE, why=why)
        return
    pause = PAUSES_SECONDS[min(row["tries"], len(PAUSES_SECONDS)) - 1]
    tables.update_state(write, job_id, JobState.WAITING, why=why, due_at=to_epoch(now) + pause)


def recover(write: Write, *, now: datetime) -> int:
    """What a process that died left behind; how many jobs may have come out or not."""
    purge_jobs(write, now=now)
    return tables.update_interrupted(write)


def purge_jobs(write: Write, *, now: datetime) -> None:
    """Give up what nobody waits for any more, and forget what is a day old."""
    tables.update_left_over(write, before=to_epoch(now - WANTED))
    tables.delete_old(write, before=to_epoch(now - KEPT))


def again(write: Write, job_id: bytes, *, now: datetime) -> Job | Refusal:
    """Print what may not have come out: somebody looked, and wants it."""
    row = tables.select_job(write, job_id)
    if row is None or row["state"] != JobState.UNSURE:
        return NOT_AGAIN
    tables.update_state(write, job_id, JobState.WAITING, why="", due_at=to_epoch(now))
    return _job(tables.select_job(write, job_id))


def drop(write: Write, job_id: bytes) -> Job | Refusal:
    """Do not print it any more. What goes to the printer this moment cannot be held back."""
    row = tables.select_job(write, job_id)
    if row is None or row["state"] not in {JobState.WAITING, JobState.UNSURE}:
        return NOT_AGAIN
    tables.update_state(write, job_id, JobState.GIVEN_UP, why="")
    return _job(tables.select_job(write, job_id))


def list_jobs(read: Read) -> list[Job]:
    """The newest jobs of all printers."""
    return [_job(row) for row in tables.select_jobs(read, most=LIST_MAX)]


def latest_job(read: Read, about: bytes) -> Job | None:
    """The newest job of one thing."""
    found = tables.select_jobs_about(read, about)
    return _job(found[0]) if found else None


def next_due(read: Read, printer: Printer) -> datetime | None:
    """When a job of this printer is due next."""
    found = tables.select_next_due(read, printer.name)
    return None if found is None else from_epoch(found)


def printer_troubles(read: Read, printers: Sequence[Printer]) -> dict[str, Job]:
    """The printers whose last try did not get through, each with that job."""
    found = {}
    for printer in printers:
        row = tables.select_last_tried(read, printer.name)
        if row is not None and row["why"]:
            found[printer.name] = _job(row)
    return found


def _job(row: tables.Row) -> Job:
    return Job(
        id=row["id"],
        printer=row["printer"],
        title=row["title"],
        about=row["about"],
        state=JobState(row["state"]),
        tries=row["tries"],
        why=Why(row["why"]) if row["why"] else None,
        made_at=from_epoch(row["made_at"]),
        tried_at=from_epoch(row["tried_at"]) if row["tried_at"] else None,
    )


OFTEN = Refusal(
    "devices.often",
    N_("Das wurde heute schon oft gedruckt."),
    N_("Nehmen Sie den Ausweis mit dem Handy mit, oder fragen Sie am Service-Point."),
    status=429,
)
FULL = Refusal(
    "devices.queue_full",
    N_("Vor dem Drucker warten schon viele."),
    N_("Nehmen Sie den Ausweis mit dem Handy mit, oder fragen Sie am Service-Point."),
    status=503,
)
TOO_LONG = Refusal(
    "devices.too_long",
    N_("Das ist zu lang für den Drucker."),
    N_("Laden Sie es als PDF herunter und drucken Sie es von dort."),
    status=422,
)
NOT_AGAIN = Refusal(
    "devices.not_again",
    N_("Dieser Auftrag ist schon gedruckt oder nicht mehr da."),
    N_("Drucken Sie von der Seite der Buchung aus noch einmal."),
)
