"""The devices of this box in words: what is wrong with one and what helps, and how a job is going.

One set of sentences for the desk, the lobby, the health page and the doctor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from node import devices, quarter, spaces
from node.base.refusals import N_, Refusal
from node.devices import Job, JobState, Locks, Printer, Printers, Why
from node.spaces import unlocking
from node.spaces.unlock import UnlockKind
from node.store import Read
from node.web.errors import words
from node.web.visit import Visit

SHOWN = timedelta(minutes=15)
"""So long a screen says how a job went; later it is somebody else's business."""


def troubles_of_printers(read: Read, printers: Sequence[Printer]) -> list[Refusal]:
    """What somebody should look after."""
    found = devices.printer_troubles(read, printers)
    return [_of(job.why, name) for name, job in found.items() if job.why is not None]


def troubles_of_screens(
    read: Read, *, now: datetime, within: timedelta = devices.QUIET_AFTER
) -> list[Refusal]:
    """The touchscreens that feel a finger where none is."""
    zone = quarter.zone_of(read)
    return [
        Refusal(
            "screen.touch",
            STUCK[0],
            STUCK[1],
            values={"address": each.address, "since": f"{each.since.astimezone(zone):%H:%M}"},
        )
        for each in devices.stuck_touches(read, now=now, within=within)
    ]


def troubles_of_locks(read: Read, locks: Locks, *, now: datetime) -> list[Refusal]:
    """The locks of this box that did not say "open" to the latest touch of the last day."""
    latest = {
        each.space_id: each for each in unlocking.openings_since(read, now - timedelta(days=1))
    }
    found = []
    for space_id, each in latest.items():
        space = spaces.find_space(read, space_id)
        is_known = each.outcome is not None or now - each.fact.at > unlocking.KNOWN_WITHIN
        if space is None or locks.of(space.row.key) is None or not is_known:
            continue
        if each.outcome is not UnlockKind.OPENED:
            found.append(Refusal("lock.trouble", LOCK[0], LOCK[1], values={"place": space.name}))
    return found


def _of(why: Why, name: str) -> Refusal:
    told = TROUBLES[why]
    return Refusal(f"printer.{why}", told[0], told[1], values={"name": name})


def said_of(visit: Visit, why: Why, name: str) -> dict[str, Any]:
    """A trouble in the visitor's language."""
    return words(visit, _of(why, name))


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
STUCK = (
    N_(
        "Der Bildschirm in der Lobby ({address}) meldet seit {since} Uhr eine Berührung, wo niemand"
        " ist."
    ),
    N_(
        "Wischen Sie ihn trocken und nehmen Sie weg, was daran klebt. Hört es nicht auf, schalten"
        " Sie ihn aus und wieder ein."
    ),
)
LOCK = (
    N_("Das Schloss von „{place}“ hat zuletzt nicht geöffnet."),
    N_(
        "Sehen Sie nach, ob es Strom und Netz hat und ob der MQTT-Broker läuft. Bis dahin helfen"
        " Schlüssel und Service-Point."
    ),
)
JOB_WORDS = {
    JobState.WAITING: N_("wartet"),
    JobState.SENDING: N_("wird gedruckt"),
    JobState.PRINTED: N_("gedruckt"),
    JobState.UNSURE: N_("vielleicht gedruckt"),
    JobState.GIVEN_UP: N_("nicht gedruckt"),
}
NO_PRINTER = Refusal(
    "printer.none",
    N_("Diesen Drucker gibt es hier nicht."),
    N_("Laden Sie das Dokument als PDF herunter, oder wählen Sie einen anderen Drucker."),
    status=404,
)
TROUBLES = {
    Why.AWAY: (
        N_("Der Drucker „{name}“ ist nicht zu erreichen."),
        N_(
            "Sehen Sie nach, ob er eingeschaltet und angesteckt ist. Was wartet, druckt er dann von"
            " selbst."
        ),
    ),
    Why.SILENT: (
        N_("Der Drucker „{name}“ ist verbunden, antwortet aber nicht."),
        N_(
            "Schalten Sie ihn aus und wieder ein. Antwortet dieses Modell nie, trägt der Betrieb"
            " bei ihm ?mute=1 ein."
        ),
    ),
    Why.PAPER: (
        N_("Im Drucker „{name}“ fehlt Papier."),
        N_("Legen Sie eine neue Rolle ein. Was wartet, druckt er dann von selbst."),
    ),
    Why.COVER: (
        N_("Am Drucker „{name}“ ist die Klappe offen."),
        N_("Schließen Sie die Klappe. Was wartet, druckt er dann von selbst."),
    ),
    Why.FAULT: (
        N_("Der Drucker „{name}“ meldet eine Störung."),
        N_("Schalten Sie ihn aus, nehmen Sie verklemmtes Papier heraus, schalten Sie ihn ein."),
    ),
    Why.CUT: (
        N_("Die Verbindung zum Drucker „{name}“ riss ab."),
        N_(
            "Prüfen Sie sein Kabel. Ob der letzte Ausdruck vollständig ist, sehen Sie am Drucker;"
            " sonst drucken Sie ihn unter „Drucker“ noch einmal."
        ),
    ),
    Why.FORBIDDEN: (
        N_("Diese Box darf den Drucker „{name}“ nicht benutzen."),
        N_("Der Betrieb gibt sie ihr frei: docs/operating.md, „Printers“."),
    ),
    Why.CUPS: (
        N_("CUPS druckt auf „{name}“ gerade nicht."),
        N_(
            "Sehen Sie am Drucker nach Papier und Tinte. Der Betrieb sieht mit `lpstat -p`, was"
            " CUPS sagt, und gibt ihn mit `cupsenable` wieder frei."
        ),
    ),
    Why.STOPPED: (
        N_("Die Box ging aus, während „{name}“ druckte."),
        N_(
            "Sehen Sie am Drucker nach, ob der letzte Ausdruck vollständig ist. Sonst drucken Sie"
            " ihn unter „Drucker“ noch einmal."
        ),
    ),
}
