"""Printing beside the screen: what somebody takes along who has no phone at hand."""

from __future__ import annotations

from datetime import timedelta

from node import devices
from node.base.refusals import N_, Refusal
from node.devices import Job, JobState, Printers, Why
from node.spaces import Line
from node.web.on_paper import look, put_in_queue
from node.web.printers import NO_PRINTER
from node.web.visit import Visit

SHOWN = timedelta(minutes=15)
"""So long a screen says how a job went; later it is somebody else's business."""


async def print_here(visit: Visit, line: Line) -> Refusal | None:
    """Put it before the lobby's printer, in the language of whoever stands here."""
    printer = visit.house.service(Printers).lobby
    if printer is None:
        return NO_PRINTER
    taken = await visit.read(lambda read: look(read, line, lang=visit.prefs.lang))
    done = await put_in_queue(visit, taken, printer)
    return done if isinstance(done, Refusal) else None


async def printing_at_the_lobby(visit: Visit, about: bytes, *, can: bool) -> dict[str, str | bool]:
    """What `kiosk/_printing.html` shows: whether one can print here, and how the last job goes."""
    printer = visit.house.service(Printers).lobby
    if printer is None:
        return {"can": False, "kind": "", "title": "", "text": ""}
    job = await visit.store.read(lambda read: devices.latest_job(read, about))
    if job is None or visit.now - job.made_at > SHOWN:
        return {"can": can, "kind": "", "title": "", "text": ""}
    is_going = job.state in {JobState.WAITING, JobState.SENDING}
    return {"can": can and not is_going, **_said(visit, job)}


def _said(visit: Visit, job: Job) -> dict[str, str]:
    if job.state is JobState.PRINTED:
        kind, title, text = "success", N_("Gedruckt."), N_("Bitte nehmen Sie den Ausdruck mit.")
    elif job.state is JobState.UNSURE:
        kind, title = "warning", N_("Vielleicht ist der Ausdruck nicht vollständig.")
        text = N_("Sehen Sie bitte nach. Fehlt etwas, drucken Sie noch einmal.")
    elif job.state is JobState.GIVEN_UP:
        kind, title, text = "warning", N_("Es wurde nicht gedruckt."), OTHERWISE
    elif job.why is not None:
        kind, title, text = "warning", N_("Der Drucker antwortet gerade nicht."), OTHERWISE
        if job.why is Why.PAPER:
            title = N_("Im Drucker fehlt Papier.")
    else:
        kind, title, text = "waiting", N_("Wird gedruckt."), N_("Einen Moment bitte.")
    return {"kind": kind, "title": visit.say(title), "text": visit.say(text)}


OTHERWISE = N_(
    "Nehmen Sie den Ausweis mit dem Handy mit, oder merken Sie sich die acht Zeichen. Der "
    "Service-Point druckt ihn auch."
)
