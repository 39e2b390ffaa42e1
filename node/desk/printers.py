"""The printers of this box at the desk: how each is, a test page, and what waits before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import devices
from node.base.actors import Permission
from node.base.ids import id_text
from node.base.refusals import N_, RefusedError, granted
from node.desk.frame import desk_page
from node.devices import Job, JobState, Printer, Printers
from node.store import Read
from node.web.forms import path_id, read_fields
from node.web.listing import rows_table
from node.web.on_paper import print_test_page
from node.web.printers import JOB_WORDS, NO_PRINTER, said_of
from node.web.showing import moment
from node.web.visit import Visit

LIVE = "print_job"


@dataclass(slots=True)
class PrintersPage:
    """See `desk/printers.html`."""

    printers: list[dict[str, Any]]
    jobs: list[dict[str, Any]]
    live: str = LIVE
    flashes: list[dict[str, str]] = field(default_factory=list)


@get("/desk/printers", include_in_schema=False)
async def printers_page(visit: Visit) -> Response[Any]:
    """Every printer and the newest jobs."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    known = visit.house.service(Printers)
    troubles, jobs = await visit.read(lambda read: _look(read, known))
    page = PrintersPage(
        printers=[_row(visit, known, each, troubles.get(each.name)) for each in known.all],
        jobs=[_job(visit, job) for job in jobs],
    )
    return await desk_page(
        visit,
        "desk/printers.html",
        page,
        here="health",
        table=lambda: rows_table(visit, visit.say(N_("druckauftraege")), COLUMNS, page.jobs),
    )


COLUMNS = {
    "title": N_("Auftrag"),
    "printer": N_("Drucker"),
    "at": N_("Wann"),
    "text": N_("Stand"),
    "why": N_("Grund"),
}


def _look(read: Read, known: Printers) -> tuple[dict[str, Job], list[Job]]:
    return devices.printer_troubles(read, known.all), devices.list_jobs(read)


def _row(visit: Visit, known: Printers, printer: Printer, bad: Job | None) -> dict[str, Any]:
    said = said_of(visit, bad.why, printer.name) if bad is not None and bad.why else None
    return {
        "name": printer.name,
        "kind": visit.say(N_("Bons")) if printer.is_roll else "A4",
        "where": printer.where,
        "is_lobby": printer == known.lobby,
        "text": said["message"] if said else "",
        "remedy": said["remedy"] if said else "",
    }


def _job(visit: Visit, job: Job) -> dict[str, Any]:
    is_bad = job.why is not None
    return {
        "id": id_text(job.id),
        "title": job.title,
        "printer": job.printer,
        "at": moment(visit, job.made_at),
        "text": visit.say(JOB_WORDS[job.state]),
        "why": said_of(visit, job.why, job.printer)["message"] if job.why else "",
        "is_bad": is_bad,
        "can_again": job.state is JobState.UNSURE,
        "can_drop": job.state in {JobState.WAITING, JobState.UNSURE},
    }


@post("/desk/printers/test", include_in_schema=False)
async def print_test(visit: Visit) -> Response[Any]:
    """Print a page that shows whether letters, the euro and the code come out right."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    fields = await read_fields(visit)
    printer = visit.house.service(Printers).named(fields.given.get("printer", ""))
    if printer is None:
        raise RefusedError(NO_PRINTER)
    await print_test_page(visit, printer)
    return visit.go("/desk/printers")


@post("/desk/printers/jobs/{job:str}/again", include_in_schema=False)
async def print_again(visit: Visit, job: str) -> Response[Any]:
    """Print what may not have come out whole."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    await read_fields(visit)
    job_id = path_id(job)
    granted(
        await devices.change_jobs(
            visit.store, lambda write: devices.again(write, job_id, now=visit.now)
        )
    )
    return visit.go("/desk/printers")


@post("/desk/printers/jobs/{job:str}/drop", include_in_schema=False)
async def drop_job(visit: Visit, job: str) -> Response[Any]:
    """Do not print it any more."""
    visit.allowed(Permission.CHECK_IN_OTHERS)
    await read_fields(visit)
    job_id = path_id(job)
    granted(await devices.change_jobs(visit.store, lambda write: devices.drop(write, job_id)))
    return visit.go("/desk/printers")


ROUTES = (printers_page, print_test, print_again, drop_job)
